"""Points add up to what is said of the whole, tenth by tenth."""

import math

from hypothesis import given
from hypothesis import strategies as st

from marketplace.matching.reckoning import FIRST, spread

SHARES = st.lists(st.floats(-50, 50), min_size=1, max_size=12)


def test_a_tenth_that_rounding_would_lose_goes_to_the_one_that_is_nearest() -> None:
    assert spread([1.0, 1.0, 1.0], 3.0) == (334, 333, 333)
    assert spread([2.0, -0.5], 2.0) == (1000, -250)
    assert spread([0.00001], 3.0) == (0,)


@given(SHARES, st.floats(0.5, 100))
def test_the_lines_add_up_and_none_is_a_tenth_off(shares: list[float], best: float) -> None:
    tenths = spread(shares, best)
    assert sum(tenths) == round(math.fsum(share * FIRST / best for share in shares))
    assert all(abs(count - share * FIRST / best) <= 1 for count, share in zip(tenths, shares, strict=True))
