"""One's own results and needs: where each stands, what comes next, and what of the other side fits. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, func, select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.labels import NEXT_STEPS
from marketplace.listings.models import Listing
from marketplace.listings.policy import is_mine
from marketplace.matching.queries import MatchRow, matches_for_need, matches_for_result
from marketplace.matching.rules import Strength
from marketplace.matching.scoring import STRONG_RANKS
from marketplace.needs import policy as need_policy
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.results import policy as result_policy
from marketplace.results.models import Result
from marketplace.results.rules import VISIBLE, ResultState

SHOWN = 6
MATCHED = 3
"""For how many own listings matches are looked up: each asks the index once."""
FITTING = 4


@dataclass(frozen=True)
class ResultRow:
    """An own result with its state and what happens next."""

    id: int
    title: str
    state: ResultState
    next: str


@dataclass(frozen=True)
class OwnResults:
    """The results changed last, and how many there are in all."""

    rows: tuple[ResultRow, ...]
    total: int


@dataclass(frozen=True)
class NeedRow:
    """An own need with its state, and the result that fits it best."""

    id: int
    title: str
    state: NeedState
    best: MatchRow | None


@dataclass(frozen=True)
class OwnNeeds:
    """The needs changed last, and how many there are in all."""

    rows: tuple[NeedRow, ...]
    total: int


@dataclass(frozen=True)
class Fitting:
    """A need that fits one of one's results, with the title of that result."""

    title: str
    match: MatchRow


def results(uow: UnitOfWork) -> OwnResults:
    """Results of one's own and of one's unit."""
    mine = _own(uow) & result_policy.visible(uow.actor)
    states = ((one.id, one.title, ResultState(one.state)) for one in _latest(uow, Result, mine))
    rows = tuple(ResultRow(id_, title, state, NEXT_STEPS[state]) for id_, title, state in states)
    return OwnResults(rows, _count(uow, Result, mine))


def needs(uow: UnitOfWork, *, with_matches: bool) -> OwnNeeds:
    """Needs of one's parties, the open ones with the result that fits best, where one fits at all."""
    mine = _own(uow) & need_policy.visible(uow.actor)
    found = _latest(uow, Need, mine)
    open_ids = [one.id for one in found if one.state == NeedState.PUBLISHED][:MATCHED] if with_matches else []
    best = {id_: _first_good(matches_for_need(uow, id_, limit=STRONG_RANKS)) for id_ in open_ids}
    rows = tuple(NeedRow(one.id, one.title, NeedState(one.state), best.get(one.id)) for one in found)
    return OwnNeeds(rows, _count(uow, Need, mine))


def _first_good(matches: Sequence[MatchRow]) -> MatchRow | None:
    return next((match for match in matches if match.strength is not Strength.WEAK), None)


def fitting_needs(uow: UnitOfWork) -> tuple[Fitting, ...]:
    """Needs that fit the results one published last, the strongest first; each need once, and none that hardly fits."""
    shown = _own(uow) & Result.state.in_(VISIBLE)
    newest = select(Result.id, Result.title).where(shown).order_by(Result.published_at.desc(), Result.id.desc())
    found = [
        Fitting(one.title, match)
        for one in uow.session.execute(newest.limit(MATCHED))
        for match in matches_for_result(uow, one.id, limit=FITTING)
        if match.strength is not Strength.WEAK
    ]
    found.sort(key=lambda one: one.match.strength.rank)
    once = {one.match.need_id: one for one in reversed(found)}
    return tuple(one for one in found if once[one.match.need_id] is one)[:FITTING]


def wants_recommendations(uow: UnitOfWork) -> bool:
    """Whether the person lets himself be recommended things (个人信息保护法 art. 24)."""
    return bool(uow.session.scalar(select(User.recommendations).where(User.id == uow.actor.user_id)))


def _own(uow: UnitOfWork) -> ColumnElement[bool]:
    """Own listings, without what one holds in trust for units that have not claimed it yet."""
    return is_mine(uow.actor) & ~Listing.on_behalf


def _latest(
    uow: UnitOfWork, model: type[Result] | type[Need], mine: ColumnElement[bool]
) -> Sequence[Row[int, str, str]]:
    statement = select(model.id, model.title, model.state).where(mine)
    return uow.session.execute(statement.order_by(model.changed_at.desc(), model.id.desc()).limit(SHOWN)).all()


def _count(uow: UnitOfWork, model: type[Result] | type[Need], mine: ColumnElement[bool]) -> int:
    return uow.session.scalar(select(func.count(model.id)).where(mine)) or 0
