"""Pages of a list, addressed by `?page=`; every other argument of the URL is kept."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlencode

from flask import request

LARGEST_PAGE = 500
_SHORT = 40


@dataclass(frozen=True)
class Paging:
    """Where in a list we are. `number` counts from 1."""

    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are to turn to, at least one; what lies beyond is for whoever narrows his search."""
        return min(LARGEST_PAGE, max(1, -(-self.total // self.size)))

    @property
    def offset(self) -> int:
        """Items before this page."""
        return (self.number - 1) * self.size

    def url(self, number: int) -> str:
        """The same list at another page."""
        return url_with(page=number if number > 1 else None)


def page_number() -> int:
    """The page asked for; nonsense is the first."""
    number = request.args.get("page", 1, type=int)
    return min(max(number, 1), LARGEST_PAGE)


def url_with(**changes: object) -> str:
    """This page's URL with some query arguments changed; None removes one, a list repeats it."""
    arguments: dict[str, object] = dict(request.args.to_dict(flat=False))
    for name, value in changes.items():
        arguments.pop(name, None)
        if value is not None:
            arguments[name] = value
    # A list has some fifty such links, and building each from its endpoint took longer than the search.
    path, query = quote(request.script_root + request.path), urlencode(arguments, doseq=True, quote_via=_quoted)
    return f"{path}?{query}" if query else path


def _quoted(text: str | bytes, safe: str | bytes, *_rest: str | None) -> str:
    """What strangers type at length must not fill the memory."""
    return _kept(text, safe) if len(text) <= _SHORT else quote_plus(text, safe)


@lru_cache(maxsize=4096)
def _kept(text: str | bytes, safe: str | bytes) -> str:
    """The links of a list repeat the same few values."""
    return quote_plus(text, safe)
