"""Money as whole fen with its currency; never a float, and never two currencies in one sum."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

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
