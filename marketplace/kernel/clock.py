"""The one source of time: UTC, aware, replaceable in tests and when the demo is loaded."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time; `now()` is aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """UTC now."""
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that stands where it is put: for the demo's past and for tests."""

    at: datetime

    def now(self) -> datetime:
        """The moment it was set to, in UTC."""
        return self.at

    def forward(self, **span: float) -> None:
        """Move on by a timedelta's keywords (`days=3`)."""
        self.at += timedelta(**span)


def china_day(moment: datetime) -> date:
    """The calendar day in China of a UTC moment: figures, deadlines and terms are counted in Chinese days."""
    return moment.astimezone(CHINA).date()


def day_begins(day: date) -> datetime:
    """The UTC moment at which a calendar day begins in China."""
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The last UTC moment of a calendar day in China: what was known by then was known at the end of that day."""
    return day_begins(day + timedelta(days=1)) - timedelta(microseconds=1)
