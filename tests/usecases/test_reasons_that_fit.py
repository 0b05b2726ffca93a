"""What ends says why by kinds of reason that fit it: talks, a contract, or a use that its buyer need not go on with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from marketplace.contracts.changes import Settling
from marketplace.contracts.rules import (
    WHY_CONTRACT_ENDED,
    WHY_GIVEN_UP,
    WHY_USE_ENDED,
    EndReason,
    PriceModel,
)
from marketplace.deals import change_service, service
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput, TooManyAttempts
from marketplace.statistics.adding import cut
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period
from tests.factories import TERMS, make_deal, make_signed
from tests.personas import PASSWORD, People

FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)
Ends = Callable[[UnitOfWork, int, EndReason | None], object]

ENDINGS: dict[str, tuple[tuple[EndReason, ...], str, Ends]] = {
    "talks": (WHY_GIVEN_UP, "company", lambda u, deal, kind: service.take(u, deal, "lose", "为什么", kind)),
    "record": (
        WHY_CONTRACT_ENDED,
        "county_official",
        lambda u, deal, kind: service.terminate(u, deal, "判决", 0, kind),
    ),
    "agreement": (
        WHY_CONTRACT_ENDED,
        "company",
        lambda u, deal, kind: change_service.propose_termination(u, deal, Settling(0, None, "停产", end_reason=kind)),
    ),
    "use": (WHY_USE_ENDED, "company", lambda u, deal, kind: service.end_use(u, deal, "不用了", PASSWORD, kind)),
}


@pytest.mark.parametrize("what", ENDINGS)
def test_what_ends_takes_no_kind_but_those_that_fit_it(factory: UnitOfWorkFactory, people: People, what: str) -> None:
    fitting, who, end = ENDINGS[what]
    deal_id = make_deal(factory, people) if what == "talks" else make_signed(factory, people, FREE)
    for kind in (None, *EndReason):
        if kind not in fitting:
            with pytest.raises(InvalidInput) as refused, factory.writing(getattr(people, who)) as uow:
                end(uow, deal_id, kind)
            assert set(refused.value.fields) == {"end_reason"}
    with factory.writing(getattr(people, who)) as uow:
        end(uow, deal_id, fitting[0])


def test_reasons_of_talks_are_none_of_a_contract() -> None:
    assert EndReason.PRICE in WHY_GIVEN_UP
    assert not {EndReason.PRICE, EndReason.TERMS, EndReason.SILENCE} & {*WHY_CONTRACT_ENDED, *WHY_USE_ENDED}
    assert EndReason.UNSUITED in WHY_USE_ENDED
    assert EndReason.BREACH not in {*WHY_GIVEN_UP, *WHY_USE_ENDED}, (
        "ending the use is a right, nobody broke the contract"
    )
    assert {*WHY_GIVEN_UP, *WHY_CONTRACT_ENDED, *WHY_USE_ENDED} == set(EndReason)


def test_a_use_that_did_not_suit_is_counted_as_that(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people, FREE)
    with factory.writing(people.company) as uow:
        service.end_use(uow, deal_id, "节拍跟不上", PASSWORD, EndReason.UNSUITED)
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.C13], Period(date(2026, 1, 1), date(2026, 12, 31)), uow.now())
        assert cut(uow, wanted, Dimension.REASON) == {"unsuited": Figure(1, 1)}


def test_without_the_password_the_use_goes_on(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people, FREE)

    def end(password: str) -> None:
        with factory.writing(people.company) as uow:
            service.end_use(uow, deal_id, "不用了", password, EndReason.UNSUITED)

    for _ in range(factory.services.settings.sign_in_attempts):
        with pytest.raises(InvalidInput) as refused:
            end("not the password")
        assert set(refused.value.fields) == {"current_password"}
    with pytest.raises(TooManyAttempts):
        end(PASSWORD)
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.IN_FORCE
