"""An organisation connects its account: who may, what is refused, and what the processor says of it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.online.accounts import end_account, name_account
from marketplace.online.models import OnlineAccount
from marketplace.online.queries import account_of, payable_account
from marketplace.online.rules import AccountState, Outcome
from marketplace.settings import Settings
from tests.online import connect, deliver, outcomes, taking
from tests.paying import refused
from tests.personas import People
from tests.standin.books import SELLER
from tests.standin.server import Standin


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def the_account(factory: UnitOfWorkFactory, people: People) -> OnlineAccount:
    with factory.reading() as uow:
        found = account_of(uow.session, people.seller_id)
    assert found is not None
    return found


def test_an_account_counts_once_the_processor_knows_it(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor, drain: Callable[[], int]
) -> None:
    connect(factory, seller_admin, people.seller_id, f"  {SELLER} ")
    with factory.reading() as uow:
        assert payable_account(uow.session, people.seller_id) is None
    drain()
    found = the_account(factory, people)
    assert (found.state, found.name, found.country) == (AccountState.CONNECTED, "青州前程机械有限公司", "HK")
    assert found.named_by_id == seller_admin.user_id


def test_an_account_that_has_not_joined_is_refused(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor, drain: Callable[[], int]
) -> None:
    connect(factory, seller_admin, people.seller_id, "acct_1NeverInvited")
    drain()
    found = the_account(factory, people)
    assert (found.state, bool(found.note)) == (AccountState.REFUSED, True)


def test_what_the_processor_says_later_is_followed(
    factory: UnitOfWorkFactory,
    people: People,
    seller_admin: Actor,
    client: FlaskClient,
    standin: Standin,
    drain: Callable[[], int],
) -> None:
    connect(factory, seller_admin, people.seller_id)
    drain()
    account = standin.books.accounts[SELLER]
    for can_be_paid, state in ((False, AccountState.REFUSED), (True, AccountState.CONNECTED)):
        account["charges_enabled"] = can_be_paid
        deliver(client, standin.books.tell("account.updated", {**account, "_account": SELLER}))
        drain()
        assert the_account(factory, people).state is state
    assert outcomes(factory) == [Outcome.FOLLOWED] * 2


def test_only_administrators_of_the_organisation_connect_and_end(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor
) -> None:
    def name(who: Actor) -> None:
        connect(factory, who, people.seller_id)

    refused(lambda: name(people.seller_contact), NotPermitted)
    refused(lambda: name(people.county_official), NotPermitted)
    refused(lambda: name(people.stranger), NotFound)
    name(seller_admin)
    with factory.writing(people.stranger) as uow:
        refused(lambda: end_account(uow, people.seller_id), NotFound)


@pytest.mark.parametrize("typed", ["", "cus_123456789", "acct_", "acct_12345678; DROP", "acct_" + "1" * 60])
def test_what_is_no_account_is_refused_beside_the_field(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor, typed: str
) -> None:
    with factory.writing(seller_admin) as uow:
        error = refused(lambda: name_account(uow, people.seller_id, typed), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {"account"}


def test_one_account_for_one_organisation(factory: UnitOfWorkFactory, people: People, seller_admin: Actor) -> None:
    connect(factory, seller_admin, people.seller_id)
    refused(lambda: connect(factory, seller_admin, people.seller_id, "acct_1AnotherOne"), Conflict)
    refused(lambda: connect(factory, people.company_admin, people.buyer_id), InvalidInput)
    with factory.writing(seller_admin) as uow:
        end_account(uow, people.seller_id)
    connect(factory, people.company_admin, people.buyer_id)
    with factory.writing(seller_admin) as uow:
        refused(lambda: end_account(uow, people.seller_id), Conflict)
