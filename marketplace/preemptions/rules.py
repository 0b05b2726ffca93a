"""What one contributor says of his right to buy first, and what has to be true before an assignment is sent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.contracts.conditions import Condition
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class PreemptionState(Labelled):
    """What a contributor has said. That his time has passed is reckoned, never stored."""

    WAITING = "waiting", N_("Has not answered")
    WAIVED = "waived", N_("Does not buy")
    EXERCISED = "exercised", N_("Wants to buy first")


R, S = Relation, PreemptionState

PREEMPTION_STATES = StateTable(
    "preemption",
    S.WAITING,
    (
        arrow("waive", {S.WAITING, S.EXERCISED}, S.WAIVED, {R.AUTHOR, R.OWNER}, N_("I do not buy")),
        arrow("exercise", {S.WAITING}, S.EXERCISED, {R.AUTHOR, R.OWNER}, N_("I want to buy first")),
    ),
)
"""AUTHOR is the contributor himself; OWNER, the unit, records the paper of one who has no account."""


@dataclass(frozen=True)
class Asked:
    """One contributor's answer to the notice of a text; `until` is the last day (in China) on which he may want to buy."""

    state: PreemptionState
    until: date
    has_account: bool


@dataclass(frozen=True)
class SendingFacts:
    """How many contributors have to be asked, how many have not been told of this text, and what those who were have said."""

    people: int
    untold: int
    asked: Sequence[Asked]
    today: date


def conditions(facts: SendingFacts) -> tuple[Condition, ...]:
    """What must be true before the contract is sent for signature, in the order in which it is shown."""
    if not facts.people:
        nobody = N_(
            "Nobody else is named as a contributor of the result, so nobody is to be asked whether he buys first."
        )
        return (Condition("nobody_named", nobody, is_met=True, refusal=_TELL),)
    waiting = [one for one in facts.asked if one.state is S.WAITING]
    on_paper = [one for one in waiting if not one.has_account]
    in_time = [one for one in waiting if one.has_account and facts.today <= one.until]
    return (
        Condition("told", N_("Every contributor has been told of the terms of this text."), not facts.untold, _TELL),
        Condition("paper", N_("What those without an account say is recorded from their paper."), not on_paper, _PAPER),
        Condition("time", N_("Each has said that he does not buy, or his time has passed."), not in_time, _WAIT),
        Condition("wanted", N_("No contributor wants to buy first."), not _wanted(facts), _WANTED),
    )


def _wanted(facts: SendingFacts) -> bool:
    return any(one.state is S.EXERCISED for one in facts.asked)


_TELL = Conflict(
    N_(
        "Those who made it may buy it first on equal terms (Civil Code, art. 847). Tell them of this text before it is sent."
    )
)
_PAPER = Conflict(N_("A contributor without an account was told. Record what he says from the paper he has signed."))
_WAIT = Conflict(N_("The contributors still have time to say whether they buy first."))
_WANTED = Conflict(
    N_("A contributor wants to buy first on these terms. Sell to him and give this deal up, or let him take it back.")
)
