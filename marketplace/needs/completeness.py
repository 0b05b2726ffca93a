"""What a need still lacks before it may be handed in."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from marketplace.kernel.messages import N_
from marketplace.listings.completeness import NEEDED, Missing, empty

_FIELDS = dict.fromkeys(("title", "description", "deadline", "industry", "county", "ways"), 1)
_MESSAGES = {
    **NEEDED,
    "description": N_("Describe what you cannot solve."),
    "deadline": N_("Say until when you need it."),
}


def missing(values: Mapping[str, object], today: date) -> list[Missing]:
    """Everything that is missing; a deadline must lie ahead, in Chinese calendar days."""
    found = empty(values, _FIELDS, _MESSAGES)
    deadline = cast(date | None, values.get("deadline"))
    if deadline is not None and deadline <= today:
        found.append(Missing(1, "deadline", N_("The deadline must lie in the future.")))
    return found
