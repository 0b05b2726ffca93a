"""One click reminds whoever owes the next step: once in three days, within the official's counties, and it is written down.

Today is Friday 20 November 2026 in China.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.deals.models import Deal
from marketplace.home import chasing, overdue
from marketplace.home.rules import ReviewKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState, OrganisationSize
from marketplace.reminders.models import Reminder
from marketplace.reminders.queries import last_reminders
from marketplace.results.rules import ResultState
from tests.crowd import run_at_once
from tests.factories import lines_of, make_deal, make_interest, make_result, make_signed
from tests.inboxes import told
from tests.letters import Letterbox
from tests.paying import BY_PLAN, confirm, put_in_arrears, report, take
from tests.personas import People, another_city_official
from tests.world import NOW

Remind = Callable[..., Reminder]


def remind(factory: UnitOfWorkFactory, actor: Actor, use_case: Remind, *what: object) -> Reminder:
    with factory.writing(actor) as uow:
        return use_case(uow, *what)


def stalled(factory: UnitOfWorkFactory, people: People, days: int = 40) -> int:
    """A deal in which the seller has to make an offer, and has not for so many days."""
    deal = make_deal(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, deal).moved_at = NOW - timedelta(days=days)
    return deal


def overdue_line(factory: UnitOfWorkFactory, people: People) -> int:
    """The first line of a plan, whose last day was ten days ago."""
    line = lines_of(factory, make_signed(factory, people, BY_PLAN))[0].id
    put_in_arrears(factory, line, date(2026, 11, 10))
    return line


def test_a_silent_party_is_reminded_in_its_inbox_and_by_mail(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    interest = make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 23))
    row = remind(factory, people.county_official, chasing.remind_of_interest, interest)
    line = told(factory, people)
    assert set(line) == {"seller_contact", "worker"}, "who may answer: the unit's contact, and who wrote the result"
    assert line["worker"][0][1] == f"/interests/{interest}"
    assert row.people == sorted([people.worker.user_id or 0, people.seller_contact.user_id or 0])
    [first, _] = letters.read()
    assert "变压器油箱自动焊接工装" in first.subject
    assert "2026年11月23日" in first.text


def test_the_side_that_owes_the_next_step_of_a_deal_is_reminded_with_the_step(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal = stalled(factory, people)
    remind(factory, people.city_official, chasing.remind_of_deal, deal)
    assert set(told(factory, people)) == {"seller_contact"}
    with factory.reading() as uow:
        row = uow.session.scalar(select(Reminder))
    assert row is not None
    assert (row.subject, row.number, row.sent_by_id) == (f"deal:{deal}", 1, people.city_official.user_id)


def test_the_officials_of_the_county_are_reminded_of_a_decision_that_is_overdue(
    factory: UnitOfWorkFactory, people: People
) -> None:
    late = make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=NOW - timedelta(days=9))
    in_time = make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=NOW)
    remind(factory, people.city_official, chasing.remind_of_review, ReviewKind.RESULT, late)
    ((line, url),) = told(factory, people)["county_official"]
    assert "褚工会" in line
    assert url == "/review?kind=result"
    with pytest.raises(NotFound):
        remind(factory, people.city_official, chasing.remind_of_review, ReviewKind.RESULT, in_time)
    with pytest.raises(Conflict, match="your own"):
        remind(factory, people.county_official, chasing.remind_of_review, ReviewKind.RESULT, late)


def test_no_official_is_reminded_of_what_he_may_not_decide(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """The only official of the seller's county has a part in the seller: the payment waits for those of the city."""
    line = lines_of(factory, make_signed(factory, people, BY_PLAN))[0].id
    confirm(factory, people.seller_contact, report(factory, people.company, line, 400_000))
    with factory.writing() as uow:
        place = Membership(
            organisation_id=people.seller_id,
            user_id=people.county_official.user_id,
            role=MembershipRole.CONTACT,
            state=MembershipState.ADMITTED,
            requested_at=NOW,
        )
        uow.session.add(place)
        deal = uow.session.scalars(select(Deal.id)).one()
    clock.at = NOW + timedelta(days=30)
    sender = another_city_official(factory)
    remind(factory, sender, chasing.remind_of_review, ReviewKind.RECEIPT, deal)
    assert set(told(factory, people)) == {"city_official"}


def test_the_buyer_is_reminded_of_what_is_left_of_an_overdue_line(factory: UnitOfWorkFactory, people: People) -> None:
    line = overdue_line(factory, people)
    report(factory, people.company, line, 400_000)
    with factory.reading(people.county_official) as uow:
        (row,) = overdue.overdue_payments(uow)
        assert overdue.count_overdue(uow) == 1
    assert (row.milestone_id, row.left_fen, row.days, row.deal.buyer.name) == (
        line,
        5_000_000,
        10,
        "寿光蓝海化工有限公司",
    )
    remind(factory, people.county_official, chasing.remind_of_payment, line)
    assert {"company", "company_admin"} <= set(told(factory, people))


def test_what_is_reported_as_paid_is_not_overdue(factory: UnitOfWorkFactory, people: People) -> None:
    line = overdue_line(factory, people)
    report(factory, people.company, line, 5_400_000)
    with factory.reading(people.city_official) as uow:
        assert (overdue.overdue_payments(uow), overdue.count_overdue(uow)) == ([], 0)
    with pytest.raises(NotFound):
        remind(factory, people.city_official, chasing.remind_of_payment, line)


def test_the_sixty_days_of_a_large_buyer_are_told_once_they_have_passed(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).size = OrganisationSize.SMALL
        uow.session.get_one(Organisation, people.buyer_id).size = OrganisationSize.LARGE
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    clock.forward(days=60)
    with factory.reading(people.city_official) as uow:
        assert {row.by_law for row in overdue.overdue_payments(uow)} == {None}
    clock.forward(days=1)
    with factory.reading(people.city_official) as uow:
        terms = [row.by_law for row in overdue.overdue_payments(uow)]
    assert [term.latest if term else None for term in terms] == [date(2027, 1, 19)] * 2


def test_three_days_have_to_pass_and_the_refusal_names_who_reminded(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal = stalled(factory, people)
    remind(factory, people.county_official, chasing.remind_of_deal, deal)
    clock.at = NOW + timedelta(days=2, hours=13)  # The last hour of the third day in China.
    with pytest.raises(Conflict) as refused:
        remind(factory, people.city_official, chasing.remind_of_deal, deal)
    assert refused.value.params == {"name": "冯工会", "day": date(2026, 11, 20), "next": date(2026, 11, 23)}
    clock.forward(hours=1)
    assert remind(factory, people.city_official, chasing.remind_of_deal, deal).number == 2
    with factory.reading() as uow:
        (last,) = last_reminders(uow.session, [chasing.about_deal(deal)]).values()
    assert (last.by, last.number) == ("褚工会", 2)
    assert len(told(factory, people)["seller_contact"]) == 2


def test_of_a_double_click_and_two_officials_at_once_one_reminder_is_sent(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal = stalled(factory, people)
    outcomes: list[str] = []

    def press(official: Actor) -> None:
        try:
            remind(factory, official, chasing.remind_of_deal, deal)
            outcomes.append("sent")
        except Conflict as error:
            outcomes.append(str(error.params["day"]))

    second = another_city_official(factory)
    jobs = [lambda: press(people.city_official), lambda: press(people.city_official), lambda: press(second)]
    run_at_once(jobs)
    assert sorted(outcomes) == ["2026-11-20", "2026-11-20", "sent"]
    assert len(told(factory, people)["seller_contact"]) == 1


def test_beyond_his_counties_an_official_reminds_nobody_and_others_never(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal, line = stalled(factory, people), overdue_line(factory, people)
    interest = make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 23))
    late = make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=NOW - timedelta(days=9))
    for actor in (people.other_official, people.seller_contact, people.administrator):
        for use_case, what in (
            (chasing.remind_of_deal, (deal,)),
            (chasing.remind_of_payment, (line,)),
            (chasing.remind_of_interest, (interest,)),
            (chasing.remind_of_review, (ReviewKind.RESULT, late)),
        ):
            with pytest.raises(NotFound):
                remind(factory, actor, use_case, *what)
    with factory.reading() as uow:
        assert uow.session.scalar(select(Reminder)) is None


def test_what_moves_or_has_lapsed_is_not_reminded_of(factory: UnitOfWorkFactory, people: People) -> None:
    moving = stalled(factory, people, days=3)
    with pytest.raises(NotFound):
        remind(factory, people.city_official, chasing.remind_of_deal, moving)
    lapsed = make_interest(factory, people, state=InterestState.LAPSED, due_on=date(2026, 11, 10))
    with pytest.raises(Conflict, match="lapsed"):
        remind(factory, people.city_official, chasing.remind_of_interest, lapsed)


def test_where_nobody_has_an_account_nothing_is_written_down(factory: UnitOfWorkFactory, people: People) -> None:
    deal = stalled(factory, people)
    with factory.writing() as uow:
        for place in uow.session.scalars(select(Membership).where(Membership.organisation_id == people.seller_id)):
            uow.session.delete(place)
    with pytest.raises(Conflict, match="account"):
        remind(factory, people.city_official, chasing.remind_of_deal, deal)
    with factory.reading() as uow:
        assert uow.session.scalar(select(Reminder)) is None


def test_the_database_refuses_to_change_a_reminder(factory: UnitOfWorkFactory, people: People) -> None:
    remind(factory, people.city_official, chasing.remind_of_deal, stalled(factory, people))
    for statement in ("UPDATE reminders SET number = 9", "DELETE FROM reminders"):
        with pytest.raises(DBAPIError, match="only added to"), factory.writing() as uow:
            uow.session.execute(text(statement))
