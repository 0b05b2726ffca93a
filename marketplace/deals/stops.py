"""Stops of the track bar that a feature above knows of: it says how far it has come in a deal, and the room asks by its label.

So a deal need not know registrations or rewards, which know the deal. Whoever says nothing leaves the stop as it is.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from marketplace.deals.progress import Stage

Says = Callable[[Session, int], str | None]
_SAID: dict[str, Says] = {}


def says_of(label: str) -> Callable[[Says], Says]:
    """Register what says of a deal (by its id) how one stop stands; `label` is that of the stop."""

    def register(says: Says) -> Says:
        if label in _SAID:
            raise ValueError(f"the stop {label} is spoken for already")
        _SAID[label] = says
        return says

    return register


def as_said(session: Session, deal_id: int, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stops, each as the feature says that knows it."""
    told = {label: says(session, deal_id) for label, says in _SAID.items()}
    return tuple(replace(stage, status=told.get(stage.label) or stage.status) for stage in stages)
