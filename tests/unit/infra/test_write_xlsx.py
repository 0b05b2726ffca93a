"""Exports: numbers can be added up, and nobody's text becomes a formula."""

import datetime
import io
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from marketplace.infra.spreadsheets import Cell, Column, Sheet, escape_cell, read_table, write_xlsx, xlsx_blocks
from marketplace.infra.xlsx_blocks import CHUNK
from marketplace.kernel.money import Money

DANGEROUS = ["=1+1", "+8613800000000", "-2+3", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def written(*rows: tuple[Cell, ...], name: str = "签约") -> openpyxl.Workbook:
    out = io.BytesIO()
    write_xlsx(out, [Sheet(name, [Column(f"列{n}") for n in range(3)], rows)])
    return openpyxl.load_workbook(out)


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula(text: str) -> None:
    cell = written((text,)).worksheets[0]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    assert escape_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["焊接工装", "http://example.com", "a=b", "12", "", " =1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert written((text, "x")).worksheets[0]["A2"].value == (text or None)
    assert escape_cell(text) == text


def test_numbers_stay_numbers_and_amounts_are_in_yuan() -> None:
    sheet = written((7, Decimal("2.5"), Money(123_456_789)), (-3, None, Money(-1))).worksheets[0]
    assert [cell.value for cell in sheet[2]] == [7, 2.5, 1_234_567.89]
    assert [cell.value for cell in sheet[3]] == [-3, None, -0.01]
    assert sheet["C2"].number_format == "#,##0.00"


def test_a_share_is_a_percentage_that_can_be_reckoned_with() -> None:
    cell = written((Fraction(1, 8),)).worksheets[0]["A2"]
    assert (cell.value, cell.number_format) == (0.125, "0.0%")


def test_days_stay_days_and_moments_are_chinese_time() -> None:
    moment = datetime.datetime(2026, 11, 22, 20, 30, tzinfo=datetime.UTC)
    sheet = written((datetime.date(2026, 11, 22), moment)).worksheets[0]
    assert [str(sheet[place].value) for place in ("A2", "B2")] == ["2026-11-22 00:00:00", "2026-11-23 04:30:00"]
    assert (sheet["A2"].number_format, sheet["B2"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm")


def test_a_heading_typed_by_a_stranger_is_escaped_too() -> None:
    out = io.BytesIO()
    write_xlsx(out, [Sheet("a", [Column("=1+1")], []), Sheet("b", [Column("x")], [])])
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["a", "b"]
    assert book.worksheets[0]["A1"].value == "'=1+1"


def test_a_tab_gets_a_name_that_is_allowed() -> None:
    assert written(name="A1 签约/意向: [2026]*?").sheetnames == ["A1 签约 意向   2026"]
    assert written(name="长" * 40).sheetnames == ["长" * 31]
    assert written(name="//").sheetnames == ["Sheet"]


def test_overlong_text_is_cut_to_what_a_cell_holds() -> None:
    assert len(str(written(("长" * 40_000,)).worksheets[0]["A2"].value)) == 32_767


def test_what_was_written_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    with path.open("wb") as out:
        write_xlsx(out, [Sheet("成果", [Column("名称"), Column("金额（元）")], [("焊接工装", Money(120_050))])])
    assert list(read_table(path, path.name).rows) == [(2, {"名称": "焊接工装", "金额（元）": "1200.5"})]


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("number", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_rows_of_any_number_stand_one_below_the_other(number: int, read_only: bool) -> None:
    out = io.BytesIO()
    rows = [(place, f"第{place}行</row></sheetData>", Money(place)) for place in range(number)]
    columns = [Column("a"), Column("b"), Column("c")]
    write_xlsx(out, [Sheet("一", columns, rows), Sheet("二", columns, rows[:1]), Sheet("三", columns, [])])
    one, two, three = openpyxl.load_workbook(out, read_only=read_only).worksheets
    assert list(one.iter_rows(min_row=2, values_only=True)) == [(n, text, n / 100) for n, text, _ in rows]
    assert len(list(two.iter_rows(values_only=True))) == 1 + len(rows[:1])
    assert list(three.iter_rows(values_only=True)) == [("a", "b", "c")]


def test_what_is_written_comes_while_the_rows_are_asked_for() -> None:
    """A workbook of any length is never held as a whole, and the first of it comes before the last row is read."""
    asked = []

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number in range(5 * CHUNK):
            asked.append(number)
            yield (number, f"{number * 7919 % 104_729}")

    came = [(len(asked), len(block)) for block in xlsx_blocks([Sheet("一", [Column("a"), Column("b")], rows())])]
    assert [number for number, _ in came][:3] == [CHUNK, 2 * CHUNK, 3 * CHUNK]
    assert max(size for _, size in came) < sum(size for _, size in came) / 3
