"""How values are written for a reader: amounts, dates, sizes and states, in the language of the page.

It turns values into text and nothing else: it reads no database, decides nothing, and rounds only what it shows.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal, get_currency_precision
from flask import Flask
from flask_babel import get_locale

from marketplace.kernel.clock import CHINA, china_day
from marketplace.kernel.money import Money, percent_text, plain, share_text, wan_text
from marketplace.web.locale import gettext

NOTHING = "—"
FEN_PER_YUAN = 100
RECENT = timedelta(days=30)

# What a state looks like beside its word. A state that is not named here is calm, neither good nor bad.
TONES = {
    "good": "published accepted in_force performing completed complete verified admitted approved confirmed solved paid"
    " signed registered",
    "warn": "submitted owner_review county_review review changes_requested returned proposed paused stale expressed"
    " delivered negotiating drafting signing sent pending uploaded reported due held applied",
    "bad": "suspended declined lost terminated void refused rejected disputed reversed expired lapsed",
}
_TONE_OF = {state: name for name, states in TONES.items() for state in states.split()}


def money(fen: int | Money | None) -> str:
    """An amount in fen to the fen: ¥ 1,234,567.00."""
    if fen is None:
        return NOTHING
    exact = _fen(fen)
    yuan, rest = divmod(abs(exact), FEN_PER_YUAN)
    return f"{'-' if exact < 0 else ''}¥ {yuan:,}.{rest:02d}"


def wan(fen: int | Money | None) -> str:
    """An amount in fen as one says it: 12.35 万元 (below 1 万元 in 元), in English ¥123,500. Rounds half up."""
    if fen is None:
        return NOTHING
    return wan_text(_fen(fen), _locale().language)


def minor(amount: int | None, currency: str) -> str:
    """An amount in the smallest unit of some currency: 12.34 HKD."""
    if amount is None:
        return NOTHING
    places = int(get_currency_precision(currency.upper()))
    return f"{plain(Decimal(amount).scaleb(-places))} {currency.upper()}"


def day(value: date | datetime | None) -> str:
    """A date, or the Chinese calendar day of a UTC moment: 2026年11月22日, in English 22 Nov 2026."""
    if value is None:
        return NOTHING
    on = china_day(_aware(value)) if isinstance(value, datetime) else value
    return str(format_date(on, "y年M月d日" if _locale().language == "zh" else "d MMM y", locale=_locale()))


def moment(value: datetime | None) -> str:
    """A UTC moment as Chinese wall-clock time: 2026年11月22日 17:05, in English 22 Nov 2026, 17:05."""
    if value is None:
        return NOTHING
    pattern = "y年M月d日 HH:mm" if _locale().language == "zh" else "d MMM y, HH:mm"
    return str(format_datetime(_aware(value).astimezone(CHINA).replace(tzinfo=None), pattern, locale=_locale()))


def machine(value: datetime | None) -> str:
    """A UTC moment for the datetime attribute of <time>."""
    return "" if value is None else _aware(value).isoformat(timespec="seconds")


def ago(value: datetime | None, now: datetime | None = None) -> str:
    """How long since, or until, a UTC moment; the date once it is more than 30 days away."""
    if value is None:
        return NOTHING
    span = _aware(value) - (now or datetime.now(UTC))
    if abs(span) > RECENT:
        return day(value)
    if abs(span) < timedelta(minutes=1):
        return gettext("just now")
    return str(format_timedelta(span, threshold=1, add_direction=True, locale=_locale()))


def label(value: object) -> str:
    """The word for a state or kind: the translation of its `label`, of the text itself, or yes and no."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    msgid = str(getattr(value, "label", value))
    # The empty msgid would fetch the header of the catalogue.
    return gettext(msgid) if msgid else NOTHING


def tone(value: object) -> str:
    """good, warn, bad or calm: how a state looks beside its word."""
    return _TONE_OF.get(str(getattr(value, "value", value)), "calm")


def number(value: int | Decimal | None) -> str:
    """A count with thousands separators."""
    if value is None:
        return NOTHING
    # Nothing to separate: a list has fifty such counts, and asking how to write each took longer than the search.
    return str(value) if isinstance(value, int) and abs(value) < 1_000 else format_decimal(value, locale=_locale())


def percent(share: Fraction | Decimal | int | None, digits: int = 1) -> str:
    """A share of one as a percentage; floats are not taken, so that shares of money stay exact until they are shown."""
    return NOTHING if share is None else share_text(Fraction(share), digits)


def filesize(size: int | None) -> str:
    """Bytes as a person reads them: 512 B, 1.5 KB, 20 MB (steps of 1,024)."""
    if size is None:
        return NOTHING
    amount, unit = Decimal(size), "B"
    for unit_above in ("KB", "MB", "GB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, unit_above
    return f"{plain(amount.quantize(Decimal('0.1'), ROUND_HALF_UP))} {unit}"


FILTERS: tuple[Callable[..., str], ...] = (
    money,
    minor,
    wan,
    day,
    moment,
    machine,
    ago,
    label,
    tone,
    number,
    percent,
    percent_text,
    filesize,
)


def register(app: Flask) -> None:
    """Make every function here a template filter of its own name."""
    for function in FILTERS:
        app.add_template_filter(function)


def _fen(value: int | Money) -> int:
    return value.fen if isinstance(value, Money) else value


def _aware(value: datetime) -> datetime:
    """SQLite hands back moments without their zone; all of them are UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _locale() -> Locale:
    return get_locale() or Locale.parse("zh_CN")
