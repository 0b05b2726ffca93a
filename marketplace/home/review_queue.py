"""Everything an official has to decide, of all kinds in one list, the oldest first. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from marketplace.accounts.models import User
from marketplace.benefits import policy as benefit_policy
from marketplace.benefits.models import Declaration
from marketplace.benefits.rules import DeclarationState
from marketplace.contracts.models import Document, Scan, ScanConfirmation
from marketplace.contracts.rules import LIVE, PaperState
from marketplace.deals import policy as deal_policy
from marketplace.deals.models import Deal
from marketplace.duplicates import policy as duplicate_policy
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import DuplicateState
from marketplace.home.rules import DAYS_ALLOWED, Age, ReviewKind, age
from marketplace.identity import policy as identity_policy
from marketplace.identity.models import Authority, AuthorityStep, Identity
from marketplace.identity.rules import IdentityState
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, day_begins
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Claim, Listing, Revision
from marketplace.listings.policy import is_in_office
from marketplace.listings.rules import ClaimState, ListingKind, RevisionState
from marketplace.needs.rules import NeedState
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.payments.models import Receipt
from marketplace.payments.rules import ReceiptState
from marketplace.registrations.models import Registration, RegistrationRecord
from marketplace.registrations.rules import RecordState
from marketplace.results.rules import ResultState
from marketplace.rewards.models import Reward
from marketplace.rewards.policy import is_of_my_office
from marketplace.rewards.rules import RewardState
from marketplace.statistics.models import Snapshot
from marketplace.statistics.rules import SnapshotState

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to; None is everything."""

    kind: ReviewKind | None = None
    county: str | None = None


@dataclass(frozen=True)
class ReviewRow:
    """One thing to decide. `target_id` is a listing, claim, unit, identity, authority, duplicate, reward, benefit or snapshot,
    or the deal of what is verified."""

    kind: ReviewKind
    target_id: int
    title: str
    county: str | None
    since: datetime
    age: Age


@dataclass(frozen=True)
class KindRow:
    """How much of one kind waits, how old the oldest is, and how many are beyond their time."""

    kind: ReviewKind
    count: int
    oldest: Age
    overdue: int


def listed(uow: UnitOfWork, wanted: Wanted, offset: int = 0, limit: int = 50) -> list[ReviewRow]:
    """A stretch of the queue of this official, the oldest first."""
    rows = _rows(uow.actor)
    statement = _narrowed(select(rows), rows, wanted).order_by(rows.c.since, rows.c.kind, rows.c.target_id)
    today = china_day(uow.now())
    return [_read(row, today) for row in uow.session.execute(statement.offset(offset).limit(limit))]


def oldest(uow: UnitOfWork, kind: ReviewKind, target_id: int, official: Actor | None = None) -> ReviewRow | None:
    """The one that has waited longest of a kind about one thing, if the queue of the official (else the actor's) has it."""
    rows = _rows(official or uow.actor)
    this = select(rows).where(rows.c.kind == kind.value, rows.c.target_id == target_id)
    row = uow.session.execute(this.order_by(rows.c.since).limit(1)).one_or_none()
    return _read(row, china_day(uow.now())) if row else None


def count(uow: UnitOfWork, wanted: Wanted) -> int:
    """How many things wait."""
    rows = _rows(uow.actor)
    return uow.session.scalar(_narrowed(select(func.count()).select_from(rows), rows, wanted)) or 0


def by_kind(uow: UnitOfWork) -> list[KindRow]:
    """What waits by kind, in the order of the kinds; kinds of which nothing waits are left out."""
    rows, today = _rows(uow.actor), china_day(uow.now())
    overdue = func.sum(case((_is_overdue(rows, today), 1), else_=0))
    statement = select(rows.c.kind, func.count(), func.min(rows.c.since), overdue).group_by(rows.c.kind)
    found = {ReviewKind(kind): values for kind, *values in uow.session.execute(statement)}
    return [
        KindRow(kind, number, age(china_day(oldest), today, DAYS_ALLOWED[kind]), int(late))
        for kind in ReviewKind
        if kind in found
        for number, oldest, late in [found[kind]]
    ]


def _is_overdue(rows: Subquery, today: date) -> ColumnElement[bool]:
    """The same as Age.overdue, for the database: the day it began lies more days back than allowed."""
    late = [
        (rows.c.kind == kind.value) & (rows.c.since < day_begins(today - timedelta(days=allowed)))
        for kind, allowed in DAYS_ALLOWED.items()
        if allowed is not None
    ]
    return or_(*late)


def _narrowed(statement: Rows, rows: Subquery, wanted: Wanted) -> Rows:
    if wanted.kind is not None:
        statement = statement.where(rows.c.kind == wanted.kind.value)
    if wanted.county is not None:
        statement = statement.where(or_(rows.c.county == wanted.county, rows.c.other_county == wanted.county))
    return statement


def _read(row: Any, today: date) -> ReviewRow:
    kind = ReviewKind(row.kind)
    waited = age(china_day(row.since), today, DAYS_ALLOWED[kind])
    return ReviewRow(kind, row.target_id, row.title, row.county, row.since, waited)


def _rows(actor: Actor) -> Subquery:
    """All kinds with the same columns. Each branch is narrowed to the official's scope by its feature's own rule."""
    listing = is_in_office(actor)
    in_review = {
        ReviewKind.RESULT: (Listing.kind == ListingKind.RESULT) & (Listing.state == ResultState.COUNTY_REVIEW),
        ReviewKind.NEED: (Listing.kind == ListingKind.NEED) & (Listing.state == NeedState.REVIEW),
    }
    listings = [
        _columns(kind, Listing.id, Listing.title, Listing.county, Listing.stage_since).where(condition, listing)
        for kind, condition in in_review.items()
    ]
    revisions = (
        _columns(ReviewKind.REVISION, Listing.id, Listing.title, Listing.county, Revision.proposed_at)
        .join(Revision, Revision.listing_id == Listing.id)
        .where(Revision.state == RevisionState.PROPOSED, listing)
    )
    claims = (
        _columns(ReviewKind.CLAIM, Claim.id, Listing.title, Listing.county, Claim.claimed_at)
        .select_from(Claim)
        .join(Listing, Listing.id == Claim.listing_id)
        .where(Claim.state == ClaimState.PENDING, listing)
    )
    return union_all(
        *listings,
        revisions,
        claims,
        _organisations(actor),
        _identities(actor),
        _authorities(actor),
        _scans(actor),
        _receipts(actor),
        _registrations(actor),
        _duplicates(actor),
        _rewards(actor),
        _benefits(actor),
        _snapshots(actor),
    ).subquery()


def _organisations(actor: Actor) -> Rows:
    since = func.coalesce(Organisation.submitted_at, Organisation.created_at)
    columns = _columns(ReviewKind.ORGANISATION, Organisation.id, Organisation.name, Organisation.county, since)
    waiting = columns.where(Organisation.state == OrganisationState.SUBMITTED)
    return waiting if actor.is_city_official else waiting.where(Organisation.county.in_(actor.counties))


def _identities(actor: Actor) -> Rows:
    """Numbers that people gave, to be compared with their cards; nobody compares his own."""
    return (
        _columns(ReviewKind.IDENTITY, Identity.id, User.name, User.county, Identity.declared_at)
        .select_from(Identity)
        .join(User, User.id == Identity.user_id)
        .where(Identity.state == IdentityState.DECLARED, identity_policy.people_in_office(actor))
    )


def _authorities(actor: Actor) -> Rows:
    """Authorities to sign on which nothing was found yet; nobody verifies those of a unit he belongs to."""
    found = select(AuthorityStep.id).where(AuthorityStep.authority_id == Authority.id)
    return (
        _columns(ReviewKind.AUTHORITY, Authority.id, Organisation.name, Organisation.county, Authority.recorded_at)
        .select_from(Authority)
        .join(Organisation, Organisation.id == Authority.organisation_id)
        .where(~found.exists(), identity_policy.authorities_in_office(actor))
    )


def _scans(actor: Actor) -> Rows:
    """Scans that both parties have confirmed, waiting since the last confirmation; nobody verifies his own paper."""
    confirmed = (
        select(func.max(ScanConfirmation.at))
        .join(Scan, Scan.id == ScanConfirmation.scan_id)
        .where(Scan.document_id == Document.id)
        .scalar_subquery()
    )
    since = func.coalesce(confirmed, Document.created_at)
    return (
        _columns(ReviewKind.SCAN, Deal.id, Deal.title, Deal.seller_county, since, Deal.buyer_county)
        .select_from(Deal)
        .join(Document, Document.deal_id == Deal.id)
        .where(Document.paper == PaperState.CONFIRMED, Document.state.in_(LIVE), deal_policy.is_in_office(actor))
    )


def _receipts(actor: Actor) -> Rows:
    """Payments whose arrival is confirmed; nobody verifies money he has a stake in."""
    return (
        _columns(ReviewKind.RECEIPT, Deal.id, Deal.title, Deal.seller_county, Receipt.confirmed_at, Deal.buyer_county)
        .select_from(Deal)
        .join(Receipt, Receipt.deal_id == Deal.id)
        .where(Receipt.state == ReceiptState.CONFIRMED, deal_policy.is_in_office(actor))
    )


def _registrations(actor: Actor) -> Rows:
    """Papers of the registrar that wait to be compared with their scan; nobody verifies what he has a stake in."""
    since = RegistrationRecord.recorded_at
    return (
        _columns(ReviewKind.REGISTRATION, Deal.id, Deal.title, Deal.seller_county, since, Deal.buyer_county)
        .select_from(Deal)
        .join(Registration, Registration.deal_id == Deal.id)
        .join(RegistrationRecord, RegistrationRecord.registration_id == Registration.id)
        .where(RegistrationRecord.state == RecordState.RECORDED, deal_policy.is_in_office(actor))
    )


def _duplicates(actor: Actor) -> Rows:
    """Pairs of records that may be one contract."""
    where, since, other = Duplicate.seller_county, Duplicate.found_at, Duplicate.buyer_county
    columns = _columns(ReviewKind.DUPLICATE, Duplicate.id, Duplicate.title, where, since, other)
    return columns.where(Duplicate.state == DuplicateState.OPEN, duplicate_policy.is_in_office(actor))


def _rewards(actor: Actor) -> Rows:
    """Rewards somebody has objected to, and those that are held."""
    return (
        _columns(ReviewKind.REWARD, Reward.id, Deal.title, Deal.seller_county, Reward.moved_at)
        .select_from(Reward)
        .join(Deal, Deal.id == Reward.deal_id)
        .where(Reward.state.in_((RewardState.DISPUTED, RewardState.HELD)), is_of_my_office(actor))
    )


def _benefits(actor: Actor) -> Rows:
    """Declared benefits; nobody checks those of a unit he belongs to."""
    since = Declaration.declared_at
    return (
        _columns(ReviewKind.BENEFIT, Declaration.id, Listing.title, Organisation.county, since)
        .select_from(Declaration)
        .join(Listing, Listing.id == Declaration.result_id)
        .join(Organisation, Organisation.id == Declaration.organisation_id)
        .where(Declaration.state == DeclarationState.DECLARED, benefit_policy.is_in_office(actor))
    )


def _snapshots(actor: Actor) -> Rows:
    """Figures that another official of the city has frozen; nobody publishes his own."""
    return _columns(ReviewKind.SNAPSHOT, Snapshot.id, Snapshot.title, cast(null(), String), Snapshot.frozen_at).where(
        Snapshot.state == SnapshotState.FROZEN,
        Snapshot.frozen_by_id != actor.user_id if actor.is_city_official else false(),
    )


def _columns(kind: ReviewKind, target: Any, title: Any, county: Any, since: Any, other_county: Any = None) -> Rows:
    return select(
        literal(kind.value).label("kind"),
        target.label("target_id"),
        title.label("title"),
        county.label("county"),
        (null() if other_county is None else other_county).label("other_county"),
        since.label("since"),
    )
