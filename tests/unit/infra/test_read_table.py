"""Tables as people send them: any encoding, any order, broken rows and files that lie about what they are."""

import datetime
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from marketplace.infra import spreadsheets, tables, xlsx_tables
from marketplace.infra.spreadsheets import Table, read_table
from marketplace.kernel.errors import InvalidInput
from tests.unit.infra.archives import archive, part, with_part, workbook

Reader = Callable[[bytes], Table]
CSV = "成果名称,完成单位,成果简介\n焊接工装,潍柴,第一行\n变压器节能,,第二行\n"


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def reader(content: bytes) -> Table:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return read_table(path, "成果.xlsx")

    return reader


def refusal(read: Reader, content: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        list(read(content).rows)
    return str(refused.value)


def broken(table: Table) -> list[tuple[int, str | None, str]]:
    """What is reported once everything was read."""
    list(table.rows)
    return [(problem.row, problem.column, str(problem.reason)) for problem in table.problems]


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8"),
        CSV.encode("utf-8-sig"),
        CSV.encode("gb18030"),
        CSV.replace("\n", "\r\n").encode("gb18030"),
        CSV.replace("\n", "\r").encode(),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").encode(),
        workbook(("成果名称", "完成单位", "成果简介"), ("焊接工装", "潍柴", "第一行"), ("变压器节能", None, "第二行")),
    ],
    ids=["utf-8", "utf-8 with mark", "gb18030", "windows", "old mac", "semicolon", "tab", "xlsx"],
)
def test_one_table_in_every_form(read: Reader, content: bytes) -> None:
    table = read(content)
    assert table.columns == ("成果名称", "完成单位", "成果简介")
    assert list(table.rows) == [
        (2, {"成果名称": "焊接工装", "完成单位": "潍柴", "成果简介": "第一行"}),
        (3, {"成果名称": "变压器节能", "完成单位": "", "成果简介": "第二行"}),
    ]
    assert table.problems == []


def test_row_numbers_are_those_of_the_spreadsheet(read: Reader) -> None:
    text = '名称,简介\n一,"第一行\n第二行，""引号"""\n\n,\n二,平\n'
    assert list(read(text.encode()).rows) == [
        (2, {"名称": "一", "简介": '第一行\n第二行，"引号"'}),
        (5, {"名称": "二", "简介": "平"}),
    ]
    book = workbook(("名称", "简介"), ("一", "x"), (), (None, None), ("二", "平"))
    assert [number for number, _ in read(book).rows] == [2, 5]


def test_a_title_above_the_header_is_passed_over(read: Reader) -> None:
    table = read(workbook((), ("2026年创新成果汇总表",), ("名称", "简介"), ("一", "x")))
    assert table.columns == ("名称", "简介")
    assert [number for number, _ in table.rows] == [4]


def test_headers_are_cleaned_and_unnamed_columns_left_out(read: Reader) -> None:
    table = read('"成果\n名称", , 简介 ,\n一,,x,\n'.encode())
    assert table.columns == ("成果 名称", "简介")
    assert list(table.rows) == [(2, {"成果 名称": "一", "简介": "x"})]


def test_one_column_is_a_table(read: Reader) -> None:
    assert list(read("名称\n一\n二".encode()).rows) == [(2, {"名称": "一"}), (3, {"名称": "二"})]


def test_cells_give_what_a_person_sees(read: Reader) -> None:
    day = datetime.datetime(2026, 11, 22)  # noqa: DTZ001 - a cell knows no zone
    values = (
        1200.0,
        0.1 + 0.2,
        3,
        True,
        day,
        day.replace(hour=9, minute=5),
        day.date(),
        datetime.time(8, 30),
        " 留白 ",
    )
    table = read(workbook(tuple("abcdefghi"), values))
    [(_, cells)] = table.rows
    assert list(cells.values()) == [
        "1200", "0.3", "3", "TRUE", "2026-11-22", "2026-11-22 09:05", "2026-11-22", "08:30:00", "留白",
    ]  # fmt: skip


def test_a_formula_is_its_text_and_never_its_result(read: Reader) -> None:
    table = read(workbook(("a", "b"), ('=HYPERLINK("http://x","y")', ArrayFormula("B2", "=1+1"))))
    assert [tuple(cells.values()) for _, cells in table.rows] == [('=HYPERLINK("http://x","y")', "=1+1")]
    assert [tuple(cells.values()) for _, cells in read(b"a,b\n=1+1,@x\n").rows] == [("=1+1", "@x")]


def test_a_hidden_sheet_is_not_read(read: Reader) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["秘密"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("二").append(["名称"])
    out = BytesIO()
    book.save(out)
    assert read(out.getvalue()).columns == ("名称",)


BROKEN_ROWS = {
    "quotes": ('名称,简介\n一,"x"y\n二,z\n', "quotation marks"),
    "cells": ("名称,简介\n一,x,y\n二,z\n", "more cells"),
    "length": (f"名称,简介\n一,{'长' * 32_768}\n二,z\n", "32767 characters"),
    "length of all": (f"名称,简介\n一,{'长' * 200_000}\n二,z\n", "quotation marks"),
}


@pytest.mark.parametrize(("text", "reason"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
def test_a_broken_row_is_reported_and_the_next_one_read(read: Reader, text: str, reason: str) -> None:
    table = read(text.encode())
    assert list(table.rows) == [(3, {"名称": "二", "简介": "z"})]
    [(row, _, message)] = broken(table)
    assert (row, reason in message) == (2, True)


def test_an_overlong_cell_names_its_column(read: Reader) -> None:
    assert [column for _, column, _ in broken(read(f"名称,简介\n一,{'长' * 32_768}\n".encode()))] == ["简介"]


def test_an_open_quote_at_the_end_is_reported(read: Reader) -> None:
    assert [row for row, _, _ in broken(read('名称,简介\n一,x\n二,"z\n三,w\n'.encode()))] == [3]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_unreadable_byte_costs_one_row(read: Reader, encoding: str) -> None:
    rows = [f"第{n}项焊接工艺改进成果,说明文字" for n in range(50)]
    content = "\n".join(["名称,简介", *rows]).encode(encoding)
    at = content.index("第7项".encode(encoding))
    table = read(content[:at] + b"\xff" + content[at:])
    assert [(row, "cannot be read" in reason) for row, _, reason in broken(table)] == [(9, True)]
    assert table.columns == ("名称", "简介")


def test_a_damaged_workbook_gives_the_rows_before_the_damage(read: Reader) -> None:
    original = workbook(("名称",), ("一",), ("二",))
    sheet = part(original, "xl/worksheets/sheet1.xml")
    cut = (
        sheet[: sheet.index(b'<row r="3"')] + b'<row r="3"><c r="A3" t="s"><v>999</v></c></row></sheetData></worksheet>'
    )
    table = read(with_part(original, "xl/worksheets/sheet1.xml", cut))
    assert list(table.rows) == [(2, {"名称": "一"})]
    assert [(row, "damaged" in reason) for row, _, reason in broken(table)] == [(3, True)]


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def test_a_size_or_a_row_number_that_lies_does_no_harm(read: Reader) -> None:
    rows = b'<row r="1"><c r="A1"><v>7</v></c></row><row r="2147483647"><c r="A2"><v>8</v></c></row>'
    table = read(with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", SHEET % rows))
    assert (table.columns, list(table.rows)) == (("7",), [])


def test_rows_beyond_the_limit_are_reported_not_dropped_in_silence(
    read: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_ROWS", 2)
    table = read("名称\n一\n\n二\n三\n四\n".encode())
    assert [number for number, _ in table.rows] == [2, 4]
    assert [(row, "first 2 rows" in reason) for row, _, reason in broken(table)] == [(5, True)]


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
REFUSED = {
    "empty": (b"", "is empty"),
    "mark only": (b"\xef\xbb\xbf", "no rows"),
    "blank lines": (b"\n\n ,\n", "no rows"),
    "no rows in the workbook": (workbook(), "no rows"),
    "column twice": ("名称,简介,名称\n一,x,y\n".encode(), "“名称” is there more than once"),
    "text for a header": (("长" * 101 + ",x\n").encode(), "must name the columns"),
    "too many columns": (",".join(f"c{n}" for n in range(101)).encode(), "more than 100 columns"),
    "too many columns in a workbook": (workbook(tuple(f"c{n}" for n in range(300))), "more than 100 columns"),
    "zip that calls itself xlsx": (archive(readme=b"hello"), "is no spreadsheet"),
    "zip with a workbook's name": (
        archive(**{"[Content_Types]_xml": b"<Types/>", "xl__workbook_xml": b"<workbook/>"}),
        "cannot be read as one",
    ),
    "entities": (with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", BOMB), "cannot be read as one"),
    "pdf": (b"%PDF-1.7\n", "is no spreadsheet"),
    "program": (b"MZ\x90\x00\x03\x00\x00\x00", "is no spreadsheet"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "“成果.xlsx” is an old .xls file"),
    "many parts": (
        archive(**{"[Content_Types]_xml": b"", "xl__workbook_xml": b""}, **{f"p{n}": b"" for n in range(1_000)}),
        "too large when unpacked",
    ),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_taken_says_why(read: Reader, content: bytes, message: str) -> None:
    assert message in refusal(read, content)


def test_a_workbook_that_unfolds_too_far_is_refused(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_tables, "MAX_UNFOLDED", 1_000_000)
    bomb = with_part(workbook(("x",)), "xl/worksheets/sheet1.xml", b" " * 1_000_001)
    assert len(bomb) < 10_000
    assert "too large when unpacked" in refusal(read, bomb)


def test_a_file_over_the_limit_is_refused(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", 1024 * 1024)
    assert "larger than 1 MB" in refusal(read, b"a,b\n" * 300_000)
