"""The states of a confidentiality agreement, how long its duties last, and when what it protects may be opened. Pure."""

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import Conflict, DomainError
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.results.rules import ResultState


class ConfidentialityState(Labelled):
    """Where an agreement stands. That its term is over is reckoned, never stored."""

    ASKED = "asked", N_("Waits for the reader's signature")
    SIGNED_BY_READER = "signed_by_reader", N_("Waits for the owner's signature")
    IN_FORCE = "in_force", N_("In force")
    WITHDRAWN = "withdrawn", N_("Taken back")
    DECLINED = "declined", N_("Declined")
    LAPSED = "lapsed", N_("Lapsed")
    ENDED = "ended", N_("Nothing more is opened")


class ThingKind(Labelled):
    """What is opened under an agreement."""

    DESCRIPTION = "description", N_("How it works")
    PAPER = "paper", N_("Paper")


R, S = Relation, ConfidentialityState
LIVE = frozenset({S.ASKED, S.SIGNED_BY_READER, S.IN_FORCE})
"""A party has at most one such agreement about a result."""

WAITING = frozenset({S.ASKED, S.SIGNED_BY_READER})
"""States that lapse when nobody signs."""

CONFIDENTIALITY_STATES = StateTable(
    "confidentiality",
    S.ASKED,
    (
        arrow("rewrite", {S.ASKED}, S.ASKED, {R.OTHER_SIDE}, N_("Write the text anew")),
        arrow("withdraw", {S.ASKED}, S.WITHDRAWN, {R.OTHER_SIDE}, N_("Take the request back")),
        arrow("sign", {S.ASKED}, S.SIGNED_BY_READER, {R.OTHER_SIDE}, N_("Sign as the reader")),
        arrow("countersign", {S.SIGNED_BY_READER}, S.IN_FORCE, {R.OWNER}, N_("Sign as the owner")),
        arrow("decline", {S.SIGNED_BY_READER}, S.DECLINED, {R.OWNER}, N_("Decline"), reason=True),
        arrow("lapse", WAITING, S.LAPSED, {R.SYSTEM}, N_("Lapse")),
        arrow("end", {S.IN_FORCE}, S.ENDED, {R.OWNER}, N_("Open nothing more"), reason=True),
    ),
    timers=((S.ASKED, 21), (S.SIGNED_BY_READER, 21)),
)
"""OWNER may act for the party that owns the result, OTHER_SIDE for the one that asks to read."""

OPENABLE = frozenset({ResultState.PUBLISHED, ResultState.STALE, ResultState.PAUSED})
"""What its owner or an official has taken away is opened to nobody; who pauses a listing may well be in talks about it."""

NOT_TALKING = N_("Your interest in this result has not been accepted, or the deal that came of it is over.")


@dataclass(frozen=True)
class OpeningFacts:
    """What decides whether a reader may open something now; `until` is the last day (in China) of the duties."""

    state: ConfidentialityState
    until: date | None
    today: date
    same_owner: bool
    still_talking: bool
    result_state: ResultState


def closed_because(facts: OpeningFacts) -> DomainError | None:
    """Why nothing may be opened now, or None where it may."""
    if facts.state is not S.IN_FORCE:
        return Conflict(N_("There is no agreement in force under which this may be read."))
    if facts.until is None or facts.today > facts.until:
        return Conflict(N_("The term of the agreement is over. Nothing is opened under it any more."))
    if not facts.same_owner or facts.result_state not in OPENABLE:
        return Conflict(N_("This result has another owner now, or was withdrawn. Nothing is opened any more."))
    return None if facts.still_talking else Conflict(NOT_TALKING)


def last_day_of_duties(first: date, years: int) -> date:
    """The last day of a term of years that begins on a day: the one before its anniversary; 29 February counts as the 28th."""
    try:
        anniversary = first.replace(year=first.year + years)
    except ValueError:
        return date(first.year + years, 2, 28)
    return date.fromordinal(anniversary.toordinal() - 1)
