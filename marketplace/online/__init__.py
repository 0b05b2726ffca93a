"""Paying online: the payee's account at the processor, the pages that were opened on it, what the processor told, and disputes.

The platform never holds the money: each payment is a charge on the payee's own account. What becomes of a payment in its deal
is for the deal to do; here is what the processor knows.
"""
