"""The rows of what is counted beside the amounts: how much was published, answered and converted."""

from sqlalchemy import and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.models import Need
from marketplace.results.models import Result
from marketplace.statistics.rows import (
    Column,
    Rows,
    along_contract,
    china_day,
    days_later,
    facts,
    labelled,
    month_of,
    of_deal,
    source,
)
from marketplace.statistics.rules import Dimension

ANSWER_DAYS = 30
"""A need is answered in time when somebody expresses interest within so many days of its publication."""


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
    other, its_deal = aliased(Entry), aliased(Deal)
    is_earlier = or_(
        other.recorded_at < Entry.recorded_at, and_(other.recorded_at == Entry.recorded_at, other.id < Entry.id)
    )
    of_the_result = and_(other.kind == EntryKind.IN_FORCE, its_deal.result_id == Deal.result_id)
    earlier = select(other.id).join(its_deal, its_deal.id == other.deal_id).where(of_the_result, is_earlier)
    columns = facts(source("entry", Entry.id), Entry.deal_id, Entry.dated, Entry.recorded_at, 1)
    dimensions = labelled(of_deal(Entry.dated, Document.contract_type, Document.basis))
    rows = along_contract(select(*columns, *dimensions), Entry.deal_id)
    return rows.where(Entry.kind == EntryKind.IN_FORCE, Deal.result_id.is_not(None), ~earlier.exists())
