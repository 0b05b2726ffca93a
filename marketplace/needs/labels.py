"""What the fields of a need are called, in the order of the page, and what an official checks (msgids)."""

from collections.abc import Mapping

from marketplace.kernel.messages import N_
from marketplace.listings.labels import FIELDS as SHARED

FIELDS: Mapping[str, str] = {
    "title": SHARED["title"],
    "description": N_("What you cannot solve"),
    "indicators": N_("Indicators to be reached"),
    "budget_min_fen": N_("Budget from"),
    "budget_max_fen": N_("Budget up to"),
    "deadline": N_("Needed until"),
    "industry": SHARED["industry"],
    "county": SHARED["county"],
    "ways": SHARED["ways"],
    "county_wanted": N_("Only results from this county"),
    "maturity_wanted": N_("Least maturity"),
    "anonymous": N_("Name us only after an interest is accepted"),
}

CHECKS: Mapping[str, str] = {
    "real": N_("The problem is described so that somebody else can see whether he can solve it."),
    "figures": N_("Indicators, budget and deadline are plausible."),
    "secrets": N_("What everybody sees gives away no secret and no personal data."),
    "words": N_("The text is free of advertising and of contact data."),
}
