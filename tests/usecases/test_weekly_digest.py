"""Each Monday at eight in China every official has one mail, whatever dies in between, and across the turn of the year.

The tests begin on Friday 20 November 2026; the next digest is that of Monday the 23rd, about 16 to 22 November.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from marketplace.accounts import service as accounts
from marketplace.accounts.models import OfficeHolding, User
from marketplace.deals.models import Deal
from marketplace.digests import service
from marketplace.digests.content import Content, content
from marketplace.digests.events import DigestMade
from marketplace.digests.models import WeeklyDigest
from marketplace.infra.mail import Mail
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.results.rules import ResultState
from marketplace.statistics.rules import Figure, FigureCode, Period
from marketplace.targets import service as targets
from marketplace.targets.rules import Standing
from marketplace.web.context import Runtime
from tests.crowd import run_at_once
from tests.factories import make_deal, make_result
from tests.figures import FigureWriter
from tests.letters import Letterbox
from tests.personas import People
from tests.world import NOW

EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
OFFICIALS = 3
Drain = Callable[[], int]


def announce(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        service.announce_due(uow)


def digests(factory: UnitOfWorkFactory) -> list[WeeklyDigest]:
    with factory.reading() as uow:
        return list(uow.session.scalars(select(WeeklyDigest).order_by(WeeklyDigest.id)))


def read(factory: UnitOfWorkFactory, actor: Actor, monday: date) -> Content:
    with factory.reading() as uow:
        return content(uow, actor, monday)


def weekly(mails: list[Mail]) -> list[Mail]:
    return [mail for mail in mails if mail.headers.get("Message-ID", "").startswith("<weekly-")]


def test_it_comes_on_monday_at_eight_in_china_once(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox, runtime: Runtime
) -> None:
    clock.at = EIGHT - timedelta(minutes=2)
    runtime.worker.run_due_tasks()
    assert weekly(letters.read()) == []
    for _ in range(3):
        clock.forward(minutes=2)
        runtime.worker.run_due_tasks()
        letters.read()
    assert len(weekly(letters.mails)) == OFFICIALS
    assert {row.monday for row in digests(factory)} == {date(2026, 11, 23)}
    assert all(row.mailed_at for row in digests(factory))
    clock.forward(days=7)
    announce(factory)
    assert len(weekly(letters.read())) == 2 * OFFICIALS


def test_two_workers_at_the_same_moment_make_one_for_each(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    clock.at = EIGHT
    run_at_once([lambda: announce(factory)] * 3)
    assert len(digests(factory)) == OFFICIALS
    assert len(weekly(letters.read())) == OFFICIALS


def test_a_worker_that_dies_before_the_mail_leaves_it_to_the_next(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    clock.at = EIGHT
    announce(factory)
    with factory.writing() as uow:  # Claimed, and then the process was killed.
        claim = {"claimed_until": clock.at + timedelta(minutes=10), "attempts": 1}
        uow.session.execute(update(OutboxRow).where(OutboxRow.event == DigestMade.name).values(**claim))
    assert weekly(letters.read()) == []
    clock.forward(minutes=11)
    announce(factory)
    assert len(weekly(letters.read())) == OFFICIALS
    assert len({mail.to for mail in weekly(letters.mails)}) == OFFICIALS


def test_one_killed_after_the_mail_sends_the_same_message_again(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    clock.at = EIGHT
    announce(factory)
    first = weekly(list(letters.read()))
    with factory.writing() as uow:  # What was sent had not been written down.
        for row in uow.session.scalars(select(WeeklyDigest)):
            row.mailed_at = None
            uow.pass_on(DigestMade(row.id))
    letters.mails.clear()
    assert {mail.headers["Message-ID"] for mail in letters.read()} == {mail.headers["Message-ID"] for mail in first}


@pytest.mark.parametrize("late", [timedelta(days=2, hours=23), timedelta(days=3)])
def test_what_was_missed_comes_later_and_from_thursday_on_not_at_all(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, late: timedelta
) -> None:
    clock.at = EIGHT + late
    announce(factory)
    assert len(digests(factory)) == (OFFICIALS if late < timedelta(days=3) else 0)


@pytest.mark.parametrize("late", [timedelta(days=2, hours=23), timedelta(days=4), timedelta(days=7)])
def test_a_mail_that_could_not_leave_until_thursday_is_dropped(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox, late: timedelta
) -> None:
    """The provider was away: what the outbox then tries again is last week's news, and stays marked as not sent."""
    clock.at = EIGHT
    announce(factory)
    clock.at = EIGHT + late
    in_time = late < timedelta(days=3)
    assert len(weekly(letters.read())) == (OFFICIALS if in_time else 0)
    assert [row.mailed_at is not None for row in digests(factory)] == [in_time] * OFFICIALS
    with factory.reading() as uow:
        assert uow.session.scalars(select(OutboxRow).where(OutboxRow.event == DigestMade.name)).all() == []


def test_who_has_switched_it_off_or_lost_his_office_has_none(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    with factory.writing(people.city_official) as uow:
        accounts.change_profile(uow, "褚工会", None, "zh_CN", recommendations=True, weekly_digest=False)
    with factory.writing() as uow:
        office = select(OfficeHolding).where(OfficeHolding.user_id == people.other_official.user_id)
        uow.session.scalars(office).one().revoked_at = NOW
        uow.session.get_one(User, people.county_official.user_id).email_verified_at = None
    clock.at = EIGHT
    announce(factory)
    assert digests(factory) == []
    assert weekly(letters.read()) == []


def test_who_switches_it_off_after_eight_is_spared_what_is_still_to_be_sent(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    clock.at = EIGHT
    announce(factory)
    with factory.writing(people.city_official) as uow:
        accounts.change_profile(uow, "褚工会", None, "zh_CN", recommendations=True, weekly_digest=False)
    assert len(weekly(letters.read())) == OFFICIALS - 1


def test_it_tells_the_week_what_waits_and_the_targets_in_the_readers_language(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, letters: Letterbox
) -> None:
    writer = FigureWriter(factory, people)
    clock.at = NOW - timedelta(days=10)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 1), 50_000_000)
    clock.at = NOW
    writer.contract(2, "qingzhou", "shouguang", date(2026, 11, 16), 12_000_000)
    with factory.writing(people.city_official) as uow:
        targets.set_targets(uow, 2026, FigureCode.A1, {None: 124_000_000, "qingzhou": 100_000_000}, "文件", 0)
    make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=NOW - timedelta(days=9))
    with factory.writing() as uow:
        uow.session.get_one(User, people.county_official.user_id).locale = "en"
    stalled = make_deal(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, stalled).moved_at = NOW - timedelta(days=40)
    clock.at = EIGHT
    announce(factory)
    with factory.reading() as uow:
        address = {who: uow.session.get_one(User, actor.user_id).email for who, actor in (
            ("city", people.city_official), ("county", people.county_official), ("other", people.other_official)
        )}  # fmt: skip
    mails = {mail.to: mail for mail in weekly(letters.read())}
    city, county, other = (mails[address[who] or ""] for who in ("city", "county", "other"))
    assert city.subject == "2026年11月16日 至 2026年11月22日 一周摘要"
    assert "签约金额（A1）：62 万元（上周 +12 万元）" in city.text
    assert "全市，签约金额（A1）：已完成 62 万元，目标 124 万元（50%）" in city.text
    assert "创新成果：1，最久的已等 12 天，1 件超期" in city.text
    assert "目前公开的创新成果：3，其中上周发布 0" in city.text
    assert "Results that everybody sees now: 3, of which published last week: 0" in county.text
    assert county.subject == "The week of 2026-11-16 to 2026-11-22"
    assert "Contracted amount (A1): ¥620,000 (last week +¥120,000)" in county.text
    assert "Qingzhou" in county.text
    assert "¥620,000 of ¥1,000,000 (62%)" in county.text
    assert "Deals that do not move: 1  http://127.0.0.1:8000/review/stalled" in county.text
    assert "没有待办" in other.text
    assert "http://127.0.0.1:8000/me" in other.text


def test_the_week_of_the_turn_of_the_year_is_whole(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    writer = FigureWriter(factory, people)
    clock.at = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 12, 29), 500)
    clock.at = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    writer.contract(2, "qingzhou", "shouguang", date(2027, 1, 2), 30)
    with factory.writing(people.city_official) as uow:
        targets.set_targets(uow, 2027, FigureCode.A1, {None: 60}, "文件", 0)
    clock.at = datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
    announce(factory)
    assert {row.monday for row in digests(factory)} == {date(2027, 1, 4)}
    found = read(factory, people.city_official, date(2027, 1, 4))
    a1 = next(one for one in found.amounts if one.code is FigureCode.A1)
    assert found.week == Period(date(2026, 12, 28), date(2027, 1, 3))
    assert (a1.year, a1.week) == (Figure(30, 1), Figure(530, 2))
    assert found.targets == [(FigureCode.A1, None, Standing(60, 30))]


def test_what_monday_morning_brought_belongs_to_the_next_week(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    writer = FigureWriter(factory, people)
    clock.at = EIGHT - timedelta(hours=1)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 11, 23), 500)
    clock.at = EIGHT
    found = read(factory, people.city_official, date(2026, 11, 23))
    assert [one.week.value for one in found.amounts] == [0, 0, 0, 0]
    assert [one.year.value for one in found.amounts] == [0, 0, 0, 0]
