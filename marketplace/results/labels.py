"""What the fields of a result are called, in the order of the page, and what an official checks (msgids)."""

from collections.abc import Mapping

from marketplace.kernel.messages import N_
from marketplace.listings.labels import FIELDS as SHARED
from marketplace.results.rules import QUESTIONS

FIELDS: Mapping[str, str] = {
    "title": SHARED["title"],
    "problem": N_("What problem it solves"),
    "summary": N_("Summary for everybody"),
    "description": N_("How it works"),
    "metric": N_("What was measured"),
    "before": N_("Before"),
    "after": N_("After"),
    "unit": N_("Unit of measurement"),
    "conditions": N_("Conditions of use"),
    "proof": N_("Proof of the effect"),
    "base_id": N_("Base where it was made"),
    "ownership": N_("Ownership"),
    "made_in_job": QUESTIONS[0],
    "made_with_means": QUESTIONS[1],
    "agreement": QUESTIONS[2],
    "disclosure": N_("How it is protected"),
    "patent_number": N_("Number of the patent or its application"),
    "patent_filed_on": N_("Filed on"),
    "security_reviewed": N_("Security review"),
    "ways": SHARED["ways"],
    "maturity": N_("Maturity"),
    "category": N_("Kind of innovation"),
    "industry": SHARED["industry"],
    "county": SHARED["county"],
    "price_fen": N_("Asking price"),
    "benefit_fen": N_("Benefit a year where it is used"),
}

CHECKS: Mapping[str, str] = {
    "real": N_("Problem, effect and conditions of use are understandable and believable."),
    "owner": N_("The answers on ownership fit, and the owner unit has been asked where it must be."),
    "secrets": N_("What everybody sees gives away no secret and nothing that a patent still needs."),
    "people": N_("The people named have agreed, and no other personal data is in the text or the photos."),
    "words": N_("The text is free of advertising and of contact data."),
}
