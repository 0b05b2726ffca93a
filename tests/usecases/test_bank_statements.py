"""A bank statement is read for a party: who may, what of it is kept, what agrees, and what an official sees of it."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.rules import Agreement
from marketplace.deals.bank_queries import BankPage, bank_page
from marketplace.deals.bank_service import read_in
from marketplace.deals.payment_queries import payments_page
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.errors import DomainError, InvalidInput, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import ReceiptState
from tests.factories import lines_of, make_signed
from tests.paying import BY_PLAN, confirm, receipt_state, refused, report
from tests.personas import People
from tests.sheets import sheet

HEADS = ("交易日期", "收入", "支出", "对方户名", "流水号", "摘要")
BUYER = "寿光蓝海化工有限公司"


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def statement(*rows: tuple[str, ...]) -> Upload:
    return Upload(io.BytesIO(sheet(HEADS, *rows)), "十一月流水.csv")


def read(factory: UnitOfWorkFactory, who: Actor, party_id: int, *rows: tuple[str, ...]) -> BankStatement:
    with factory.writing(who) as uow:
        return read_in(uow, party_id, statement(*rows))


def seen(factory: UnitOfWorkFactory, who: Actor, party_id: int) -> BankPage:
    with factory.reading(who) as uow:
        return bank_page(uow, party_id)


PAID = ("2026-11-21", "54,000.00", "", BUYER, "", "第一期")
WAGES = ("2026-11-21", "", "8,000.00", "王建国", "20261121777", "工资")
UNKNOWN = ("2026-11-22", "777.00", "", BUYER, "20261122888", "往来款")


def test_what_agrees_is_shown_and_nothing_changes_by_it(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first, second, _ = lines_of(factory, deal)
    receipt_id = report(factory, people.company, first.id, 5_400_000)
    other = report(factory, people.company, second.id, 100)
    confirm(factory, people.seller_contact, receipt_id)
    read(
        factory, people.seller_contact, people.seller_party, PAID, WAGES, UNKNOWN, ("2026-11-19", "2", "", "x", "", "")
    )
    page = seen(factory, people.seller_contact, people.seller_party)
    assert [(one.receipt_ids, one.agreement) for one in page.found] == [((receipt_id,), Agreement.PARTY)]
    assert [line.fen for line in page.only_bank] == [77_700]
    assert [receipt.id for receipt in page.only_here] == [other]
    assert receipt_state(factory, receipt_id) is ReceiptState.CONFIRMED
    with factory.reading(people.county_official) as uow:
        row = payments_page(uow, deal).row(receipt_id)
        assert row is not None
        assert [one.line.day.isoformat() for one in row.bank] == ["2026-11-21"]
    with factory.reading(people.company) as uow:
        row = payments_page(uow, deal).row(receipt_id)
        assert row is not None
        assert row.bank == ()


def test_neither_the_file_nor_what_concerns_no_deal_is_kept(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    kept = read(factory, people.seller_contact, people.seller_party, PAID, WAGES, UNKNOWN)
    assert (kept.line_count, kept.kept_count) == (3, 2)
    with factory.reading() as uow:
        assert set(uow.session.scalars(select(BankLine.counterparty))) == {BUYER}
    assert factory.services.files.stored() == []


def test_statements_that_overlap_count_their_lines_once(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    read(factory, people.seller_contact, people.seller_party, PAID, UNKNOWN)
    again = read(factory, people.seller_contact, people.seller_party, UNKNOWN, UNKNOWN, WAGES)
    assert again.kept_count == 1
    assert len(seen(factory, people.seller_contact, people.seller_party).only_bank) == 3


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("seller_contact", None),
        ("county_official", None),
        ("city_official", None),
        ("worker", NotFound),
        ("company", NotFound),
        ("other_official", NotFound),
        ("stranger", NotFound),
        ("administrator", NotFound),
    ],
)
def test_the_party_and_the_officials_of_its_deals_read_a_statement(
    factory: UnitOfWorkFactory, people: People, deal: int, by: str, kind: type[DomainError] | None
) -> None:
    who = getattr(people, by)

    def do() -> object:
        return read(factory, who, people.seller_party, PAID)

    if kind is None:
        do()
        assert len(seen(factory, who, people.seller_party).only_bank) == 1
    else:
        refused(do, kind)
        refused(lambda: seen(factory, who, people.seller_party), kind)


def test_an_official_sees_what_concerns_the_deals_of_his_office(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    """The stranger has business with the buyer, in no deal here."""
    read(factory, people.company, people.buyer_party, ("2026-11-20", "", "54000", "青州前程机械有限公司", "", ""))
    assert len(seen(factory, people.county_official, people.buyer_party).only_bank) == 1


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "甲,乙\n1,2\n".encode(), sheet(HEADS), sheet(HEADS, ("x",) * 6)])
def test_what_cannot_be_read_is_told_beside_the_file(
    factory: UnitOfWorkFactory, people: People, deal: int, content: bytes
) -> None:
    with factory.writing(people.seller_contact) as uow:
        upload = Upload(io.BytesIO(content), "a.csv")
        error = refused(lambda: read_in(uow, people.seller_party, upload), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {"file"}


def test_the_same_file_is_read_once(
    factory: UnitOfWorkFactory, people: People, deal: int, drain: Callable[[], int]
) -> None:
    read(factory, people.seller_contact, people.seller_party, PAID)
    refused(lambda: read(factory, people.seller_contact, people.seller_party, PAID), InvalidInput)
    drain()
