"""The three-party form of a contract: whoever made the result signs too, and the text says which share of every receipt he gets.

Shares are basis points of the net income of each receipt. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.contracts.rules import number_in_words
from marketplace.kernel.messages import N_
from marketplace.kernel.money import WHOLE_BP, percent_text

MOST_MAKERS = 9
FIRST_LABELS = ("甲方", "乙方")
"""Buyer and seller, in the order in which a text names them; whoever made the result comes after them."""

SHARES_CLAUSE = "makers"
"""The key of the clause that says who gets which share."""


@dataclass(frozen=True)
class Maker:
    """Somebody who made the result of a deal, as an offer names him, with his share."""

    user_id: int
    share_bp: int
    name: str = ""


@dataclass(frozen=True)
class MakerShare:
    """The same as a party of a document."""

    party_id: int
    share_bp: int


def makers_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Maker, ...]:
    """From the JSON of an offer."""
    return tuple(Maker(**row) for row in rows)


def problems_of(makers: Sequence[Maker]) -> Iterator[tuple[str, str]]:
    """Field names with what is wrong with the shares."""
    if len(makers) > MOST_MAKERS:
        yield "makers", N_("At most nine people sign a contract as makers of the result.")
    elif any(not 0 < one.share_bp <= WHOLE_BP for one in makers):
        yield "makers", N_("Every share is more than 0 and at most 100 per cent, with at most two decimals.")
    elif sum(one.share_bp for one in makers) > WHOLE_BP:
        yield "makers", N_("All shares together are at most 100 per cent of the net income.")


def labels_of(count: int) -> tuple[str, ...]:
    """How the text calls so many makers: 丙方, or 丙方一, 丙方二 and so on."""
    return ("丙方",) if count == 1 else tuple(f"丙方{number_in_words(number)}" for number in range(1, count + 1))


def together(labels: Sequence[str]) -> str:
    """How the text names all of them: 丙方, or each and then 丙方 for all; empty for nobody."""
    return "、".join(labels) + ("（以下统称丙方）" if len(labels) > 1 else "")


def shares_text(named: Sequence[tuple[str, int]]) -> str:
    """Who gets what, one a line, in figures and in words; `named` are names with shares in basis points."""
    lines = [
        f"{label}（{name}）：净收入的{_both(share_bp)}；"
        for label, (name, share_bp) in zip(labels_of(len(named)), named, strict=True)
    ]
    total = f"合计：净收入的{_both(sum(share_bp for _, share_bp in named))}。"
    return "\n".join([*lines, total])


def _both(basis_points: int) -> str:
    return f"{percent_text(basis_points)}（{percent_in_words(basis_points)}）"


def percent_in_words(basis_points: int) -> str:
    """百分之三十三点三三 from 3333; from 0 to 10,000."""
    whole, rest = divmod(basis_points, 100)
    words = "一百" if whole == 100 else number_in_words(whole)
    decimals = "".join(number_in_words(int(digit)) for digit in f"{rest:02d}".rstrip("0"))
    return f"百分之{words}{f'点{decimals}' if decimals else ''}"
