"""What may be written into a listing: text made clean, lengths, known words. Whether it is complete, each kind says."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Date

from marketplace.infra.database import EnumText
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.listings.models import Listing
from marketplace.listings.rules import Way
from marketplace.organisations.regions import load_region
from marketplace.settings import Settings

NOTE_LENGTH = 1000
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TOO_LONG = N_("Please shorten this to %(limit)s characters.")
_UNKNOWN = N_("Choose one of the values offered.")


def clean(text: str | None, limit: int, field: str) -> str:
    """The text without control characters and outer blanks. Raises InvalidInput when it is longer than `limit`."""
    tidy = _UNWRITABLE.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(tidy) > limit:
        raise InvalidInput(_TOO_LONG, field=field, limit=limit)
    return tidy


def checked(settings: Settings, model: type[Listing], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in the types of their columns. Raises InvalidInput for what cannot be stored, ValueError for no field."""
    unknown = set(fields) - model.content_fields
    if unknown:
        raise ValueError(f"not fields of a {model.__name__}: {', '.join(sorted(unknown))}")
    return {name: _checked(settings, model, name, value) for name, value in fields.items()}


def _checked(settings: Settings, model: type[Listing], name: str, value: Any) -> Any:
    if name in model.text_limits:
        return clean(value, model.text_limits[name], name)
    if name == "ways":
        return [way.value for way in Way if way.value in {_member(Way, one, name) for one in value or ()}]
    if name in {"county", "county_wanted"}:
        return _county(settings, value, name)
    if name.endswith("_fen"):
        return _amount(value, name)
    return typed(model, name, value)


def typed(model: type[Listing], name: str, value: Any) -> Any:
    """A value, perhaps out of JSON, in the type of its column. Raises InvalidInput for an unknown word."""
    column = model.__mapper__.columns[name].type
    if name in model.text_limits:
        return value
    if value is None or value == "":
        return None
    if isinstance(column, EnumText):
        return _member(column.enum, value, name)
    if isinstance(column, Date) and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def _member(enum: type[StrEnum], value: str, name: str) -> StrEnum:
    try:
        return enum(value)
    except ValueError:
        raise InvalidInput(_UNKNOWN, field=name) from None


def _county(settings: Settings, value: str | None, name: str) -> str | None:
    if value and load_region(settings.region).county(value) is None:
        raise InvalidInput(_UNKNOWN, field=name)
    return value or None


def _amount(value: int | None, name: str) -> int | None:
    if value is not None and not 0 <= value <= LARGEST_FEN:
        raise InvalidInput(
            N_("An amount has at most two decimals, is not negative and not above ten trillion yuan."), field=name
        )
    return value


def values_of(listing: Listing) -> dict[str, Any]:
    """What is written in the listing, by field."""
    return {name: getattr(listing, name) for name in listing.content_fields}


def as_json(value: Any) -> Any:
    """A value as it is kept in a revision."""
    return value.isoformat() if isinstance(value, date) else value
