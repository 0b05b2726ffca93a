"""What is told beside the signed amount and never added to it: the offline ledger, suspected and confirmed duplicates, and
contracts between parties who are known today to be related. Reads only."""

from dataclasses import dataclass

from marketplace.duplicates.weights import Waiting, Weight, counted_twice, waiting
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.offline import queries as offline
from marketplace.related.queries import related_deals
from marketplace.statistics.columns import Columns
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode


@dataclass(frozen=True)
class Apart:
    """The ledger of the same period and moment; duplicates and relations as of now. Amounts in fen."""

    ledger: offline.Sum
    waiting: Waiting
    twice: Weight
    related: Figure


def apart(uow: UnitOfWork, wanted: Filter, rows: Columns) -> Apart | None:
    """Beside the signed amount alone; None beside any other figure."""
    if wanted.definition.code is not FigureCode.A1:
        return None
    stretch = offline.Wanted(wanted.period.first, wanted.period.last, wanted.as_of)
    whole, others = rows.total(), rows.but_for(related_deals(uow.session)).total()
    return Apart(
        offline.total(uow.session, uow.actor, stretch),
        waiting(uow.session, uow.actor),
        counted_twice(uow.session, uow.actor),
        Figure(whole.value - others.value, whole.count - others.count, whole.whole - others.whole),
    )
