"""Stops of the track bar that a feature above knows of: it says how far it has come in a deal, and the room asks by its label.

So a deal need not know registrations or rewards, which know the deal. Whoever says nothing leaves the stop as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from marketplace.deals.progress import Stage
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.wording import Params


@dataclass(frozen=True)
class Said:
    """How a stop stands, and which step is missing, as a msgid with its parameters for whoever reads it."""

    status: str
    missing: str = ""
    params: Params = field(default_factory=dict)


Says = Callable[[UnitOfWork, int], Said | None]
_SAID: dict[str, Says] = {}


def says_of(label: str) -> Callable[[Says], Says]:
    """Register what says of a deal (by its id) how one stop stands; `label` is that of the stop."""

    def register(says: Says) -> Says:
        if label in _SAID:
            raise ValueError(f"the stop {label} is spoken for already")
        _SAID[label] = says
        return says

    return register


def as_said(uow: UnitOfWork, deal_id: int, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """The stops, each as the feature says that knows it."""
    told = {label: says(uow, deal_id) for label, says in _SAID.items()}
    return tuple(_as_told(stage, told.get(stage.label)) for stage in stages)


def _as_told(stage: Stage, said: Said | None) -> Stage:
    return replace(stage, status=said.status, missing=said.missing, params=said.params) if said else stage
