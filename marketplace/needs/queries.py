"""The reading side of needs."""

from dataclasses import dataclass, replace

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.queries import Page, page_of
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party


@dataclass(frozen=True)
class NeedPage:
    """What a need's page shows to one actor; the party of an anonymous one is missing in `page` for others."""

    page: Page
    need: Need


def read(uow: UnitOfWork, need: Need) -> NeedPage:
    """The page for the actor, who is known to see the need."""
    page = page_of(uow, need)
    return NeedPage(page if may_know_party(uow.actor, need) else replace(page, party=None), need)
