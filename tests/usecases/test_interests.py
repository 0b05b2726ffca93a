"""An interest is told once, delivered, answered by the other side or lapses; outsiders learn nothing."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.matching import interest_queries, service
from marketplace.matching.models import Interest, Match
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.needs.rules import NeedState
from marketplace.results.rules import ResultState
from tests.factories import make_need, make_result
from tests.personas import People

Drain = Callable[[], int]


def express(factory: UnitOfWorkFactory, actor: Actor, **values: Any) -> int:
    given: dict[str, Any] = {
        "side": Side.NEED,
        "result_id": None,
        "need_id": None,
        "message": "我们想来车间看一看。",
        "origin": Origin.MATCH,
        "origin_ref": "need:1",
    }
    with factory.writing(actor) as uow:
        return service.express(uow, **{**given, **values}).id


def interest_of(factory: UnitOfWorkFactory, interest_id: int) -> Interest:
    with factory.reading() as uow:
        return uow.session.get_one(Interest, interest_id)


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> dict[str, int]:
    """A published result of the seller and a published need of the buyer."""
    return {"result_id": make_result(factory, people), "need_id": make_need(factory, people)}


def test_a_company_tells_a_worker_and_the_origin_is_kept(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int]
) -> None:
    interest = interest_of(factory, express(factory, people.company, **pair))
    assert (interest.from_party_id, interest.to_party_id) == (people.buyer_party, people.seller_party)
    assert (interest.origin, interest.origin_ref, interest.state) == (Origin.MATCH, "need:1", InterestState.EXPRESSED)
    with factory.reading() as uow:
        match = uow.session.scalars(select(Match)).one()
        assert (match.result_id, match.need_id) == (pair["result_id"], pair["need_id"])
        assert uow.session.scalar(select(AuditRow.object)) == f"interest:{interest.id}"


def test_a_worker_offers_his_result_to_a_company(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int]
) -> None:
    interest = interest_of(factory, express(factory, people.worker, side=Side.RESULT, **pair))
    assert (interest.from_party_id, interest.to_party_id) == (people.seller_party, people.buyer_party)


def test_somebody_without_a_listing_speaks_for_a_party_of_his(factory: UnitOfWorkFactory, people: People) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    for_firm = express(factory, people.stranger, result_id=result_id, party_id=people.stranger_party)
    for_himself = express(factory, people.loner, side=Side.RESULT, need_id=need_id)
    assert interest_of(factory, for_firm).from_party_id == people.stranger_party
    assert interest_of(factory, for_himself).from_party_id == people.loner.own_party_id


@pytest.mark.parametrize(
    ("who", "values", "error"),
    [
        ("stranger", {"party_id": "buyer_party"}, NotPermitted),
        ("stranger", {"need": True}, NotPermitted),
        ("worker", {}, InvalidInput),
        ("seller_contact", {"party_id": "seller_party"}, InvalidInput),
        ("company", {"message": "   "}, InvalidInput),
        ("company", {"message": "x" * 2001}, InvalidInput),
        ("company", {"origin_ref": "x" * 301}, InvalidInput),
    ],
)
def test_who_may_not_express(
    factory: UnitOfWorkFactory,
    people: People,
    pair: dict[str, int],
    who: str,
    values: dict[str, Any],
    error: type[Exception],
) -> None:
    values = {**values, "result_id": pair["result_id"]}
    if values.pop("need", False):
        values["need_id"] = pair["need_id"]
    if "party_id" in values:
        values["party_id"] = getattr(people, values["party_id"])
    with pytest.raises(error):
        express(factory, getattr(people, who), **values)


@pytest.mark.parametrize("state", [ResultState.DRAFT, ResultState.COUNTY_REVIEW, ResultState.WITHDRAWN])
def test_a_result_that_is_not_published_cannot_be_asked_for(
    factory: UnitOfWorkFactory, people: People, state: ResultState
) -> None:
    result_id = make_result(factory, people, state=state)
    with pytest.raises(NotFound):
        express(factory, people.company, result_id=result_id, need_id=make_need(factory, people))


def test_an_own_listing_must_be_published_too(factory: UnitOfWorkFactory, people: People) -> None:
    draft = make_need(factory, people, state=NeedState.DRAFT)
    with pytest.raises(Conflict):
        express(factory, people.company, result_id=make_result(factory, people), need_id=draft)


def test_a_second_press_shows_the_first(factory: UnitOfWorkFactory, people: People, pair: dict[str, int]) -> None:
    first = express(factory, people.company, **pair)
    assert express(factory, people.company_admin, **pair) == first
    with pytest.raises(InvalidInput) as refused:
        express(factory, people.company_admin, **pair, message="再说一次")
    assert "message" in refused.value.fields, "what was typed stays in the form"
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Interest.id))) == 1


def test_after_a_refusal_one_may_try_again(factory: UnitOfWorkFactory, people: People, pair: dict[str, int]) -> None:
    first = express(factory, people.company, **pair)
    with factory.writing(people.worker) as uow:
        service.decline(uow, first, "今年没有人手")
    assert express(factory, people.company, **pair) != first


@pytest.mark.parametrize("who", ["worker", "seller_contact"])
def test_the_other_side_accepts(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int], drain: Drain, who: str
) -> None:
    interest_id = express(factory, people.company, **pair)
    drain()
    with factory.writing(getattr(people, who)) as uow:
        service.accept(uow, interest_id)
    interest = interest_of(factory, interest_id)
    assert (interest.state, interest.answered_by_id) == (InterestState.ACCEPTED, getattr(people, who).user_id)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("colleague", NotFound),
        ("stranger", NotFound),
        ("loner", NotFound),
        ("administrator", NotFound),
        ("other_official", NotFound),
        ("city_official", NotFound),
        ("company", NotPermitted),
    ],
)
def test_nobody_else_answers(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int], who: str, error: type[Exception]
) -> None:
    interest_id = express(factory, people.company, **pair)
    with pytest.raises(error), factory.writing(getattr(people, who)) as uow:
        service.accept(uow, interest_id)
    with pytest.raises(error), factory.writing(getattr(people, who)) as uow:
        service.decline(uow, interest_id, "不要")


def test_a_refusal_needs_its_reason(factory: UnitOfWorkFactory, people: People, pair: dict[str, int]) -> None:
    interest_id = express(factory, people.company, **pair)
    with pytest.raises(InvalidInput), factory.writing(people.worker) as uow:
        service.decline(uow, interest_id, "  ")
    assert interest_of(factory, interest_id).state is InterestState.EXPRESSED


def test_a_colleague_who_answers_second_reads_what_the_first_said(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int]
) -> None:
    interest_id = express(factory, people.company, **pair)
    with factory.writing(people.worker) as uow:
        service.decline(uow, interest_id, "已经独家许可")
    with pytest.raises(Conflict) as refused, factory.writing(people.seller_contact) as uow:
        service.accept(uow, interest_id)
    assert refused.value.params == {"state": InterestState.DECLINED}
    assert interest_of(factory, interest_id).reason == "已经独家许可"


@pytest.mark.parametrize(
    "who", ["worker", "seller_contact", "company", "company_admin", "county_official", "city_official"]
)
def test_who_reads_an_interest(factory: UnitOfWorkFactory, people: People, pair: dict[str, int], who: str) -> None:
    interest_id = express(factory, people.company, **pair)
    with factory.reading(getattr(people, who)) as uow:
        assert interest_queries.view(uow, interest_id).message == "我们想来车间看一看。"


@pytest.mark.parametrize("who", ["colleague", "stranger", "loner", "other_official", "administrator"])
def test_who_does_not(factory: UnitOfWorkFactory, people: People, pair: dict[str, int], who: str) -> None:
    interest_id = express(factory, people.company, **pair)
    with factory.reading(getattr(people, who)) as uow:
        with pytest.raises(NotFound):
            interest_queries.view(uow, interest_id)
        assert interest_queries.received(uow) == interest_queries.sent(uow) == ()


@pytest.mark.parametrize("side", list(Side))
def test_an_anonymous_need_is_named_to_the_other_side_on_acceptance(
    factory: UnitOfWorkFactory, people: People, side: Side
) -> None:
    pair = {"result_id": make_result(factory, people), "need_id": make_need(factory, people, anonymous=True)}
    sender, receiver = (people.company, people.worker) if side is Side.NEED else (people.worker, people.company)
    interest_id = express(factory, sender, side=side, **pair)

    def seen_by_the_worker() -> set[str | None]:
        with factory.reading(people.worker) as uow:
            shown = interest_queries.view(uow, interest_id)
            rows = interest_queries.received(uow) + interest_queries.sent(uow)
        assert shown.need is not None
        return {shown.sender if side is Side.NEED else shown.receiver, shown.need.party, *(row.party for row in rows)}

    assert seen_by_the_worker() == {None}
    with factory.writing(receiver) as uow:
        service.accept(uow, interest_id)
    assert seen_by_the_worker() == {"寿光蓝海化工有限公司"}


def test_the_company_of_an_anonymous_need_sees_its_own_name(factory: UnitOfWorkFactory, people: People) -> None:
    pair = {"result_id": make_result(factory, people), "need_id": make_need(factory, people, anonymous=True)}
    interest_id = express(factory, people.company, **pair)
    with factory.reading(people.company_admin) as uow:
        shown = interest_queries.view(uow, interest_id)
        (row,) = interest_queries.sent(uow)
    assert (shown.sender, row.party) == ("寿光蓝海化工有限公司", "青州前程机械有限公司")


GOLDEN_WEEK = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
"""A Monday before 中秋 (25 to 27 September) and 国庆 (1 to 7 October); 10 October is a Saturday that makes up."""


def test_terms_run_in_working_days_over_the_golden_week(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int], drain: Drain, clock: SetClock
) -> None:
    clock.at = GOLDEN_WEEK
    interest_id = express(factory, people.company, **pair)
    drain()
    assert interest_of(factory, interest_id).due_on == date(2026, 10, 19)
    reminded: dict[int, date] = {}
    for _ in range(30):
        with factory.writing() as uow:
            service.remind_silent(uow)
            service.lapse_overdue(uow)
        now = interest_of(factory, interest_id)
        reminded.setdefault(now.reminders, clock.at.date())
        if now.state is InterestState.LAPSED:
            break
        clock.forward(days=1)
    assert reminded == {0: date(2026, 9, 21), 1: date(2026, 9, 24), 2: date(2026, 10, 8)}
    assert clock.at.date() == date(2026, 10, 20), "the last day counts in full"


def test_reminders_come_once_and_nobody_is_reminded_after_an_answer(
    factory: UnitOfWorkFactory, people: People, pair: dict[str, int], drain: Drain, clock: SetClock
) -> None:
    interest_id = express(factory, people.company, **pair)
    drain()
    clock.forward(days=6)
    for _ in range(2):
        with factory.writing() as uow:
            service.remind_silent(uow)
    assert interest_of(factory, interest_id).reminders == 1
    with factory.writing(people.worker) as uow:
        service.accept(uow, interest_id)
    clock.forward(days=60)
    with factory.writing() as uow:
        service.remind_silent(uow)
        service.lapse_overdue(uow)
    interest = interest_of(factory, interest_id)
    assert (interest.reminders, interest.state) == (1, InterestState.ACCEPTED)


def test_received_shows_the_most_urgent_first(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Drain
) -> None:
    result_id = make_result(factory, people)
    declined = express(factory, people.loner, result_id=result_id)
    with factory.writing(people.worker) as uow:
        service.decline(uow, declined, "不合适")
    older = express(factory, people.stranger, result_id=result_id, party_id=people.stranger_party)
    drain()
    clock.forward(days=3)
    newer = express(factory, people.company, result_id=result_id, need_id=make_need(factory, people))
    drain()
    with factory.reading(people.worker) as uow:
        rows = interest_queries.received(uow)
    assert [(row.id, row.days_left) for row in rows] == [(older, 14), (newer, 15), (declined, None)]
