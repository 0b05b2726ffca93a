"""What the market holds, as everybody sees it: how much of which kind, what is new, and words that find something."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from marketplace.home.rules import EXAMPLE_SEARCHES
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import VISITOR
from marketplace.listings.rules import Category, Industry, ListingKind
from marketplace.needs import policy as need_policy
from marketplace.needs.models import Need
from marketplace.results import policy as result_policy
from marketplace.results.cards import ResultCard, cards
from marketplace.results.models import Result
from marketplace.statistics.snapshot_queries import Headline, headline
from search_index.document import Query

FRESH = 6
EXAMPLES = 3


@dataclass(frozen=True)
class Market:
    """Published results and needs; what has no category or industry is counted in the total only."""

    results: int
    needs: int
    categories: tuple[tuple[Category, int], ...]
    industries: tuple[tuple[Industry, int], ...]
    fresh: tuple[ResultCard, ...]
    published: Headline | None
    examples: tuple[str, ...]


def market(uow: UnitOfWork) -> Market:
    """The market as a visitor sees it."""
    categories = _counts(uow, Result.category)
    industries = _counts(uow, Result.industry)
    needs = select(func.count(Need.id)).where(need_policy.visible(VISITOR))
    return Market(
        results=sum(categories.values()),
        needs=uow.session.scalar(needs) or 0,
        categories=tuple((Category(one), categories[one]) for one in Category if one in categories),
        industries=tuple((Industry(one), industries[one]) for one in Industry if one in industries),
        fresh=fresh_results(uow),
        published=headline(uow.session),
        examples=examples(uow),
    )


def fresh_results(uow: UnitOfWork) -> tuple[ResultCard, ...]:
    """The results that were published last, newest first."""
    newest = (
        select(Result.id)
        .where(result_policy.visible(VISITOR))
        .order_by(Result.published_at.desc(), Result.id.desc())
        .limit(FRESH)
    )
    ids = uow.session.scalars(newest).all()
    found = cards(uow.session, ids)
    return tuple(found[id_] for id_ in ids if id_ in found)


def examples(uow: UnitOfWork) -> tuple[str, ...]:
    """The first three example searches that find a result now."""
    index = uow.services.catalogues[ListingKind.RESULT]
    found = (word for word in EXAMPLE_SEARCHES if index.search(Query(text=word, limit=1)).total)
    return tuple(islice(found, EXAMPLES))


def _counts(uow: UnitOfWork, column: Any) -> dict[Any, int]:
    statement = select(column, func.count()).where(result_policy.visible(VISITOR)).group_by(column)
    return dict(uow.session.execute(statement).all())
