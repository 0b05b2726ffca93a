"""What is read of a sheet of deals made outside the platform."""

from datetime import date
from pathlib import Path

import pytest

from marketplace.contracts.rules import ContractType
from marketplace.infra.spreadsheets import read_table
from marketplace.kernel.errors import InvalidInput
from marketplace.listings.importing_cells import Surroundings
from marketplace.offline import export
from marketplace.offline.reading import HEADS as KNOWN
from marketplace.offline.reading import REQUIRED, SheetRow, read_sheet, recognise
from marketplace.organisations.regions import load_region
from tests.offline import HEADS, OTHER_ROW, ROW
from tests.sheets import sheet

AROUND = Surroundings(load_region("weifang"), date(2026, 11, 20))


def read(tmp_path: Path, *rows: tuple[str, ...], heads: tuple[str, ...] = HEADS) -> list[SheetRow]:
    path = tmp_path / "sheet"
    path.write_bytes(sheet(heads, *rows))
    return read_sheet(path, "线下合同.csv", AROUND)


def faults(tmp_path: Path, **typed: str) -> list[str]:
    """The columns to blame when cells of a sound row are typed otherwise."""
    row = tuple(typed.get(f"c{place}", cell) for place, cell in enumerate(ROW))
    [found] = read(tmp_path, row)
    assert (found.told is None) == bool(found.faults)
    return [one.column for one in found.faults]


def test_rows_are_read_as_people_write_them(tmp_path: Path) -> None:
    first, second = (one.told for one in read(tmp_path, ROW, OTHER_ROW))
    assert first is not None
    assert second is not None
    assert (first.fen, first.day, first.contract_type) == (18_000_000, date(2026, 11, 18), ContractType.LICENCE)
    assert (second.fen, second.day, second.contract_type) == (12_000_000, date(2026, 10, 8), ContractType.DEVELOPMENT)
    assert (second.seller_county, second.buyer_county) == ("qingzhou", "gaomi")


@pytest.mark.parametrize(
    ("place", "cell", "column"),
    [
        (0, "", "项目名称"),
        (2, "火星县", "卖方所在县市区"),
        (3, " 青州前程机械 有限公司", "买方"),
        (5, "赠与", "合同类型"),
        (5, "", "合同类型"),
        (6, "面议", "金额（元）"),
        (6, "0", "金额（元）"),
        (6, "12.345", "金额（元）"),
        (7, "2026-11-21", "签订日期"),
        (7, "1998-03-01", "签订日期"),
        (7, "去年", "签订日期"),
        (8, "", "来源"),
    ],
)
def test_what_is_wrong_is_said_of_its_column(tmp_path: Path, place: int, cell: str, column: str) -> None:
    assert faults(tmp_path, **{f"c{place}": cell}) == [column]


def test_all_that_is_wrong_with_a_row_is_said_at_once(tmp_path: Path) -> None:
    assert faults(tmp_path, c0="", c6="x", c7="x") == ["项目名称", "金额（元）", "签订日期"]


def test_the_example_of_a_day_is_one_that_would_be_taken(tmp_path: Path) -> None:
    [row] = read(tmp_path, (*ROW[:7], "2026年2月31日", *ROW[8:]))
    [fault] = row.faults
    assert fault.error.params["day"] == AROUND.today.isoformat()


def test_a_wrong_code_is_told_from_an_empty_one(tmp_path: Path) -> None:
    heads = (*HEADS, "卖方信用代码", "买方信用代码")
    right, wrong = read(tmp_path, (*ROW, "9137 0781ma3c00001t", ""), (*ROW, "91370781MA3C00001X", ""), heads=heads)
    assert right.told is not None
    assert right.told.seller_code == "91370781MA3C00001T"
    assert [one.column for one in wrong.faults] == ["卖方信用代码"]


def test_missing_columns_are_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        recognise(["项目名称", "卖方", "备注"])
    assert refused.value.params["missing"] == "受让方、合同类型、金额、签订日期"


def test_the_empty_sheet_has_every_head_that_is_read(tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    with path.open("wb") as file:
        export.template(file)
    table = read_table(path, path.name)
    assert set(recognise(table.columns)) == set(KNOWN) >= set(REQUIRED)
