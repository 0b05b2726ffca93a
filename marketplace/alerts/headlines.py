"""The one line that stands for a message in the inbox and as the subject of a mail."""

from dataclasses import dataclass

from marketplace.alerts.queries import Told
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.matching.rules import Side

ONE = {
    Side.NEED: N_("A result fits your need “%(own)s”: %(title)s"),
    Side.RESULT: N_("A need fits your result “%(own)s”: %(title)s"),
}
SEVERAL = {
    Side.NEED: N_("%(count)s results fit your need “%(own)s”"),
    Side.RESULT: N_("%(count)s needs fit your result “%(own)s”"),
}
MATCHES = N_("%(count)s new matches for your results and needs")
FIND = N_("Your saved search “%(name)s” has found: %(title)s")
FINDS = N_("Your saved search “%(name)s” has found %(count)s new listings")
SEARCHES = N_("%(count)s new finds of your saved searches")
BOTH = N_("%(matches)s new matches, and %(finds)s new finds of your saved searches")


@dataclass(frozen=True)
class Headline:
    """A msgid with its parameters."""

    message: str
    params: Params


def headline(told: Told) -> Headline:
    """What the message is about, as closely as one line can say."""
    if told.matches and told.finds:
        return Headline(BOTH, {"matches": len(told.matches), "finds": len(told.finds)})
    return _of_matches(told) if told.matches else _of_finds(told)


def _of_matches(told: Told) -> Headline:
    first, count = told.matches[0], len(told.matches)
    if count == 1:
        return Headline(ONE[first.side], {"own": first.own.title, "title": first.other.title})
    if len({line.own.id for line in told.matches}) == 1:
        return Headline(SEVERAL[first.side], {"own": first.own.title, "count": count})
    return Headline(MATCHES, {"count": count})


def _of_finds(told: Told) -> Headline:
    first, count = told.finds[0], len(told.finds)
    if count == 1:
        return Headline(FIND, {"name": first.search, "title": first.listing.title})
    if len({line.search_id for line in told.finds}) == 1:
        return Headline(FINDS, {"name": first.search, "count": count})
    return Headline(SEARCHES, {"count": count})
