"""The officials' year: targets are set at its beginning and changed once; whoever keeps a deal waiting longest is reminded."""

from collections.abc import Callable, Iterator
from datetime import date, time

from marketplace.demo.cues import Cue, cue
from marketplace.demo.stage import Stage
from marketplace.demo.story import Story, TargetTold
from marketplace.demo.units import OPENING
from marketplace.home import chasing, oversight
from marketplace.kernel.clock import china_day
from marketplace.statistics.rules import FigureCode
from marketplace.targets import service
from marketplace.targets.queries import newest_id

REMINDED = 2
"""How many days before the loading the reminder is sent."""


def target_cues(stage: Stage, story: Story) -> Iterator[Cue]:
    """An official of the city is needed; a story without one has no targets."""
    official = next((one.key for one in story.people if one.role == "city_official"), None)
    if official is None:
        return
    today = china_day(stage.today)
    gone = min((today - date(today.year, 1, 1)).days, OPENING - 20)
    for told in story.targets:
        yield cue(max(1, int(gone * told.part_of_year_ago)), time(10), _setting(stage, official, told, today.year))
    yield cue(REMINDED, time(15), lambda: _remind(stage, official))


def _setting(stage: Stage, official: str, told: TargetTold, year: int) -> Callable[[], None]:
    def do() -> None:
        code = FigureCode(told.figure)
        values = {None if place == service.CITY else place: value for place, value in told.values.items()}
        with stage.acting(official) as uow:
            service.set_targets(uow, year, code, values, told.reason, newest_id(uow.session, year, code))

    return do


def _remind(stage: Stage, official: str) -> None:
    """The deal that has stood longest, if any does."""
    with stage.acting(official) as uow:
        for row in oversight.stalled_deals(uow)[:1]:
            chasing.remind_of_deal(uow, row.deal.id)
