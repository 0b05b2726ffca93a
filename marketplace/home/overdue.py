"""Payments that are overdue, for officials: who owes whom how much, since when, and who has the next step. Reads only."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select, true

from marketplace.deals import policy as deal_policy
from marketplace.deals import queries as deal_queries
from marketplace.deals.legal_terms import legal_terms
from marketplace.deals.models import Deal
from marketplace.deals.queries import DealRow
from marketplace.deals.rules import PAYABLE
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.payments.law import LegalTerm
from marketplace.payments.models import Milestone
from marketplace.payments.queries import overdue_lines
from marketplace.statistics.adding import picked
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.disclosure import still_standing
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import FigureCode, year_to

SHOWN = 200
MOST_DEALS = 20_000
"""With more deals than these a database is not given their list."""


@dataclass(frozen=True)
class OverdueRow:
    """A line of a plan that is late by some days: what is left of it in fen, and its deal with the next step.

    `by_law` is the term the law sets for a large buyer, where it has passed too.
    """

    milestone_id: int
    words: str
    left_fen: int
    due_on: date
    days: int
    deal: DealRow
    by_law: LegalTerm | None


def overdue_payments(uow: UnitOfWork, *, only: int | None = None) -> list[OverdueRow]:
    """Overdue lines of the official's deals, the latest first; or one by its id."""
    today = china_day(uow.now())
    statement = _lines(uow, today).where(true() if only is None else Milestone.id == only)
    found = uow.session.execute(statement.order_by(Milestone.due_on, Milestone.id).limit(SHOWN)).all()
    ids = {line.deal_id for line, _ in found}
    rows = {row.id: row for row in deal_queries.rows(uow, Deal.id.in_(ids), SHOWN)}
    terms = legal_terms(uow.session, uow.session.scalars(select(Deal).where(Deal.id.in_(rows))).all())
    return [_row(line, int(left), rows[line.deal_id], terms.get(line.deal_id), today) for line, left in found]


def count_overdue(uow: UnitOfWork) -> int:
    """How many lines are overdue in all."""
    lines = _lines(uow, china_day(uow.now())).subquery()
    return uow.session.scalar(select(func.count()).select_from(lines)) or 0


def _lines(uow: UnitOfWork, today: date) -> Select[Milestone, int]:
    ours = (Deal.state.in_(PAYABLE), deal_policy.is_in_office(uow.actor), _is_late(uow, today))
    return overdue_lines(today).join(Deal, Deal.id == Milestone.deal_id).where(*ours)


def _is_late(uow: UnitOfWork, today: date) -> ColumnElement[bool]:
    """Of a deal whose lines are late until they are verified as received, whatever is on its way. That figure's rows are at hand:
    to add up all lines of a large city takes half a second."""
    late = picked(uow, Filter(DEFINITIONS[FigureCode.C10], year_to(today), uow.now()))
    deals = still_standing(late).deals()
    return Deal.id.in_(deals) if len(deals) <= MOST_DEALS else true()


def _row(line: Milestone, left: int, deal: DealRow, term: LegalTerm | None, today: date) -> OverdueRow:
    due_on = line.due_on or today
    late_by_law = term if term is not None and term.latest < today else None
    return OverdueRow(line.id, line.words, left, due_on, (today - due_on).days, deal, late_by_law)
