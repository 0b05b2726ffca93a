"""The rows of deals that came to nothing and of contracts that were ended, with the reason that was given. An ending is final."""

from sqlalchemy import String, cast, null, select

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.statistics.rows import (
    OPENING_DIMENSIONS,
    Rows,
    facts,
    labelled,
    month_of,
    of_deal,
    on_to_contract,
    source,
)
from marketplace.statistics.rules import Dimension


def deals_lost() -> Rows:
    """C12. Each deal that was given up before a contract."""
    day = Deal.ended_on
    dimensions = of_deal(day, cast(null(), String), cast(null(), String))
    opening = {one: dimensions[one] for one in OPENING_DIMENSIONS}
    columns = facts(source("deal", Deal.id), Deal.id, day, Deal.ended_at, 1)
    cut_by = labelled({Dimension.REASON: Deal.end_reason, **opening, Dimension.MONTH: month_of(day)})
    return select(*columns, *cut_by).where(Deal.state == DealState.LOST)


def contracts_terminated() -> Rows:
    """C13. Each contract that was ended before it was fulfilled, by agreement or on an official's record."""
    day = Deal.ended_on
    dimensions = of_deal(day, Document.contract_type, Document.basis)
    columns = facts(source("deal", Deal.id), Deal.id, day, Deal.ended_at, 1)
    rows = select(*columns, *labelled({Dimension.REASON: Deal.end_reason, **dimensions}))
    return on_to_contract(rows).where(Deal.state == DealState.TERMINATED)
