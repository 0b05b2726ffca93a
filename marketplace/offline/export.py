"""Writes a stretch of the offline ledger as a workbook, and the empty sheet to fill in. Both say that nothing is verified."""

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from flask_babel import gettext as _

from marketplace.infra.spreadsheets import Cell, Column, Sheet, write_xlsx
from marketplace.kernel.clock import china_day
from marketplace.kernel.money import Money
from marketplace.offline.queries import EntryRow, Ledger, Sum, Wanted
from marketplace.offline.reading import HEADS, REQUIRED, UNITS
from marketplace.offline.rules import EntryKind
from marketplace.web.locale import translate
from marketplace.web.regions import county_name


def workbook(stream: BinaryIO, wanted: Wanted, sums: Ledger, rows: Iterable[EntryRow]) -> None:
    """Sums by month and county, and the rows they rest on."""
    fen, number = Column(_("Amount (yuan), unverified"), 22), Column(_("Deals told"), 10)
    months = ((month, *_cells(one)) for month, one in [*sums.months, (_("Total"), sums.total)])
    write_xlsx(
        stream,
        [
            Sheet(_("Rows"), _columns(), _lines(rows)),
            Sheet(_("By month"), (Column(_("Month")), fen, number), months),
            Sheet(_("By county"), _county_columns(), _county_lines(sums)),
            Sheet(_("About"), (Column(_("Item"), 24), Column(_("Content"), 70)), _about(wanted)),
        ],
    )


def template(stream: BinaryIO) -> None:
    """The empty sheet. Its heads are Chinese in every language, for the reader of sheets knows them."""
    columns = [Column(f"{words.split()[0]}{UNITS.get(field, '')}", 20) for field, words in HEADS.items()]
    needed = [
        (words.split()[0], "必填" if field in REQUIRED else "可不填", _MEANINGS.get(field, ""))
        for field, words in HEADS.items()
    ]
    heads = (Column("栏目", 24), Column("是否必填", 12), Column("说明", 70))
    write_xlsx(stream, [Sheet("线下台账（未核验）", columns, ()), Sheet("填写说明", heads, needed)])


_MEANINGS = {
    "contract_type": "技术开发、技术转让、技术许可、技术咨询、技术服务之一",
    "amount": "含税，单位为元；也可写作 12万元",
    "day": "如 2026-03-18",
    "seller_code": "18位；填写后按代码识别同一单位",
    "buyer_code": "18位；填写后按代码识别同一单位",
    "seller_county": "本市县（市、区）名称；市外单位留空",
    "buyer_county": "本市县（市、区）名称；市外单位留空",
    "source": "从什么材料、由谁得知，如“企业报送合同复印件，2026-03-20”",
    "result": "成果已在平台发布的，填成果页面网址中的编号",
}


def _cells(one: Sum) -> tuple[Cell, Cell]:
    return Money(one.fen), one.count


def _place(county: str | None) -> str:
    """In the words of the form: a county is left empty for a firm outside the city too."""
    return county_name(county) or county or _("Not given, or outside the city")


def _county_columns() -> Sequence[Column]:
    seller, buyer = _("As seller"), _("As buyer")
    return (
        Column(_("County")),
        Column(_("%(side)s (yuan), unverified", side=seller), 22),
        Column(_("%(side)s, number", side=seller), 14),
        Column(_("%(side)s (yuan), unverified", side=buyer), 22),
        Column(_("%(side)s, number", side=buyer), 14),
    )


def _county_lines(sums: Ledger) -> Iterator[Sequence[Cell]]:
    for row in sums.counties:
        yield _place(row.county), *_cells(row.sold), *_cells(row.bought)
    yield _("Total, every row once"), *_cells(sums.total), *_cells(sums.total)


def _columns() -> Sequence[Column]:
    titles = (
        (_("Number of the row"), 10),
        (_("Kind"), 10),
        (_("Title of the contract"), 36),
        (_("Seller"), 28),
        (_("Credit code of the seller"), 22),
        (_("County of the seller"), 14),
        (_("Buyer"), 28),
        (_("Credit code of the buyer"), 22),
        (_("County of the buyer"), 14),
        (_("Type of contract"), 14),
        (_("Amount (yuan), unverified"), 20),
        (_("Day of signing"), 14),
        (_("Where this is known from"), 36),
        (_("Reason"), 36),
        (_("Takes off row"), 12),
        (_("Entered by"), 14),
        (_("Entered at"), 18),
    )
    return [Column(title, width) for title, width in titles]


def _lines(rows: Iterable[EntryRow]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        entry = row.entry
        yield (
            entry.id,
            translate(entry.kind.label),
            entry.title,
            entry.seller_name,
            entry.seller_code,
            _place(entry.seller_county),
            entry.buyer_name,
            entry.buyer_code,
            _place(entry.buyer_county),
            translate(entry.contract_type.label),
            Money(entry.amount_fen),
            entry.dated,
            entry.source,
            entry.reason if entry.kind is EntryKind.REVERSAL else "",
            entry.reverses_id,
            row.author,
            entry.recorded_at,
        )


def _about(wanted: Wanted) -> Iterator[Sequence[Cell]]:
    yield (
        _("What this is"),
        _("Offline ledger (unverified): told by officials, proven by nothing, in no figure of the platform."),
    )
    yield _("From"), wanted.first
    yield _("To"), wanted.last
    yield _("As known at the end of"), china_day(wanted.as_of)
