"""Money as whole fen with its currency; never a float, and never two currencies in one sum."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

WHOLE_BP = 10_000
"""A hundred per cent in basis points."""

CENT = Decimal("0.01")
_FEN_PER_WAN = 1_000_000
LARGEST_FEN = 10**15  # ten trillion yuan: anything above is a slip of the finger


@dataclass(frozen=True, order=True)
class Money:
    """An amount in minor units (fen for CNY)."""

    fen: int
    currency: str = "CNY"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.fen - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")
        return other.fen

    def split(self, weights: tuple[int, ...]) -> tuple["Money", ...]:
        """Divide by whole-number weights so that the parts add up to the fen (largest remainder, first wins a tie)."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be non-negative and not all zero")
        shares = [self.fen * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda i: (-(self.fen * weights[i] % total), i))
        for i in by_remainder[: self.fen - sum(shares)]:
            shares[i] += 1
        return tuple(Money(share, self.currency) for share in shares)


def parse_yuan(text: str) -> int:
    """Fen from what a person types in yuan: `1,200.50`, `￥1200`, `12万`, `12.5 万元`. Raises InvalidInput."""
    cleaned = text.strip().translate(str.maketrans("，．０１２３４５６７８９", ",.0123456789"))
    cleaned = cleaned.lstrip("¥￥").removesuffix("元").strip().replace(",", "").replace(" ", "")
    factor = 100
    if cleaned.endswith("万"):
        cleaned, factor = cleaned[:-1], 1_000_000
    try:
        fen = Decimal(cleaned) * factor
    except ArithmeticError:  # No number, or one beyond what decimals reckon with.
        raise InvalidInput(N_("Write the amount in yuan, for example 120000 or 12万.")) from None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 <= fen <= LARGEST_FEN:
        raise InvalidInput(N_("An amount has at most two decimals, is not negative and not above ten trillion yuan."))
    return int(fen)


def parse_percent(text: str) -> int:
    """Basis points from what a person types as a percentage: `3.5`, `3.5%`, `50 ％`. Raises InvalidInput."""
    try:
        points = Decimal(text.strip().rstrip("%％").strip()) * 100
    except ArithmeticError:  # No number, or one beyond what decimals reckon with.
        points = Decimal(-1)
    if not points.is_finite() or points != points.to_integral_value() or not 0 <= points <= WHOLE_BP:
        raise InvalidInput(N_("Write a percentage from 0 to 100, with at most two decimals."))
    return int(points)


def percent_text(basis_points: int) -> str:
    """5%, 2.5% or 0.25% from hundredths of a per cent."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def wan_text(fen: int, language: str) -> str:
    """An amount as one says it: 12.35 万元 (below 1 万元 in 元), in other languages than Chinese ¥123,500. Rounds half up."""
    if language != "zh":
        return f"{'-' if fen < 0 else ''}¥{_yuan(abs(fen))}"
    if abs(fen) < _FEN_PER_WAN:
        return f"{_yuan(fen)} 元"
    return f"{plain((Decimal(fen) / _FEN_PER_WAN).quantize(CENT, ROUND_HALF_UP))} 万元"


def share_text(share: Fraction, digits: int = 1) -> str:
    """A share of one as a percentage, exact until it is rounded: 12.5%."""
    exact = Decimal((share * 100).numerator) / Decimal((share * 100).denominator)
    return f"{plain(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))}%"


def plain(amount: Decimal) -> str:
    """A number with thousands separators, and no more decimals than it has."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _yuan(fen: int) -> str:
    """Whole yuan from 1 万元 on; below, the fen too where there are any."""
    if abs(fen) >= _FEN_PER_WAN or fen % 100 == 0:
        return f"{(Decimal(fen) / 100).quantize(Decimal(1), ROUND_HALF_UP):,f}"
    return f"{Decimal(fen) / 100:,.2f}"
