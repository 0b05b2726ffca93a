"""An online payment in a test: the stand-in runs, the seller has an account, the buyer pays, events are delivered."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.online.accounts import name_account
from marketplace.online.models import PaymentPage, ProcessorEvent
from marketplace.online.rules import Outcome
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole
from marketplace.payments.models import Receipt
from marketplace.settings import Settings
from tests.factories import lines_of, make_signed
from tests.paying import BY_PLAN
from tests.personas import People, actor_in
from tests.standin.books import KEY, SECRET, SELLER, Books, Thing
from tests.standin.server import Counter, Standin, counter, signed

JSON = {"Content-Type": "application/json; charset=utf-8"}
"""As Stripe sends it."""


@pytest.fixture(scope="session")
def stripe_counter() -> Iterator[Counter]:
    """One for the process: the address is in the headers of every page, and pages are made once (tests/world.py)."""
    with counter() as running:
        yield running


@pytest.fixture
def standin(clock: SetClock, stripe_counter: Counter) -> Standin:
    """Stripe, for a test."""
    return stripe_counter.put(Standin(Books(clock)))


@pytest.fixture
def online_deal(factory: UnitOfWorkFactory, people: People, seller_admin: Actor, drain: Callable[[], int]) -> int:
    """A deal in force of 180,000 yuan in three lines; the seller can be paid online. For tests whose settings are `taking`."""
    connect(factory, seller_admin, people.seller_id)
    deal_id = make_signed(factory, people, BY_PLAN)
    drain()
    return deal_id


@pytest.fixture
def charge(
    browse: Callable[[Actor], FlaskClient],
    factory: UnitOfWorkFactory,
    people: People,
    standin: Standin,
    online_deal: int,
) -> Thing:
    """The first line, paid at Stripe; nobody here knows of it yet."""
    return standin.books.pay(pay_online(browse(people.company), first_line(factory, online_deal)))


def taking(settings: Settings, standin: Standin) -> Settings:
    """Settings of an instance that takes online payments by the stand-in."""
    keys = {"stripe_secret_key": SecretStr(KEY), "stripe_webhook_secrets": SecretStr(f"whsec_old,{SECRET}")}
    return settings.model_copy(update={**keys, "stripe_api_base": standin.url})


@pytest.fixture
def seller_admin(factory: UnitOfWorkFactory, people: People) -> Actor:
    """The seller's contact, made its administrator."""
    with factory.writing() as uow:
        mine = Membership.user_id == people.seller_contact.user_id
        uow.session.scalars(select(Membership).where(mine)).one().role = MembershipRole.ADMINISTRATOR
    with factory.reading() as uow:
        return actor_in(uow.session, uow.session.get_one(User, people.seller_contact.user_id))


def connect(factory: UnitOfWorkFactory, administrator: Actor, organisation_id: int, account: str = SELLER) -> None:
    with factory.writing(administrator) as uow:
        name_account(uow, organisation_id, account)


def pay_online(client: FlaskClient, milestone_id: int) -> str:
    """Press the button; returns the id of the payment page at Stripe."""
    answer = client.post(f"/milestones/{milestone_id}/online")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def deliver(client: FlaskClient, *events: Thing) -> None:
    """Send events as Stripe does."""
    for event in events:
        body, header = signed(event)
        answer = client.post("/webhooks/stripe", data=body, headers={**JSON, "Stripe-Signature": header})
        assert (answer.status_code, answer.text) == (200, "")


def first_line(factory: UnitOfWorkFactory, deal_id: int) -> int:
    return lines_of(factory, deal_id)[0].id


def receipts(factory: UnitOfWorkFactory, deal_id: int) -> list[tuple[str, str, int]]:
    """Kind, state and fen of everything that was paid or sent back, in order."""
    with factory.reading() as uow:
        rows = uow.session.scalars(select(Receipt).where(Receipt.deal_id == deal_id).order_by(Receipt.id))
        return [(one.kind.value, one.state.value, one.fen) for one in rows]


def receipt_ids(factory: UnitOfWorkFactory, deal_id: int) -> list[int]:
    with factory.reading() as uow:
        return list(uow.session.scalars(select(Receipt.id).where(Receipt.deal_id == deal_id).order_by(Receipt.id)))


def outcomes(factory: UnitOfWorkFactory) -> list[Outcome]:
    """What became of the events, in the order in which they came."""
    with factory.reading() as uow:
        return list(uow.session.scalars(select(ProcessorEvent.outcome).order_by(ProcessorEvent.id)))


def page_states(factory: UnitOfWorkFactory) -> list[str]:
    with factory.reading() as uow:
        return [page.state.value for page in uow.session.scalars(select(PaymentPage).order_by(PaymentPage.id))]
