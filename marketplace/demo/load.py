"""Loads the demo into an empty database: whole or not at all, with the clock set to each step's moment in the past."""

from collections.abc import Callable, Iterable
from datetime import time

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.demo.benefits import benefit_cues
from marketplace.demo.confiding import confidentiality_cues
from marketplace.demo.cues import Cue, cue, play
from marketplace.demo.figures import figure_cues
from marketplace.demo.identities import CAME_LATE, come_late
from marketplace.demo.listings import need_cues, result_cues
from marketplace.demo.offline import offline_cues
from marketplace.demo.stage import Stage, set_stage
from marketplace.demo.standards import standard_cues
from marketplace.demo.story import Story, read_story
from marketplace.demo.talks import deal_cues, interest_cues
from marketplace.demo.targets import target_cues
from marketplace.demo.units import OPENING, open_the_house, unit_cues
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.listings.models import Listing
from marketplace.notifications import service as notifications
from marketplace.wiring import INDEXER

PASSWORD = "jiangguo-demo"  # noqa: S105 - told to everybody, and good on a loopback address alone
"""Everybody's password where the demo may be signed in to, that is on a loopback address."""

SIGN_INS = {
    "worker@example.com": "赵铁军，职工 (worker)",
    "company@example.com": "李思齐，企业联系人 (company contact)",
    "official@example.com": "宋怀远，市总工会干部 (official of the city)",
    "county@example.com": "郑启明，县级工会干部 (official of Zhucheng)",
    "admin@example.com": "丁一鸣，平台管理员 (administrator)",
}
"""Who a visitor of the demo may be."""

UNREAD_DAYS = 7

Progress = Callable[[int, int], None]


def _silent(_steps: int, _all: int) -> None:
    """No progress is shown."""


def is_empty(uow: UnitOfWork) -> bool:
    """Whether nobody has registered and nothing is listed."""
    return (
        uow.session.scalar(select(User.id).limit(1)) is None and uow.session.scalar(select(Listing.id).limit(1)) is None
    )


def load(
    factory: UnitOfWorkFactory, password: str = PASSWORD, progress: Progress = _silent, story: Story | None = None
) -> None:
    """Load the demo, or another story of its kind.

    `progress` is called after each day of it with the steps of that day and of all days.

    The index is told day by day but outside the transaction; after a failure it is rebuilt by whoever caught it.
    """
    story = story or read_story()
    with set_stage(factory, password) as stage:
        INDEXER.heal_all(stage.factory)  # As a worker does in its first minute; people hear of nothing before.
        open_the_house(stage, story)
        cues = list(_cues(stage, story))
        play(stage, cues, lambda steps: progress(steps, len(cues)))


def _cues(stage: Stage, story: Story) -> Iterable[Cue]:
    for unit in story.organisations:
        yield from unit_cues(stage, story, unit)
    for result in story.results:
        yield from result_cues(stage, story, result)
    for need in story.needs:
        yield from need_cues(stage, story, need)
    for interest in story.interests:
        yield from interest_cues(stage, story, interest)
    for deal in story.deals:
        yield from deal_cues(stage, deal)
    for benefit in story.benefits:
        yield from benefit_cues(stage, story, benefit)
    for agreement in story.confidentiality:
        yield from confidentiality_cues(stage, agreement)
    for told in story.offline:
        yield from offline_cues(stage, story, told)
    yield cue(CAME_LATE, time(9, 30), lambda: come_late(stage, story))
    yield from figure_cues(stage, story)
    yield from target_cues(stage, story)
    yield from standard_cues(stage, story)
    for day in {*range(OPENING - 15, 60, -10), *range(60, 0, -1)}:
        yield cue(day, time(0, 30), stage.run_tasks)
    yield cue(UNREAD_DAYS, time(1), lambda: _read_inboxes(stage, story))


def _read_inboxes(stage: Stage, story: Story) -> None:
    """People have read what is older than a week."""
    for person in story.people:
        with stage.acting(person.key) as uow:
            notifications.mark_all_read(uow)
