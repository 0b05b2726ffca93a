"""What becomes of a proposal for a standard text, as data, and how long things may be. Pure."""

from datetime import timedelta

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow

LONGEST_HEADING = 40
LONGEST_TEXT = 8000
LONGEST_REASON = 1000
"""Characters."""

FURTHEST = timedelta(days=2 * 366)
"""A version begins no later than so long after it is proposed."""


class ProposalState(Labelled):
    """A proposal for the next version of a text."""

    PROPOSED = "proposed", N_("Waiting for approval")
    APPROVED = "approved", N_("Approved")
    RETURNED = "returned", N_("Returned")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


R, P = Relation, ProposalState

PROPOSAL_STATES = StateTable(
    "clause_proposal",
    P.PROPOSED,
    (
        arrow("approve", {P.PROPOSED}, P.APPROVED, {R.ADMINISTRATOR, R.OFFICIAL}, N_("Approve the text")),
        arrow("return", {P.PROPOSED}, P.RETURNED, {R.ADMINISTRATOR, R.OFFICIAL}, N_("Return it"), reason=True),
        arrow("withdraw", {P.PROPOSED}, P.WITHDRAWN, {R.AUTHOR}, N_("Withdraw it")),
    ),
    timers=((P.PROPOSED, 15),),
)
"""Who wrote a proposal is its author and nothing else: nobody approves his own (policy.py)."""

MEANINGS = {
    "title": N_("the project's title"),
    "subjects": N_("the results and needs it is about, one per paragraph"),
    "type": N_("the kind of document, by the type of the contract"),
    "buyer_place": N_("the buyer's place"),
    "seller_role": N_("what the seller is called by the type of the contract"),
    "buyer_role": N_("what the buyer is called by the type of the contract"),
    "delivery": N_("what is delivered, as agreed"),
    "acceptance": N_("how it is accepted, as agreed"),
    "price": N_("price and payment, as agreed"),
    "other_terms": N_("other terms, as agreed"),
    "makers": N_("how the makers of the result are called who sign too"),
    "shares": N_("the makers' shares of the net income, as agreed"),
    "amount": N_("the intended amount"),
    "until": N_("the day on which the letter lapses"),
    "signed_on": N_("the day on which the contract was signed"),
    "base_name": N_("how the contract is called"),
    "base_reference": N_("the contract's number"),
    "base_code": N_("the code by which the contract is checked"),
    "earlier": N_("amendments of before, if there are any"),
    "reason": N_("the reason the parties give"),
    "changes": N_("old and new wording"),
    "plan": N_("what happens to the payment plan"),
    "settlement": N_("what is paid in the end"),
    "arrangements": N_("what else the parties arrange"),
}
"""What is filled in for a placeholder."""
