"""Registration of a contract: the seller applies and records it with its scan, an official verifies it, and then it counts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.contracts.rules import EndReason
from marketplace.deals import service as deal_service
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.registrations import records, service
from marketplace.registrations.models import Registration
from marketplace.registrations.queries import registration_page
from marketplace.registrations.rules import RecordKind, RegistrationState
from tests.amending import amend
from tests.factories import make_contract, make_deal, make_signed, stop_of
from tests.paying import BY_PLAN, TODAY, refused
from tests.personas import People
from tests.registering import (
    A2,
    A3,
    applied,
    entries,
    paper,
    recorded,
    registered,
    state_of,
    sums,
    values,
    verify,
)

S = RegistrationState


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A licence for 180,000 yuan, in force since today."""
    return make_signed(factory, people)


def wrong_fields(do: Callable[[], object]) -> set[str]:
    """Beside which fields a refusal is said."""
    with pytest.raises(InvalidInput) as error:
        do()
    return set(error.value.fields)


def test_from_the_application_to_the_figures(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    assert stop_of(factory, people, deal, "Registration") == "waiting"
    registration = applied(factory, people, deal)
    assert stop_of(factory, people, deal, "Registration") == "current"
    record = recorded(factory, people, registration)
    assert (entries(factory, deal), state_of(factory, registration)) == ([], S.APPLIED)
    verify(factory, people.county_official, record)
    assert entries(factory, deal) == [(RecordKind.CERTIFICATE, A2, A3, TODAY)]
    assert (state_of(factory, registration), stop_of(factory, people, deal, "Registration")) == (S.REGISTERED, "done")
    assert sums(factory, people.company, deal) == (A2, A3)


def test_the_form_comes_filled_in(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    filled = values(factory, people, deal)
    assert filled["seller_name"] == "青州前程机械有限公司"
    assert filled["seller_code"] == "91370781MA3C00001T"
    assert filled["seller_region"] == "潍坊市青州市"
    assert filled["buyer_region"] == "潍坊市寿光市"
    assert (filled["contract_type"], filled["ip_kind"], filled["industry"]) == ("3", "1", "C")
    assert (filled["amount_total"], filled["signed_on"]) == (A2, "2026-11-20")
    assert filled["contract_reference"] == f"JG-{deal:06d}-HT01"


def test_after_an_amendment_the_form_says_what_is_payable_by_it(factory: UnitOfWorkFactory, people: People) -> None:
    amended = make_signed(factory, people, BY_PLAN)
    amend(factory, people, amended)
    assert values(factory, people, amended)["amount_total"] == 15_400_000


def test_a_draft_is_kept_and_may_be_incomplete(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    with factory.writing(people.seller_contact) as uow:
        draft = service.save_draft(uow, deal, {"contract_name": "焊接工装"}, 0)
        assert (draft.state, draft.content, draft.version) == (S.DRAFT, {"contract_name": "焊接工装"}, 1)
    with factory.writing(people.seller_contact) as uow:
        assert "amount_total" in wrong_fields(lambda: service.submit(uow, deal, {"contract_name": "焊接工装"}, 1))
    with factory.reading(people.company) as uow:
        assert registration_page(uow, deal).rows == ()
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: service.save_draft(uow, deal, {}, 0), InvalidInput)
        assert service.submit(uow, deal, values(factory, people, deal), 1).state is S.APPLIED


def test_who_may_and_who_may_not(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    typed = values(factory, people, deal)
    wrong = {"company": NotPermitted, "worker": NotPermitted, "county_official": NotPermitted}
    outsiders = dict.fromkeys(("stranger", "loner", "other_official", "administrator"), NotFound)
    for who, kind in {**wrong, **outsiders}.items():
        with factory.writing(getattr(people, who)) as uow:
            refused(lambda: service.submit(uow, deal, typed, 0), kind)
    registration = applied(factory, people, deal)
    record = recorded(factory, people, registration)
    for who, kind in {**wrong, "seller_contact": NotPermitted, **outsiders}.items():
        if who != "county_official":
            with factory.writing(getattr(people, who)) as uow:
                refused(lambda: records.verify(uow, record), kind)
                refused(lambda: records.give_back(uow, record, "不符"), kind)
    with factory.writing(people.company) as uow:
        refused(lambda: records.record(uow, registration, paper()), NotPermitted)
        refused(lambda: records.take_back(uow, record), NotPermitted)
        refused(lambda: service.withdraw(uow, registration), NotPermitted)
    assert entries(factory, deal) == []


def test_nobody_verifies_what_he_has_a_stake_in(factory: UnitOfWorkFactory, people: People) -> None:
    """The union of the city sells: its official, who is its contact too, is a party here and no official."""
    deal = make_signed(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, deal).seller_party_id = people.union_party
    typed = {**values(factory, people, deal), "seller_region": "潍坊市", "seller_kind": "3"}
    with factory.writing(people.city_official) as uow:
        registration = service.submit(uow, deal, typed, 0).id
        record = records.record(uow, registration, paper()).id
    with factory.writing(people.city_official) as uow:
        refused(lambda: records.verify(uow, record), NotPermitted)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"number": " "}, "number"),
        ({"dated": TODAY + timedelta(days=1)}, "day"),
        ({"dated": TODAY - timedelta(days=1)}, "day"),
        ({"a2_fen": 0, "a3_fen": 0}, "a2"),
        ({"a3_fen": A2 + 1}, "a3"),
        ({"scan": None}, "file"),
    ],
)
def test_a_certificate_that_cannot_be(
    factory: UnitOfWorkFactory, people: People, deal: int, changed: dict[str, Any], field: str
) -> None:
    registration = applied(factory, people, deal)
    with factory.writing(people.seller_contact) as uow:
        assert wrong_fields(lambda: records.record(uow, registration, paper(**changed))) == {field}


def test_one_number_is_of_one_contract(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registered(factory, people, deal)
    other = applied(factory, people, make_signed(factory, people))
    with factory.writing(people.seller_contact) as uow:
        assert wrong_fields(lambda: records.record(uow, other, paper())) == {"number"}
    assert recorded(factory, people, other, paper(number="2026370781000124"))


def test_a_returned_paper_counts_for_nothing_and_is_recorded_anew(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    registration = applied(factory, people, deal)
    record = recorded(factory, people, registration, paper(a3_fen=A2))
    with factory.writing(people.county_official) as uow:
        refused(lambda: records.give_back(uow, record, " "), InvalidInput)
        records.give_back(uow, record, "技术交易额与证明不符")
    assert (entries(factory, deal), state_of(factory, registration)) == ([], S.APPLIED)
    with factory.writing(people.county_official) as uow:
        refused(lambda: records.verify(uow, record), Conflict)
    verify(factory, people.county_official, recorded(factory, people, registration))
    assert sums(factory, people.company, deal) == (A2, A3)


def test_twice_and_in_the_wrong_order(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registration = applied(factory, people, deal)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: service.submit(uow, deal, values(factory, people, deal), 1), Conflict)
        refused(lambda: records.record(uow, registration, paper(RecordKind.CHANGE)), Conflict)
        refused(lambda: records.record(uow, registration, paper(RecordKind.CANCELLATION)), Conflict)
    record = recorded(factory, people, registration)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: records.record(uow, registration, paper(number="2")), Conflict)
        refused(lambda: service.withdraw(uow, registration), Conflict)
        refused(lambda: service.refuse(uow, registration, TODAY, "不属于技术合同"), Conflict)
    verify(factory, people.county_official, record)
    with factory.writing(people.city_official) as uow:
        refused(lambda: records.verify(uow, record), Conflict)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: records.take_back(uow, record), Conflict)
        refused(lambda: service.withdraw(uow, registration), Conflict)
    assert entries(factory, deal) == [(RecordKind.CERTIFICATE, A2, A3, TODAY)]


def test_a_refusal_and_a_second_application(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first = applied(factory, people, deal)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: service.refuse(uow, first, TODAY, " "), InvalidInput)
        refused(lambda: service.refuse(uow, first, TODAY + timedelta(days=1), "标的不明确"), InvalidInput)
        service.refuse(uow, first, TODAY, "标的技术内容不明确")
    assert (state_of(factory, first), stop_of(factory, people, deal, "Registration")) == (S.REFUSED, "failed")
    second = registered(factory, people, deal)
    assert (state_of(factory, first), state_of(factory, second)) == (S.REFUSED, S.REGISTERED)
    assert stop_of(factory, people, deal, "Registration") == "done"
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: service.submit(uow, deal, values(factory, people, deal), 0), Conflict)


def test_what_is_withdrawn_makes_room(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registration = applied(factory, people, deal)
    record = recorded(factory, people, registration)
    with factory.writing(people.seller_contact) as uow:
        records.take_back(uow, record)
        service.withdraw(uow, registration)
    assert stop_of(factory, people, deal, "Registration") == "waiting"
    registered(factory, people, deal)


def test_only_a_contract_in_force_is_registered(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    talks = make_deal(factory, people)
    make_contract(factory, people, talks)
    typed = values(factory, people, deal)
    with factory.writing(people.county_official) as uow:
        deal_service.terminate(uow, deal, "项目取消", 0, EndReason.PLANS)
    for one in (talks, deal):
        with factory.writing(people.seller_contact) as uow:
            refused(lambda one=one: service.submit(uow, one, typed, 0), Conflict)  # type: ignore[misc]


def test_the_database_repeats_the_rules(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registered(factory, people, deal)
    for statement in (
        "UPDATE registration_records SET a3_fen = a2_fen + 1",
        "UPDATE registration_records SET a3_fen = -1",
        "UPDATE registrations SET number = NULL",
        "UPDATE registration_entries SET a3_fen = 0",
        "DELETE FROM registration_entries",
        "UPDATE registration_records SET answered_by_id = recorded_by_id",
    ):
        with pytest.raises(DBAPIError), factory.writing() as uow:
            uow.session.execute(text(statement))


def test_who_is_told(factory: UnitOfWorkFactory, people: People, deal: int, drain: Callable[[], int]) -> None:
    def told(actor_id: int | None) -> list[str]:
        query = text("SELECT url FROM notifications WHERE user_id = :user AND url LIKE '%/registration' ORDER BY id")
        with factory.reading() as uow:
            return list(uow.session.scalars(query, {"user": actor_id}))

    registration = applied(factory, people, deal)
    record = recorded(factory, people, registration)
    drain()
    path = f"/deals/{deal}/registration"
    assert told(people.company.user_id) == [path]
    assert told(people.county_official.user_id) == [path]
    assert told(people.seller_contact.user_id) == []
    verify(factory, people.county_official, record)
    drain()
    assert (told(people.company.user_id), told(people.seller_contact.user_id)) == ([path, path], [path])


def test_the_audit_log_holds_no_words(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registration = applied(factory, people, deal)
    with factory.writing(people.seller_contact) as uow:
        service.refuse(uow, registration, TODAY, "标的技术内容不明确")
    with factory.reading() as uow:
        rows = uow.session.execute(text("SELECT payload FROM audit_log WHERE action LIKE 'registration%'")).all()
        ids = list(uow.session.scalars(select(Registration.id)))
    assert (len(rows), ids) == (3, [registration])
    assert not any("标的" in str(row) or "标" in str(row) for row in rows)
