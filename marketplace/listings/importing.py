"""Imports of spreadsheets: a run is opened, then goes on in steps of a hundred rows, each its own transaction.

A run that was killed loses the step it was in; another run of the same file creates what is missing and nothing twice,
for every row has a fingerprint. This module never reads a file inside a transaction: the plan is handed in.
"""

from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.outbox import OutboxRow
from marketplace.infra.spreadsheets import read_table
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ImportFinished, ImportRequested, ListingMoved
from marketplace.listings.importing_cells import Surroundings
from marketplace.listings.importing_columns import ImportKind, recognise
from marketplace.listings.importing_likeness import Choices, compared, is_taken
from marketplace.listings.importing_plan import Fault, Near, Plan, PlannedRow, read_plan
from marketplace.listings.importing_units import NamedUnit, own_party, parties_of
from marketplace.listings.models import Decision, ImportProblem, ImportRun, Listing
from marketplace.listings.policy import relations
from marketplace.listings.rules import ListingKind, ProblemKind
from marketplace.organisations.regions import load_region

STEP = 100  # rows a transaction
PUBLISH = "publish_imported"
TRIES = 5

LIKENESS = {
    (True, False): N_("Here already: %(percent)s %% of the shorter text stands in the other."),
    (True, True): N_("Here already, as far as titles can tell: the unit is the same, they are %(percent)s %% alike."),
    (False, False): N_("Row %(row)s: %(percent)s %% of the shorter text stands in the other."),
    (False, True): N_("Row %(row)s, as far as titles can tell: the unit is the same, they are %(percent)s %% alike."),
}
"""What is said of a row that is nearly the same, by whether the other is a listing and whether only titles tell."""


def require_importer(actor: Actor) -> None:
    """Raise NotPermitted unless the actor is an official or the system."""
    if not (actor.is_official or actor.is_system):
        raise NotPermitted(N_("Only officials import listings."))


def check_header(services: Services, kind: ImportKind, sha256: str, name: str) -> None:
    """Raise InvalidInput when the stored file cannot be read as a whole or no column holds the title. Reads no rows."""
    recognise(read_table(services.files.path(sha256), name).columns, kind)


def prepare(uow: UnitOfWork, kind: ImportKind, sha256: str, name: str) -> Plan:
    """What an import of the stored file would do, and what its rows are nearly the same as.

    Reads for seconds: not in the transaction of a step. Raises InvalidInput when the file cannot be read as a whole.
    """
    surroundings = Surroundings(load_region(uow.settings.region), china_day(uow.now()))
    return compared(uow, kind, read_plan(uow.services.files.path(sha256), name, kind, surroundings))


def open_run(
    uow: UnitOfWork,
    kind: ListingKind,
    sha256: str,
    file_name: str,
    dry_run: bool,
    choices: Choices = MappingProxyType({}),
) -> ImportRun:
    """A run of a stored file, to be stepped by the caller; `choices` are what was said of rows that are nearly the same."""
    require_importer(uow.actor)
    run = ImportRun(
        kind=kind,
        file_name=file_name[:200],
        sha256=sha256,
        dry_run=dry_run,
        choices=dict(choices),
        user_id=uow.actor.user_id,
        started_at=uow.now(),
    )
    uow.session.add(run)
    uow.flush()
    return run


def request(
    uow: UnitOfWork,
    kind: ListingKind,
    sha256: str,
    file_name: str,
    dry_run: bool,
    choices: Choices = MappingProxyType({}),
) -> ImportRun:
    """A run that the worker steps; one that the same person has under way already is given again. Emits ImportRequested."""
    same = select(ImportRun).where(
        ImportRun.kind == kind,
        ImportRun.sha256 == sha256,
        ImportRun.dry_run == dry_run,
        ImportRun.user_id == uow.actor.user_id,
        ImportRun.finished_at.is_(None),
    )
    under_way = uow.session.scalars(same).first()
    if under_way is not None:
        return under_way
    run = open_run(uow, kind, sha256, file_name, dry_run, choices)
    uow.emit(ImportRequested(run.id, kind, sha256, run.done))
    return run


def import_after(uow: UnitOfWork, before: ImportRun, choices: Choices) -> ImportRun:
    """Import the file of a trial, or once more that of an import which has held rows back. Raises Conflict."""
    if before.finished_at is None or before.error or not (before.dry_run or before.held):
        raise Conflict(N_("Only a trial that has ended well can be imported for real."))
    said = {**before.choices, **choices}
    return request(uow, before.kind, before.sha256, before.file_name, dry_run=False, choices=said)


def resume_abandoned(uow: UnitOfWork) -> None:
    """Let the worker go on with runs nobody steps any more: their command line was killed. Scheduled; emits ImportRequested.

    Where the command line still lives the two share the rows, for each step takes what is next while it holds the run.
    """
    waiting = select(OutboxRow.payload["run_id"].as_integer()).where(OutboxRow.event == ImportRequested.name)
    abandoned = select(ImportRun).where(ImportRun.finished_at.is_(None), ImportRun.id.not_in(waiting))
    for run in uow.session.scalars(abandoned.order_by(ImportRun.id)):
        uow.emit(ImportRequested(run.id, run.kind, run.sha256, run.done))


def step(uow: UnitOfWork, run_id: int, kind: ImportKind, plan: Plan, expected: int | None = None) -> ImportRun:
    """Take the next rows; does nothing to a run that has ended or stands elsewhere than `expected` (somebody was faster).

    `plan` comes from `prepare`. Emits ListingMoved for each listing and, at the end of a run that is no dry one, ImportFinished.
    """
    run = uow.session.get(ImportRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound(N_("There is no such import."))
    if run.finished_at is not None or expected not in {None, run.done}:
        return run
    require_importer(uow.actor)
    run.total, run.columns, run.ignored_columns = len(plan.rows), list(plan.columns), list(plan.ignored)
    rows = plan.rows[run.done : run.done + STEP]
    _take(uow, run, kind, rows)
    run.done += len(rows)
    if run.done >= run.total:
        finish(uow, run)
    return run


def finish(uow: UnitOfWork, run: ImportRun, error: DomainError | None = None) -> None:
    """End a run, with the error that ended it if there was one. Emits ImportFinished."""
    run.finished_at = uow.now()
    run.error = error.message if error else ""
    if not run.dry_run:
        uow.emit(ImportFinished(run.id, run.created, run.duplicates, run.refused, run.held))


def _take(uow: UnitOfWork, run: ImportRun, kind: ImportKind, rows: Sequence[PlannedRow]) -> None:
    sound = []
    for row in rows:
        faults = row.faults or _not_permitted(uow.actor, row)
        if faults:
            run.refused += 1
            uow.session.add_all(_refusal(run, row, fault) for fault in faults)
        elif row.same_as is not None:
            same = N_("The same as row %(row)s of this file.")
            _skip(uow, run, ImportProblem(row=row.number, message=same, params={"row": row.same_as}))
        else:
            sound.append(row)
    for row, listing_id in _create(uow, run, kind, sound):
        if listing_id is not None:
            already = N_("Already here: same title, unit and text.")
            _skip(uow, run, ImportProblem(row=row.number, message=already, params={}, listing_id=listing_id))
            continue
        uow.session.add_all(_likeness(run, row, near) for near in row.near)
        if _is_taken(run, row):
            run.created += 1
            run.incomplete += row.is_incomplete
        else:
            run.held += 1


def _not_permitted(actor: Actor, row: PlannedRow) -> tuple[Fault, ...]:
    if actor.is_system or actor.is_official_for(row.values["county"]):
        return ()
    return (Fault("", InvalidInput(N_("This row is not of your county. An official of the city may import it."))),)


def _refusal(run: ImportRun, row: PlannedRow, fault: Fault) -> ImportProblem:
    return ImportProblem(
        run_id=run.id, row=row.number, column=fault.column[:80], message=fault.error.message, params=fault.error.params
    )


def _skip(uow: UnitOfWork, run: ImportRun, problem: ImportProblem) -> None:
    run.duplicates += 1
    problem.run_id, problem.kind = run.id, ProblemKind.DUPLICATE
    uow.session.add(problem)


def _is_taken(run: ImportRun, row: PlannedRow) -> bool:
    return is_taken(row.number, run.choices, is_like_a_listing=row.is_like_a_listing)


def _likeness(run: ImportRun, row: PlannedRow, near: Near) -> ImportProblem:
    message = LIKENESS[near.row is None, near.by_title]
    said = {"row": near.row, "percent": int(100 * near.likeness), "title": row.values["title"], "unit": row.unit}
    return ImportProblem(
        run_id=run.id,
        row=row.number,
        kind=ProblemKind.SIMILAR,
        message=message,
        params=said,
        listing_id=near.listing_id,
    )


def _create(
    uow: UnitOfWork, run: ImportRun, kind: ImportKind, rows: Sequence[PlannedRow]
) -> list[tuple[PlannedRow, int | None]]:
    """Each row with the id of the listing that was there before it, None where it is new (and, taken in no dry run, created).

    Another import may write the same rows or units meanwhile: the unique indexes tell, and what is there is read again.
    """
    uow.flush()
    for _attempt in range(TRIES):
        present = _present(uow, kind, rows)
        new = [row for row in rows if row.fingerprint not in present and _is_taken(run, row)]
        if run.dry_run or not new:
            break
        try:
            with uow.session.begin_nested():
                listings = _insert(uow, run, kind, new)
        except IntegrityError:
            continue
        _announce(uow, kind, listings)
        break
    else:
        raise RuntimeError("other imports were faster every time")
    return [(row, present.get(row.fingerprint)) for row in rows]


def _present(uow: UnitOfWork, kind: ImportKind, rows: Sequence[PlannedRow]) -> dict[str | None, int]:
    marks = [row.fingerprint for row in rows]
    found = select(Listing.fingerprint, Listing.id).where(Listing.kind == kind.kind, Listing.fingerprint.in_(marks))
    return dict(uow.session.execute(found).all())


def _insert(uow: UnitOfWork, run: ImportRun, kind: ImportKind, rows: Sequence[PlannedRow]) -> list[Listing]:
    """Publish the rows at once: nobody ever sees them as drafts. In the order of fingerprints: importers must not cross."""
    if run.party_id is None and not all(row.unit for row in rows):
        run.party_id = own_party(uow)
    units = {
        unit.key: unit for row in reversed(rows) if row.unit for unit in [NamedUnit(row.unit, row.values["county"])]
    }
    parties = parties_of(uow, units)
    listings = []
    for row in sorted(rows, key=lambda row: row.fingerprint):
        listing = kind.build(row.values)
        party = parties[NamedUnit(row.unit, None).key] if row.unit else run.party_id
        _fill(uow, run, listing, row, party)
        listing.state = kind.states.require(PUBLISH, kind.states.initial, relations(uow.actor, listing)).target
        listings.append(listing)
    uow.session.add_all(listings)
    uow.flush()
    return listings


def _fill(uow: UnitOfWork, run: ImportRun, listing: Listing, row: PlannedRow, party_id: int | None) -> None:
    values, now = row.values, uow.now()
    listing.title, listing.industry, listing.county = values["title"], values["industry"], values["county"]
    listing.ways, listing.fingerprint, listing.import_run_id = values["ways"], row.fingerprint, run.id
    listing.party_id, listing.on_behalf, listing.author_id = party_id or 0, True, None
    listing.created_at = listing.changed_at = listing.stage_since = now
    listing.published_at = listing.fresh_at = now


def _announce(uow: UnitOfWork, kind: ImportKind, listings: Sequence[Listing]) -> None:
    initial = kind.states.initial
    for listing in listings:
        uow.session.add(
            Decision(
                listing_id=listing.id,
                at=uow.now(),
                user_id=uow.actor.user_id,
                action=PUBLISH,
                from_state=initial,
                to_state=listing.state,
            )
        )
        uow.emit(ListingMoved(kind.kind, listing.id, PUBLISH, initial, listing.state))
