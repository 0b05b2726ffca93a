"""A patent that is assigned: it passes on the day CNIPA registers the assignment, not with the contract (专利法 art. 10)."""

from datetime import timedelta

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.registrations import patents
from marketplace.registrations.models import PatentTransfer
from marketplace.registrations.patents import Registered
from marketplace.registrations.queries import registration_page
from marketplace.registrations.rules import TransferState
from marketplace.results.rules import Disclosure
from tests.factories import TERMS, make_result, make_signed
from tests.paying import TODAY, refused
from tests.personas import People
from tests.registering import ASSIGNED, scan


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A patent is assigned by a contract in force since today."""
    return make_signed(factory, people, ASSIGNED)


def test_it_takes_effect_on_registration(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    with factory.reading(people.company) as uow:
        page = registration_page(uow, deal)
        assert (page.patent, page.can_apply_at_cnipa, page.transfers) == ("202610012345.6", True, ())
    with factory.writing(people.company) as uow:
        transfer = patents.apply(uow, deal, TODAY).id
    clock.forward(days=60)
    day = TODAY + timedelta(days=50)
    with factory.writing(people.seller_contact) as uow:
        patents.take_effect(uow, transfer, Registered("2027010500123", day, scan()))
    with factory.reading(people.company) as uow:
        (row,) = registration_page(uow, deal).transfers
        assert (row.transfer.state, row.transfer.effective_on, row.actions) == (
            TransferState.EFFECTIVE,
            day,
            frozenset(),
        )
        assert not registration_page(uow, deal).can_apply_at_cnipa


@pytest.mark.parametrize("who", ["county_official", "worker", "stranger", "other_official", "administrator"])
def test_only_the_parties_record_it(factory: UnitOfWorkFactory, people: People, deal: int, who: str) -> None:
    with factory.writing(people.company) as uow:
        transfer = patents.apply(uow, deal, TODAY).id
    kind = NotPermitted if who in {"county_official", "worker"} else NotFound
    with factory.writing(getattr(people, who)) as uow:
        refused(lambda: patents.take_effect(uow, transfer, Registered("1", TODAY, scan())), kind)
        refused(lambda: patents.refuse(uow, transfer, "材料不齐"), kind)


def test_what_is_wrong_is_said(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with factory.writing(people.company) as uow:
            refused(lambda day=day: patents.apply(uow, deal, day), InvalidInput)  # type: ignore[misc]
    with factory.writing(people.company) as uow:
        transfer = patents.apply(uow, deal, TODAY).id
        refused(lambda: patents.apply(uow, deal, TODAY), Conflict)
    for wrong in (
        Registered(" ", TODAY, scan()),
        Registered("1", TODAY - timedelta(days=1), scan()),
        Registered("1", TODAY, None),
    ):
        with factory.writing(people.company) as uow:
            refused(lambda wrong=wrong: patents.take_effect(uow, transfer, wrong), InvalidInput)  # type: ignore[misc]


def test_after_a_refusal_it_is_applied_for_again(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    with factory.writing(people.company) as uow:
        first = patents.apply(uow, deal, TODAY).id
        patents.refuse(uow, first, "转让合同缺少共有人签章")
    with factory.writing(people.seller_contact) as uow:
        second = patents.apply(uow, deal, TODAY).id
        refused(lambda: patents.refuse(uow, first, "再次"), Conflict)
    with factory.reading() as uow:
        states = [uow.session.get_one(PatentTransfer, one).state for one in (first, second)]
    assert states == [TransferState.REFUSED, TransferState.APPLIED]


def test_without_an_assigned_patent_there_is_no_such_track(factory: UnitOfWorkFactory, people: People) -> None:
    secret = make_result(factory, people, disclosure=Disclosure.TRADE_SECRET, patent_number="")
    for deal in (make_signed(factory, people, TERMS), make_signed(factory, people, ASSIGNED, result_id=secret)):
        with factory.reading(people.company) as uow:
            assert registration_page(uow, deal).patent is None
        with factory.writing(people.company) as uow:
            refused(lambda deal=deal: patents.apply(uow, deal, TODAY), Conflict)  # type: ignore[misc]
