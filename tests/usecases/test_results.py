"""A result on its way from a worker's draft to the catalogue, and what can happen to it there."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, SignInRequired
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Decision
from marketplace.results import service
from marketplace.results.contributors import Person
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, OwnerConsent, Ownership, ResultState
from tests.factories import make_result
from tests.personas import People

FIELDS: dict[str, Any] = {
    "title": "<script>alert(1)</script>工装",
    "problem": "<b>变形</b>\r\n返修多\x00",
    "summary": "压紧焊接",
    "ownership": Ownership.SERVICE,
    "disclosure": Disclosure.NONE,
    "security_reviewed": True,
    "names_confirmed": True,
    "ways": ["service", "licence", "service"],
    "maturity": "trial",
    "category": "invention",
    "industry": "other",
    "county": "qingzhou",
}
OUTSIDERS = ("colleague", "company", "stranger", "loner", "other_official", "administrator", "county_official")


def draft(factory: UnitOfWorkFactory, author: Actor, party_id: int | None, **changes: Any) -> int:
    """A complete draft, ready to be handed in."""
    with factory.writing(author) as uow:
        result_id = service.create_draft(uow).id
        service.save_step(uow, result_id, {**FIELDS, **changes}, [Person("王建国", user_id=author.user_id)], party_id)
    return result_id


def state(factory: UnitOfWorkFactory, result_id: int) -> ResultState:
    with factory.reading() as uow:
        return service.get(uow, result_id).status


def do(factory: UnitOfWorkFactory, actor: Actor, use_case: Callable[..., Result], *arguments: Any) -> Result:
    with factory.writing(actor) as uow:
        return use_case(uow, *arguments)


def test_a_double_click_makes_one_draft(factory: UnitOfWorkFactory, people: People) -> None:
    first = do(factory, people.worker, service.create_draft).id
    assert do(factory, people.worker, service.create_draft).id == first
    do(factory, people.worker, service.save_step, first, {"title": "工装"})
    assert do(factory, people.worker, service.create_draft).id != first


def test_two_clicks_at_the_same_moment_make_one_draft(factory: UnitOfWorkFactory, people: People) -> None:
    made = at_once(lambda: do(factory, people.worker, service.create_draft).id)
    assert made[0] == made[1]


def test_a_visitor_signs_in_first(factory: UnitOfWorkFactory) -> None:
    with pytest.raises(SignInRequired):
        do(factory, Actor(), service.create_draft)


def test_text_is_kept_as_typed_but_for_what_cannot_be_written(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    with factory.reading(people.worker) as uow:
        result = service.get(uow, result_id)
        assert (result.title, result.problem) == ("<script>alert(1)</script>工装", "<b>变形</b>\n返修多")
        assert result.ways == ["licence", "service"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "长" * 121),
        ("problem", "长" * 5001),
        ("unit", "长" * 21),
        ("patent_number", "1" * 41),
        ("county", "atlantis"),
        ("industry", "alchemy"),
        ("ways", ["theft"]),
        ("price_fen", -1),
        ("benefit_fen", 10**16),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_name(
    factory: UnitOfWorkFactory, people: People, field: str, value: Any
) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.worker, service.save_step, result_id, {field: value})
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("who", [*OUTSIDERS, "seller_contact"])
def test_nobody_else_knows_of_a_draft(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    for use_case, arguments in (
        (service.get, ()),
        (service.save_step, ({},)),
        (service.submit, ()),
        (service.withdraw, ()),
    ):
        with pytest.raises(NotFound):
            do(factory, getattr(people, who), use_case, result_id, *arguments)


def test_a_service_result_waits_for_its_unit_then_for_the_county(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    assert do(factory, people.worker, service.submit, result_id).status is ResultState.OWNER_REVIEW
    with pytest.raises(NotPermitted):
        do(factory, people.worker, service.consent, result_id)
    with pytest.raises(Conflict):
        do(factory, people.county_official, service.approve, result_id)
    consented = do(factory, people.seller_contact, service.consent, result_id)
    assert consented.status is ResultState.COUNTY_REVIEW
    assert consented.owner_consent_by_id == people.seller_contact.user_id
    with pytest.raises(NotFound):
        do(factory, people.other_official, service.approve, result_id)
    published = do(factory, people.county_official, service.approve, result_id)
    assert (published.status, published.owner_consent) == (ResultState.PUBLISHED, OwnerConsent.GIVEN)
    assert published.published_at == published.fresh_at is not None
    with factory.reading() as uow:
        steps = uow.session.execute(select(Decision.action, Decision.user_id).order_by(Decision.id)).all()
        assert [tuple(step) for step in steps] == [
            ("submit", people.worker.user_id),
            ("ask_owner", None),
            ("consent", people.seller_contact.user_id),
            ("approve", people.county_official.user_id),
        ]
        assert set(uow.session.scalars(select(AuditRow.object))) == {f"result:{result_id}"}


def test_what_is_not_a_service_result_belongs_to_its_author_and_goes_to_the_county(
    factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = draft(factory, people.worker, people.seller_party, ownership=Ownership.NON_SERVICE)
    submitted = do(factory, people.worker, service.submit, result_id)
    assert (submitted.status, submitted.party_id) == (ResultState.COUNTY_REVIEW, people.worker.own_party_id)
    with pytest.raises(NotFound):
        do(factory, people.seller_contact, service.get, result_id)


def test_who_may_speak_for_the_unit_consents_by_handing_in(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.seller_contact, people.seller_party)
    submitted = do(factory, people.seller_contact, service.submit, result_id)
    assert (submitted.status, submitted.owner_consent) == (ResultState.COUNTY_REVIEW, OwnerConsent.GIVEN)


def test_a_unit_one_does_not_belong_to_cannot_be_named(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft(factory, people.worker, people.buyer_party)
    assert "party_id" in refused.value.fields


def test_what_is_missing_is_named_and_nothing_moves(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, None, title="", ways=[])
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.worker, service.submit, result_id)
    assert set(refused.value.fields) == {"title", "party_id", "ways"}
    assert state(factory, result_id) is ResultState.DRAFT


def test_the_unit_objects_with_a_reason_and_is_asked_again(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    do(factory, people.worker, service.submit, result_id)
    with pytest.raises(InvalidInput):
        do(factory, people.seller_contact, service.object_, result_id, " ")
    with pytest.raises(NotPermitted):
        do(factory, people.seller_contact, service.withdraw, result_id)
    returned = do(factory, people.seller_contact, service.object_, result_id, "先申请专利")
    assert returned.status is ResultState.CHANGES_REQUESTED
    assert do(factory, people.worker, service.submit, result_id).status is ResultState.OWNER_REVIEW


def test_consent_holds_while_the_text_stays_the_same(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    do(factory, people.worker, service.submit, result_id)
    clock.forward(days=1)
    do(factory, people.seller_contact, service.consent, result_id)
    clock.forward(days=1)
    do(factory, people.county_official, service.request_changes, result_id, "请补证明", {"proof": "缺"})
    assert do(factory, people.worker, service.submit, result_id).status is ResultState.COUNTY_REVIEW
    do(factory, people.county_official, service.request_changes, result_id, "请补证明")
    clock.forward(minutes=1)
    do(factory, people.worker, service.save_step, result_id, {"summary": "另一段简介"})
    assert do(factory, people.worker, service.submit, result_id).status is ResultState.OWNER_REVIEW


def test_a_silent_unit_hands_over_after_fifteen_working_days(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    do(factory, people.worker, service.submit, result_id)  # Friday 20 November 2026; day 15 is Friday 11 December.
    clock.at = datetime(2026, 12, 11, 15, 59, tzinfo=UTC)
    do_system(factory, service.pass_silent_owners)
    assert state(factory, result_id) is ResultState.OWNER_REVIEW
    clock.at = datetime(2026, 12, 11, 16, 0, tzinfo=UTC)  # Midnight in China.
    do_system(factory, service.pass_silent_owners)
    assert state(factory, result_id) is ResultState.COUNTY_REVIEW
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.county_official, service.approve, result_id)
    assert "reason" in refused.value.fields
    approved = do(factory, people.county_official, service.approve, result_id, "单位两次催办未答复")
    assert approved.owner_consent is OwnerConsent.BY_OFFICIAL


def test_a_listing_goes_stale_and_expires_at_the_border_of_the_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    fresh_at = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    result_id = make_result(factory, people, fresh_at=fresh_at)
    clock.at = datetime(2027, 5, 19, 15, 59, tzinfo=UTC)  # 19 May is day 180 after 20 November.
    do_system(factory, service.mark_stale)
    assert state(factory, result_id) is ResultState.PUBLISHED
    clock.at = datetime(2027, 5, 19, 16, 0, tzinfo=UTC)
    do_system(factory, service.mark_stale)
    assert state(factory, result_id) is ResultState.STALE
    confirmed = do(factory, people.worker, service.confirm, result_id)
    assert (confirmed.status, confirmed.fresh_at) == (ResultState.PUBLISHED, clock.at)
    clock.forward(days=181)
    do_system(factory, service.mark_stale)
    clock.forward(days=60)
    do_system(factory, service.expire_stale)
    assert state(factory, result_id) is ResultState.STALE
    clock.forward(days=1)
    do_system(factory, service.expire_stale)
    assert state(factory, result_id) is ResultState.EXPIRED
    with pytest.raises(Conflict):
        do(factory, people.worker, service.confirm, result_id)


def test_only_the_system_runs_the_clock(factory: UnitOfWorkFactory, people: People) -> None:
    for task in (service.pass_silent_owners, service.mark_stale, service.expire_stale):
        with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
            task(uow)


def test_pause_and_suspension(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    do(factory, people.seller_contact, service.pause, result_id)
    with pytest.raises(NotFound):
        do(factory, people.company, service.get, result_id)
    do(factory, people.worker, service.resume, result_id)
    do(factory, people.city_official, service.suspend, result_id, "有争议")
    with pytest.raises(NotPermitted):
        do(factory, people.worker, service.reinstate, result_id, "没有争议")
    do(factory, people.county_official, service.reinstate, result_id, "已查清")
    assert state(factory, result_id) is ResultState.PUBLISHED
    with pytest.raises(NotPermitted):
        do(factory, people.company, service.pause, result_id)


def test_of_two_officials_who_press_at_once_one_wins(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    officials = iter((people.county_official, people.city_official))
    outcomes = at_once(lambda: do(factory, next(officials), service.approve, result_id).status)
    assert ResultState.PUBLISHED in outcomes
    assert [type(one) for one in outcomes].count(Conflict) == 1
    with factory.reading() as uow:
        assert len(uow.session.scalars(select(Decision)).all()) == 1


def at_once(task: Callable[[], Any]) -> list[Any]:
    """What two threads get that begin together; a refusal counts as an outcome."""
    outcomes: list[Any] = []
    barrier = Barrier(2)

    def run() -> None:
        barrier.wait()
        try:
            outcomes.append(task())
        except DomainError as error:
            outcomes.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_text_in_review_cannot_be_changed_under_the_eyes_of_the_reader(
    factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    with pytest.raises(Conflict):
        do(factory, people.worker, service.save_step, result_id, {"title": "另一个"})


def do_system(factory: UnitOfWorkFactory, task: Callable[[UnitOfWork], None]) -> None:
    with factory.writing() as uow:
        task(uow)
