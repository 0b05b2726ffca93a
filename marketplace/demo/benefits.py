"""Units declare what results of their own brought them in a year that is over, and officials check it."""

from collections.abc import Iterator
from datetime import time

from marketplace.benefits import checking, service
from marketplace.benefits.rules import Reckoning
from marketplace.benefits.service import Benefit
from marketplace.demo.cues import Cue, cue
from marketplace.demo.specimen import specimen
from marketplace.demo.stage import Stage
from marketplace.demo.story import BenefitTold, Story
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day


def benefit_cues(stage: Stage, story: Story, told: BenefitTold) -> Iterator[Cue]:
    """One declaration, and its verification where the story tells of one."""
    unit = next(one for one in story.organisations if one.key == told.organisation)
    made: list[int] = []
    yield cue(told.days_ago, time(14), lambda: made.append(_declare(stage, told)))
    if told.verified_days_ago is not None:
        official = story.official_of(unit.county or "")
        yield cue(told.verified_days_ago, time(10), lambda: _verify(stage, official, made[-1]))


def _declare(stage: Stage, told: BenefitTold) -> int:
    benefit = Benefit(
        Reckoning(told.unit_yuan * 100, told.quantity, told.costs_yuan * 100),
        basis=told.basis,
        quantity_of=told.quantity_of,
        costs_for=told.costs_for,
        scope=told.scope,
        repeatability=told.repeatability,
        proof=Upload(specimen("PROOF OF BENEFIT", told.result, "PDF"), "财务部门效益证明（示范）.pdf"),
    )
    with stage.acting(told.person) as uow:
        year = china_day(uow.now()).year - 1
        unit, result = stage.organisations[told.organisation], stage.results[told.result]
        return service.declare(uow, unit, result, year, benefit).id


def _verify(stage: Stage, official: str, declaration_id: int) -> None:
    with stage.acting(official) as uow:
        checking.verify(uow, declaration_id)
