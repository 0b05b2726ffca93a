"""Parameters as they come over the wire, held against the typed dictionaries of the SDK: what they do not know is refused."""

import re
import types
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import stripe
import typing_extensions
from typing_extensions import is_typeddict

_PART = re.compile(r"\[([^\]]*)\]")
OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_NAMES = {"StripeContext": str, "Mapping": Mapping}  # What the SDK imports where its dictionaries inherit from.


class Unknown(Exception):
    """A parameter that Stripe would refuse; its name in brackets."""


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`line_items[0][quantity]=1` as dictionaries."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        head, *rest = [name.split("[", 1)[0], *_PART.findall(name)]
        place = found
        for part, after in zip([head, *rest], [*rest, None], strict=True):
            if after is None:
                place[part] = value
            else:
                place = place.setdefault(part, {})
    return found


def require_known(kind: Any, given: dict[str, Any], where: str = "") -> None:
    """Raise Unknown for a name that the typed dictionary `kind` has not, at any depth, and for one it requires and is missing."""
    hints = get_type_hints(kind, localns=_NAMES, include_extras=True)
    for name, value in given.items():
        here = f"{where}[{name}]" if where else name
        if name not in hints or (not where and name in OPTIONS):
            raise Unknown(here)
        _require_fits(hints[name], value, here)
    missing = sorted(name for name in kind.__required_keys__ if name not in given)
    if missing and where:
        raise Unknown(f"{where}[{missing[0]}] is missing")


def _require_fits(hint: Any, value: Any, where: str) -> None:
    options = list(_options(hint))
    if isinstance(value, str):
        words = [word for one in options if get_origin(one) is Literal for word in get_args(one)]
        if words and value not in words:
            raise Unknown(f"{where}={value}")
        return None
    for one in options:
        if is_typeddict(one):
            return require_known(one, value, where)
        if get_origin(one) is list:
            for number, entry in value.items():
                _require_fits(get_args(one)[0], entry, f"{where}[{number}]")
            return None
        if get_origin(one) is dict:
            return None
    raise Unknown(where)


def _options(hint: Any) -> Iterable[Any]:
    """What a hint allows, without the wrappers."""
    origin = get_origin(hint)
    if origin in {NotRequired, Required, typing_extensions.NotRequired, typing_extensions.Required}:
        yield from _options(get_args(hint)[0])
    elif origin in {Union, types.UnionType}:
        for one in get_args(hint):
            yield from _options(one)
    else:
        yield hint
