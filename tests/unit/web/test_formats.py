"""What a reader sees for an amount, a date, a size and a state, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale

from marketplace.kernel.clock import SetClock
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.money import Money
from marketplace.web import formats

NOW = SetClock(datetime(2026, 11, 22, 9, 5, tzinfo=UTC)).now()


class Light(Labelled):
    DRAFT = "draft", N_("Draft")
    PUBLISHED = "published", N_("Published")


@pytest.fixture
def chinese() -> Iterator[None]:
    yield from _page("zh_CN")


@pytest.fixture
def english() -> Iterator[None]:
    yield from _page("en")


def _page(locale: str) -> Iterator[None]:
    app = Flask("formats")
    Babel(app)
    formats.register(app)
    with app.test_request_context(), force_locale(locale):
        yield


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (123_456_700, "¥ 1,234,567.00"),
        (5, "¥ 0.05"),
        (0, "¥ 0.00"),
        (-250, "-¥ 2.50"),
        (Money(1990), "¥ 19.90"),
        (None, "—"),
    ],
)
def test_money_is_written_to_the_fen(fen: int | Money | None, text: str) -> None:
    assert formats.money(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (12_345_000, "12.35 万元"),
        (12_350_000, "12.35 万元"),
        (40_000_000, "40 万元"),
        (4_000_000_000_00, "400,000 万元"),
        (350_000, "3,500 元"),
        (3_550, "35.50 元"),
        (0, "0 元"),
        (-12_350_000, "-12.35 万元"),
        (None, "—"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_large_amounts_are_written_in_wan_and_small_ones_never_round_to_nothing(fen: int | None, text: str) -> None:
    assert formats.wan(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [(12_350_000, "¥123,500"), (100_000_050, "¥1,000,001"), (3_550, "¥35.50"), (-12_350_000, "-¥123,500")],
)
@pytest.mark.usefixtures("english")
def test_english_has_no_wan(fen: int, text: str) -> None:
    assert formats.wan(fen) == text


@pytest.mark.usefixtures("chinese")
def test_a_moment_is_shown_on_the_chinese_day_and_hour() -> None:
    late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert formats.day(late) == "2026年11月22日"
    assert formats.moment(late) == "2026年11月22日 00:30"
    assert formats.moment(late.replace(tzinfo=None)) == "2026年11月22日 00:30"
    assert formats.day(date(2026, 1, 5)) == "2026年1月5日"


@pytest.mark.usefixtures("english")
def test_dates_in_english() -> None:
    assert formats.day(date(2026, 11, 22)) == "22 Nov 2026"
    assert formats.moment(NOW) == "22 Nov 2026, 17:05"


def test_the_machine_readable_moment_keeps_its_zone() -> None:
    assert formats.machine(datetime(2026, 11, 22, 9, 5)) == "2026-11-22T09:05:00+00:00"  # noqa: DTZ001 - as SQLite returns it


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(hours=23), "23小时前"),
        (timedelta(days=3), "3天前"),
        (timedelta(days=-2), "2天后"),
        (timedelta(days=31), "2026年10月22日"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_ago_becomes_a_date_after_a_month(span: timedelta, text: str) -> None:
    assert formats.ago(NOW - span, NOW) == text


@pytest.mark.usefixtures("english")
def test_ago_in_english() -> None:
    assert formats.ago(NOW - timedelta(days=3), NOW) == "3 days ago"


@pytest.mark.parametrize(
    ("value", "text"), [(Light.DRAFT, "Draft"), ("Open", "Open"), (True, "Yes"), (False, "No"), (None, "—"), ("", "—")]
)
@pytest.mark.usefixtures("english")
def test_label_is_the_word_of_a_state(value: object, text: str) -> None:
    assert formats.label(value) == text


def test_states_without_a_judgement_are_calm() -> None:
    assert formats.tone(Light.PUBLISHED) == "good"
    assert formats.tone("declined") == "bad"
    assert formats.tone(Light.DRAFT) == "calm"


@pytest.mark.parametrize(
    ("share", "text"),
    [(Fraction(1, 3), "33.3%"), (Decimal("0.125"), "12.5%"), (1, "100%"), (Fraction(1, 2000), "0.1%"), (None, "—")],
)
def test_percent_rounds_half_up(share: Fraction | Decimal | int | None, text: str) -> None:
    assert formats.percent(share) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(512, "512 B"), (1536, "1.5 KB"), (20 * 1024**2, "20 MB"), (3 * 1024**4, "3,072 GB"), (None, "—")],
)
def test_filesize(size: int | None, text: str) -> None:
    assert formats.filesize(size) == text


@pytest.mark.usefixtures("chinese")
def test_filters_are_at_hand_in_templates() -> None:
    assert render_template_string("{{ 1234567 | number }} {{ 100 | money }}") == "1,234,567 ¥ 1.00"
    assert formats.number(None) == "—"


def test_without_a_request_the_language_is_chinese() -> None:
    assert formats.day(date(2026, 11, 22)) == "2026年11月22日"
    assert formats.wan(12_350_000) == "12.35 万元"
