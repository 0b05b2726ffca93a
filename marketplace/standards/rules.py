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
