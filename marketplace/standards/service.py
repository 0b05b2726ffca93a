"""Use cases on standard texts: an administrator proposes a version, somebody else approves it, and documents drafted from its day
on take it. Documents that are there keep what they were drafted from."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, Wording
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required
from marketplace.standards.checks import checked
from marketplace.standards.citing import Dated, broken_by
from marketplace.standards.events import ProposalMoved
from marketplace.standards.models import ClauseProposal, ClauseText
from marketplace.standards.policy import NO_TEXT, relations_of, require_reader
from marketplace.standards.queries import Version, first_of, history, versions_of
from marketplace.standards.rules import FURTHEST, LONGEST_REASON, PROPOSAL_STATES, ProposalState

OVERTAKEN = N_(
    "Somebody else has changed this clause since you began, or proposes another text. Compare both, then decide."
)


@dataclass(frozen=True)
class Typed:
    """What an administrator wants a text to say from a day on (in China), and why; `base_version` is the version he had before
    him."""

    heading: str
    text: str
    valid_from: date | None
    reason: str
    base_version: int


def propose(uow: UnitOfWork, slot: Slot, typed: Typed) -> ClauseProposal:
    """Propose the next version of a text; it counts for nothing before somebody else has approved it.

    Raises NotFound, NotPermitted, Conflict for a text that is fixed, InvalidInput for what is wrong in it, and when the clause
    was changed meanwhile or another proposal for it waits; emits ProposalMoved.
    """
    _require_administrator(uow)
    first = first_of(slot)
    if first.is_fixed:
        raise Conflict(N_("This clause says what the platform itself does. It changes only with the platform."))
    heading, text = checked(first, typed.heading, typed.text)
    reason = required(typed.reason, "reason", LONGEST_REASON)
    standing = history(uow, slot)
    newest = standing.newest
    day = _day(typed.valid_from, newest, china_day(uow.now()))
    if newest.wording.version != typed.base_version or standing.waiting is not None:
        raise InvalidInput(OVERTAKEN)
    if (heading, text) == (newest.wording.heading, newest.wording.text):
        raise InvalidInput(
            N_("Nothing is changed yet: this is what version %(version)s says."), version=newest.wording.version
        )
    _require_cited(uow, Dated(Wording(slot, heading, text), day))
    row = ClauseProposal(
        kind=slot.kind,
        key=slot.key,
        variant=slot.variant,
        base_version=typed.base_version,
        heading=heading,
        text=text,
        valid_from=day,
        reason=reason,
        written_by_id=uow.actor.user_id,
        written_at=uow.now(),
        state=ProposalState.PROPOSED,
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:  # The other administrator was faster by a moment.
        raise InvalidInput(OVERTAKEN) from None
    _announce(uow, row, "propose", day)
    return row


def approve(uow: UnitOfWork, proposal_id: int) -> ClauseText:
    """Let a proposal become the next version. One whose day has passed is valid from today: no document of before was drafted
    from it.

    Raises NotFound, NotPermitted for its author, Conflict when somebody was faster, also with a text that leaves this one, or is
    left by it, to cite a clause that is not there; emits ProposalMoved.
    """
    _lock_waiting(uow, _fetch(uow, proposal_id).kind)
    row = _fetch(uow, proposal_id)
    _answer(uow, row, "approve")
    newest = versions_of(uow.session, row.slot)[0]
    if newest.wording.version != row.base_version:
        raise Conflict(N_("The clause was changed after this was proposed. Return it, so that it is written anew."))
    valid_from = max(row.valid_from, china_day(uow.now()))
    _require_still_cited(uow, Dated(row.wording, valid_from))
    version = ClauseText(
        kind=row.kind,
        key=row.key,
        variant=row.variant,
        version=row.base_version + 1,
        heading=row.heading,
        text=row.text,
        valid_from=valid_from,
        reason=row.reason,
        proposal_id=row.id,
        written_by_id=row.written_by_id,
        approved_by_id=uow.actor.user_id,
        approved_at=uow.now(),
    )
    uow.session.add(version)
    uow.flush()
    _announce(uow, row, "approve", version.valid_from)
    return version


def give_back(uow: UnitOfWork, proposal_id: int, reason: str) -> ClauseProposal:
    """Return a proposal with a reason. Raises NotFound, NotPermitted for its author, Conflict, InvalidInput; emits
    ProposalMoved."""
    row = _fetch(uow, proposal_id)
    PROPOSAL_STATES.require("return", row.state, relations_of(uow.actor, row))
    said = required(reason, "reason", LONGEST_REASON)
    _answer(uow, row, "return", said)
    _announce(uow, row, "return", row.valid_from)
    return row


def withdraw(uow: UnitOfWork, proposal_id: int) -> ClauseProposal:
    """The author takes his proposal back. Raises NotFound, NotPermitted, Conflict; emits ProposalMoved."""
    row = _fetch(uow, proposal_id)
    _answer(uow, row, "withdraw")
    _announce(uow, row, "withdraw", row.valid_from)
    return row


def _answer(uow: UnitOfWork, row: ClauseProposal, action: str, reason: str = "") -> None:
    answered = {"answered_by_id": uow.actor.user_id, "answered_at": uow.now(), "remark": reason}
    advance(uow, PROPOSAL_STATES, row, action, relations_of(uow.actor, row), reason, **answered)


def _day(typed: date | None, newest: Version, today: date) -> date:
    """From which day it is to be valid: versions follow each other, and none reaches back."""
    if typed is None:
        raise InvalidInput(N_("Say from which day it is valid."), field="valid_from")
    if typed < today:
        raise InvalidInput(
            N_("This day has passed. A text is valid from today on at the earliest."), field="valid_from"
        )
    if typed > today + FURTHEST:
        raise InvalidInput(N_("This day is more than two years away."), field="valid_from")
    if newest.valid_from is not None and typed < newest.valid_from:
        raise InvalidInput(
            N_("Version %(version)s is approved and begins later than that. The next one cannot begin before it."),
            field="valid_from",
            version=newest.wording.version,
        )
    return typed


def _require_cited(uow: UnitOfWork, new: Dated) -> None:
    """Raise InvalidInput where another clause names this one by a heading it would no longer have, or this one another so: in
    what is valid then, or is proposed."""
    broken = broken_by(uow.session, new, with_waiting=True)
    if broken is not None:
        field = "heading" if broken.clause else "text"
        raise InvalidInput(broken.message, field=field, clause=broken.clause, cited=broken.cited, day=broken.day)


def _require_still_cited(uow: UnitOfWork, new: Dated) -> None:
    """The same for what was approved since it was proposed; raises Conflict."""
    broken = broken_by(uow.session, new, with_waiting=False)
    if broken is not None:
        raise Conflict(broken.message, clause=broken.clause, cited=broken.cited, day=broken.day)


def _lock_waiting(uow: UnitOfWork, kind: DocumentKind) -> None:
    """Two who approve texts of one kind of document at once do it one after the other, so that the second sees the first's."""
    waits = (ClauseProposal.kind == kind, ClauseProposal.state == ProposalState.PROPOSED)
    uow.session.execute(select(ClauseProposal.id).where(*waits).order_by(ClauseProposal.id).with_for_update())


def _fetch(uow: UnitOfWork, proposal_id: int) -> ClauseProposal:
    require_reader(uow.actor)
    row = uow.session.get(ClauseProposal, proposal_id, populate_existing=True)
    if row is None:
        raise NotFound(NO_TEXT)
    return row


def _require_administrator(uow: UnitOfWork) -> None:
    require_reader(uow.actor)
    if not uow.actor.is_administrator:
        raise NotPermitted(N_("Only an administrator may do this."))


def _announce(uow: UnitOfWork, row: ClauseProposal, action: str, day: date) -> None:
    uow.emit(ProposalMoved(row.id, str(row.slot), row.base_version + 1, day.isoformat(), action))
