"""When digests are due, by the hours and days of China, and which matches a message names."""

from datetime import UTC, datetime

import pytest

from marketplace.alerts.rules import BEST, Frequency, best_of, due_before

F = Frequency


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# 08:00 in China is midnight UTC; 2026-11-20 is a Friday, 2026-11-16 and 2026-11-23 are Mondays.
@pytest.mark.parametrize(
    ("frequency", "now", "before"),
    [
        (F.DAILY, "2026-11-20T00:00:00", "2026-11-20T00:00:00"),
        (F.DAILY, "2026-11-19T23:59:59", "2026-11-19T00:00:00"),
        (F.DAILY, "2026-11-19T16:00:00", "2026-11-19T00:00:00"),  # Midnight in China begins a day, not a digest.
        (F.DAILY, "2026-11-19T15:59:59", "2026-11-19T00:00:00"),
        (F.DAILY, "2027-01-01T00:00:01", "2027-01-01T00:00:00"),
        (F.WEEKLY, "2026-11-20T02:00:00", "2026-11-16T00:00:00"),
        (F.WEEKLY, "2026-11-22T23:59:59", "2026-11-16T00:00:00"),
        (F.WEEKLY, "2026-11-23T00:00:00", "2026-11-23T00:00:00"),
        (F.WEEKLY, "2026-11-15T16:30:00", "2026-11-09T00:00:00"),  # Monday in China, before the hour.
        (F.INSTANT, "2026-11-20T02:00:00", "2026-11-20T01:59:00"),
    ],
)
def test_what_was_found_before_this_is_told_now(frequency: Frequency, now: str, before: str) -> None:
    assert due_before(frequency, utc(now)) == utc(before)


def test_never_is_never() -> None:
    assert due_before(F.OFF, utc("2026-11-20T00:00:00")) is None


def test_a_message_names_the_best_few_of_each_own_listing() -> None:
    rows = [("need 1", score) for score in range(BEST + 5)] + [("need 2", 3)]
    best = best_of(rows, lambda row: row[0], lambda row: row[1])
    assert best == [*(("need 1", score) for score in range(BEST + 4, 4, -1)), ("need 2", 3)]
    assert best_of([], lambda row: row, lambda row: 0) == []
