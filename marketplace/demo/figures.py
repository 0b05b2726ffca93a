"""Last act: figures are frozen and published, corrected later, and those of the year so far wait for a second official."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from marketplace.demo.cues import Cue, cue
from marketplace.demo.stage import Stage
from marketplace.demo.story import Story
from marketplace.kernel.clock import china_day
from marketplace.statistics import service
from marketplace.statistics.rules import FigureCode, Period, last_quarter, year_to
from marketplace.statistics.service import Wanted

REPORTED_AFTER, CORRECTED_BEFORE = 7, 2
"""How many days after its end a period is reported, and how many before the loading that is corrected."""

TITLE = "职工创新成果转化统计：{year}年1—{month}月"
WHY = "首次发布之后，本期合同的到账、变更和解除又有入账，部分需求的30日响应期也已届满，相应指标随之更新；各指标的口径没有变化。"
YEAR_SO_FAR = "职工创新成果转化统计：{year}年至今"


def figure_cues(stage: Stage, story: Story) -> Iterator[Cue]:
    """Two officials of the city are needed; a story without them has no published figures."""
    officials = [person.key for person in story.people if person.role == "city_official"]
    if len(officials) < 2:
        return
    author, second = officials[0], officials[1]
    today = china_day(stage.today)
    last = last_quarter(last_quarter(today).first).last
    period, reported = year_to(last), (today - last).days - REPORTED_AFTER
    made: list[int] = []
    yield cue(reported, time(9), lambda: made.append(_freeze(stage, author, _report(period))))
    yield cue(reported - 1, time(10), lambda: _publish(stage, second, made[-1]))
    known = today - timedelta(days=CORRECTED_BEFORE + 1)
    yield cue(CORRECTED_BEFORE, time(9), lambda: made.append(_correct(stage, second, made[-1], known)))
    yield cue(CORRECTED_BEFORE - 1, time(10), lambda: _publish(stage, author, made[-1]))
    yield cue(1, time(16), lambda: made.append(_freeze(stage, second, _year_so_far(today - timedelta(days=2)))))


def _report(period: Period) -> Wanted:
    title = TITLE.format(year=period.first.year, month=period.last.month)
    return Wanted(title, period, period.last + timedelta(days=REPORTED_AFTER - 1), list(FigureCode))


def _year_so_far(day: date) -> Wanted:
    return Wanted(YEAR_SO_FAR.format(year=day.year), year_to(day), day, list(FigureCode))


def _freeze(stage: Stage, who: str, wanted: Wanted) -> int:
    with stage.acting(who) as uow:
        return service.freeze(uow, wanted).id


def _correct(stage: Stage, who: str, snapshot_id: int, known: date) -> int:
    with stage.acting(who) as uow:
        return service.correct(uow, snapshot_id, known, WHY).id


def _publish(stage: Stage, who: str, snapshot_id: int) -> None:
    with stage.acting(who) as uow:
        service.take(uow, snapshot_id, "publish")
