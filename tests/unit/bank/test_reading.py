"""Bank statements as banks export them: other heads, other ways to write an amount and a day, other encodings."""

from datetime import date
from pathlib import Path

import pytest

from marketplace.bank.reading import read_statement
from marketplace.bank.rules import Line
from marketplace.kernel.errors import InvalidInput
from tests.sheets import sheet

WANTED = [
    Line(0, date(2026, 11, 20), 5_400_000, "寿光蓝海化工有限公司", "2026112000001", "货款"),
    Line(0, date(2026, 11, 21), -1_250, "国网山东电力", "2026112100009", "电费"),
]
TWO_COLUMNS = (
    ("交易日期", "收入金额（元）", "支出金额（元）", "对方户名", "交易流水号", "摘要"),
    ("2026-11-20 10:21:07", "54,000.00", "", "寿光蓝海化工有限公司", "2026112000001", "货款"),
    ("2026/11/21", "", "12.50", "国网山东电力", "2026112100009", "电费"),
)
SIGNED = (
    ("记账日期", "发生额", "对方名称", "凭证号", "用途"),
    ("20261120", "¥54000", "寿光蓝海化工有限公司", "2026112000001", "货款"),
    ("20261121093000", "-12.5", "国网山东电力", "2026112100009", "电费"),
)
WITH_WORD = (
    ("日期", "借贷标志", "交易金额", "交易对方", "流水号", "备注"),
    ("2026年11月20日", "贷", "54000.00", "寿光蓝海化工有限公司", "2026112000001", "货款"),
    ("2026.11.21", "借", "12.50", "国网山东电力", "2026112100009", "电费"),
)


def read(tmp_path: Path, rows: tuple[tuple[str, ...], ...], encoding: str = "utf-8-sig") -> tuple[list[Line], int]:
    path = tmp_path / "statement"
    path.write_bytes(sheet(*rows, encoding=encoding))
    found = read_statement(path, "流水.csv")
    return list(found.lines), found.unread


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("rows", [TWO_COLUMNS, SIGNED, WITH_WORD])
def test_the_columns_are_known_by_their_heads(tmp_path: Path, rows: tuple[tuple[str, ...], ...], encoding: str) -> None:
    assert read(tmp_path, rows, encoding) == (WANTED, 0)


def test_rows_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    broken = (
        ("合计", "54000", "", "", "", ""),
        ("2026-02-30", "1", "", "x", "", ""),
        ("2026-11-22", "many", "", "x", "", ""),
    )
    lines, unread = read(tmp_path, (*TWO_COLUMNS, *broken))
    assert (lines, unread) == (WANTED, 3)


def test_a_row_without_an_amount_is_no_line(tmp_path: Path) -> None:
    assert read(tmp_path, (*TWO_COLUMNS, ("2026-11-22", "", "-", "x", "", ""))) == (WANTED, 0)


@pytest.mark.parametrize("heads", [("日期", "对方户名"), ("日期", "金额"), ("金额", "对方户名"), ("甲", "乙")])
def test_what_is_missing_is_told(tmp_path: Path, heads: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match="must name the columns"):
        read(tmp_path, (heads, ("1", "2")))
