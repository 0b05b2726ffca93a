"""What a result still lacks before it may be handed in: PRODUCT's guards, one line each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.messages import N_
from marketplace.listings.completeness import NEEDED, Missing, empty
from marketplace.results.rules import Disclosure, Ownership

_STEPS = {"title": 1, "problem": 1}
_LAST_STEPS = {"ways": 3, "maturity": 3, "category": 3, "industry": 3, "county": 3}
_MESSAGES = {
    **NEEDED,
    "problem": N_("Say what problem it solves."),
    "maturity": N_("Say how far it has come."),
    "category": N_("Choose the kind of innovation."),
}


PATENT_DIGITS = 7
"""The shortest numbers in use, with room for foreign ones; a Chinese application has nine or thirteen."""


@dataclass(frozen=True)
class Names:
    """Who is named as a contributor: how many, and how many of them have not agreed yet (linked) or cannot (not linked)."""

    named: int = 0
    waiting: int = 0
    unlinked: int = 0


def missing(values: Mapping[str, object], names: Names, today: date, *, owner_is_unit: bool) -> list[Missing]:
    """Everything that is missing, in the order of the form; `today` is the day in China."""
    return [
        *empty(values, _STEPS, _MESSAGES),
        *_text(values),
        *_people(values, names),
        *_ownership(values, owner_is_unit=owner_is_unit),
        *_disclosure(values, today),
        *empty(values, _LAST_STEPS, _MESSAGES),
    ]


def text_missing(values: Mapping[str, object], today: date) -> list[Missing]:
    """The same for a revision, in which people and ownership do not change."""
    return [
        *empty(values, _STEPS, _MESSAGES),
        *_text(values),
        *_patent(values, today),
        *empty(values, _LAST_STEPS, _MESSAGES),
    ]


def _text(values: Mapping[str, object]) -> list[Missing]:
    """With a filed patent the teaching is public; without, a summary that does not teach it (专利法 art. 22, 24)."""
    if values.get("disclosure") == Disclosure.PATENT_FILED:
        return empty(values, {"description": 1}, {"description": N_("Say how it works.")})
    return empty(values, {"summary": 2}, {"summary": N_("Write a summary that does not give away how it is done.")})


def _people(values: Mapping[str, object], names: Names) -> list[Missing]:
    found = []
    if not names.named:
        found.append(Missing(2, "contributors", N_("Name at least one person who made it.")))
    if names.waiting:
        found.append(Missing(2, "contributors", N_("Somebody you named has not agreed to it yet.")))
    if names.unlinked and not values.get("names_confirmed"):
        found.append(Missing(2, "names_confirmed", N_("Confirm that the people you name agree to it.")))
    return found


def _ownership(values: Mapping[str, object], *, owner_is_unit: bool) -> list[Missing]:
    if not values.get("ownership"):
        return [Missing(2, "ownership", N_("Answer the questions on who owns it."))]
    if values["ownership"] != Ownership.NON_SERVICE and not owner_is_unit:
        return [Missing(2, "party_id", N_("Choose the unit that owns it. If it is not there, join your unit first."))]
    return []


def _disclosure(values: Mapping[str, object], today: date) -> list[Missing]:
    found = _patent(values, today)
    if not values.get("disclosure"):
        found.append(Missing(2, "disclosure", N_("Say how it is protected: by a patent, as a secret, or not yet.")))
    if not values.get("security_reviewed"):
        found.append(Missing(2, "security_reviewed", N_("Confirm that the security review has been done.")))
    return found


def _patent(values: Mapping[str, object], today: date) -> list[Missing]:
    """A filed patent opens the teaching to everybody, so a slip in its number or day would be costly."""
    if values.get("disclosure") != Disclosure.PATENT_FILED:
        return []
    messages = {
        "patent_number": N_("Give the number of the patent or of its application."),
        "patent_filed_on": N_("Give the day on which the patent was filed."),
    }
    found = empty(values, dict.fromkeys(messages, 2), messages)
    number, filed = str(values.get("patent_number") or ""), _day(values.get("patent_filed_on"))
    if number and len(re.findall("[0-9]", number)) < PATENT_DIGITS:
        found.append(Missing(2, "patent_number", N_("The number of a patent has at least seven digits.")))
    if filed is not None and filed > today:
        found.append(Missing(2, "patent_filed_on", N_("The day of filing must not lie in the future.")))
    return found


def _day(value: object) -> date | None:
    """A revision keeps days as text."""
    if isinstance(value, str):
        return date.fromisoformat(value) if value else None
    return value if isinstance(value, date) else None
