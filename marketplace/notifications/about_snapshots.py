"""Notices about frozen figures: the other officials of the city hear what waits for them, whoever froze it what became of it."""

from collections.abc import Iterator

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.notifications.audience import officials
from marketplace.notifications.notices import Notice, snapshot_path
from marketplace.statistics.events import SnapshotMoved
from marketplace.statistics.models import Snapshot

WAITS = N_(
    "Figures “%(title)s” (number %(number)s) are frozen and wait for a second official to publish or return them."
)
DECIDED = {
    "publish": N_("Your figures “%(title)s” (number %(number)s) are published."),
    "return": N_("Your figures “%(title)s” (number %(number)s) were returned: %(reason)s"),
}


def moved(uow: UnitOfWork, event: SnapshotMoved) -> Iterator[Notice]:
    """Figures wait for the officials of the city who did not freeze them, or were decided about."""
    snapshot = uow.session.get_one(Snapshot, event.snapshot_id)
    params: Params = {"title": snapshot.title, "number": snapshot.number, "reason": snapshot.reason}
    url = snapshot_path(snapshot.number)
    author = frozenset({snapshot.frozen_by_id})
    if event.action == "freeze":
        yield Notice(officials(uow.session, None) - author, WAITS, url, params)
    if event.action in DECIDED:
        yield Notice(author, DECIDED[event.action], url, params)
