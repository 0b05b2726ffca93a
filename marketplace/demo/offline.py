"""Seventh act: officials keep the offline ledger, book a slip off, and settle what came in twice."""

from collections.abc import Iterator
from datetime import time, timedelta

from sqlalchemy import or_, select

from marketplace.contracts.rules import ContractType
from marketplace.demo.cues import Cue, cue, office_hour
from marketplace.demo.stage import Stage
from marketplace.demo.story import OfflineTold, Story
from marketplace.duplicates import service as duplicates
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import RecordKind
from marketplace.kernel.clock import china_day
from marketplace.offline import service
from marketplace.offline.rules import Told


def offline_cues(stage: Stage, story: Story, told: OfflineTold) -> Iterator[Cue]:
    """A row is entered; it may be taken off again, or settled as a duplicate."""
    entered: list[int] = []
    yield cue(told.days_ago, office_hour(told.key), lambda: entered.append(_enter(stage, story, told)))
    if told.taken_off_days_ago is not None:
        yield cue(told.taken_off_days_ago, time(11), lambda: _take_off(stage, told, entered[0]))
    if told.settled_days_ago is not None:
        yield cue(told.settled_days_ago, time(11), lambda: _settle(stage, told, entered[0]))


def _enter(stage: Stage, story: Story, told: OfflineTold) -> int:
    seller, buyer = (
        _party(story, *one) for one in ((told.seller, told.seller_county), (told.buyer, told.buyer_county))
    )
    with stage.acting(told.by) as uow:
        deal = Told(
            title=told.title,
            seller_name=seller[0],
            buyer_name=buyer[0],
            fen=told.amount_yuan * 100,
            day=china_day(stage.today) - timedelta(days=told.signed_days_ago),
            contract_type=ContractType(told.contract_type),
            source=told.source,
            seller_code=seller[1],
            buyer_code=buyer[1],
            seller_county=seller[2],
            buyer_county=buyer[2],
        )
        return service.enter(uow, deal, all_the_same=told.all_the_same).id


def _party(story: Story, named: str, county: str | None) -> tuple[str, str, str | None]:
    """Name, code and county: a unit of the story by its key, anybody else as he is written."""
    unit = next((one for one in story.organisations if one.key == named), None)
    return (unit.name, unit.credit_code, unit.county) if unit else (named, "", county)


def _take_off(stage: Stage, told: OfflineTold, entry_id: int) -> None:
    with stage.acting(told.by) as uow:
        service.take_off(uow, entry_id, told.reason)


def _settle(stage: Stage, told: OfflineTold, entry_id: int) -> None:
    """As the same contract as the one on the platform."""
    with stage.acting(told.settled_by or told.by) as uow:
        second = (Duplicate.second_kind == RecordKind.OFFLINE) & (Duplicate.second_id == entry_id)
        first = (Duplicate.first_kind == RecordKind.OFFLINE) & (Duplicate.first_id == entry_id)
        row = uow.session.scalars(select(Duplicate).where(or_(first, second))).one()
        duplicates.confirm(uow, row.id, f"{row.first_kind.value}:{row.first_id}", told.reason)
