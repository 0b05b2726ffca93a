"""Statements of bank accounts as a party has them: what of them may concern a deal, and which payment each line agrees with.

A statement decides nothing. It shows an official who verifies, and the parties, what agrees and what does not.
"""
