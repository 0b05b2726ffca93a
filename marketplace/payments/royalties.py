"""Use cases on royalties: the buyer states the figures of a period, the seller agrees or objects. Called by the deal, which has
locked itself."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import clean, required
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post
from marketplace.payments.events import RoyaltyMoved
from marketplace.payments.models import RoyaltyStatement
from marketplace.payments.plan import add_royalty
from marketplace.payments.rules import ROYALTY_DAYS, STATEMENT_STATES, StatementState, royalty_of, royalty_words

LONGEST_PERIOD = timedelta(days=366)
LONGEST_NOTE = 1000
_COUNTS = (StatementState.STATED, StatementState.AGREED)


@dataclass(frozen=True)
class Figures:
    """What the buyer states: the period (both days included), what the royalty is taken of in fen, and a remark."""

    first_on: date
    last_on: date
    base_fen: int
    note: str = ""


def state(
    uow: UnitOfWork, deal_id: int, document_id: int, royalty_bp: int, earliest: date, figures: Figures
) -> RoyaltyStatement:
    """State the figures of a period that has ended; a period without sales is stated with 0.

    Raises InvalidInput for a period that is not over, begins before `earliest`, is too long, or overlaps one that is stated or
    agreed; emits RoyaltyMoved.
    """
    _require_possible(figures, earliest, china_day(uow.now()))
    overlaps = select(RoyaltyStatement.id).where(
        RoyaltyStatement.deal_id == deal_id,
        RoyaltyStatement.state.in_(_COUNTS),
        RoyaltyStatement.first_on <= figures.last_on,
        RoyaltyStatement.last_on >= figures.first_on,
    )
    if uow.session.scalar(overlaps.limit(1)) is not None:
        raise InvalidInput(N_("The figures of this period are stated already, or of a part of it."), field="first_on")
    statement = RoyaltyStatement(
        deal_id=deal_id,
        document_id=document_id,
        first_on=figures.first_on,
        last_on=figures.last_on,
        base_fen=figures.base_fen,
        royalty_bp=royalty_bp,
        fen=royalty_of(figures.base_fen, royalty_bp),
        note=clean(figures.note)[:LONGEST_NOTE],
        state=StatementState.STATED,
        stated_by_id=uow.actor.user_id,
        stated_at=uow.now(),
    )
    uow.session.add(statement)
    uow.flush()
    _announce(uow, statement, "state")
    return statement


def answer(
    uow: UnitOfWork, statement: RoyaltyStatement, relations: frozenset[Relation], action: str, reason: str = ""
) -> None:
    """The seller agrees, and the royalty is due; or objects with a reason, and the buyer states the period again.

    Raises Conflict, NotPermitted, InvalidInput; emits RoyaltyMoved, and posts what is agreed.
    """
    transition = STATEMENT_STATES.require(action, statement.state, relations)
    statement.reason = required(reason, "reason", LONGEST_NOTE) if transition.reason_required else ""
    answered = {"answered_at": uow.now()}
    advance(uow, STATEMENT_STATES, statement, action, relations, statement.reason, **answered)
    statement.answered_by_id = uow.actor.user_id
    if action == "agree" and statement.fen:
        _add_line(uow, statement)
    _announce(uow, statement, action)


def fetch(uow: UnitOfWork, statement_id: int) -> RoyaltyStatement:
    """The statement as it is now. Raises NotFound."""
    statement = uow.session.get(RoyaltyStatement, statement_id, populate_existing=True)
    if statement is None:
        raise NotFound(N_("There is no such statement."))
    return statement


def _add_line(uow: UnitOfWork, statement: RoyaltyStatement) -> None:
    today = china_day(uow.now())
    due_on = max(statement.last_on, today) + timedelta(days=ROYALTY_DAYS)
    words = royalty_words(statement.first_on, statement.last_on)
    line = add_royalty(uow, statement.deal_id, statement.document_id, statement.fen, words, due_on)
    statement.milestone_id = line.id
    post(uow, TransferKind.ROYALTY, statement.deal_id, statement.fen, today, f"royalty_statement:{statement.id}")


def _require_possible(figures: Figures, earliest: date, today: date) -> None:
    if figures.first_on < earliest or figures.last_on - figures.first_on > LONGEST_PERIOD:
        too_early = N_(
            "A period begins on %(day)s at the earliest, when the contract came into force, and is at most a year."
        )
        raise InvalidInput(too_early, fields={"first_on": too_early}, day=earliest.isoformat())
    if not figures.first_on <= figures.last_on < today:
        raise InvalidInput(N_("A period ends after it begins, and before today."), field="last_on")
    if not 0 <= figures.base_fen <= LARGEST_FEN:
        raise InvalidInput(N_("Write the amount; it is not negative."), field="base")


def _announce(uow: UnitOfWork, statement: RoyaltyStatement, action: str) -> None:
    uow.emit(RoyaltyMoved(statement.id, statement.deal_id, action, statement.fen))
