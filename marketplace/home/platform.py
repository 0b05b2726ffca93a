"""How the platform itself is: work that failed for good, and whether the indexes hold what they should. Reads only."""

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import VISITOR
from marketplace.listings.rules import ListingKind
from marketplace.needs import policy as need_policy
from marketplace.needs.models import Need
from marketplace.results import policy as result_policy
from marketplace.results.models import Result


@dataclass(frozen=True)
class IndexRow:
    """One index: how many documents it holds, how many it should hold, and whether it can be read."""

    kind: ListingKind
    documents: int
    expected: int
    damaged: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and nothing is left over."""
        return self.documents == self.expected and not self.damaged


@dataclass(frozen=True)
class Platform:
    """What an administrator looks at first."""

    parked: int
    pending: int
    indexes: tuple[IndexRow, ...]


def platform(uow: UnitOfWork) -> Platform:
    """The state now. An index lags by what is pending in the outbox."""
    expected = {
        ListingKind.RESULT: select(func.count(Result.id)).where(result_policy.visible(VISITOR)),
        ListingKind.NEED: select(func.count(Need.id)).where(need_policy.visible(VISITOR)),
    }
    parked, pending = uow.session.execute(
        select(func.count(OutboxRow.parked_at), func.count(OutboxRow.id) - func.count(OutboxRow.parked_at))
    ).one()
    return Platform(
        parked, pending, tuple(_index(uow, kind, uow.session.scalar(one) or 0) for kind, one in expected.items())
    )


def _index(uow: UnitOfWork, kind: ListingKind, expected: int) -> IndexRow:
    status = uow.services.catalogues[kind].status()
    return IndexRow(kind, status.documents, expected, status.damaged)
