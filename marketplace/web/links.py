"""Addresses in templates, each built once: a list has some sixty links, and most are the same on every page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request, url_for

_KEPT = 16_384
"""Addresses kept at a time; the pages of so many listings and more are asked for again and again."""

_SHORT = 40
_PASSING = frozenset({"_external", "next", "q", "ref", "token"})
"""Arguments of addresses that are asked for once: what strangers type must not fill the memory, nor stay in it."""


def init_links(app: Flask) -> None:
    """Have templates remember what Flask's `url_for` told them."""
    app.jinja_env.globals["url_for"] = _remembering()


def _remembering() -> Callable[..., str]:
    @lru_cache(maxsize=_KEPT)
    def kept(_place: tuple[object, ...], endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return url_for(endpoint, **dict(values))

    def address(endpoint: str, **values: Any) -> str:
        place = _place(endpoint, values)
        return kept(place, endpoint, tuple(values.items())) if place else url_for(endpoint, **values)

    return address


def _place(endpoint: str, values: dict[str, Any]) -> tuple[object, ...] | None:
    """All that an address depends on beside its arguments; None for one that is not kept: outside of a request or with its
    host, and where an argument is no number or short word, or one that a visitor typed."""
    if not has_request_context() or values.keys() & _PASSING or not all(map(_is_small, values.values())):
        return None
    # An endpoint such as `.page` is one of the blueprint that answers. 1 and True are equal, and written differently.
    return request.script_root, request.blueprint if endpoint[0] == "." else None, *map(type, values.values())


def _is_small(value: object) -> bool:
    return value is None or isinstance(value, int) or (isinstance(value, str) and len(value) <= _SHORT)
