"""A person's identity: given by himself with consent, compared by an official, ended by himself; and the number stays hidden."""

import threading

import pytest
from sqlalchemy import func, select

from marketplace.accounts import service as accounts
from marketplace.accounts.models import Consent
from marketplace.audit.models import AuditRow
from marketplace.contracts.queries import party_facts
from marketplace.home.review_queue import Wanted, listed
from marketplace.home.rules import ReviewKind, TaskKind
from marketplace.home.waiting import tasks
from marketplace.identity import service
from marketplace.identity.models import Identity
from marketplace.identity.rules import CONSENT, IdentityState, Means
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, TooManyAttempts
from marketplace.organisations.regions import load_region
from tests.identifying import NUMBER, VERSION, declare, identify, newcomer
from tests.personas import PASSWORD, People, made_up_number


def identity(factory: UnitOfWorkFactory, identity_id: int) -> Identity:
    with factory.reading() as uow:
        return uow.session.get_one(Identity, identity_id)


def test_a_number_is_kept_encrypted_and_verified_by_an_official_of_the_county(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    person = newcomer(factory)
    identity_id = declare(factory, person)
    given = identity(factory, identity_id)
    assert (given.state, given.masked) == (IdentityState.DECLARED, f"3799**********{NUMBER[-4:]}")
    assert NUMBER not in str(given.sealed)
    with factory.reading(people.county_official) as uow:
        waiting = listed(uow, Wanted(ReviewKind.IDENTITY))
    assert [(row.target_id, row.title) for row in waiting] == [(identity_id, "钱新来")]
    clock.forward(hours=1)
    with factory.writing(people.county_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.MEMBER_LIST)
    found = identity(factory, identity_id)
    assert (found.state, found.verified_by_id) == (IdentityState.VERIFIED, people.county_official.user_id)
    assert (found.verified_at, found.means) == (clock.now(), Means.MEMBER_LIST)


@pytest.mark.parametrize("version", ["", "2025-01"])
def test_without_separate_consent_to_the_present_text_nothing_is_kept(
    factory: UnitOfWorkFactory, people: People, version: str
) -> None:
    person = newcomer(factory)
    with pytest.raises(InvalidInput) as refused:
        declare(factory, person, version=version)
    assert "agrees" in refused.value.fields
    with factory.reading() as uow:
        mine = Consent.user_id == person.user_id
        assert uow.session.scalar(select(Identity.id).where(Identity.user_id == person.user_id)) is None
        assert uow.session.scalar(select(Consent.id).where(mine, Consent.document == CONSENT)) is None


def test_a_number_of_another_account_is_refused_and_trying_out_is_stopped(
    factory: UnitOfWorkFactory, people: People
) -> None:
    declare(factory, newcomer(factory))
    other = newcomer(factory, unit=people.buyer_id)
    for _ in range(10):
        with pytest.raises(InvalidInput) as refused:
            declare(factory, other)
        assert "number" in refused.value.fields
    with pytest.raises(TooManyAttempts):
        declare(factory, other)


def test_of_two_accounts_that_give_one_number_at_once_one_gets_it(factory: UnitOfWorkFactory, people: People) -> None:
    two = [newcomer(factory), newcomer(factory, unit=people.buyer_id)]
    start, refused = threading.Barrier(2), list[type[DomainError]]()

    def give(place: int) -> None:
        start.wait()
        try:
            declare(factory, two[place])
        except DomainError as error:
            refused.append(type(error))

    threads = [threading.Thread(target=give, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [InvalidInput]


def test_nobody_verifies_his_own_identity(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.city_official) as uow:
        service.withdraw(uow)
    identity_id = declare(factory, people.city_official)
    with factory.reading(people.city_official) as uow:
        assert listed(uow, Wanted(ReviewKind.IDENTITY)) == []
    with pytest.raises(NotFound), factory.writing(people.city_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)


@pytest.mark.parametrize("who", ["other_official", "worker", "administrator", "company_admin"])
def test_who_is_no_official_of_the_county_knows_nothing_of_it(
    factory: UnitOfWorkFactory, people: People, who: str
) -> None:
    identity_id = declare(factory, newcomer(factory))
    with pytest.raises(NotFound), factory.writing(getattr(people, who)) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)


def test_the_official_has_to_know_the_number_and_cannot_find_it_out(factory: UnitOfWorkFactory, people: People) -> None:
    identity_id = declare(factory, newcomer(factory))
    for order in range(10):
        with pytest.raises(InvalidInput), factory.writing(people.county_official) as uow:
            service.verify(uow, identity_id, made_up_number(800 + order), Means.CARD)
    with pytest.raises(TooManyAttempts), factory.writing(people.county_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)
    assert identity(factory, identity_id).state is IdentityState.DECLARED


def test_what_comes_back_waits_for_the_person_and_its_number_is_forgotten(
    factory: UnitOfWorkFactory, people: People
) -> None:
    person = newcomer(factory)
    identity_id = declare(factory, person)
    with factory.writing(people.county_official) as uow:
        service.return_with_reason(uow, identity_id, "与证件不符")
    found = identity(factory, identity_id)
    assert (found.state, found.sealed, found.digest, found.key_id) == (IdentityState.RETURNED, None, None, None)
    assert found.masked == "", "nothing of it stays, for the page says that it was deleted"
    with factory.reading(person) as uow:
        mine = [task for task in tasks(uow, ()) if task.kind is TaskKind.IDENTITY_RETURNED]
    assert [task.title for task in mine] == ["与证件不符"]
    declare(factory, person)
    with factory.reading(person) as uow:
        assert [task for task in tasks(uow, ()) if task.kind is TaskKind.IDENTITY_RETURNED] == []


def test_who_changes_his_name_before_the_official_looks_is_not_verified(
    factory: UnitOfWorkFactory, people: People
) -> None:
    """The official compares the card with the name on his page; another one put in its place meanwhile is not verified."""
    person = newcomer(factory)
    identity_id = declare(factory, person)
    with factory.writing(person) as uow:
        accounts.change_profile(uow, "钱改名", "qingzhou", "zh_CN", recommendations=True)
    with pytest.raises(Conflict), factory.writing(people.county_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)


def test_a_consent_withdrawn_before_the_official_looks_leaves_nothing_to_verify(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    person = newcomer(factory)
    identity_id = declare(factory, person)
    clock.forward(minutes=5)
    with factory.writing(person) as uow:
        service.withdraw(uow)
    with pytest.raises(Conflict), factory.writing(people.county_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)
    with factory.reading() as uow:
        consent = uow.session.scalars(
            select(Consent).where(Consent.user_id == person.user_id, Consent.document == CONSENT)
        ).one()
    assert (consent.version, consent.withdrawn_at) == (VERSION, clock.now())


def test_withdrawal_deletes_the_number_and_keeps_who_verified_it(factory: UnitOfWorkFactory, people: People) -> None:
    person = newcomer(factory)
    identity_id = identify(factory, people, person)
    with factory.writing(person) as uow:
        service.withdraw(uow)
    found = identity(factory, identity_id)
    assert (found.sealed, found.digest, found.masked) == (None, None, "")
    assert (found.state, found.verified_by_id) == (IdentityState.ENDED, people.city_official.user_id)
    with pytest.raises(Conflict), factory.writing(person) as uow:
        service.withdraw(uow)
    declare(factory, newcomer(factory, unit=people.buyer_id))  # The number is free again.


def test_another_number_takes_the_place_of_the_first(factory: UnitOfWorkFactory, people: People) -> None:
    person = newcomer(factory)
    first = identify(factory, people, person)
    second = declare(factory, person, made_up_number(772))
    assert identity(factory, first).state is IdentityState.ENDED
    assert identity(factory, second).state is IdentityState.DECLARED


def test_the_number_is_shown_to_its_person_alone_after_the_password_and_that_is_on_record(
    factory: UnitOfWorkFactory, people: People
) -> None:
    person = newcomer(factory)
    identity_id = declare(factory, person)
    with pytest.raises(InvalidInput), factory.writing(person) as uow:
        service.own_number(uow, "not the password")
    with factory.writing(person) as uow:
        assert service.own_number(uow, PASSWORD) == NUMBER
    with factory.reading() as uow:
        rows = uow.session.scalars(select(AuditRow).where(AuditRow.action == "identity.read")).all()
    assert [(row.actor_id, row.payload["identity_id"]) for row in rows] == [(person.user_id, identity_id)]


def test_a_rotation_reaches_every_number_and_a_second_one_drops_the_old_key(
    factory: UnitOfWorkFactory, people: People
) -> None:
    person = newcomer(factory)
    declare(factory, person)
    with factory.reading() as uow:
        old = set(uow.session.scalars(select(Identity.key_id)))
        count = uow.session.scalar(select(func.count(Identity.id)).where(Identity.sealed.is_not(None)))
    with factory.writing() as uow:
        assert service.rotate_key(uow) == count
    with factory.reading() as uow:
        assert old.isdisjoint(uow.session.scalars(select(Identity.key_id)))
    with factory.writing(person) as uow:
        assert service.own_number(uow, PASSWORD) == NUMBER
    file = factory.services.settings.identity_keys_file
    assert all(key in file.read_text() for key in map(str, old))
    with factory.writing() as uow:
        service.rotate_key(uow)
    assert not any(key in file.read_text() for key in map(str, old))
    with pytest.raises(InvalidInput):  # A number is still known again.
        declare(factory, newcomer(factory, unit=people.buyer_id))


def test_a_number_given_while_the_key_is_rotated_twice_stays_readable(
    factory: UnitOfWorkFactory, people: People
) -> None:
    """It was encrypted under a key that the second rotation would have dropped, had it not waited."""
    person = newcomer(factory)

    def rotate_twice() -> None:
        for _ in range(2):
            with factory.writing() as uow:
                service.rotate_key(uow)

    rotating = threading.Thread(target=rotate_twice)
    with factory.writing(person) as uow:
        service.declare(uow, NUMBER, VERSION)
        rotating.start()
        rotating.join(1)
        assert rotating.is_alive()
    rotating.join()
    with factory.writing(person) as uow:
        assert service.own_number(uow, PASSWORD) == NUMBER


def test_missing_keys_are_told_and_never_made_anew_over_numbers(factory: UnitOfWorkFactory, people: People) -> None:
    person = newcomer(factory)
    declare(factory, person)
    file = factory.services.settings.identity_keys_file
    content = file.read_text()
    file.unlink()
    with pytest.raises(Conflict) as told, factory.writing(person) as uow:
        service.own_number(uow, PASSWORD)
    assert "identity_keys.json" in told.value.message
    with pytest.raises(Conflict):
        declare(factory, newcomer(factory, unit=people.buyer_id), made_up_number(773))
    assert not file.exists()
    file.write_text(content)
    with factory.writing(person) as uow:
        assert service.own_number(uow, PASSWORD) == NUMBER


def test_keys_are_private_and_made_at_the_first_number(factory: UnitOfWorkFactory) -> None:
    declare(factory, newcomer(factory))
    assert factory.services.settings.identity_keys_file.stat().st_mode & 0o777 == 0o600


def test_a_number_moved_into_another_persons_row_cannot_be_read(factory: UnitOfWorkFactory, people: People) -> None:
    person = newcomer(factory)
    declare(factory, person)
    with factory.writing() as uow:
        mine = uow.session.scalars(select(Identity).where(Identity.user_id == person.user_id)).one()
        theirs = uow.session.scalars(select(Identity).where(Identity.user_id == people.worker.user_id)).one()
        theirs.sealed = mine.sealed
    with pytest.raises(Conflict), factory.writing(people.worker) as uow:
        service.own_number(uow, PASSWORD)


def test_a_contract_names_a_person_with_the_masked_number_once_it_is_verified(
    factory: UnitOfWorkFactory, people: People
) -> None:
    person = newcomer(factory)

    def block() -> str:
        with factory.reading(person) as uow:
            region = load_region(uow.settings.region)
            return "\n".join(party_facts(uow.session, region, person.own_party_id or 0).lines("乙方"))

    identity_id = declare(factory, person)
    assert "身份证件号码" not in block()
    with factory.writing(people.county_official) as uow:
        service.verify(uow, identity_id, NUMBER, Means.CARD)
    assert f"身份证件号码：3799**********{NUMBER[-4:]}" in block().splitlines()
