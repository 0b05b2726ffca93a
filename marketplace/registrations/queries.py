"""The reading side of registrations: one deal's page, the standing for the track bar, and what an official exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import names_of_users
from marketplace.contracts.models import Document
from marketplace.deals.models import Deal
from marketplace.deals.policy import is_in_office, require_visible
from marketplace.deals.progress import REGISTRATION
from marketplace.deals.rules import DealState
from marketplace.deals.stops import Said, says_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.parties import PartyName, names_of
from marketplace.registrations.filling import assigned_patent, signed_contract
from marketplace.registrations.models import PatentTransfer, Registration, RegistrationEntry, RegistrationRecord
from marketplace.registrations.official_form import RuleSet, form_on
from marketplace.registrations.rules import (
    APPLICABLE,
    LIVE,
    RECORD_STATES,
    REGISTRATION_STATES,
    TRANSFER_STATES,
    RecordKind,
    RecordState,
    RegistrationState,
    TransferState,
)

_STANDS = {
    RegistrationState.APPLIED: "current",
    RegistrationState.REGISTERED: "done",
    RegistrationState.REFUSED: "failed",
    RegistrationState.CANCELLED: "failed",
}
"""How the track bar shows an application; a draft, or one that was withdrawn, is none yet."""


@dataclass(frozen=True)
class RecordRow:
    """A paper of the registrar, who recorded and who answered it, and what the reader may do with it."""

    record: RegistrationRecord
    recorded_by: str
    answered_by: str
    actions: frozenset[str]


@dataclass(frozen=True)
class RegistrationRow:
    """An application with the papers that belong to it, the newest first, the form it was filled in by, and its last day."""

    registration: Registration
    form: RuleSet
    records: tuple[RecordRow, ...]
    actions: frozenset[str]
    due: date | None

    @property
    def waiting(self) -> RecordRow | None:
        """The paper that an official has to look at."""
        return next((row for row in self.records if row.record.state is RecordState.RECORDED), None)

    @property
    def valid(self) -> RegistrationRecord | None:
        """The paper that counts now; None before the first is verified, and after a cancellation."""
        verified = (row.record for row in self.records if row.record.state is RecordState.VERIFIED)
        last = next(verified, None)
        return None if last is None or last.kind is RecordKind.CANCELLATION else last


@dataclass(frozen=True)
class TransferRow:
    """The registration of a patent's assignment with CNIPA, and what the reader may do with it."""

    transfer: PatentTransfer
    actions: frozenset[str]


@dataclass(frozen=True)
class RegistrationPage:
    """Everything about registration in one deal. `patent` is the number of the patent that its contract assigns, if any."""

    deal: Deal
    relations: frozenset[Relation]
    seller: PartyName
    buyer: PartyName
    contract: Document | None
    signed_fen: int
    rows: tuple[RegistrationRow, ...]
    entries: tuple[RegistrationEntry, ...]
    can_apply: bool
    patent: str | None
    transfers: tuple[TransferRow, ...]
    can_apply_at_cnipa: bool

    @property
    def live(self) -> RegistrationRow | None:
        """The application or registration that has not ended."""
        return next((row for row in self.rows if row.registration.state in LIVE), None)

    @property
    def a2_fen(self) -> int:
        """What is registered now, in fen."""
        return sum(entry.a2_fen for entry in self.entries)

    @property
    def a3_fen(self) -> int:
        """Of it what is technology, in fen."""
        return sum(entry.a3_fen for entry in self.entries)

    @property
    def sees_scans(self) -> bool:
        """Papers are for the parties and officials, not for the authors of listings."""
        return bool(self.relations & {Relation.PARTY, Relation.OFFICIAL})

    @property
    def is_terminated(self) -> bool:
        """Whether the contract was ended: its registration may then be cancelled."""
        return self.deal.state is DealState.TERMINATED

    def row(self, registration_id: int) -> RegistrationRow | None:
        """The application of this id."""
        return next((one for one in self.rows if one.registration.id == registration_id), None)


def registration_page(uow: UnitOfWork, deal_id: int) -> RegistrationPage:
    """Registration in one deal. Raises NotFound when it is not there or not for this actor to know of."""
    session = uow.session
    deal, held = require_visible(session, uow.actor, session.get(Deal, deal_id))
    names = names_of(session, (deal.seller_party_id, deal.buyer_party_id))
    contract, patent = signed_contract(session, deal_id), assigned_patent(session, deal)
    rows, transfers = _rows(uow, deal_id, held), _transfers(session, deal_id, held)
    is_open = contract is not None and deal.state in APPLICABLE
    is_live = any(row.registration.state in LIVE for row in rows)
    at_cnipa = any(row.transfer.state is not TransferState.REFUSED for row in transfers)
    entries = select(RegistrationEntry).where(RegistrationEntry.deal_id == deal_id).order_by(RegistrationEntry.id)
    return RegistrationPage(
        deal=deal,
        relations=held,
        seller=names[deal.seller_party_id],
        buyer=names[deal.buyer_party_id],
        contract=contract,
        signed_fen=contract.amount_fen if contract else 0,
        rows=rows,
        entries=tuple(session.scalars(entries)),
        can_apply=is_open and not is_live and Relation.SELLER in held,
        patent=patent,
        transfers=transfers,
        can_apply_at_cnipa=is_open and patent is not None and not at_cnipa and Relation.PARTY in held,
    )


def page_of(uow: UnitOfWork, registration_id: int) -> tuple[RegistrationPage, RegistrationRow]:
    """The page of the deal of an application, with its row there. Raises NotFound."""
    deal_id = uow.session.scalar(select(Registration.deal_id).where(Registration.id == registration_id))
    if deal_id is not None:
        page = registration_page(uow, deal_id)
        row = page.row(registration_id)
        if row is not None:
            return page, row
    raise NotFound(N_("There is no such registration."))


def _rows(uow: UnitOfWork, deal_id: int, held: frozenset[Relation]) -> tuple[RegistrationRow, ...]:
    """Newest first. What is still a draft only the seller sees."""
    session = uow.session
    of_deal = select(Registration).where(Registration.deal_id == deal_id).order_by(Registration.id.desc())
    found = [
        one
        for one in session.scalars(of_deal)
        if one.submitted_at is not None or Relation.SELLER in held or Relation.SYSTEM in held
    ]
    wanted = select(RegistrationRecord).where(RegistrationRecord.registration_id.in_([one.id for one in found]))
    records = session.scalars(wanted.order_by(RegistrationRecord.id.desc())).all()
    people = names_of_users(session, {user for row in records for user in (row.recorded_by_id, row.answered_by_id)})
    return tuple(_row(one, [row for row in records if row.registration_id == one.id], people, held) for one in found)


def _row(
    registration: Registration,
    records: Sequence[RegistrationRecord],
    people: Mapping[int | None, str],
    held: frozenset[Relation],
) -> RegistrationRow:
    is_waiting = any(row.state is RecordState.RECORDED for row in records)
    actions = {one.action for one in REGISTRATION_STATES.available(registration.state, held)} - {"register", "cancel"}
    if is_waiting:
        actions -= {"refuse", "withdraw"}
    elif Relation.SELLER in held and registration.state is RegistrationState.APPLIED:
        actions |= {RecordKind.CERTIFICATE.value}
    elif Relation.SELLER in held and registration.state is RegistrationState.REGISTERED:
        actions |= {RecordKind.CHANGE.value, RecordKind.CANCELLATION.value}
    rows = tuple(
        RecordRow(
            row,
            people.get(row.recorded_by_id, ""),
            people.get(row.answered_by_id, ""),
            frozenset(one.action for one in RECORD_STATES.available(row.state, held)),
        )
        for row in records
    )
    due = None if is_waiting else due_on(registration)
    return RegistrationRow(registration, form_on(registration.form_since), rows, frozenset(actions), due)


def due_on(registration: Registration) -> date | None:
    """The last day of the state's time: a registrar has 30 days (技术合同认定登记管理办法 2000 art. 11)."""
    days = REGISTRATION_STATES.days_allowed(registration.state)
    since = china_day(registration.submitted_at or registration.begun_at)
    return None if days is None else since + timedelta(days=days)


def _transfers(session: Session, deal_id: int, held: frozenset[Relation]) -> tuple[TransferRow, ...]:
    of_deal = select(PatentTransfer).where(PatentTransfer.deal_id == deal_id).order_by(PatentTransfer.id.desc())
    return tuple(
        TransferRow(one, frozenset(action.action for action in TRANSFER_STATES.available(one.state, held)))
        for one in session.scalars(of_deal)
    )


@says_of(REGISTRATION)
def standing(uow: UnitOfWork, deal_id: int) -> Said | None:
    """How far the registration of a deal has come, for the track bar; None where nothing was applied for."""
    told = (Registration.deal_id == deal_id, Registration.state.in_(_STANDS))
    state = uow.session.scalar(select(Registration.state).where(*told).order_by(Registration.id.desc()).limit(1))
    return None if state is None else Said(_STANDS[state])


@dataclass(frozen=True)
class RegisteredRow:
    """One registered contract as an official reports it: its application, the first certificate's day, A2 and A3 in fen."""

    deal: Deal
    registration: Registration
    form: RuleSet
    number: str
    dated: date
    a2_fen: int
    a3_fen: int


def registered(uow: UnitOfWork, first: date, last: date) -> list[RegisteredRow]:
    """What was registered for the first time from one day to another, as it stood on the last; by the day of the certificate.

    Only deals of the official's counties in which he has no stake; what was cancelled by then has no amounts.
    """
    if not uow.actor.is_official:
        return []
    certificate = (
        select(RegistrationRecord.registration_id, RegistrationRecord.dated)
        .where(RegistrationRecord.kind == RecordKind.CERTIFICATE, RegistrationRecord.state == RecordState.VERIFIED)
        .where(RegistrationRecord.dated.between(first, last))
        .subquery()
    )
    found = (
        select(Registration, Deal, certificate.c.dated)
        .join(certificate, certificate.c.registration_id == Registration.id)
        .join(Deal, Deal.id == Registration.deal_id)
        .where(is_in_office(uow.actor))
        .order_by(certificate.c.dated, Registration.id)
    )
    sums = _sums_until(uow.session, last)
    rows = uow.session.execute(found).all()
    return [_registered(row.Registration, row.Deal, row.dated, sums) for row in rows]


def _registered(registration: Registration, deal: Deal, dated: date, sums: dict[int, tuple[int, int]]) -> RegisteredRow:
    a2_fen, a3_fen = sums.get(registration.id, (0, 0))
    form = form_on(registration.form_since)
    return RegisteredRow(deal, registration, form, registration.number or "", dated, a2_fen, a3_fen)


def _sums_until(session: Session, day: date) -> dict[int, tuple[int, int]]:
    """A2 and A3 of every registration as they stood on a day, in fen."""
    sums = (
        select(
            RegistrationRecord.registration_id, func.sum(RegistrationEntry.a2_fen), func.sum(RegistrationEntry.a3_fen)
        )
        .join(RegistrationRecord, RegistrationRecord.id == RegistrationEntry.record_id)
        .where(RegistrationEntry.dated <= day)
        .group_by(RegistrationRecord.registration_id)
    )
    return {key: (int(a2), int(a3)) for key, a2, a3 in session.execute(sums)}


def never_applied() -> ColumnElement[bool]:
    """Deals nobody has begun an application for."""
    return ~exists().where(Registration.deal_id == Deal.id)
