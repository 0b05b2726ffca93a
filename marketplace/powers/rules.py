"""How a written power ends before it is used, and why one cannot be used. Pure."""

from collections.abc import Mapping

from marketplace.kernel.errors import Conflict, DomainError, NotPermitted
from marketplace.kernel.messages import N_, Labelled

LONGEST_REASON = 500
"""Characters."""


class Ending(Labelled):
    """Who has ended it: a power can be taken back, and the agent can give it up (民法典 art. 173)."""

    REVOKED = "revoked", N_("Taken back")
    RETURNED = "returned", N_("Given back")


class Standing(Labelled):
    """Whether the signature can rest on it now."""

    GOOD = "good", N_("In force")
    REVOKED = "revoked", N_("Taken back")
    RETURNED = "returned", N_("Given back")
    USED = "used", N_("Signed by it")
    SPENT = "spent", N_("No longer needed")
    RUN_OUT = "run_out", N_("Has run out")
    LEFT = "left", N_("The agent has left the unit")
    OTHER_SIDE = "other_side", N_("The agent belongs to the other side")


_REFUSALS: Mapping[Standing, tuple[type[DomainError], str]] = {
    Standing.REVOKED: (
        NotPermitted,
        N_("Your unit has taken the written power back. You can no longer sign this text."),
    ),
    Standing.RETURNED: (NotPermitted, N_("You have given the written power back. You can no longer sign this text.")),
    Standing.USED: (Conflict, N_("Your party has signed this text already.")),
    Standing.SPENT: (Conflict, N_("This text is no longer open for signature, so the written power is not needed.")),
    Standing.RUN_OUT: (NotPermitted, N_("The written power has run out. Ask your unit for another one.")),
    Standing.LEFT: (NotPermitted, N_("You no longer belong to the unit that gave you the written power.")),
    Standing.OTHER_SIDE: (
        NotPermitted,
        N_("You belong to the other side. Nobody acts for both (Civil Code, art. 168)."),
    ),
}


def refusal(standing: Standing) -> DomainError | None:
    """What the agent is told who cannot sign by his power; None where he can."""
    kind, message = _REFUSALS.get(standing, (None, ""))
    return kind(message) if kind else None
