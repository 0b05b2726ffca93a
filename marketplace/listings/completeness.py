"""What a listing still lacks before it may be handed in: the shape of the answer, and the rules both kinds share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from marketplace.kernel.messages import N_


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that must be filled, the step of the form where it stands, and what to do (a msgid)."""

    step: int
    field: str
    message: str


NEEDED: Mapping[str, str] = {
    "title": N_("Give it a title."),
    "industry": N_("Choose the industry."),
    "county": N_("Choose the county."),
    "ways": N_("Choose at least one way of cooperation."),
}


def empty(values: Mapping[str, object], steps: Mapping[str, int], messages: Mapping[str, str]) -> list[Missing]:
    """Those of the fields in `steps` that hold nothing."""
    return [Missing(step, name, messages[name]) for name, step in steps.items() if not values.get(name)]


def by_field(lacking: Iterable[Missing]) -> dict[str, str]:
    """The messages by field, as an error carries them."""
    return {one.field: one.message for one in lacking}
