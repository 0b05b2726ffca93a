"""Whose turn it is, which reminder is due, and that what is printed of a signature by a written power fits its place."""

from datetime import UTC, date, datetime

import pytest

from marketplace.contracts.envelope import Envelope, is_over, mark_reached, turn
from marketplace.contracts.typesetting import look_of_seal
from tests.pdfs import pdf_pages

LAST = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("order", "signed", "whose"),
    [
        ({"s": 1, "b": 1}, "", "sb"),
        ({"s": 1, "b": 1}, "s", "b"),
        ({"s": 1, "b": 2}, "", "s"),
        ({"s": 1, "b": 2}, "s", "b"),
        ({"s": 2, "b": 1}, "", "b"),
        ({"s": 1, "b": 2}, "sb", ""),
        ({"s": 1, "b": 2}, "b", "s"),
    ],
)
def test_whose_turn_it_is(order: dict[str, int], signed: str, whose: str) -> None:
    assert turn(order, set(signed)) == set(whose)


def test_who_signs_first_stands_before_the_other() -> None:
    assert [Envelope(first).position(7) for first in (None, 7, 8)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("today", "since", "mark"),
    [
        (date(2026, 11, 27), date(2026, 11, 20), None),
        (date(2026, 11, 28), date(2026, 11, 20), 7),
        (date(2026, 12, 2), date(2026, 11, 20), 7),
        (date(2026, 12, 3), date(2026, 11, 20), 2),
        (LAST, date(2026, 11, 20), 2),
        (date(2026, 12, 6), date(2026, 11, 20), None),
        (date(2026, 11, 28), date(2026, 11, 28), None),
        (date(2026, 12, 3), date(2026, 11, 30), 2),
        (date(2026, 12, 4), date(2026, 12, 3), None),
    ],
)
def test_the_nearest_reminder_that_has_come_since_the_turn(today: date, since: date, mark: int | None) -> None:
    assert mark_reached((7, 2), LAST, today, since) == mark


def test_the_last_day_is_not_over() -> None:
    assert [is_over(day, LAST) for day in (None, LAST, date(2026, 12, 4))] == [False, False, True]


def test_a_seal_with_a_written_power_fits_its_place() -> None:
    """With the longest name there is room for, and the longest number of a certificate."""
    rows = (
        ("签署人", "长" * 24),
        ("代理权", "授权委托书，至2026年12月05日，e98ec7d4525c"),
        ("北京时间", "2026年11月20日 10:00:00"),
        ("方式", "电子签名（PAdES），版本 2026-12"),
        ("证书号", "6F2A 1234 5678 9ABC DEF0 1234 5678 9ABC DEF0 1234"),
    )
    assert len(pdf_pages(look_of_seal(rows, datetime(2026, 11, 20, 2, 0, tzinfo=UTC)))) == 1
