"""Who signs a confidentiality agreement is established before, and what his signature rested on is kept with it."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.identity import authorities
from marketplace.identity import service as identities
from marketplace.identity.models import Authority
from marketplace.identity.rules import AuthorityKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import NotPermitted
from marketplace.organisations.models import Organisation
from tests.confiding import asked, make_talks, sign, signed_by_reader, state, unmet
from tests.factories import make_deal
from tests.identifying import empower
from tests.personas import People


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A trade secret in which the buyer's interest was accepted."""
    return make_talks(factory, people)


def powerless(factory: UnitOfWorkFactory, people: People) -> None:
    """The buyer's contact has no power any more."""
    with factory.reading() as uow:
        held = select(Authority.id).where(Authority.user_id == people.company.user_id)
        (authority_id,) = uow.session.scalars(held)
    with factory.writing(people.city_official) as uow:
        authorities.revoke(uow, authority_id, "委托人撤回授权")


def test_without_an_identity_nobody_signs(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    assert "identity" in unmet(factory, people.company, agreement_id)
    with pytest.raises(NotPermitted, match="not given your identity number"):
        sign(factory, people.company, agreement_id)


def test_the_owner_too_needs_an_identity(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    with factory.writing(people.seller_contact) as uow:
        identities.withdraw(uow)
    with pytest.raises(NotPermitted, match="not given your identity number"):
        sign(factory, people.seller_contact, agreement_id)


def test_whose_power_was_revoked_signs_nothing(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    powerless(factory, people)
    assert unmet(factory, people.company, agreement_id) == {"authority"}
    with pytest.raises(NotPermitted, match="was revoked"):
        sign(factory, people.company, agreement_id)


def test_a_power_that_has_expired_covers_nothing(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    clock.forward(days=731)
    agreement_id = asked(factory, people, result_id)
    assert unmet(factory, people.company, agreement_id) == {"authority"}


@pytest.mark.parametrize("limit", ["amount", "deal"])
def test_a_limited_power_covers_no_confidentiality_agreement(
    factory: UnitOfWorkFactory, people: People, result_id: int, limit: str
) -> None:
    limits: dict[str, Any] = (
        {"limit_fen": 10_000_000_00} if limit == "amount" else {"deal_id": make_deal(factory, people)}
    )
    agreement_id = asked(factory, people, result_id)
    powerless(factory, people)
    empower(factory, people, people.company, **limits)
    with pytest.raises(NotPermitted, match="limited to a deal or an amount"):
        sign(factory, people.company, agreement_id)
    empower(factory, people, people.company)
    sign(factory, people.company, agreement_id)


def test_the_legal_representative_signs(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    powerless(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "孙丽华"
    values: dict[str, Any] = {"kind": AuthorityKind.LEGAL_REPRESENTATIVE, "valid_until": None, "scan": None}
    empower(factory, people, people.company, **values)
    assert state(factory, signed_by_reader(factory, people, result_id)).value == "signed_by_reader"
