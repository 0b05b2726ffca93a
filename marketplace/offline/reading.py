"""A sheet of deals made outside the platform: the columns by their heads, and what each row tells or why it cannot be taken."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from marketplace.contracts.rules import ContractType
from marketplace.infra.spreadsheets import read_table
from marketplace.infra.tables import Problem
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.listings.importing_cells import Cell, Surroundings, amount, county, day
from marketplace.listings.rules import normalise
from marketplace.offline.rules import Told, cleaned, problems_of

T = TypeVar("T")

MOST_ROWS = 1000
"""More at once nobody looks through."""

HEADS: Mapping[str, str] = {
    "title": "合同名称 项目名称 成果名称 技术名称 名称 title",
    "seller_name": "出让方 转让方 卖方 技术输出方 让与方 受托方 乙方 seller",
    "seller_code": "出让方统一社会信用代码 出让方信用代码 卖方信用代码 sellercode",
    "seller_county": "出让方所在县市区 出让方县市区 卖方所在县市区 sellercounty",
    "buyer_name": "受让方 买方 技术吸纳方 委托方 甲方 buyer",
    "buyer_code": "受让方统一社会信用代码 受让方信用代码 买方信用代码 buyercode",
    "buyer_county": "受让方所在县市区 受让方县市区 买方所在县市区 buyercounty",
    "contract_type": "合同类型 合同类别 类型 type",
    "amount": "金额 合同金额 合同额 amount",
    "day": "签订日期 签约日期 合同签订日期 日期 date",
    "source": "来源 依据 来源说明 佐证材料 备注 source",
    "result": "成果编号 平台成果编号 result",
}
"""Field -> the heads that mean it, the first as it stands in the template."""

UNITS = {"amount": "（元）"}
REQUIRED = ("title", "seller_name", "buyer_name", "contract_type", "amount", "day", "source")

_TYPES: Mapping[ContractType, str] = {
    ContractType.DEVELOPMENT: "技术开发 开发 委托开发 合作开发",
    ContractType.ASSIGNMENT: "技术转让 转让 专利转让 专利权转让",
    ContractType.LICENCE: "技术许可 许可 实施许可 专利许可 专利实施许可",
    ContractType.CONSULTING: "技术咨询 咨询",
    ContractType.SERVICE: "技术服务 服务",
}
_TYPE_OF = {normalise(word): one for one, words in _TYPES.items() for word in (*words.split(), one.value, one.label)}


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken, and the head of the column to blame (empty: the whole row)."""

    column: str
    error: InvalidInput


@dataclass(frozen=True)
class SheetRow:
    """One row by its number in the sheet: what it tells, or why it cannot be taken. `cells` is what was typed, to find it by."""

    number: int
    cells: str
    told: Told | None = None
    faults: tuple[Fault, ...] = ()


def read_sheet(path: Path, name: str, surroundings: Surroundings) -> list[SheetRow]:
    """Every row of the sheet. Raises InvalidInput when it cannot be read as a whole, lacks a column, or is too long."""
    table = read_table(path, name)
    heads = recognise(table.columns)
    rows = [_row(number, cells, heads, surroundings) for number, cells in table.rows]
    rows += [_unread(problem) for problem in table.problems]
    if len(rows) > MOST_ROWS:
        raise InvalidInput(N_("A sheet has at most %(limit)s rows here. Divide it."), limit=MOST_ROWS)
    return sorted(rows, key=lambda row: row.number)


def recognise(columns: Sequence[str]) -> dict[str, str]:
    """Field -> head. Raises InvalidInput that names what is missing and what is there."""
    meanings = {normalise(word): field for field, words in HEADS.items() for word in words.split()}
    found: dict[str, str] = {}
    for column in columns:
        field = meanings.get(normalise(re.sub(r"[（(\[【].*?[）)\]】]|[*＊]", "", column)))
        if field:
            found.setdefault(field, column)
    missing = [HEADS[field].split()[0] for field in REQUIRED if field not in found]
    if missing:
        raise InvalidInput(
            N_("These columns are missing: %(missing)s. The file has: %(heads)s."),
            missing="、".join(missing),
            heads="、".join(columns) or "—",
        )
    return found


def _row(number: int, cells: Mapping[str, str], heads: Mapping[str, str], surroundings: Surroundings) -> SheetRow:
    faults: list[Fault] = []

    def read(field: str, reader: Callable[[Cell], T]) -> T | None:
        head = heads.get(field, "")
        try:
            return reader(Cell(cells.get(head, ""), head, surroundings))
        except InvalidInput as error:
            faults.append(Fault(head, error))
            return None

    told = cleaned(
        Told(
            title=cells[heads["title"]],
            seller_name=cells[heads["seller_name"]],
            buyer_name=cells[heads["buyer_name"]],
            fen=read("amount", amount),
            day=read("day", day),
            contract_type=read("contract_type", _contract_type),
            source=cells[heads["source"]],
            seller_code=cells.get(heads.get("seller_code", ""), ""),
            buyer_code=cells.get(heads.get("buyer_code", ""), ""),
            seller_county=read("seller_county", county),
            buyer_county=read("buyer_county", county),
            result_id=read("result", _result_id),
        )
    )
    blamed = {fault.column for fault in faults}
    unsound = ((heads.get(field, ""), error) for field, error in problems_of(told, surroundings.today))
    faults += [Fault(head, error) for head, error in unsound if head not in blamed]
    said = " · ".join(text for text in (told.title, told.seller_name, told.buyer_name) if text)
    place = {head: number for number, head in enumerate(cells)}
    faults.sort(key=lambda fault: place.get(fault.column, -1))
    return SheetRow(number, said, None if faults else told, tuple(faults))


def _unread(problem: Problem) -> SheetRow:
    return SheetRow(problem.row, "", faults=(Fault(problem.column or "", problem.reason),))


def _contract_type(cell: Cell) -> ContractType | None:
    if not cell.text:
        return None
    found = _TYPE_OF.get(normalise(cell.text.removesuffix("合同")))
    if found is None:
        raise InvalidInput(N_("“%(text)s” is no word we know for this."), text=cell.text[:40])
    return found


def _result_id(cell: Cell) -> int | None:
    if not cell.text:
        return None
    if not (cell.text.isascii() and cell.text.isdigit() and len(cell.text) < 10):
        raise InvalidInput(N_("The number of a result is the one in the address of its page."))
    return int(cell.text)
