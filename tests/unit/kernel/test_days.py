"""Days that are typed."""

from datetime import date

import pytest

from marketplace.kernel.days import require_day
from marketplace.kernel.errors import InvalidInput


def test_a_day_lies_between_what_it_follows_and_today() -> None:
    first, today = date(2026, 11, 1), date(2026, 11, 20)
    require_day(first, first, today)
    require_day(today, first, today)
    for wrong in (date(2026, 10, 31), date(2026, 11, 21)):
        with pytest.raises(InvalidInput) as error:
            require_day(wrong, first, today, "signed_on")
        assert set(error.value.fields) == {"signed_on"}
