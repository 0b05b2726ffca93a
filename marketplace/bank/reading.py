"""A bank statement as a spreadsheet: the columns by their heads, whatever bank they come from, and the lines in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from marketplace.bank.rules import Line
from marketplace.infra.spreadsheets import read_table
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import parse_yuan

HEADS: Mapping[str, str] = {
    "day": "交易日期 交易时间 记账日期 入账日期 日期 date",
    "came": "收入 收入金额 贷方 贷方发生额 贷方金额 转入金额 存入 credit",
    "went": "支出 支出金额 借方 借方发生额 借方金额 转出金额 支取 debit",
    "amount": "金额 交易金额 发生额 amount",
    "way": "借贷标志 借贷 收支 收支类型 收付标志 direction",
    "counterparty": "对方户名 对方名称 对方单位 对方账户名称 交易对方 对手户名 counterparty",
    "reference": "流水号 交易流水号 凭证号 凭证号码 业务编号 回单编号 交易编号 reference",
    "note": "摘要 用途 附言 备注 summary",
}
WANTED = "交易日期、收入、支出（或：金额）、对方户名、流水号"
"""The usual heads, which are the same in every language."""

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?(?!\d)")
_OUT = frozenset({"借", "借方", "支", "支出", "付", "付款", "转出", "d", "debit", "out"})
_LONGEST = {"counterparty": 200, "reference": 100, "note": 200}


@dataclass(frozen=True)
class Sheet:
    """What was read: the lines, and how many rows could not be."""

    lines: tuple[Line, ...]
    unread: int


def read_statement(path: Path, name: str) -> Sheet:
    """The lines of a statement. Raises InvalidInput for what is no table, or has no day, amount or other side."""
    table = read_table(path, name)
    heads = recognise(table.columns)
    lines, unread = [], 0
    for _number, cells in table.rows:
        try:
            lines.append(_line({field: cells[head].strip() for field, head in heads.items()}))
        except (InvalidInput, ValueError):
            unread += 1
    return Sheet(tuple(line for line in lines if line.fen), unread + len(table.problems))


def recognise(columns: Sequence[str]) -> dict[str, str]:
    """Field -> head. Raises InvalidInput that names what is missing."""
    meanings = {word: field for field, words in HEADS.items() for word in words.split()}
    found: dict[str, str] = {}
    for column in columns:
        bare = re.sub(r"[（(\[【].*?[）)\]】]|\s", "", column).lower()
        if bare in meanings:
            found.setdefault(meanings[bare], column)
    has_amount = "amount" in found or {"came", "went"} & found.keys()
    if "day" not in found or not has_amount or "counterparty" not in found:
        wanted = N_("The first row must name the columns: %(wanted)s. The file has: %(heads)s.")
        raise InvalidInput(wanted, wanted=WANTED, heads="、".join(columns) or "—")
    return found


def _line(cells: Mapping[str, str]) -> Line:
    """Raises ValueError for a day that is none, InvalidInput for an amount that is none."""
    texts = {field: " ".join(cells.get(field, "").split())[:longest] for field, longest in _LONGEST.items()}
    return Line(0, _day(cells["day"]), _fen(cells), texts["counterparty"], texts["reference"], texts["note"])


def _day(text: str) -> date:
    found = _DAY.match(text) or _DIGITS.match(text)
    if found is None:
        raise ValueError(text)
    return date(*(int(part) for part in found.groups()))


def _fen(cells: Mapping[str, str]) -> int:
    """With its sign: two columns, one column with a sign, or one with a word beside it that says which way."""
    if "came" in cells or "went" in cells:
        return _amount(cells.get("came", "")) - _amount(cells.get("went", ""))
    fen = _amount(cells["amount"])
    went = cells["amount"].lstrip("¥￥ ").startswith("-") or cells.get("way", "").lower() in _OUT
    return -fen if went else fen


def _amount(text: str) -> int:
    """Without its sign; an empty cell, or a dash, is nothing."""
    bare = text.lstrip("¥￥+-— ")
    return parse_yuan(bare) if bare else 0
