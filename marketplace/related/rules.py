"""What makes the two parties of a deal related. Pure.

A contract between related parties is as valid as any other; whoever reads figures may want to see them apart.
"""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.kernel.messages import N_, Labelled
from marketplace.organisations.rules import name_key

LONGEST_REASON = 1000


class Ground(Labelled):
    """Why two parties are related."""

    REPRESENTATIVE = "representative", N_("Legal representatives of the same name")
    PERSON = "person", N_("The same person may act for both")
    EMPLOYEE = "employee", N_("One party is a person employed by the other")
    DECLARED = "declared", N_("Declared, with a reason")


class Related(Labelled):
    """Whether the parties of a deal are related, as figures are cut by it."""

    YES = "yes", N_("Between related parties")
    NO = "no", N_("Not known to be related")


@dataclass(frozen=True)
class Traits:
    """What is known of a party: `members` are the people admitted to a unit, `agents` those of them who may act for it.

    A natural person is the only one who acts for himself; `user_id` is None for a unit.
    """

    user_id: int | None
    representative: str
    members: frozenset[int]
    agents: frozenset[int]


def grounds_between(one: Traits, other: Traits) -> tuple[Ground, ...]:
    """What makes the two related, as far as the platform itself can tell."""
    found: Collection[tuple[Ground, bool]] = (
        (Ground.REPRESENTATIVE, _is_same_name(one.representative, other.representative)),
        (Ground.PERSON, bool(one.agents & other.agents)),
        (Ground.EMPLOYEE, one.user_id in other.members or other.user_id in one.members),
    )
    return tuple(ground for ground, holds in found if holds)


def _is_same_name(one: str, other: str) -> bool:
    return bool(name_key(one)) and name_key(one) == name_key(other)
