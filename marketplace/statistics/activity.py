"""The rows of what is counted beside the amounts: how much was published, answered, converted and received."""

from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.infra.database import UtcDateTime
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import TransferKind
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.models import Need
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, ReceiptKind, ReceiptState
from marketplace.registrations.models import RegistrationEntry
from marketplace.registrations.rules import RecordKind
from marketplace.results.models import Result
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.statistics.rows import (
    Column,
    Rows,
    along_contract,
    along_receipt,
    along_reward,
    china_day,
    facts,
    labelled,
    month_of,
    of_deal,
    source,
    taken_back,
    year_of,
)
from marketplace.statistics.rules import Dimension

ANSWER_DAYS = 30
"""A need is answered in time when somebody expresses interest within so many days of its publication."""


class days_later(functions.GenericFunction[Any]):  # noqa: N801 - a function of SQL is written like one
    """A UTC moment so many whole days later."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(days_later, "sqlite")
def _days_later_sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(clause, **options) for clause in element.clauses)
    # Its seconds have but three decimals; those that are kept have six.
    return f"strftime('%Y-%m-%d %H:%M:%S', {moment}, '+' || {days} || ' days') || substr({moment}, 20)"


@compiles(days_later, "postgresql")
def _days_later_postgresql(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    moment, days = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({moment}) + make_interval(days => {days})"


def results_published() -> Rows:
    """C1. Each result on the day it was first shown to everybody, whatever became of it later."""
    day = china_day(Result.published_at)
    columns = facts(source("result", Result.id), None, day, Result.published_at, 1)
    return select(*columns, *labelled({Dimension.MONTH: month_of(day)})).where(Result.published_at.is_not(None))


def needs_answered() -> Rows:
    """C2. Each need on the day it was published, from the day on which its time is over; 1 where somebody was interested."""
    day, deadline = china_day(Need.published_at), days_later(Need.published_at, ANSWER_DAYS)
    asked = exists().where(Interest.need_id == Need.id, Interest.side == Side.RESULT, Interest.created_at <= deadline)
    columns = facts(source("need", Need.id), None, day, deadline, case((asked, 1), else_=0), whole=1)
    return select(*columns, *labelled({Dimension.MONTH: month_of(day)})).where(Need.published_at.is_not(None))


def interests_accepted() -> Rows:
    """C3. Each interest on the day it was accepted."""
    day = china_day(Interest.answered_at)
    dimensions: dict[Dimension, Column] = {Dimension.ORIGIN: Interest.origin, Dimension.MONTH: month_of(day)}
    columns = facts(source("interest", Interest.id), None, day, Interest.answered_at, 1)
    return select(*columns, *labelled(dimensions)).where(Interest.state == InterestState.ACCEPTED)


def results_converted() -> Rows:
    """C4. Each result once, by the first contract about it that is on record."""
    first = func.row_number().over(partition_by=Deal.result_id, order_by=(Entry.recorded_at, Entry.id))
    numbered = (
        select(Entry.id, first.label("place"))
        .join(Deal, Deal.id == Entry.deal_id)
        .where(Entry.kind == EntryKind.IN_FORCE, Deal.result_id.is_not(None))
        .subquery()
    )
    columns = facts(source("entry", Entry.id), Entry.deal_id, Entry.dated, Entry.recorded_at, 1)
    dimensions = labelled(of_deal(Entry.dated, Document.contract_type, Document.basis))
    is_first = and_(numbered.c.id == Entry.id, numbered.c.place == 1)
    return along_contract(select(*columns, *dimensions).join(numbered, is_first), Entry.deal_id)


def received_of_contracts() -> Rows:
    """C5. By the day a contract came into force: its fixed amount, and what of it has been received, less refunds."""
    day = china_day(Deal.in_force_at)
    is_new = case((Entry.kind == EntryKind.IN_FORCE, 1), else_=0)
    named = source("entry", Entry.id)
    agreed = facts(named, Entry.deal_id, day, Entry.recorded_at, 0, whole=Entry.amount_fen, counted=is_new)
    dimensions = labelled(of_deal(day, Document.contract_type, Document.basis))
    signed = along_contract(select(*agreed, *dimensions), Entry.deal_id)
    received = select(
        *facts(
            source("receipt", Receipt.id),
            Receipt.deal_id,
            day,
            Receipt.verified_at,
            case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen),
            counted=0,
        ),
        *dimensions,
    )
    verified = (Receipt.state == ReceiptState.VERIFIED, Milestone.kind == MilestoneKind.FIXED)
    return select(union_all(signed, along_receipt(received).where(*verified)).subquery())


def contracts_registered() -> Rows:
    """C8. By the day a contract came into force: each contract, and 1 where it is registered, until that is cancelled."""
    day = china_day(Deal.in_force_at)
    dimensions = labelled(of_deal(day, Document.contract_type, Document.basis))
    agreed = facts(source("entry", Entry.id), Entry.deal_id, day, Entry.recorded_at, 0, whole=1)
    signed = along_contract(select(*agreed, *dimensions), Entry.deal_id).where(Entry.kind == EntryKind.IN_FORCE)
    is_registered = case({RecordKind.CERTIFICATE: 1, RecordKind.CANCELLATION: -1}, value=RegistrationEntry.kind)
    named, known_at = source("registration_entry", RegistrationEntry.id), RegistrationEntry.recorded_at
    papers = facts(named, RegistrationEntry.deal_id, day, known_at, is_registered, counted=0)
    registered = along_contract(select(*papers, *dimensions), RegistrationEntry.deal_id).where(
        RegistrationEntry.kind != RecordKind.CHANGE
    )
    return select(union_all(signed, registered).subquery())


def people_paid() -> Rows:
    """C6. Each person once in a calendar year, with his first payment of it; no longer once all of them were taken back."""
    moves = _person_years().subquery().c
    at = (moves.at, moves.payout_id, moves.step.desc())
    of_person = {"partition_by": (moves.person, moves.year), "order_by": at}
    standing = func.sum(moves.step).over(**of_person)  # type: ignore[arg-type]
    of = select(*moves, cast(standing, Integer).label("standing")).subquery().c
    turns = (
        select(*of).where(or_(and_(of.step == 1, of.standing == 1), and_(of.step == -1, of.standing == 0))).subquery()
    )
    one = _with_what_it_ends(turns).subquery().c
    named = case((one.step == 1, literal("payout:")), else_=literal("payout_back:")).concat(cast(one.payout_id, String))
    rows = select(
        *facts(named.label("source"), Reward.deal_id, one.dated, one.at, one.step, counted=one.step),
        *labelled(of_deal(one.dated, Document.contract_type, Document.basis)),
    ).join(Reward, Reward.id == one.counted_reward_id)
    return along_reward(rows)


def _with_what_it_ends(turns: Subquery) -> Select[Any]:
    """Turns of a person's year alternate. What takes him off is dated and cut as what had counted him, so that no part of the
    figure has people less than none."""
    of = turns.c
    window = {"partition_by": (of.person, of.year), "order_by": (of.at, of.payout_id, of.step.desc())}
    before = {name: func.lag(of[name]).over(**window) for name in ("paid_on", "reward_id")}  # type: ignore[arg-type]
    return select(
        *of,
        case((of.step == 1, of.paid_on), else_=before["paid_on"]).label("dated"),
        case((of.step == 1, of.reward_id), else_=before["reward_id"]).label("counted_reward_id"),
    )


def _person_years() -> Any:
    """Every payment to a person (1) and every one that was taken back (-1). Who has no account is known by his unit and name."""
    person = case(
        (RewardLine.user_id.is_not(None), literal("user:").concat(cast(RewardLine.user_id, String))),
        else_=literal("unit:").concat(cast(Reward.organisation_id, String)).concat(":").concat(RewardLine.name),
    )

    def moved(step: int, at: Column) -> Select[Any]:
        return (
            select(
                Payout.id.label("payout_id"),
                Payout.reward_id,
                Payout.paid_on,
                at.label("at"),
                literal(step).label("step"),
                person.label("person"),
                year_of(Payout.paid_on).label("year"),
            )
            .join(RewardLine, RewardLine.id == Payout.line_id)
            .join(Reward, Reward.id == Payout.reward_id)
        )

    return union_all(moved(1, Payout.recorded_at), moved(-1, Transfer.at).join(Transfer, taken_back()))


def share_awarded() -> Rows:
    """C7. Of the net income of each approved reward, what was awarded to people; what was revoked unpaid is taken off again."""
    awarded = Transfer.kind == TransferKind.REWARD
    is_whole = Transfer.fen == Reward.pool_fen
    day = china_day(Transfer.at)
    dimensions = {
        **of_deal(day, Document.contract_type, Document.basis),
        Dimension.RULE: Reward.basis,
    }
    rows = select(
        *facts(
            source("transfer", Transfer.id),
            Transfer.deal_id,
            day,
            Transfer.at,
            case((awarded, Transfer.fen), else_=-Transfer.fen),
            whole=case((awarded, Reward.net_fen), (is_whole, -Reward.net_fen), else_=0),
            counted=case((awarded, 1), (is_whole, -1), else_=0),
        ),
        *labelled(dimensions),
    ).join(Reward, source("reward", Reward.id) == Transfer.source)
    return along_reward(rows).where(Transfer.kind.in_((TransferKind.REWARD, TransferKind.REVOKED)))
