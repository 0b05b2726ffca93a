"""What stands in a digest: last week's figures as the home page has them, what waits now, and how far targets are. Reads only."""

from dataclasses import dataclass, replace
from datetime import date

from marketplace.digests.rules import week_before
from marketplace.home import figures, overdue, oversight, review_queue
from marketplace.home.figures import Amount, Published
from marketplace.home.review_queue import KindRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import SetClock, end_of
from marketplace.kernel.permissions import Actor
from marketplace.statistics.rules import FigureCode, Period
from marketplace.targets.queries import standings
from marketplace.targets.rules import Standing


@dataclass(frozen=True)
class Content:
    """The digest of one official. Amounts and targets are those of the end of the week, what waits is what waits now.

    `results` are those everybody sees now, and how many of these were published in the week: no state of a past day is kept.
    """

    week: Period
    amounts: tuple[Amount, ...]
    results: Published
    reviews: list[KindRow]
    silent: int
    stalled: int
    overdue: int
    targets: list[tuple[FigureCode, str | None, Standing]]

    @property
    def nothing_waits(self) -> bool:
        """Whether everything is done."""
        return not (self.reviews or self.silent or self.stalled or self.overdue)


def content(uow: UnitOfWork, actor: Actor, monday: date) -> Content:
    """The digest of an official on a Monday."""
    week = week_before(monday)
    closed = end_of(week.last)
    then, now = replace(uow, actor=actor, clock=SetClock(closed)), replace(uow, actor=actor)
    found = figures.figures(then, (), week=week)
    return Content(
        week=week,
        amounts=found.amounts,
        results=found.results,
        reviews=review_queue.by_kind(now),
        silent=oversight.count_silent(now),
        stalled=oversight.count_stalled(now).count,
        overdue=overdue.count_overdue(now),
        targets=standings(then, week.last, closed),
    )
