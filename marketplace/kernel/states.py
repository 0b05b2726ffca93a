"""State machines as data: one table drives the guard, the buttons, the API's available actions, the docs and the test."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_, Labelled

S = TypeVar("S", bound=Labelled)


class Relation(StrEnum):
    """What an actor is to one object; a feature's policy.py computes them, a table's transitions name them."""

    AUTHOR = "author"  # wrote it
    OWNER = "owner"  # may act for the party it belongs to
    OTHER_SIDE = "other_side"  # may act for the party it is addressed to
    PARTY = "party"  # may act for either party
    SELLER = "seller"  # may act for the party that gives the technology
    BUYER = "buyer"  # may act for the party that takes it
    MAKER = "maker"  # made the result, and is a party of this one text beside seller and buyer
    DELEGATE = "delegate"  # signs this one text by a written power of its party
    OFFICIAL = "official"  # official for the county, or of the city
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One arrow: who may take it, from where, to where, and what it is called on a button."""

    action: str
    sources: frozenset[S]
    target: S
    who: frozenset[Relation]
    label: str
    reason_required: bool = False


def arrow(
    action: str, sources: Iterable[S], target: S, who: Iterable[Relation], label: str, *, reason: bool = False
) -> Transition[S]:
    """Write one transition in one line."""
    return Transition(action, frozenset(sources), target, frozenset(who), label, reason)


@dataclass(frozen=True)
class StateTable(Generic[S]):
    """A machine: its transitions, where it begins, and for how many days an open state may rest (its timer)."""

    name: str
    initial: S
    transitions: tuple[Transition[S], ...]
    timers: tuple[tuple[S, int], ...] = ()

    def __post_init__(self) -> None:
        seen: set[tuple[str, S]] = set()
        for t in self.transitions:
            for source in t.sources:
                if (t.action, source) in seen:
                    raise ValueError(f"{self.name}: {t.action} from {source} is declared twice")
                seen.add((t.action, source))

    def find(self, action: str, state: S) -> Transition[S] | None:
        """The transition for this action in this state, if there is one."""
        return next((t for t in self.transitions if t.action == action and state in t.sources), None)

    def require(self, action: str, state: S, relations: frozenset[Relation]) -> Transition[S]:
        """The transition, or Conflict when the state does not allow it, NotPermitted when the actor may not."""
        transition = self.find(action, state)
        if transition is None:
            raise Conflict(
                N_("This is no longer possible: the state has changed. Reload the page to see where it stands.")
            )
        if not transition.who & relations:
            raise NotPermitted(N_("You may not do this."))
        return transition

    def available(self, state: S, relations: frozenset[Relation]) -> tuple[Transition[S], ...]:
        """What this actor may do now, in the order of the table."""
        return tuple(t for t in self.transitions if state in t.sources and t.who & relations)

    def days_allowed(self, state: S) -> int | None:
        """The timer of a state in days, or None for one that may rest for ever."""
        return dict(self.timers).get(state)

    def terminal(self) -> frozenset[S]:
        """States that nothing leaves."""
        sources = {s for t in self.transitions for s in t.sources}
        return frozenset(t.target for t in self.transitions) - sources
