"""By what authority somebody signs for a unit: recorded, verified, revoked, asked for at each signature and frozen with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts import service as accounts
from marketplace.contracts.models import Document, Signature
from marketplace.deals import document_service
from marketplace.deals.document_queries import document_page
from marketplace.home.review_queue import Wanted, listed
from marketplace.home.rules import ReviewKind, TaskKind
from marketplace.home.waiting import tasks
from marketplace.identity import authorities, service
from marketplace.identity.models import Authority, SignatureGround
from marketplace.identity.rules import AuthorityKind, AuthorityState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.organisations import service as organisations
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.organisations.service import OrganisationData
from tests.factories import confirmation, make_deal, sign
from tests.identifying import contact, empower, granted, identify, missing, newcomer, waiting
from tests.personas import People


def test_a_role_alone_does_not_sign_and_a_verified_power_does(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    agent = newcomer(factory, unit=people.buyer_id)
    assert missing(factory, people, agent, document_id) == {"identity", "authority"}
    identify(factory, people, agent)
    assert missing(factory, people, agent, document_id) == {"authority"}
    with pytest.raises(NotPermitted):
        sign(factory, agent, document_id)
    empower(factory, people, agent)
    sign(factory, agent, document_id)


def test_what_a_signature_rested_on_stays_as_it_was(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    authority_id = empower(factory, people, agent)
    sign(factory, agent, document_id)
    with factory.writing(people.company_admin) as uow:
        authorities.revoke(uow, authority_id, "离职")
    with factory.writing(agent) as uow:
        service.withdraw(uow)
    with factory.reading() as uow:
        ground = uow.session.scalars(select(SignatureGround)).one()
        code = uow.session.get_one(Organisation, people.buyer_id).credit_code
    assert (ground.authority_id, ground.authority_kind) == (authority_id, AuthorityKind.POWER)
    assert (ground.masked[:4], ground.masked[4:14]) == ("3799", "*" * 10)
    assert (ground.credit_code, ground.verified_by_id) == (code, people.city_official.user_id)
    sign(factory, people.seller_contact, document_id)  # The first signature stands, and the contract takes effect.
    with factory.reading() as uow:
        assert uow.session.get_one(Document, document_id).state.value == "complete"


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({"limit_fen": 17_999_999}, 0),
        ({"deal_id": -1}, 0),
        ({"valid_until": timedelta(days=3)}, 4),
        ({"valid_from": timedelta(days=1)}, 0),
    ],
)
def test_an_authority_that_does_not_cover_it_does_not_sign(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, values: dict[str, Any], days: int
) -> None:
    today = china_day(clock.now())
    other = make_deal(factory, people)
    told = {
        name: other if name == "deal_id" else today + value if isinstance(value, timedelta) else value
        for name, value in values.items()
    }
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    empower(factory, people, agent, **told)
    clock.forward(hours=24 * days)
    assert missing(factory, people, agent, document_id) == {"authority"}


def test_the_limit_and_the_last_day_are_still_covered(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id, document_id = waiting(factory, people)
    agent = contact(factory, people)
    until = china_day(clock.now()) + timedelta(days=3)
    empower(factory, people, agent, limit_fen=18_000_000, deal_id=deal_id, valid_until=until)
    clock.forward(hours=24 * 3)
    assert missing(factory, people, agent, document_id) == set()


def test_a_power_revoked_in_another_tab_stops_the_signature(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    authority_id = empower(factory, people, agent)
    with factory.writing(agent) as uow:
        document_service.send_signing_code(uow, document_id)
    with factory.writing(people.company_admin) as uow:
        authorities.revoke(uow, authority_id, "离职")
    with pytest.raises(NotPermitted) as refused, factory.writing(agent) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))
    assert "revoked" in refused.value.message
    with factory.reading() as uow:
        assert uow.session.scalars(select(Signature)).all() == []


def test_the_legal_representative_needs_no_paper_and_must_be_the_one_of_the_unit(
    factory: UnitOfWorkFactory, people: People
) -> None:
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    kind = AuthorityKind.LEGAL_REPRESENTATIVE
    named = granted(factory, agent, kind=kind, scan=None, valid_until=None, matters="")
    with pytest.raises(InvalidInput), factory.writing(people.company_admin) as uow:
        authorities.record(uow, people.buyer_id, named)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "钱新来"
    empower(factory, people, agent, kind=kind, scan=None, valid_until=None, matters="")
    assert missing(factory, people, agent, document_id) == set()
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "别人"
    assert missing(factory, people, agent, document_id) == {"authority"}


def test_a_representative_who_is_named_again_is_looked_at_anew(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    """The unit's administrator alone gives nobody his authority back."""
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    with factory.writing() as uow:
        unit = uow.session.get_one(Organisation, people.buyer_id)
        unit.representative, unit.credit_code = "钱新来", "91350100M000100Y43"
    legal = {"kind": AuthorityKind.LEGAL_REPRESENTATIVE, "scan": None, "valid_until": None, "matters": ""}
    authority_id = empower(factory, people, agent, **legal)
    for name in ("新代表", "钱新来"):
        with factory.writing(people.company_admin) as uow:
            unit = uow.session.get_one(Organisation, people.buyer_id)
            told = OrganisationData(unit.name, unit.kind, "91350100M000100Y43", "shouguang", None, None, name)
            organisations.change(uow, people.buyer_id, told)
    drain()
    assert missing(factory, people, agent, document_id) >= {"authority", "verified"}
    with factory.writing() as uow:
        assert authorities.state_of(uow, authority_id) is AuthorityState.REVOKED
        unit = uow.session.get_one(Organisation, people.buyer_id)
        unit.state, unit.verified_at = OrganisationState.VERIFIED, uow.now()
    assert "authority" in missing(factory, people, agent, document_id)
    empower(factory, people, agent, **legal)
    assert "authority" not in missing(factory, people, agent, document_id)


def test_who_borrows_the_name_of_the_representative_does_not_sign_as_himself(
    factory: UnitOfWorkFactory, people: People
) -> None:
    """An authority recorded under a name that the account does not bear any more is nobody's."""
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)

    def call(name: str) -> None:
        with factory.writing(agent) as uow:
            accounts.change_profile(uow, name, "qingzhou", "zh_CN", recommendations=True)

    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "鲁代表"
    call("鲁代表")
    kind = AuthorityKind.LEGAL_REPRESENTATIVE
    empower(factory, people, agent, kind=kind, scan=None, valid_until=None, matters="")
    call("钱新来")  # The name under which his identity is verified.
    assert missing(factory, people, agent, document_id) == {"authority"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"scan": None}, "file"),
        ({"valid_until": None}, "valid_until"),
        ({"matters": " "}, "matters"),
        ({"limit_fen": 0}, "limit"),
        ({"deal_id": 999}, "deal"),
        ({"user_id": 1}, "user"),
    ],
)
def test_a_power_says_what_the_law_wants_it_to_say(
    factory: UnitOfWorkFactory, people: People, values: dict[str, Any], field: str
) -> None:
    told = granted(factory, people.company, **values)
    with pytest.raises(InvalidInput) as refused, factory.writing(people.company_admin) as uow:
        authorities.record(uow, people.buyer_id, told)
    assert set(refused.value.fields) == {field}


def test_only_the_administrator_records_and_only_an_official_without_a_stake_verifies(
    factory: UnitOfWorkFactory, people: People
) -> None:
    with pytest.raises(NotPermitted), factory.writing(people.company) as uow:
        authorities.record(uow, people.buyer_id, granted(factory, people.company))
    with factory.writing(people.company_admin) as uow:
        authority_id = authorities.record(uow, people.buyer_id, granted(factory, people.company)).id
    with pytest.raises(NotPermitted), factory.writing(people.company_admin) as uow:
        authorities.verify(uow, authority_id)
    for actor in (people.stranger, people.county_official, people.worker):
        with pytest.raises(NotFound), factory.writing(actor) as uow:
            authorities.verify(uow, authority_id)
    with factory.reading(people.city_official) as uow:
        assert [row.target_id for row in listed(uow, Wanted(ReviewKind.AUTHORITY))] == [authority_id]
    with factory.writing(people.city_official) as uow:
        authorities.verify(uow, authority_id)
    with pytest.raises(Conflict), factory.writing(people.city_official) as uow:
        authorities.verify(uow, authority_id)


def test_a_refused_power_waits_for_the_administrator_until_another_is_recorded(
    factory: UnitOfWorkFactory, people: People
) -> None:
    with factory.writing(people.company_admin) as uow:
        authority_id = authorities.record(uow, people.buyer_id, granted(factory, people.company)).id
    with factory.writing(people.city_official) as uow:
        authorities.refuse(uow, authority_id, "没有盖章")
        assert authorities.state_of(uow, authority_id) is AuthorityState.REFUSED

    def waits() -> list[str]:
        with factory.reading(people.company_admin) as uow:
            return [task.title for task in tasks(uow, ()) if task.kind is TaskKind.AUTHORITY_REFUSED]

    assert waits() == ["孙丽华"]
    with factory.writing(people.company_admin) as uow:
        authorities.record(uow, people.buyer_id, granted(factory, people.company))
    assert waits() == []


def test_an_official_does_not_verify_his_own_power(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.reading() as uow:
        own = select(Authority.id).where(Authority.user_id == people.city_official.user_id)
        authority_id = uow.session.scalars(own).one()
    with factory.reading(people.city_official) as uow:
        assert authority_id not in {row.target_id for row in listed(uow, Wanted(ReviewKind.AUTHORITY))}
    with pytest.raises(DomainError), factory.writing(people.city_official) as uow:
        authorities.verify(uow, authority_id)


def test_a_new_name_is_another_person_until_verified(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    with factory.writing(people.company) as uow:
        accounts.change_profile(uow, "孙改名", "shouguang", "zh_CN", recommendations=True)
    assert missing(factory, people, people.company, document_id) == {"identity"}


def test_before_signing_everything_is_listed_with_who_and_when(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    with factory.reading(people.company) as uow:
        before = document_page(uow, document_id).before
    labels = {one.label for one in before}
    assert {"Identity of the party", "Authority to sign", "Ownership of the result", "Type of the contract"} <= labels
    assert {"Consent of the owner unit", "Relation between the parties"} <= labels
    agents = {(one.about, one.agent, one.by) for one in before if one.agent}
    assert ("寿光蓝海化工有限公司", "孙丽华", "褚工会") in agents
    with factory.writing(people.company) as uow:
        service.withdraw(uow)
    with factory.writing(people.company_admin) as uow:
        service.withdraw(uow)
    with factory.reading(people.seller_contact) as uow:
        open_points = [one for one in document_page(uow, document_id).before if not one.is_met]
    assert [(one.label, one.about) for one in open_points] == [("Authority to sign", "寿光蓝海化工有限公司")]


@pytest.mark.parametrize(("days", "is_long"), [(5 * 365 + 1, False), (5 * 365 + 2, True), (36_500, True)])
def test_a_power_beyond_five_years_is_confirmed(
    factory: UnitOfWorkFactory, people: People, days: int, is_long: bool
) -> None:
    """2126 is one wrong digit from 2026: whoever means it says so."""
    agent = contact(factory, people)
    until = china_day(factory.clock.now()) + timedelta(days=days)
    if is_long:
        with pytest.raises(InvalidInput) as refused, factory.writing(people.company_admin) as uow:
            authorities.record(uow, people.buyer_id, granted(factory, agent, valid_until=until))
        assert "is_long_meant" in refused.value.fields
    given = granted(factory, agent, valid_until=until, is_long_meant=is_long)
    with factory.writing(people.company_admin) as uow:
        assert authorities.record(uow, people.buyer_id, given).valid_until == until
