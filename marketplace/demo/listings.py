"""Second act: results and needs are written, consented to, reviewed, kept current, and brought to where they stand."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

from marketplace.demo.cues import Cue, cue, office_hour
from marketplace.demo.stage import Stage
from marketplace.demo.story import DealTold, NeedTold, ResultTold, StepTold, Story
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.needs import service as needs
from marketplace.results import service as results
from marketplace.results.contributors import Person
from marketplace.results.rules import Ownership, ResultState

SAME_TEXT = ("title", "problem", "summary", "description", "metric", "before", "after", "unit", "conditions", "proof")
SAME_CHOICE = ("category", "maturity", "industry", "county", "ways", "ownership", "disclosure", "patent_number")
HEARTBEAT_DAYS = 120
"""How often its author confirms a result that is published for long."""

SIGNED = frozenset({"sign", "verify_scan"})


def result_cues(stage: Stage, story: Story, told: ResultTold) -> Iterator[Cue]:
    """A result from its draft to the state the story tells."""
    day, morning = told.days_ago, office_hour(told.key)
    yield cue(day, morning, lambda: _write_result(stage, story, told))
    if told.state == "draft":
        return
    yield cue(day, time(16), lambda: _as(stage, told.author, results.submit, stage.results[told.key]))
    if told.state == "owner_review":
        return
    yield cue(day - 1, morning, lambda: _consent(stage, story, told))
    if told.state == "county_review":
        return
    official = story.official_of(told.county)
    if told.state == "changes_requested":
        yield cue(day - 2, morning, lambda: _request_changes(stage, official, told))
        return
    yield cue(day - 2, morning, lambda: _as(stage, official, results.approve, stage.results[told.key]))
    yield from _later(stage, official, told)


def _later(stage: Stage, official: str, told: ResultTold) -> Iterator[Cue]:
    """What happens to a published result."""
    ended = told.decided_days_ago or 0
    for day in range(told.days_ago - HEARTBEAT_DAYS, ended, -HEARTBEAT_DAYS):
        yield cue(day, time(9), lambda: _as(stage, told.author, results.confirm, stage.results[told.key]))
    if told.state == "paused":
        yield cue(ended, time(10), lambda: _as(stage, told.author, results.pause, stage.results[told.key]))
    elif told.state == "withdrawn":
        yield cue(ended, time(10), lambda: _as(stage, told.author, results.withdraw, stage.results[told.key]))
    elif told.state == "suspended":
        yield cue(ended, time(10), lambda: _suspend(stage, official, told))


def need_cues(stage: Stage, story: Story, told: NeedTold) -> Iterator[Cue]:
    """A need from its draft to the state the story tells; one that is past its deadline the calendar ends."""
    day, morning = told.days_ago, office_hour(told.key)
    yield cue(day, morning, lambda: _write_need(stage, told))
    if told.state == "draft":
        return
    yield cue(day, time(16), lambda: _as(stage, told.author, needs.submit, stage.needs[told.key]))
    if told.state == "review":
        return
    official = story.official_of(told.county)
    yield cue(day - 1, morning, lambda: _as(stage, official, needs.approve, stage.needs[told.key]))
    if told.outcome == "solved":
        closing = _day_signed(story, told) - 1
        yield cue(closing, time(11), lambda: _as(stage, told.author, needs.close_solved, stage.needs[told.key]))


def _day_signed(story: Story, told: NeedTold) -> int:
    """The day on which the contract that answers a need came into force."""
    keys = {interest.key for interest in story.interests if interest.need == told.key}
    return min(step.days_ago for deal in story.deals for step in _signing(deal, keys))


def _signing(deal: DealTold, interests: set[str]) -> Iterator[StepTold]:
    return (step for step in deal.steps if deal.interest in interests and step.action in SIGNED)


def _as(stage: Stage, key: str, use_case: Callable[[UnitOfWork, int], object], listing_id: int) -> None:
    with stage.acting(key) as uow:
        use_case(uow, listing_id)


def _write_result(stage: Stage, story: Story, told: ResultTold) -> None:
    people = [Person(one.name, story.person(one.person).email if one.person else "") for one in told.contributors]
    with stage.acting(told.author) as uow:
        result = results.create_draft(uow)
        stage.results[told.key] = result.id
        party = None if told.ownership == Ownership.NON_SERVICE else stage.parties[told.organisation]
        results.save_step(uow, result.id, _result_fields(stage, told), people, party)
    for one in told.contributors:
        if one.person and one.person != told.author:
            with stage.acting(one.person) as uow:
                results.agree(uow, stage.results[told.key], agreed=True)


def _result_fields(stage: Stage, told: ResultTold) -> dict[str, Any]:
    """What the three steps of the form would hold, the answers on ownership among them."""
    service, shared = told.ownership == Ownership.SERVICE, told.ownership == Ownership.SHARED
    return {
        **{name: getattr(told, name) for name in (*SAME_TEXT, *SAME_CHOICE)},
        "base_id": stage.bases[told.base] if told.base else None,
        "patent_filed_on": _day(stage, -told.patent_days_ago) if told.patent_days_ago is not None else None,
        "price_fen": _fen(told.price_yuan),
        "benefit_fen": _fen(told.benefit_yuan),
        "made_in_job": service or shared,
        "made_with_means": service,
        "agreement": shared,
        "security_reviewed": True,
        "names_confirmed": True,
    }


def _write_need(stage: Stage, told: NeedTold) -> None:
    fields = {
        "title": told.title,
        "description": told.description,
        "indicators": [{"name": one.name, "value": one.value} for one in told.indicators],
        "budget_min_fen": _fen(told.budget_min_yuan),
        "budget_max_fen": _fen(told.budget_max_yuan),
        "deadline": _day(stage, told.deadline_days),
        "county": told.county,
        "county_wanted": told.county_wanted,
        "maturity_wanted": told.maturity_wanted,
        "ways": told.ways,
        "industry": told.industry,
        "anonymous": told.anonymous,
    }
    with stage.acting(told.author) as uow:
        need = needs.create_draft(uow, stage.parties[told.organisation])
        stage.needs[told.key] = need.id
        needs.save_draft(uow, need.id, fields)


def _consent(stage: Stage, story: Story, told: ResultTold) -> None:
    """The owner unit's administrator consents, where the unit is asked at all."""
    with stage.by_system() as uow:
        waits = results.get(uow, stage.results[told.key]).status is ResultState.OWNER_REVIEW
    if waits:
        _as(stage, story.administrator_of(told.organisation), results.consent, stage.results[told.key])


def _request_changes(stage: Stage, official: str, told: ResultTold) -> None:
    with stage.acting(official) as uow:
        results.request_changes(uow, stage.results[told.key], told.reason, told.field_notes)


def _suspend(stage: Stage, official: str, told: ResultTold) -> None:
    with stage.acting(official) as uow:
        results.suspend(uow, stage.results[told.key], told.reason)


def _fen(yuan: int | None) -> int | None:
    return None if yuan is None else yuan * 100


def _day(stage: Stage, days_from_now: int) -> date:
    return china_day(stage.today) + timedelta(days=days_from_now)
