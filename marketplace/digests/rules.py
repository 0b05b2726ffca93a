"""Which week a digest is about, and when it goes out. Pure."""

from datetime import date, datetime, timedelta

from marketplace.alerts.rules import Frequency, due_before
from marketplace.kernel.clock import china_day
from marketplace.statistics.rules import Period

LATEST = timedelta(days=3)
"""What could not go out on Monday, for no worker ran or mail was down, goes out later; from Thursday on nobody wants it."""


def due_monday(now: datetime) -> date | None:
    """The Monday whose digest goes out at this UTC moment; None before its hour has come, and when it is too late for it."""
    due = due_before(Frequency.WEEKLY, now)
    return china_day(due) if due is not None and now - due < LATEST else None


def week_before(monday: date) -> Period:
    """The seven days that are over on a Monday, whatever year they are in."""
    return Period(monday - timedelta(days=7), monday - timedelta(days=1))
