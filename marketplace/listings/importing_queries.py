"""The reading side of imports. Officials see all runs of the city; what a run says is about public lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.listings.importing import require_importer
from marketplace.listings.importing_likeness import is_taken
from marketplace.listings.models import ImportProblem, ImportRun, Listing
from marketplace.listings.rules import ProblemKind

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


@dataclass(frozen=True)
class SimilarRow:
    """A row that is nearly the same as others, with a line for each of them, and whether it is imported."""

    row: int
    title: str
    unit: str
    is_taken: bool
    near: list[ProblemRow]


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
    session: Session, run_id: int, kind: ProblemKind, limit: int | None = None, offset: int = 0
) -> list[ProblemRow]:
    """The rows of one kind in the order of the sheet."""
    statement = _problems(run_id, kind).limit(limit).offset(offset)
    return [_problem_row(problem, title) for problem, title in session.execute(statement)]


def count_problems(session: Session, run_id: int, kind: ProblemKind) -> int:
    """How many there are."""
    mine = (ImportProblem.run_id == run_id, ImportProblem.kind == kind)
    return session.scalar(select(func.count(ImportProblem.id)).where(*mine)) or 0


def similar_rows(session: Session, run: ImportRun, limit: int | None = None) -> list[SimilarRow]:
    """The rows that are nearly the same as others, those held back first."""
    found: dict[int, list[tuple[ImportProblem, str | None]]] = {}
    for problem, title in session.execute(_problems(run.id, ProblemKind.SIMILAR)):
        found.setdefault(problem.row, []).append((problem, title))
    rows = [_similar_row(run, near) for near in found.values()]
    return sorted(rows, key=lambda row: row.is_taken)[:limit]


def _similar_row(run: ImportRun, near: Sequence[tuple[ImportProblem, str | None]]) -> SimilarRow:
    first = near[0][0]
    like_a_listing = any(problem.listing_id is not None for problem, _ in near)
    return SimilarRow(
        row=first.row,
        title=first.params["title"],
        unit=first.params["unit"],
        is_taken=is_taken(first.row, run.choices, is_like_a_listing=like_a_listing),
        near=[_problem_row(problem, title) for problem, title in near],
    )


def _problems(run_id: int, kind: ProblemKind) -> Select[ImportProblem, str | None]:
    mine = (ImportProblem.run_id == run_id, ImportProblem.kind == kind)
    rows = select(ImportProblem, Listing.title).outerjoin(Listing, Listing.id == ImportProblem.listing_id)
    return rows.where(*mine).order_by(ImportProblem.row, ImportProblem.id)


def _problem_row(one: ImportProblem, title: str | None) -> ProblemRow:
    return ProblemRow(one.row, one.column, one.message, one.params, one.listing_id, title)
