"""A password is changed, or set anew by a code when it is lost."""

import pytest

from marketplace.accounts import password_service, service
from marketplace.accounts.models import User
from marketplace.accounts.sign_ins import open_sign_in, user_of
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.permissions import VISITOR
from tests.letters import Letterbox
from tests.personas import PASSWORD, People

NEW = "another plain long password"


def opened(factory: UnitOfWorkFactory, user_id: int | None) -> str:
    with factory.writing() as uow:
        return open_sign_in(uow, uow.session.get_one(User, user_id), "127.0.0.1", "test")


def email_of(factory: UnitOfWorkFactory, user_id: int | None) -> str:
    with factory.reading() as uow:
        return uow.session.get_one(User, user_id).email or ""


def alive(factory: UnitOfWorkFactory, *tokens: str) -> list[bool]:
    with factory.reading() as uow:
        return [user_of(uow, token) is not None for token in tokens]


def can_sign_in(factory: UnitOfWorkFactory, contact: str, password: str) -> bool:
    with factory.writing(VISITOR) as uow:
        return service.sign_in(uow, contact, password, "127.0.0.1", "test") is not None


def test_changing_it_signs_every_other_device_out(factory: UnitOfWorkFactory, people: People) -> None:
    here, there = opened(factory, people.worker.user_id), opened(factory, people.worker.user_id)
    foreign = opened(factory, people.colleague.user_id)
    with factory.writing(people.worker) as uow:
        password_service.change_password(uow, PASSWORD, NEW, here)
    assert alive(factory, here, there, foreign) == [True, False, True]
    email = email_of(factory, people.worker.user_id)
    assert can_sign_in(factory, email, NEW)
    assert not can_sign_in(factory, email, PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "field"), [("wrong password", NEW, "current_password"), (PASSWORD, "short", "password")]
)
def test_a_change_that_is_refused_changes_nothing(
    factory: UnitOfWorkFactory, people: People, current: str, new: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, factory.writing(people.worker) as uow:
        password_service.change_password(uow, current, new, "")
    assert list(refused.value.fields) == [field]
    assert can_sign_in(factory, email_of(factory, people.worker.user_id), PASSWORD)


def test_a_lost_password_is_set_anew_by_a_code_and_signs_everything_out(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    token, email = opened(factory, people.worker.user_id), email_of(factory, people.worker.user_id)
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email.upper(), "127.0.0.1")
    code = letters.code(email)
    with factory.writing(VISITOR) as uow:
        assert password_service.reset_password(uow, email, code, NEW, "127.0.0.1")
    assert alive(factory, token) == [False]
    assert can_sign_in(factory, email, NEW)
    with factory.writing(VISITOR) as uow:
        assert not password_service.reset_password(uow, email, code, PASSWORD, "127.0.0.1")


def test_a_weak_password_does_not_use_the_code_up(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    email = email_of(factory, people.worker.user_id)
    with factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, email, "127.0.0.1")
    code = letters.code(email)
    with pytest.raises(InvalidInput), factory.writing(VISITOR) as uow:
        password_service.reset_password(uow, email, code, "short", "127.0.0.1")
    with factory.writing(VISITOR) as uow:
        assert password_service.reset_password(uow, email, code, NEW, "127.0.0.1")


def test_only_the_newest_code_counts(factory: UnitOfWorkFactory, people: People, letters: Letterbox) -> None:
    email = email_of(factory, people.worker.user_id)
    codes = []
    for _ in range(2):
        with factory.writing(VISITOR) as uow:
            password_service.ask_for_reset(uow, email, "127.0.0.1")
        codes.append(letters.code(email))
    assert codes[0] != codes[1]
    with factory.writing(VISITOR) as uow:
        assert not password_service.reset_password(uow, email, codes[0], NEW, "127.0.0.1")
    with factory.writing(VISITOR) as uow:
        assert password_service.reset_password(uow, email, codes[1], NEW, "127.0.0.1")


def test_a_mobile_number_cannot_get_a_code_so_far(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(InvalidInput), factory.writing(VISITOR) as uow:
        password_service.ask_for_reset(uow, "13800000101", "127.0.0.1")
