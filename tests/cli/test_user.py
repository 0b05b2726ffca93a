"""People are added where the service runs."""

import re

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.accounts.service import sign_in
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import VISITOR
from marketplace.organisations.actors import actor_of
from tests.cli.conftest import Run


def test_a_county_official_is_added_and_signs_in(run: Run, factory: UnitOfWorkFactory) -> None:
    answer = run("user", "create", "冯干事", "feng@example.com", "--office", "county_official", "--county", "青州市")
    assert answer.exit_code == 0, answer.output
    password = re.search(r"Password: (\S+)", answer.output)
    assert password
    with factory.writing(VISITOR) as uow:
        opened = sign_in(uow, "feng@example.com", password.group(1), "127.0.0.1", "test")
        assert opened is not None
        assert opened.must_consent
    with factory.reading() as uow:
        actor = actor_of(uow.session, uow.session.scalars(select(User)).one())
        assert actor.counties == {"qingzhou"}
        assert actor.own_party_id is not None


def test_a_given_password_is_not_printed(run: Run) -> None:
    answer = run(
        "user", "create", "卫管理", "wei@example.com", "--office", "administrator", "--password", "a plain long one"
    )
    assert (answer.exit_code, "a plain long one" in answer.output) == (0, False)


@pytest.mark.parametrize(
    "words",
    [
        ("冯干事", "no address"),
        ("冯干事", "feng@example.com", "--password", "short"),
        ("冯干事", "feng@example.com", "--office", "county_official"),
        ("冯干事", "feng@example.com", "--county", "Atlantis"),
        ("冯干事", "feng@example.com", "--office", "king"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_added(
    run: Run, factory: UnitOfWorkFactory, words: tuple[str, ...]
) -> None:
    answer = run("user", "create", *words)
    assert answer.exit_code != 0
    assert "Error" in answer.output
    with factory.reading() as uow:
        assert uow.session.scalars(select(User)).all() == []
