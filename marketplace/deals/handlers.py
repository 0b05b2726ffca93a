"""What deals do when something is announced: an accepted interest opens a deal, a text that is sent is printed, and what is
signed is put into the PDF."""

from collections.abc import Sequence

from marketplace.deals.printing import PRINTER
from marketplace.deals.sealing import SEALER
from marketplace.deals.service import open_from_interest
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.matching.events import InterestMoved

__all__ = ["PRINTER", "SEALER", "open_deals"]


def open_deals(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Open the deal of every accepted interest; asking twice opens one."""
    for event in events:
        if isinstance(event, InterestMoved) and event.action == "accept":
            open_from_interest(uow, event.interest_id)
