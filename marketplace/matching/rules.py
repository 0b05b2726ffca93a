"""Strength in words, what is missing, what contradicts; the state table of an interest. Pure."""

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class Strength(Labelled):
    """How strong a match is, in words: a percentage would promise what nobody can know."""

    STRONG = "strong", N_("Strong")
    FAIR = "fair", N_("Fairly strong")
    WEAK = "weak", N_("Some common ground")

    @property
    def rank(self) -> int:
        """0 is the strongest."""
        return list(Strength).index(self)


class Side(Labelled):
    """The two sides of a match."""

    RESULT = "result", N_("Result side")
    NEED = "need", N_("Need side")


class Place(Labelled):
    """Where a word that carries a match stands in the other side's listing."""

    TITLE = "title", N_("in the title")
    BODY = "body", N_("in the description")


class Origin(Labelled):
    """Where an interest came from; a showing keeps its reference later."""

    PAGE = "page", N_("Listing page")
    SEARCH = "search", N_("Search")
    MATCH = "match", N_("Match list")
    SHOWING = "showing", N_("Showing")


class InterestState(Labelled):
    """An interest always ends: accepted, declined with a reason, or lapsed."""

    EXPRESSED = "expressed", N_("Expressed")
    DELIVERED = "delivered", N_("Delivered")
    ACCEPTED = "accepted", N_("Accepted")
    DECLINED = "declined", N_("Declined")
    LAPSED = "lapsed", N_("Lapsed")


class DismissReason(Labelled):
    """Why somebody finds a match unsuitable."""

    TOPIC = "topic", N_("Another topic")
    CONDITIONS = "conditions", N_("Our conditions differ")
    MATURITY = "maturity", N_("Not mature enough")
    PRICE = "price", N_("Price and budget do not meet")
    KNOWN = "known", N_("Already known")
    OTHER = "other", N_("Other")


R, S = Relation, InterestState
OPEN = frozenset({S.EXPRESSED, S.DELIVERED})
REMIND_AFTER_WORKING_DAYS = (3, 7)

INTEREST_STATES = StateTable(
    "interest",
    S.EXPRESSED,
    (
        arrow("deliver", {S.EXPRESSED}, S.DELIVERED, {R.SYSTEM}, N_("Deliver")),
        arrow("accept", OPEN, S.ACCEPTED, {R.OTHER_SIDE}, N_("Accept and open a deal")),
        arrow("decline", OPEN, S.DECLINED, {R.OTHER_SIDE}, N_("Decline"), reason=True),
        arrow("lapse", OPEN, S.LAPSED, {R.SYSTEM}, N_("Lapse")),
    ),
    timers=((S.EXPRESSED, 1), (S.DELIVERED, 21)),
)
