"""The reading side of standard texts: which are valid on a day, how one came about, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, Select, false, select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import names_of_users
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import First, Slot, Standard, Wording, firsts
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.permissions import Actor
from marketplace.standards.models import ClauseProposal, ClauseText
from marketplace.standards.policy import NO_TEXT, may_read, relations_of, require_reader
from marketplace.standards.rules import PROPOSAL_STATES, ProposalState


@dataclass(frozen=True)
class Version:
    """A version with all that is known of it; the first has only its words, and is valid since there are documents."""

    wording: Wording
    valid_from: date | None = None
    reason: str = ""
    written_by: str = ""
    approved_by: str = ""
    approved_at: datetime | None = None
    proposal_id: int | None = None


@dataclass(frozen=True)
class Row:
    """A text in the list: the version valid today, the one that is to follow, and the proposal that waits."""

    first: First
    valid: Version
    coming: Version | None
    waiting_id: int | None

    @property
    def slot(self) -> Slot:
        """Which text it is."""
        return self.first.wording.slot


@dataclass(frozen=True)
class History:
    """One text: its versions, the newest first, and its proposals likewise."""

    first: First
    versions: tuple[Version, ...]
    proposals: tuple["Proposal", ...]
    today: date

    @property
    def slot(self) -> Slot:
        """Which text it is."""
        return self.first.wording.slot

    @property
    def newest(self) -> Version:
        """The last version approved, which may not be valid yet; the next one is written against it."""
        return self.versions[0]

    @property
    def valid(self) -> Version:
        """What documents are drafted from today."""
        return valid_on(self.versions, self.today)

    @property
    def waiting(self) -> "Proposal | None":
        """The proposal that is not answered yet."""
        return next((one for one in self.proposals if one.row.state is ProposalState.PROPOSED), None)


@dataclass(frozen=True)
class Proposal:
    """A proposal, who wrote and answered it, and what the reader may do with it."""

    row: ClauseProposal
    written_by: str
    answered_by: str
    actions: frozenset[str]


def standard_on(session: Session, kind: DocumentKind, day: date) -> Standard:
    """The texts from which a document of this kind is drafted on a day in China; amendments and agreements that end a contract
    have texts of their own."""
    valid = (ClauseText.kind == kind, ClauseText.valid_from <= day)
    rows = session.scalars(select(ClauseText).where(*valid).order_by(ClauseText.version))
    return Standard({row.slot: row.wording for row in rows})


def versions_of(session: Session, slot: Slot) -> tuple[Version, ...]:
    """Every version of a text, the newest first. Raises NotFound."""
    first = first_of(slot)
    rows = session.scalars(select(ClauseText).where(*_in(ClauseText, slot)).order_by(ClauseText.version.desc())).all()
    return (*_versions(session, rows), Version(first.wording))


def valid_on(versions: Sequence[Version], day: date) -> Version:
    """Of versions, the newest first, the one valid on a day."""
    return next(one for one in versions if one.valid_from is None or one.valid_from <= day)


def first_of(slot: Slot) -> First:
    """What the file says of a text. Raises NotFound."""
    if slot not in firsts():
        raise NotFound(NO_TEXT)
    return firsts()[slot]


def slot_named(name: str) -> Slot:
    """The slot that is written so (`contract.scope.licence`). Raises NotFound."""
    found = next((slot for slot in firsts() if str(slot) == name), None)
    if found is None:
        raise NotFound(NO_TEXT)
    return found


def history(uow: UnitOfWork, slot: Slot) -> History:
    """One text with all that happened to it. Raises NotFound, also for whoever may not know."""
    require_reader(uow.actor)
    proposals = _proposals(uow, *_in(ClauseProposal, slot))
    return History(first_of(slot), versions_of(uow.session, slot), proposals, china_day(uow.now()))


def proposal(uow: UnitOfWork, proposal_id: int) -> Proposal:
    """One proposal. Raises NotFound, also for whoever may not know."""
    require_reader(uow.actor)
    found = _proposals(uow, ClauseProposal.id == proposal_id)
    if not found:
        raise NotFound(NO_TEXT)
    return found[0]


def waiting(uow: UnitOfWork) -> tuple[Proposal, ...]:
    """What waits for an answer, the newest first. Raises NotFound."""
    require_reader(uow.actor)
    return _proposals(uow, ClauseProposal.state == ProposalState.PROPOSED)


def overview(uow: UnitOfWork) -> Mapping[DocumentKind, tuple[Row, ...]]:
    """Every text by kind of document, in the order of its clauses. Raises NotFound."""
    require_reader(uow.actor)
    session, today = uow.session, china_day(uow.now())
    rows = session.scalars(select(ClauseText).order_by(ClauseText.version.desc())).all()
    made = _versions(session, rows)
    open_ids = {one.row.slot: one.row.id for one in waiting(uow)}
    found = []
    for slot, first in firsts().items():
        versions = (*(one for one in made if one.wording.slot == slot), Version(first.wording))
        valid = valid_on(versions, today)
        coming = versions[0] if versions[0] is not valid else None
        found.append(Row(first, valid, coming, open_ids.get(slot)))
    return {kind: tuple(of_kind) for kind, of_kind in groupby(found, key=lambda row: row.slot.kind)}


def to_answer(actor: Actor) -> Select[int, str, datetime]:
    """Proposals that wait for the actor: id, heading, since when. None for whoever may not answer them."""
    waits = ClauseProposal.state == ProposalState.PROPOSED
    mine = waits & (ClauseProposal.written_by_id != actor.user_id) if may_read(actor) else false()
    return select(ClauseProposal.id, ClauseProposal.heading, ClauseProposal.written_at).where(mine)


def _in(model: type[ClauseText] | type[ClauseProposal], slot: Slot) -> tuple[ColumnElement[bool], ...]:
    return model.kind == slot.kind, model.key == slot.key, model.variant == slot.variant


def _versions(session: Session, rows: Sequence[ClauseText]) -> tuple[Version, ...]:
    names = names_of_users(session, [id_ for row in rows for id_ in (row.written_by_id, row.approved_by_id)])
    return tuple(
        Version(
            row.wording,
            row.valid_from,
            row.reason,
            names[row.written_by_id],
            names[row.approved_by_id],
            row.approved_at,
            row.proposal_id,
        )
        for row in rows
    )


def _proposals(uow: UnitOfWork, *which: ColumnElement[bool]) -> tuple[Proposal, ...]:
    rows = uow.session.scalars(select(ClauseProposal).where(*which).order_by(ClauseProposal.id.desc())).all()
    names = names_of_users(uow.session, [id_ for row in rows for id_ in (row.written_by_id, row.answered_by_id)])
    return tuple(
        Proposal(
            row,
            names[row.written_by_id],
            names[row.answered_by_id] if row.answered_by_id else "",
            frozenset(one.action for one in PROPOSAL_STATES.available(row.state, relations_of(uow.actor, row))),
        )
        for row in rows
    )
