"""Days that people type about what has happened."""

from datetime import date

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_


def require_day(day: date, earliest: date, today: date, field: str = "day") -> None:
    """Raise InvalidInput for a day before what it follows from, or in the future."""
    if not earliest <= day <= today:
        wrong = N_("The day lies in the future, or before %(day)s.")
        raise InvalidInput(wrong, fields={field: wrong}, day=earliest.isoformat())
