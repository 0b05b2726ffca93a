"""An amendment changes the royalty from a quarter to come on: what has begun is settled as it was agreed, on whatever day it is
stated."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.contracts.changes import Amending
from marketplace.contracts.models import AmendedRoyalty, Document
from marketplace.contracts.royalties import Royalty, RoyaltyChange
from marketplace.contracts.rules import DocumentState, EndReason, PriceModel
from marketplace.deals import change_service, document_service, payment_service, service
from marketplace.deals.document_queries import document_page
from marketplace.deals.models import Entry
from marketplace.deals.payment_queries import payments_page
from marketplace.deals.queries import room
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.payments.models import RoyaltyStatement
from marketplace.payments.royalties import Figures
from marketplace.payments.rules import Instalment, Trigger
from tests.amending import amend, sign_by_both, write_amendment
from tests.evidence.packages import exported, problem, unpacked
from tests.factories import make_signed, sign
from tests.making import himself, make_threefold, sign_by_all
from tests.papers import confirmed_by
from tests.paying import BY_ROYALTY, received, refused
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")

Q1, Q2, Q3 = date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1)
SALES = BY_ROYALTY.royalty_base
NET = Royalty(825, "每季度净销售额")
TO_NET = Amending({}, (), (), "市场价格下降。", RoyaltyChange(NET, Q1))
LAST_DAYS = (date(2026, 11, 20), date(2026, 12, 31))
FIRST_QUARTER = (Q1, date(2027, 3, 31))


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """An entry fee of 180,000 yuan and 3.5 % of the sales."""
    return make_signed(factory, people, BY_ROYALTY)


def stated(factory: UnitOfWorkFactory, people: People, deal_id: int, period: tuple[date, date]) -> tuple[int, int]:
    """State 1,000,000 yuan for a period, and let the seller agree. Returns the share and the royalty in fen."""
    with factory.writing(people.company) as uow:
        statement = payment_service.state_royalty(uow, deal_id, Figures(*period, 100_000_000))
        found = statement.id, statement.royalty_bp, statement.fen
    with factory.writing(people.seller_contact) as uow:
        payment_service.answer_royalty(uow, found[0], "agree")
    return found[1:]


def agreed(factory: UnitOfWorkFactory, people: People, deal_id: int) -> list[tuple[int, date | None, date | None]]:
    """What the page of payments says holds, and so does the room."""
    with factory.reading(people.company) as uow:
        page = payments_page(uow, deal_id)
        assert room(uow, deal_id).royalties == page.agreed
    return [(one.royalty.share_bp, one.first_on, one.last_on) for one in page.agreed]


def begins(factory: UnitOfWorkFactory, people: People, document_id: int) -> date | None:
    """From when on the page of an amendment says that its royalty holds."""
    with factory.reading(people.company) as uow:
        return document_page(uow, document_id).royalty_from


def until(clock: SetClock, day: date) -> None:
    """Let time pass until noon of a day."""
    clock.forward(days=(day - clock.now().date()).days)


def test_periods_are_settled_by_the_royalty_that_was_agreed_for_them(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    """The last quarter of 2026 is stated when the new royalty holds already."""
    amend(factory, people, deal, TO_NET)
    assert agreed(factory, people, deal) == [(350, None, date(2026, 12, 31)), (825, Q1, None)]
    until(clock, date(2027, 4, 5))
    over_both = refused(lambda: stated(factory, people, deal, (LAST_DAYS[0], FIRST_QUARTER[1])), InvalidInput)
    assert isinstance(over_both, InvalidInput)
    assert (set(over_both.fields), over_both.params["until"]) == ({"last_on"}, "2026-12-31")
    assert stated(factory, people, deal, FIRST_QUARTER) == (825, 8_250_000)
    assert stated(factory, people, deal, LAST_DAYS) == (350, 3_500_000)
    with factory.reading(people.seller_contact) as uow:
        rows = payments_page(uow, deal).royalties
    assert [(row.statement.first_on, row.base) for row in rows] == [(LAST_DAYS[0], SALES), (Q1, NET.base)]
    assert received(factory, deal) == (0, 18_000_000 + 11_750_000)


def test_nothing_of_it_holds_before_all_have_signed(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    document_id = write_amendment(factory, people.company, deal, TO_NET)
    sign(factory, people.seller_contact, document_id)
    assert agreed(factory, people, deal) == [(350, None, None)]
    with factory.writing(people.company) as uow:
        change_service.take_off(uow, document_id, "再议")
    until(clock, date(2027, 4, 5))
    assert stated(factory, people, deal, (LAST_DAYS[0], FIRST_QUARTER[1])) == (350, 3_500_000)


def test_who_signs_when_the_quarter_has_begun_changes_the_next_one(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    """As the text says."""
    until(clock, date(2026, 12, 25))
    document_id = write_amendment(factory, people.company, deal, TO_NET)
    sign(factory, people.seller_contact, document_id)
    until(clock, date(2027, 1, 2))
    sign(factory, people.company, document_id)
    assert agreed(factory, people, deal) == [(350, None, date(2027, 3, 31)), (825, Q2, None)]
    assert begins(factory, people, document_id) == Q2
    until(clock, date(2027, 4, 5))
    assert stated(factory, people, deal, FIRST_QUARTER) == (350, 3_500_000)


def test_a_draft_whose_quarter_has_begun_is_written_anew(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    with factory.writing(people.company) as uow:
        document_id = change_service.propose_amendment(uow, deal, TO_NET).id
    until(clock, date(2027, 1, 2))
    with factory.writing(people.company) as uow:
        refused(lambda: document_service.send(uow, document_id), Conflict)
    with factory.reading(people.company) as uow:
        assert document_page(uow, document_id).passed == (Q1,)
    error = refused(lambda: amend(factory, people, deal, TO_NET), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {"royalty_from"}
    amend(factory, people, deal, replace(TO_NET, royalty=RoyaltyChange(NET, Q2)))


def test_on_paper_it_goes_by_the_day_on_which_an_official_has_compared_it(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    until(clock, date(2026, 12, 30))
    document_id = write_amendment(factory, people.company, deal, TO_NET)
    scan_id = confirmed_by(factory, document_id, people.company, people.seller_contact)
    assert agreed(factory, people, deal) == [(350, None, None)]
    until(clock, date(2027, 1, 4))
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    assert agreed(factory, people, deal) == [(350, None, date(2027, 3, 31)), (825, Q2, None)]


def test_a_second_amendment_goes_before_what_the_first_had_for_later(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    first = amend(factory, people, deal, replace(TO_NET, royalty=RoyaltyChange(NET, Q3)))
    assert agreed(factory, people, deal) == [(350, None, date(2027, 6, 30)), (825, Q3, None)]
    assert begins(factory, people, first) == Q3
    second = amend(factory, people, deal, replace(TO_NET, royalty=RoyaltyChange(Royalty(400, SALES), Q1)))
    assert agreed(factory, people, deal) == [(350, None, date(2026, 12, 31)), (400, Q1, None)]
    assert (begins(factory, people, first), begins(factory, people, second)) == (None, Q1)
    with factory.reading() as uow:
        written = uow.session.get_one(Document, second).text
    assert "自2027年第三季度起，提成比例：8.25%" in written
    third = replace(TO_NET, royalty=RoyaltyChange(NET, Q2))
    amend(factory, people, deal, third)
    assert [share for share, *_ in agreed(factory, people, deal)] == [350, 400, 825]
    until(clock, date(2027, 7, 5))
    periods = (LAST_DAYS, FIRST_QUARTER, (Q2, date(2027, 6, 30)))
    assert [stated(factory, people, deal, one)[0] for one in periods] == [350, 400, 825]


def test_a_reworded_amendment_brings_the_same_royalty(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first = write_amendment(factory, people.company, deal, TO_NET)
    with factory.writing(people.seller_contact) as uow:
        second = document_service.amend(uow, first, {"reason": "双方商定。"}).id
        document_service.send(uow, second)
    sign_by_both(factory, people, second)
    assert agreed(factory, people, deal)[-1] == (825, Q1, None)


def test_the_amount_stays_and_the_plan_may_change_with_it(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    """A1 knows no royalty, neither the old one nor the new one."""
    amend(factory, people, deal, TO_NET)
    lines = (Instalment(10_000_000, "", Trigger.DAY, 0, date(2027, 1, 31)),)
    change = RoyaltyChange(Royalty(900, NET.base), Q2)
    document_id = amend(factory, people, deal, Amending({}, (1,), lines, "降入门费、升提成。", change))
    with factory.reading() as uow:
        assert [one.amount_fen for one in uow.session.scalars(select(Entry).order_by(Entry.id))] == [
            18_000_000,
            0,
            -8_000_000,
        ]
        written = uow.session.get_one(Document, document_id).text
    assert "提成的约定不变" not in written
    assert "提成比例：9%" in written


def test_a_royalty_without_an_entry_fee_is_amended(factory: UnitOfWorkFactory, people: People) -> None:
    terms = replace(BY_ROYALTY, price_model=PriceModel.ROYALTY, amount_fen=0)
    deal_id = make_signed(factory, people, terms)
    amend(factory, people, deal_id, TO_NET)
    assert agreed(factory, people, deal_id)[-1] == (825, Q1, None)


def test_no_royalty_comes_into_a_contract_without_one(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people)
    error = refused(lambda: write_amendment(factory, people.company, deal_id, TO_NET), InvalidInput)
    assert "does not bring one in" in str(error)
    assert agreed(factory, people, deal_id) == []


def test_those_who_made_the_result_sign_it_too(factory: UnitOfWorkFactory, people: People) -> None:
    contract = make_threefold(factory, people, terms=BY_ROYALTY)
    sign_by_all(factory, people, contract)
    with factory.reading() as uow:
        deal_id = uow.session.get_one(Document, contract).deal_id
    document_id = write_amendment(factory, people.company, deal_id, TO_NET)
    for who in (people.seller_contact, people.company, people.worker):
        sign(factory, himself(factory, who), document_id)
    assert agreed(factory, people, deal_id) == [(350, None, None)]
    sign(factory, himself(factory, people.colleague), document_id)
    assert agreed(factory, people, deal_id)[-1] == (825, Q1, None)
    with factory.reading(himself(factory, people.worker)) as uow:
        (change,) = document_page(uow, document_id).changes
    assert [part.text for part in change.after if part.marked] == [
        "净",
        "提成比例：8.25%",
        "开始适用的季度：2027年第一季度（自2027年1月1日起）",
    ]


def test_what_is_stated_after_the_end_is_by_the_royalty_of_its_period(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    amend(factory, people, deal, TO_NET)
    until(clock, date(2027, 4, 5))
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "双方协议解除", 0, EndReason.PLANS)
    assert stated(factory, people, deal, FIRST_QUARTER) == (825, 8_250_000)


def test_no_royalty_is_taken_of_days_after_the_end_and_none_is_said_to_begin_then(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    amendment_id = amend(factory, people, deal, TO_NET)
    until(clock, date(2026, 12, 20))
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "双方协议解除", 0, EndReason.PLANS)
    assert agreed(factory, people, deal) == [(350, None, date(2026, 12, 20))]
    assert begins(factory, people, amendment_id) is None
    until(clock, date(2027, 1, 20))
    with factory.writing(people.company) as uow, pytest.raises(InvalidInput) as error:
        payment_service.state_royalty(uow, deal, Figures(*LAST_DAYS, 100_000_000))
    assert (set(error.value.fields), error.value.params) == ({"last_on"}, {"day": "2026-12-20"})
    assert stated(factory, people, deal, (LAST_DAYS[0], date(2026, 12, 20))) == (350, 3_500_000)


def test_the_evidence_tells_what_each_document_says_and_from_when_on(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], tmp_path: Path, deal: int
) -> None:
    amend(factory, people, deal, TO_NET)
    drain()
    content = exported(factory, deal)
    assert problem(tmp_path, content) == ""
    told = json.loads(unpacked(content)["documents.json"])["documents"]
    assert [one["royalty"] for one in told] == [
        {"share_bp": 350, "base": SALES, "from": None},
        {"share_bp": 825, "base": NET.base, "from": "2027-01-01"},
    ]


@pytest.mark.parametrize(
    "change",
    ["UPDATE amended_royalties SET share_bp = 1", "DELETE FROM amended_royalties", "TRUNCATE amended_royalties"],
)
def test_the_database_keeps_what_was_proposed(
    factory: UnitOfWorkFactory, people: People, deal: int, change: str
) -> None:
    write_amendment(factory, people.company, deal, TO_NET)
    if factory.engine.dialect.name == "sqlite" and change.startswith("TRUNCATE"):
        change = "DELETE FROM amended_royalties"
    with pytest.raises(DBAPIError, match="only added to"), factory.engine.begin() as connection:
        connection.execute(text(change))
    with factory.reading() as uow:
        assert uow.session.scalars(select(AmendedRoyalty.share_bp)).all() == [825]


def test_an_amendment_of_a_stated_quarter_leaves_the_statement(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    until(clock, date(2027, 1, 5))
    with factory.writing(people.company) as uow:
        statement_id = payment_service.state_royalty(uow, deal, Figures(*LAST_DAYS, 100_000_000)).id
    amend(factory, people, deal, replace(TO_NET, royalty=RoyaltyChange(NET, Q2)))
    with factory.writing(people.seller_contact) as uow:
        payment_service.answer_royalty(uow, statement_id, "object", "少报了。")
    with factory.reading() as uow:
        assert uow.session.get_one(RoyaltyStatement, statement_id).royalty_bp == 350
        assert uow.session.scalars(select(Document.state).order_by(Document.id)).all() == [DocumentState.COMPLETE] * 2
    assert stated(factory, people, deal, LAST_DAYS) == (350, 3_500_000)
