"""Which line of a bank statement is which payment. Pure; amounts in fen, positive for what came and negative for what went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel.messages import N_, Labelled
from marketplace.organisations.rules import name_key

WINDOW = timedelta(days=3)
"""Between what is written here and what the bank writes lie a weekend or a slow transfer."""

SHORTEST_NUMBER = 6
"""Shorter numbers, such as 001, are those of many transfers."""


class Agreement(Labelled):
    """What makes a line and a payment one and the same, the strongest first."""

    NUMBER = "number", N_("Same number and amount")
    PARTY = "party", N_("Same amount and other side, days apart at most three")
    AMOUNT = "amount", N_("Same amount, days apart at most three; look at the other side")
    OTHER_AMOUNT = "other_amount", N_("Same number, another amount")


@dataclass(frozen=True)
class Line:
    """One line of a statement, as the bank has it; `id` is ours, 0 before it is kept."""

    id: int
    day: date
    fen: int
    counterparty: str
    reference: str
    note: str = ""


@dataclass(frozen=True)
class Expected:
    """A payment or refund as it is reported here, from the side of the account: `fen` has its sign, `other` is the other side."""

    receipt_id: int
    fen: int
    first_on: date
    last_on: date
    number: str
    other: str


@dataclass(frozen=True)
class Found:
    """A line with the payments it stands for: one transfer may pay several lines of a plan."""

    line: Line
    receipt_ids: tuple[int, ...]
    agreement: Agreement


def agree(lines: Sequence[Line], expected: Sequence[Expected]) -> list[Found]:
    """Each line and each payment counts once. Numbers go first, then names, then amounts alone; the earlier line first."""
    found: list[Found] = []
    free_lines, groups = list(lines), _by_number(expected)
    for agreement in Agreement:
        for line in tuple(free_lines):
            group = next((one for one in groups if _is(agreement, line, one)), None)
            if group is not None:
                found.append(Found(line, tuple(one.receipt_id for one in group), agreement))
                free_lines.remove(line)
                groups.remove(group)
    return found


def may_concern(line: Line, others: Iterable[str], expected: Sequence[Expected]) -> bool:
    """Whether a line has to do with a deal: a party of one, the number of a payment, or its amount and day. The rest of a
    company's account is nobody's business here."""
    if any(_same_name(line.counterparty, other) for other in others):
        return True
    kinds = (Agreement.NUMBER, Agreement.OTHER_AMOUNT, Agreement.AMOUNT)
    return any(_is(kind, line, group) for kind in kinds for group in _by_number(expected))


def _by_number(expected: Sequence[Expected]) -> list[tuple[Expected, ...]]:
    """Payments that are reported with one number are one transfer."""
    groups: dict[str, list[Expected]] = {}
    for one in expected:
        number = _number(one.number)
        key = f"{number}{'+' if one.fen > 0 else '-'}" if number else f"receipt {one.receipt_id}"
        groups.setdefault(key, []).append(one)
    return [tuple(group) for group in groups.values()]


def _is(agreement: Agreement, line: Line, group: tuple[Expected, ...]) -> bool:
    same_amount = line.fen == sum(one.fen for one in group)
    number = _number(group[0].number)
    same_number = bool(number) and number == _number(line.reference)
    if agreement is Agreement.NUMBER:
        return same_number and same_amount
    if agreement is Agreement.OTHER_AMOUNT:
        return same_number
    near = any(one.first_on - WINDOW <= line.day <= one.last_on + WINDOW for one in group)
    if agreement is Agreement.PARTY:
        return same_amount and near and _same_name(line.counterparty, group[0].other)
    return same_amount and near


def _number(text: str) -> str:
    bare = "".join(char for char in text.upper() if char.isalnum())
    return bare if len(bare) >= SHORTEST_NUMBER else ""


def _same_name(one: str, other: str) -> bool:
    return bool(one.strip()) and name_key(one) == name_key(other)
