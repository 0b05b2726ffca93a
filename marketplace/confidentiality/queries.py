"""The reading side of agreements: one agreement, those about a result, what was opened, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from marketplace.accounts.queries import names_of_users
from marketplace.confidentiality import policy
from marketplace.confidentiality.models import (
    Agreement,
    AgreementFile,
    AgreementGround,
    AgreementSignature,
    NamedPaper,
    Opening,
)
from marketplace.confidentiality.rules import (
    CONFIDENTIALITY_STATES,
    LIVE,
    ConfidentialityState,
    OpeningFacts,
    ThingKind,
    closed_because,
)
from marketplace.contracts.rules import grouped
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import DomainError
from marketplace.kernel.states import Relation
from marketplace.listings.models import Attachment, Listing
from marketplace.listings.policy import is_insider
from marketplace.listings.queries import attachments_of
from marketplace.listings.rules import AttachmentKind
from marketplace.organisations.parties import PartyName, names_of
from marketplace.results.models import Result


@dataclass(frozen=True)
class Read:
    """One line of "who has read it"; the name is what the person is called now."""

    at: datetime
    person: str
    party: str
    thing: ThingKind
    name: str
    sha256: str
    version: int


@dataclass(frozen=True)
class Side:
    """One party with its signature and what that rested on, where it has signed."""

    role: str
    party: PartyName
    signature: AgreementSignature | None
    ground: AgreementGround | None


@dataclass(frozen=True)
class AgreementView:
    """One agreement as the actor may see it. `closed` says why nothing may be opened now, None where something may.

    `nameable` are the papers its owner could still open, for him alone; `read` is for both parties, author and officials.
    """

    agreement: Agreement
    title: str
    sides: tuple[Side, Side]
    held: frozenset[Relation]
    actions: frozenset[str]
    papers: Sequence[NamedPaper]
    nameable: Sequence[Attachment]
    file: AgreementFile | None
    closed: DomainError | None
    read: Sequence[Read]

    @property
    def owner(self) -> PartyName:
        """The party the result belongs to."""
        return self.sides[0].party

    @property
    def reader(self) -> PartyName:
        """The party that asks to read."""
        return self.sides[1].party

    @property
    def code(self) -> str:
        """The code to check it by, in groups; empty before its first signature."""
        return grouped(self.agreement.code or "")

    @property
    def is_reader(self) -> bool:
        """The actor may act for the reader's party."""
        return Relation.OTHER_SIDE in self.held

    @property
    def is_owner(self) -> bool:
        """The actor may act for the owner's party."""
        return Relation.OWNER in self.held

    @property
    def may_open(self) -> bool:
        """The actor may open what it protects, now."""
        return self.is_reader and self.closed is None

    @property
    def signs_for(self) -> PartyName | None:
        """The party the actor may sign for next."""
        if "sign" in self.actions:
            return self.reader
        return self.owner if "countersign" in self.actions else None


@dataclass(frozen=True)
class OfResult:
    """What the page of a result, or the talks about it, say of agreements; `may_ask` are the actor's parties that could ask."""

    agreements: Sequence[AgreementView]
    may_ask: Sequence[PartyName]


def agreement_view(uow: UnitOfWork, agreement_id: int) -> AgreementView:
    """One agreement. Raises NotFound for whoever may not know of it."""
    found = policy.require_visible(uow, uow.session.get(Agreement, agreement_id))
    return _view(uow, *found)


def of_result(uow: UnitOfWork, result_id: int, reader_party_id: int | None = None) -> OfResult:
    """Agreements about a result that the actor may know of, newest first; of one reader's party alone where it is given."""
    result = uow.session.get(Result, result_id)
    if result is None or not uow.actor.is_signed_in:
        return OfResult((), ())
    wanted = [Agreement.result_id == result_id]
    if reader_party_id is not None:
        wanted.append(Agreement.reader_party_id == reader_party_id)
    if not is_insider(uow.actor, result):
        wanted.append(policy.is_side(uow.actor))
    rows = uow.session.scalars(select(Agreement).where(*wanted).order_by(Agreement.id.desc())).all()
    views = [_view(uow, row, result, policy.relations(uow.actor, row)) for row in rows]
    return OfResult(views, _may_ask(uow, result, rows, reader_party_id))


def _may_ask(
    uow: UnitOfWork, result: Result, known: Sequence[Agreement], reader_party_id: int | None
) -> Sequence[PartyName]:
    if not policy.is_protected(result) or result.on_behalf or uow.actor.acts_for(result.party_id):
        return ()
    live = {one.reader_party_id for one in known if one.state in LIVE}
    asking = {party for party in policy.reader_parties(uow, result) if uow.actor.acts_for(party)} - live
    wanted = asking if reader_party_id is None else asking & {reader_party_id}
    return list(names_of(uow.session, wanted).values()) if wanted else ()


def _view(uow: UnitOfWork, agreement: Agreement, result: Result, held: frozenset[Relation]) -> AgreementView:
    session = uow.session
    names = names_of(session, (agreement.owner_party_id, agreement.reader_party_id))
    signed = {one.party_id: one for one in signatures(uow, agreement.id)}
    sides = (("owner", agreement.owner_party_id), ("reader", agreement.reader_party_id))
    rests_on = grounds(uow, agreement.id)
    owner, reader = (Side(role, names[party], signed.get(party), rests_on.get(party)) for role, party in sides)
    papers = named_papers(uow, agreement.id)
    return AgreementView(
        agreement=agreement,
        title=result.title,
        sides=(owner, reader),
        held=held,
        actions=frozenset(one.action for one in CONFIDENTIALITY_STATES.available(agreement.state, held)),
        papers=papers,
        nameable=_nameable(uow, result, papers) if Relation.OWNER in held else (),
        file=session.get(AgreementFile, agreement.id),
        closed=closed_because(opening_facts(uow, agreement, result)),
        read=openings(uow, agreement.id),
    )


def opening_facts(uow: UnitOfWork, agreement: Agreement, result: Result) -> OpeningFacts:
    """What decides whether something may be opened under it now."""
    return OpeningFacts(
        state=agreement.state,
        until=agreement.until,
        today=china_day(uow.now()),
        same_owner=result.party_id == agreement.owner_party_id,
        still_talking=agreement.reader_party_id in policy.reader_parties(uow, result),
        result_state=result.status,
    )


def signatures(uow: UnitOfWork, agreement_id: int) -> Sequence[AgreementSignature]:
    """The signatures of an agreement, oldest first."""
    of_one = select(AgreementSignature).where(AgreementSignature.agreement_id == agreement_id)
    return uow.session.scalars(of_one.order_by(AgreementSignature.at, AgreementSignature.party_id)).all()


def grounds(uow: UnitOfWork, agreement_id: int) -> dict[int, AgreementGround]:
    """What the signatures of an agreement rested on, by party."""
    of_one = select(AgreementGround).where(AgreementGround.agreement_id == agreement_id)
    return {one.party_id: one for one in uow.session.scalars(of_one)}


def named_papers(uow: UnitOfWork, agreement_id: int) -> Sequence[NamedPaper]:
    """The papers it opens, in the order in which they were named."""
    of_one = select(NamedPaper).where(NamedPaper.agreement_id == agreement_id)
    return uow.session.scalars(of_one.order_by(NamedPaper.named_at, NamedPaper.name)).all()


def proofs_of(uow: UnitOfWork, result_id: int) -> Sequence[Attachment]:
    """The papers of a result; photos are as public as itself."""
    return [one for one in attachments_of(uow, result_id) if one.kind is AttachmentKind.PROOF and not one.is_proposed]


def _nameable(uow: UnitOfWork, result: Result, named: Sequence[NamedPaper]) -> Sequence[Attachment]:
    known = {one.sha256 for one in named}
    return [one for one in proofs_of(uow, result.id) if one.sha256 not in known]


def openings(uow: UnitOfWork, agreement_id: int) -> list[Read]:
    """Who has opened what, newest first."""
    of_one = select(Opening).where(Opening.agreement_id == agreement_id)
    rows = uow.session.scalars(of_one.order_by(Opening.at.desc(), Opening.id.desc())).all()
    people = names_of_users(uow.session, {row.user_id for row in rows})
    parties = names_of(uow.session, {row.party_id for row in rows})
    return [
        Read(
            at=row.at,
            person=people.get(row.user_id, ""),
            party=parties[row.party_id].name,
            thing=row.thing,
            name=row.name,
            sha256=row.sha256,
            version=row.listing_version,
        )
        for row in rows
    ]


def owed(uow: UnitOfWork) -> Select[tuple[int, str, date]]:
    """Agreements that wait for a signature of the actor's: id, title of the result, last day."""
    own = Agreement.owner_party_id.in_(uow.actor.party_ids), Agreement.reader_party_id.in_(uow.actor.party_ids)
    turn: ColumnElement[bool] = or_(
        and_(Agreement.state == ConfidentialityState.SIGNED_BY_READER, own[0]),
        and_(Agreement.state == ConfidentialityState.ASKED, own[1]),
    )
    statement: Any = select(Agreement.id, Listing.title, Agreement.due_on).join(
        Listing, Listing.id == Agreement.result_id
    )
    return statement.where(turn).order_by(Agreement.due_on)  # type: ignore[no-any-return]
