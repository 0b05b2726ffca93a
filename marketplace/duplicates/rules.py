"""When two records look like one contract, and what becomes of such a suspicion. Pure; amounts are in fen with tax.

The limits are settings: how far amounts and days may lie apart, and how alike titles have to be.
docs/decisions/0029 has the table by which the title's measure and limit were chosen.
"""

import re
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.organisations.rules import name_key


class RecordKind(Labelled):
    """What is compared. In a pair of two kinds the contract stands first."""

    DEAL = "deal", N_("Contract on this platform")
    OFFLINE = "offline", N_("Row of the offline ledger")


Key = tuple[RecordKind, int]
"""Names a record: its kind and id."""


class DuplicateState(Labelled):
    """A suspicion, up to the word of an official."""

    OPEN = "open", N_("Suspected duplicate")
    SAME = "same", N_("Confirmed duplicate")
    DIFFERENT = "different", N_("Two different contracts")
    MOOT = "moot", N_("One of the two no longer stands")


R, S = Relation, DuplicateState

DUPLICATE_STATES = StateTable(
    "duplicate",
    S.OPEN,
    (
        arrow("confirm", {S.OPEN}, S.SAME, {R.OFFICIAL}, N_("They are the same contract"), reason=True),
        arrow("distinguish", {S.OPEN}, S.DIFFERENT, {R.OFFICIAL}, N_("They are different contracts"), reason=True),
        arrow("lapse", {S.OPEN}, S.MOOT, {R.SYSTEM}, N_("One of the two no longer stands")),
        arrow("revive", {S.MOOT}, S.OPEN, {R.SYSTEM}, N_("Both stand again")),
    ),
    timers=((S.OPEN, 7),),
)

LONGEST_REASON = 1000

_ORDER = tuple(RecordKind)

_SAYS_NOTHING = re.compile(
    "技术(?:开发|转让|许可|咨询|服务)|专利(?:实施)?(?:许可|转让)|委托开发|合作开发|实施许可|成果转化|合同书?|协议书?|补充"
    "|关于|有关|项目|成果|一种|以及|及其|的|及|与|和"
)
"""What the title of any contract may say."""


@dataclass(frozen=True)
class Side:
    """A party as a record names it; `code` is its 统一社会信用代码 or empty."""

    name: str
    code: str = ""

    @property
    def key(self) -> str:
        """What two spellings of the name have in common."""
        return name_key(self.name)

    def is_same_as(self, other: "Side") -> bool:
        """By the codes where both are known, else by the names."""
        return self.code == other.code if self.code and other.code else self.key == other.key


@dataclass(frozen=True)
class Record:
    """What is compared of a contract here, or of a row of the offline ledger. `day` is that of signing, or of sending for it.

    `stands` says whether it still counts or may come to count, `is_in_force` whether it does already; `id` is 0 for what is not
    kept yet.
    """

    kind: RecordKind
    id: int
    title: str
    seller: Side
    buyer: Side
    fen: int
    day: date
    result_id: int | None = None
    seller_county: str | None = None
    buyer_county: str | None = None
    stands: bool = True
    is_in_force: bool = True


@dataclass(frozen=True)
class Limits:
    """How far two records of one contract may differ: amounts and titles in per cent, days."""

    amount_percent: int
    days: int
    title_percent: int


@dataclass(frozen=True)
class Likeness:
    """Why two records are suspected. `title_percent` is None where a title says nothing but that it is a contract."""

    same_result: bool
    title_percent: int | None


def likeness(one: Record, other: Record, limits: Limits) -> Likeness | None:
    """Why the two may be one contract: the same parties in either role, near in amount and day, and alike in what it is about.

    None where one of these does not hold.
    """
    straight = one.seller.is_same_as(other.seller) and one.buyer.is_same_as(other.buyer)
    crossed = one.seller.is_same_as(other.buyer) and one.buyer.is_same_as(other.seller)
    apart = abs(one.fen - other.fen) * 100 > limits.amount_percent * max(one.fen, other.fen)
    if not (straight or crossed) or apart or abs((one.day - other.day).days) > limits.days:
        return None
    same_result = one.result_id is not None and one.result_id == other.result_id
    percent = title_likeness(one.title, other.title)
    if not same_result and percent is not None and percent < limits.title_percent:
        return None
    return Likeness(same_result, percent)


def title_likeness(one: str, other: str) -> int | None:
    """How much of both titles stands in both, in per cent: Dice's measure over pairs of neighbouring characters.

    What any contract's title may say is left out; None where nothing is left of a title, for then it speaks neither way.
    """
    first, second = _pairs(one), _pairs(other)
    if not first or not second:
        return None
    return 200 * len(first & second) // (len(first) + len(second))


def _pairs(title: str) -> frozenset[str]:
    bare = _SAYS_NOTHING.sub("", name_key(title))
    return frozenset(bare[place : place + 2] for place in range(len(bare) - 1))


def in_order(one: Record, other: Record) -> tuple[Record, Record]:
    """The pair as it is kept, whoever was found by whom: contracts first, then by id."""
    first, second = sorted((one, other), key=lambda record: (_ORDER.index(record.kind), record.id))
    return first, second


def may_count(first: Record, second: Record) -> tuple[Record, ...]:
    """Which of a pair may be the one that counts: beside a contract no row of the ledger, and no contract that is not in force.

    A text that is only sent may still be declined, and what was booked off as the same would then count nowhere.
    """
    beside = (first, second) if first.kind is second.kind else (first,)
    return tuple(one for one in beside if one.is_in_force)
