"""The reading side of imports. Officials see all runs of the city; what a run says is about public lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.listings.importing import require_importer
from marketplace.listings.models import ImportProblem, ImportRun, Listing

RUNS_SHOWN = 100


@dataclass(frozen=True)
class RunRow:
    """A run and who asked for it (None: the system)."""

    run: ImportRun
    importer: str | None


@dataclass(frozen=True)
class ProblemRow:
    """A row that was refused or skipped; `message` is a msgid. The listing is the one that was there before."""

    row: int
    column: str
    message: str
    params: dict[str, Any]
    listing_id: int | None
    listing_title: str | None


def runs(session: Session, actor: Actor) -> Sequence[RunRow]:
    """The newest runs. Raises NotPermitted."""
    require_importer(actor)
    found = select(ImportRun, User.name).outerjoin(User, User.id == ImportRun.user_id).order_by(ImportRun.id.desc())
    return [RunRow(run, name) for run, name in session.execute(found.limit(RUNS_SHOWN))]


def run_of(session: Session, actor: Actor, run_id: int) -> RunRow:
    """One run. Raises NotPermitted, NotFound."""
    require_importer(actor)
    statement = select(ImportRun, User.name).outerjoin(User, User.id == ImportRun.user_id)
    found = session.execute(statement.where(ImportRun.id == run_id)).first()
    if found is None:
        raise NotFound(N_("There is no such import."))
    return RunRow(found[0], found[1])


def problems(
    session: Session, run_id: int, *, duplicates: bool, limit: int | None = None, offset: int = 0
) -> list[ProblemRow]:
    """The skipped or the refused rows in the order of the sheet."""
    statement = (
        select(ImportProblem, Listing.title)
        .outerjoin(Listing, Listing.id == ImportProblem.listing_id)
        .where(ImportProblem.run_id == run_id, ImportProblem.is_duplicate.is_(duplicates))
        .order_by(ImportProblem.row, ImportProblem.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        ProblemRow(one.row, one.column, one.message, one.params, one.listing_id, title)
        for one, title in session.execute(statement)
    ]


def count_problems(session: Session, run_id: int, *, duplicates: bool) -> int:
    """How many there are."""
    mine = (ImportProblem.run_id == run_id, ImportProblem.is_duplicate.is_(duplicates))
    return session.scalar(select(func.count(ImportProblem.id)).where(*mine)) or 0
