"""What an administrator changes: offices, accounts, parked tasks; each with a reason, each audited."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from marketplace.accounts.models import OfficeHolding, User
from marketplace.accounts.rules import UserState
from marketplace.accounts.service import sign_in
from marketplace.accounts.sign_ins import open_sign_in, user_of
from marketplace.admin import queries, service
from marketplace.admin.rules import Action
from marketplace.audit.models import AuditRow
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import VISITOR, Actor, Office
from marketplace.organisations.actors import actor_of
from tests.crowd import run_at_once
from tests.personas import PASSWORD, People

WHY = "市总工会 2026 年第 3 号文件"


def now(factory: UnitOfWorkFactory, actor: Actor) -> Actor:
    with factory.reading() as uow:
        return actor_of(uow.session, uow.session.get_one(User, actor.user_id))


def office_of(factory: UnitOfWorkFactory, who: Actor) -> int:
    with factory.reading() as uow:
        return uow.session.scalars(select(OfficeHolding.id).where(OfficeHolding.user_id == who.user_id)).one()


def parked_row(factory: UnitOfWorkFactory) -> int:
    with factory.writing() as uow:
        now_ = uow.now()
        row = OutboxRow(
            at=now_,
            due_at=now_,
            event="user.registered",
            payload={"user_id": 1},
            handler="organisations.make_parties",
            attempts=6,
            parked_at=now_,
            error="ConnectionRefusedError",
        )
        uow.session.add(row)
        uow.flush()
        return row.id


def test_an_official_is_appointed_for_his_county_and_dismissed(factory: UnitOfWorkFactory, people: People) -> None:
    user_id = people.loner.user_id or 0
    with factory.writing(people.administrator) as uow:
        holding = service.appoint(uow, user_id, Office.COUNTY_OFFICIAL, "anqiu", WHY).id
    assert now(factory, people.loner).counties == {"anqiu"}
    with factory.writing(people.administrator) as uow:
        service.dismiss(uow, holding, "调离")
    assert not now(factory, people.loner).is_official
    with factory.reading() as uow:
        history = queries.interventions(uow.session, f"user:{user_id}")
        assert [(one.action, one.reason, one.by) for one in history] == [
            (Action.DISMISS, "调离", "卫管理"),
            (Action.APPOINT, WHY, "卫管理"),
        ]
        audited = uow.session.scalars(select(AuditRow.payload).where(AuditRow.object == f"user:{user_id}")).all()
        assert len(audited) == 4
        assert "调离" not in str(audited)


def test_an_office_for_the_city_has_no_county(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.administrator) as uow:
        assert service.appoint(uow, people.loner.user_id or 0, Office.CITY_OFFICIAL, "anqiu", WHY).county is None


@pytest.mark.parametrize(
    ("office", "county", "reason", "field"),
    [
        (Office.COUNTY_OFFICIAL, None, WHY, "county"),
        (Office.COUNTY_OFFICIAL, "anqiu", " ", "reason"),
        (Office.COUNTY_OFFICIAL, "qingzhou", WHY, "office"),  # held already
    ],
)
def test_an_appointment_that_is_refused(
    factory: UnitOfWorkFactory, people: People, office: Office, county: str | None, reason: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, factory.writing(people.administrator) as uow:
        service.appoint(uow, people.county_official.user_id or 0, office, county, reason)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("who", ["city_official", "company_admin", "loner"])
def test_nobody_else_may(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    actor, user_id = getattr(people, who), people.worker.user_id or 0
    row_id = parked_row(factory)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        service.appoint(uow, user_id, Office.ADMINISTRATOR, None, WHY)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        service.disable(uow, user_id, WHY)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        service.retry(uow, row_id, WHY)


def test_a_disabled_person_is_out_at_once_and_comes_back(factory: UnitOfWorkFactory, people: People) -> None:
    user_id = people.worker.user_id or 0
    with factory.writing() as uow:
        user = uow.session.get_one(User, user_id)
        token, email = open_sign_in(uow, user, "127.0.0.1", "test"), user.email or ""
    with factory.writing(people.administrator) as uow:
        service.disable(uow, user_id, "冒用他人姓名")
    with factory.reading() as uow:
        assert user_of(uow, token) is None
    with pytest.raises(InvalidInput), factory.writing(VISITOR) as uow:
        sign_in(uow, email, PASSWORD, "127.0.0.1", "test")
    with factory.writing(people.administrator) as uow:
        assert service.enable(uow, user_id, "核实无误").state is UserState.ACTIVE
    with factory.reading() as uow:
        assert user_of(uow, token) is None
    with factory.writing(VISITOR) as uow:
        assert sign_in(uow, email, PASSWORD, "127.0.0.1", "test")


def test_a_disabled_account_is_not_told_to_who_has_not_its_password(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.administrator) as uow:
        email = service.disable(uow, people.worker.user_id or 0, WHY).email or ""
    with factory.writing(VISITOR) as uow:
        assert sign_in(uow, email, "wrong password", "127.0.0.1", "test") is None


def test_the_platform_keeps_an_administrator(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(Conflict), factory.writing(people.administrator) as uow:
        service.dismiss(uow, office_of(factory, people.administrator), WHY)
    with pytest.raises(Conflict), factory.writing(people.administrator) as uow:
        service.disable(uow, people.administrator.user_id or 0, WHY)


def test_of_two_administrators_who_dismiss_each_other_one_stays(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.administrator) as uow:
        service.appoint(uow, people.loner.user_id or 0, Office.ADMINISTRATOR, None, WHY)
    second = now(factory, people.loner)
    pairs = [(people.administrator, office_of(factory, second)), (second, office_of(factory, people.administrator))]

    def dismiss(who: Actor, holding: int) -> None:
        with suppress(Conflict), factory.writing(who) as uow:
            service.dismiss(uow, holding, WHY)

    run_at_once([lambda: dismiss(*pairs[0]), lambda: dismiss(*pairs[1])])
    assert [now(factory, who).is_administrator for who in (people.administrator, second)].count(True) == 1


def test_a_parked_task_is_handed_to_the_worker_again(factory: UnitOfWorkFactory, people: People) -> None:
    row_id, other = parked_row(factory), parked_row(factory)
    with factory.writing(people.administrator) as uow:
        assert service.retry(uow, row_id, "邮件服务器已恢复") == 1
    with factory.reading() as uow:
        assert [one.id for one in queries.parked(uow.session)] == [other]
        row = uow.session.get_one(OutboxRow, row_id)
        assert (row.attempts, row.error, row.parked_at) == (0, None, None)
        assert [one.reason for one in queries.interventions(uow.session, f"outbox:{row_id}")] == ["邮件服务器已恢复"]
    with pytest.raises(Conflict), factory.writing(people.administrator) as uow:
        service.retry(uow, row_id, WHY)
    with factory.writing(people.administrator) as uow:
        assert service.retry(uow, None, WHY) == 1
    with factory.reading() as uow:
        state = queries.outbox_state(uow.session, uow.now())
        assert (state.parked, state.failing) == (0, 0)


def test_people_are_found_by_name_and_contact(factory: UnitOfWorkFactory, people: People) -> None:
    def names(text: str) -> list[str]:
        with factory.reading() as uow:
            return [row.name for row in queries.people(uow.session, queries.matching(text), 0, 50)]

    assert names("建国") == ["王建国"]
    assert names("PERSON") == names("@example.com")
    assert names("_") == []


def test_a_person_who_is_not_there(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(NotFound), factory.writing(people.administrator) as uow:
        service.disable(uow, 9999, WHY)
