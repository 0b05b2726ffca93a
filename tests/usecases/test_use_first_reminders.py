"""Who uses first and pays later is told before the last day on which he can end the use, once, and only while he can.

Today is 20 November 2026 in China; 180 days later is 19 May 2027.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.contracts.rules import EndReason, PriceModel
from marketplace.deals import service, use_first
from marketplace.deals.history import timeline
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from tests.crowd import run_at_once
from tests.factories import TERMS, lines_of, make_signed
from tests.inboxes import told
from tests.paying import report
from tests.personas import PASSWORD, People

Drain = Callable[[], int]
LAST_DAY = date(2027, 5, 19)


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract in force with 180 days of use without payment."""
    return make_signed(factory, people, replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180))


def end_use(factory: UnitOfWorkFactory, people: People, deal_id: int) -> None:
    with factory.writing(people.company) as uow:
        service.end_use(uow, deal_id, "试用后节拍达不到要求", PASSWORD, EndReason.TECHNOLOGY)


def remind(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        use_first.remind_due(uow)


def test_the_buyer_is_reminded_once_from_fourteen_days_before(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock, drain: Drain
) -> None:
    drain()

    def reminders(who: str) -> list[str]:
        return [text for text, _ in told(factory, people)[who] if "without payment until" in text]

    clock.at = day_begins(LAST_DAY - timedelta(days=14)) - timedelta(seconds=1)
    remind(factory)
    drain()
    assert reminders("company") == []
    clock.forward(seconds=1)
    run_at_once([lambda: remind(factory), lambda: remind(factory)])
    drain()
    clock.forward(days=3)
    remind(factory)
    drain()
    assert (len(reminders("company")), len(reminders("company_admin"))) == (1, 1)
    assert reminders("seller_contact") == []
    with factory.reading() as uow:
        lines = [line.label for line in timeline(uow.session, deal)]
    assert lines.count("Buyer told that the use without payment ends soon") == 1


@pytest.mark.parametrize("decided", ["ended", "paid", "over"])
def test_who_has_decided_is_not_reminded(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock, drain: Drain, decided: str
) -> None:
    (line,) = lines_of(factory, deal)
    if decided == "ended":
        end_use(factory, people, deal)
    elif decided == "paid":
        report(factory, people.company, line.id, 18_000_000)
    clock.at = day_begins(LAST_DAY + timedelta(days=decided == "over"))
    remind(factory)
    drain()
    assert not any("without payment until" in text for text, _ in told(factory, people)["company"])


def test_who_decides_before_he_is_told_hears_nothing(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock, drain: Drain
) -> None:
    clock.at = day_begins(LAST_DAY)
    remind(factory)
    end_use(factory, people, deal)
    drain()
    assert not any("without payment until" in text for text, _ in told(factory, people)["company"])
