"""Two officials verify one certificate, two contracts are given one number, two windows begin one draft: in the same moment."""

import pytest
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.permissions import Actor
from marketplace.registrations import service
from marketplace.registrations.models import Registration
from marketplace.registrations.rules import RecordKind
from tests.crowd import run_at_once
from tests.factories import make_signed
from tests.paying import TODAY
from tests.personas import People
from tests.registering import (
    A2,
    A3,
    applied,
    entries,
    recorded,
    verify,
)


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A licence for 180,000 yuan, in force since today."""
    return make_signed(factory, people)


def test_of_two_officials_who_verify_at_once_one_is_told(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    record = recorded(factory, people, applied(factory, people, deal))
    outcomes: list[str] = []

    def press(official: Actor) -> None:
        try:
            verify(factory, official, record)
            outcomes.append("verified")
        except Conflict:
            outcomes.append("told")

    run_at_once([lambda: press(people.county_official), lambda: press(people.city_official)])
    assert sorted(outcomes) == ["told", "verified"]
    assert entries(factory, deal) == [(RecordKind.CERTIFICATE, A2, A3, TODAY)]


def test_of_two_contracts_with_one_number_at_once_one_is_told(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    both = [applied(factory, people, one) for one in (deal, make_signed(factory, people))]
    outcomes: list[str] = []

    def press(registration: int) -> None:
        try:
            recorded(factory, people, registration)
            outcomes.append("recorded")
        except InvalidInput as error:
            outcomes.append(*error.fields)

    run_at_once([lambda: press(both[0]), lambda: press(both[1])])
    assert sorted(outcomes) == ["number", "recorded"]


def test_two_windows_begin_one_draft(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            with factory.writing(people.seller_contact) as uow:
                service.save_draft(uow, deal, {"contract_name": "焊接工装"}, 0)
            outcomes.append("kept")
        except InvalidInput:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["kept", "told"]
    with factory.reading() as uow:
        assert len(list(uow.session.scalars(select(Registration.id)))) == 1
