"""Passwords and codes cannot be guessed: tries are counted in the database, for contacts that exist and for those that do not."""

import pytest
from sqlalchemy import func, select

from marketplace.accounts import password_service, service
from marketplace.accounts.models import SignInAttempt, User, VerificationCode
from marketplace.accounts.rules import CodePurpose
from marketplace.accounts.service import OpenedSignIn
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import InvalidInput, TooManyAttempts
from marketplace.kernel.permissions import VISITOR
from tests.crowd import run_at_once
from tests.letters import Letterbox
from tests.personas import PASSWORD, People


@pytest.fixture
def email(factory: UnitOfWorkFactory, people: People) -> str:
    """The worker's address."""
    with factory.reading() as uow:
        return uow.session.get_one(User, people.worker.user_id).email or ""


def sign_in(factory: UnitOfWorkFactory, contact: str, password: str, ip: str = "10.0.0.1") -> OpenedSignIn | None:
    with factory.writing(VISITOR) as uow:
        return service.sign_in(uow, contact, password, ip, "test")


def attempts(factory: UnitOfWorkFactory) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.count(SignInAttempt.id))) or 0


@pytest.mark.parametrize("known", [True, False])
def test_after_ten_wrong_passwords_even_the_right_one_waits(
    factory: UnitOfWorkFactory, email: str, clock: SetClock, known: bool
) -> None:
    contact = email if known else "nobody@example.com"
    for _ in range(10):
        assert sign_in(factory, contact, "wrong password") is None
    with pytest.raises(TooManyAttempts) as throttled:
        sign_in(factory, contact, PASSWORD)
    assert 0 < throttled.value.retry_after <= 15 * 60 + 1
    clock.forward(seconds=throttled.value.retry_after)
    assert (sign_in(factory, contact, PASSWORD) is not None) is known


def test_one_address_cannot_try_a_hundred_contacts(factory: UnitOfWorkFactory, email: str) -> None:
    with factory.writing() as uow:
        uow.session.add_all(SignInAttempt(contact_hash=f"{i}", ip="10.0.0.9", at=uow.now()) for i in range(100))
    with pytest.raises(TooManyAttempts):
        sign_in(factory, email, PASSWORD, ip="10.0.0.9")
    assert sign_in(factory, email, PASSWORD, ip="10.0.0.8")


def test_nothing_readable_is_kept_of_the_contact(factory: UnitOfWorkFactory) -> None:
    sign_in(factory, "nobody@example.com", "wrong password")
    with factory.reading() as uow:
        row = uow.session.scalars(select(SignInAttempt)).one()
        assert "nobody" not in row.contact_hash
        assert len(row.contact_hash) == 64


def test_wrong_passwords_at_the_same_moment_are_all_counted(factory: UnitOfWorkFactory, email: str) -> None:
    outcomes: list[str] = []

    def guess() -> None:
        try:
            outcomes.append("in" if sign_in(factory, email, "wrong password") else "wrong")
        except TooManyAttempts:
            outcomes.append("throttled")

    run_at_once([guess] * 16)
    assert sorted(outcomes) == ["throttled"] * 6 + ["wrong"] * 10


def test_confirming_the_password_counts_although_the_use_case_is_refused(
    factory: UnitOfWorkFactory, people: People, email: str
) -> None:
    for _ in range(10):
        with pytest.raises(InvalidInput) as refused, factory.writing(people.worker) as uow:
            service.confirm_password(uow, "wrong password")
        assert "current_password" in refused.value.fields
    with pytest.raises(TooManyAttempts), factory.writing(people.worker) as uow:
        service.confirm_password(uow, PASSWORD)
    with pytest.raises(TooManyAttempts):
        sign_in(factory, email, PASSWORD)


def test_a_refused_use_case_writes_nothing_but_the_attempt(factory: UnitOfWorkFactory, people: People) -> None:
    def rename(password: str) -> None:
        with factory.writing(people.worker) as uow:
            service.me(uow).name = "somebody else"
            service.confirm_password(uow, password)

    with pytest.raises(InvalidInput):
        rename("wrong password")
    with factory.reading(people.worker) as uow:
        assert service.me(uow).name == "王建国"
    assert attempts(factory) == 1


def test_the_right_password_is_no_attempt(factory: UnitOfWorkFactory, people: People, email: str) -> None:
    with factory.writing(people.worker) as uow:
        service.confirm_password(uow, PASSWORD)
    sign_in(factory, email, PASSWORD)
    assert attempts(factory) == 0


@pytest.mark.parametrize("known", [True, False])
def test_codes_are_asked_for_five_times_at_most(
    factory: UnitOfWorkFactory, letters: Letterbox, email: str, known: bool
) -> None:
    contact = email if known else "nobody@example.com"
    for _ in range(5):
        with factory.writing(VISITOR) as uow:
            assert password_service.ask_for_reset(uow, contact, "10.0.0.1") == contact
    with pytest.raises(TooManyAttempts), factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, contact, "10.0.0.1")
    assert {mail.to for mail in letters.read()} == ({email} if known else set())


def test_after_five_wrong_codes_the_right_one_is_void(
    factory: UnitOfWorkFactory, letters: Letterbox, email: str
) -> None:
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email, "10.0.0.1")
    code = letters.code(email)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with factory.writing(VISITOR) as uow:
            assert password_service.reset_password(uow, email, wrong, "another long password", "10.0.0.1") is False
    with factory.writing(VISITOR) as uow:
        assert password_service.reset_password(uow, email, code, "another long password", "10.0.0.1") is False


def test_five_tries_stay_five_when_they_come_at_once(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    with factory.writing(people.worker) as uow:
        service.propose_email(uow, "new@example.com", PASSWORD)
    letters.read()

    def guess() -> None:
        with factory.writing(people.worker) as uow:
            service.verify_contact(uow, "no code")

    run_at_once([guess] * 12)
    with factory.reading() as uow:
        assert uow.session.scalar(select(VerificationCode.tries)) == 5


def test_a_code_is_for_its_own_purpose_and_fifteen_minutes(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox, email: str, clock: SetClock
) -> None:
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email, "10.0.0.1")
    code = letters.code(email)
    with factory.writing(people.worker) as uow:
        assert service.verify_contact(uow, code) is None
    clock.forward(minutes=15)
    with factory.writing(VISITOR) as uow:
        assert not password_service.reset_password(uow, email, code, "another long password", "10.0.0.1")


def test_a_code_that_ran_out_before_the_worker_came_is_not_sent(
    factory: UnitOfWorkFactory, letters: Letterbox, email: str, clock: SetClock
) -> None:
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email, "10.0.0.1")
    clock.forward(minutes=16)
    assert letters.read() == []


def test_no_code_lies_in_the_database(factory: UnitOfWorkFactory, letters: Letterbox, email: str) -> None:
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email, "10.0.0.1")
    code = letters.code(email)
    with factory.reading() as uow:
        row = uow.session.scalars(select(VerificationCode).where(VerificationCode.purpose == CodePurpose.RESET)).one()
        assert code not in {str(getattr(row, column.key)) for column in VerificationCode.__table__.columns}
