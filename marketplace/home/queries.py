"""Puts the home page of one person together: a person may be a worker, a company's contact and an official at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.deals import queries as deal_queries
from marketplace.deals.queries import ENDED, DealRow
from marketplace.home import figures, market, mine, overdue, oversight, platform, review_queue, waiting
from marketplace.home.figures import Figures
from marketplace.home.market import Market
from marketplace.home.mine import Fitting, OwnNeeds, OwnResults
from marketplace.home.oversight import Stalled
from marketplace.home.platform import Platform
from marketplace.home.review_queue import KindRow
from marketplace.home.waiting import Task
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.results.cards import ResultCard


@dataclass(frozen=True)
class Own:
    """What concerns the person and the units he acts for. `fitting` is None where he wants no recommendations."""

    tasks: list[Task]
    results: OwnResults
    needs: OwnNeeds
    deals: tuple[DealRow, ...]
    fitting: tuple[Fitting, ...] | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all yet."""
        return not (self.tasks or self.results.total or self.needs.total or self.deals)


@dataclass(frozen=True)
class Office:
    """What concerns the person as an official."""

    reviews: list[KindRow]
    silent: int
    stalled: Stalled
    overdue: int
    figures: Figures


@dataclass(frozen=True)
class Home:
    """Everything on the page; a part that does not concern the reader is None."""

    market: Market | None = None
    own: Own | None = None
    fresh: tuple[ResultCard, ...] = ()
    office: Office | None = None
    platform: Platform | None = None


def home(uow: UnitOfWork, counties: Sequence[str]) -> Home:
    """The home page of the actor; `counties` are all codes in their official order."""
    actor = uow.actor
    if not actor.is_signed_in:
        return Home(market=market.market(uow))
    own = own_part(uow)
    return Home(
        own=own,
        fresh=market.fresh_results(uow) if own.is_empty and not actor.is_official else (),
        office=office_part(uow, counties) if actor.is_official else None,
        platform=platform.platform(uow) if actor.is_administrator else None,
    )


def own_part(uow: UnitOfWork) -> Own:
    """The person's own part. Matches are looked up only for those who want recommendations."""
    recommended = mine.wants_recommendations(uow)
    deals = tuple(row for row in deal_queries.mine(uow) if row.state not in ENDED or row.owed_by_me)
    return Own(
        tasks=waiting.tasks(uow, deals),
        results=mine.results(uow),
        needs=mine.needs(uow, with_matches=recommended),
        deals=deals,
        fitting=mine.fitting_needs(uow) if recommended else None,
    )


def office_part(uow: UnitOfWork, counties: Sequence[str]) -> Office:
    """The official's part, within his counties."""
    return Office(
        reviews=review_queue.by_kind(uow),
        silent=oversight.count_silent(uow),
        stalled=oversight.count_stalled(uow),
        overdue=overdue.count_overdue(uow),
        figures=figures.figures(uow, counties),
    )
