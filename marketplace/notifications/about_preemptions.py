"""Notices about the right to buy first: the contributor is told of it, both parties of his answer."""

from collections.abc import Iterator

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day
from marketplace.notifications.audience import speakers
from marketplace.notifications.notices import Notice, document_path, preemption_path
from marketplace.preemptions.events import PreemptionMoved
from marketplace.preemptions.models import Preemption

TOLD = N_("“%(title)s” is about to be assigned. You have made it and may buy it first on the same terms until %(day)s.")
ANSWERED = {
    "waive": N_("Deal “%(title)s”: %(name)s does not buy first."),
    "exercise": N_("Deal “%(title)s”: %(name)s wants to buy first. The contract is not sent before you have agreed."),
}


def moved(uow: UnitOfWork, event: PreemptionMoved) -> Iterator[Notice]:
    """A contributor was told, or has answered."""
    row, deal = uow.session.get_one(Preemption, event.preemption_id), uow.session.get_one(Deal, event.deal_id)
    params: Params = {"title": deal.title, "name": row.name, "day": on_day(row.until)}
    if event.action == "tell" and row.user_id is not None:
        yield Notice(frozenset({row.user_id}), TOLD, preemption_path(row.id), params)
    if event.action in ANSWERED:
        both = speakers(uow.session, deal.seller_party_id, deal.buyer_party_id)
        yield Notice(both, ANSWERED[event.action], document_path(row.document_id), params)
