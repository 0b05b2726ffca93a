"""Small spreadsheets, and the shortest way to import one."""

import csv
from io import BytesIO, StringIO

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import SYSTEM, Actor
from marketplace.listings import importing
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_likeness import Choices
from marketplace.listings.models import ImportRun
from marketplace.listings.rules import ListingKind

LIMIT = 20 * 1024 * 1024
RESULTS = ("成果名称", "完成单位", "成果简介")
NEEDS = ("需求名称", "需求描述")


def sheet(*rows: tuple[str, ...], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file as a spreadsheet program saves it."""
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def store(factory: UnitOfWorkFactory, content: bytes) -> str:
    """Put a file where uploads lie; returns its SHA-256."""
    return factory.services.files.save(BytesIO(content), LIMIT).sha256


def imported(
    factory: UnitOfWorkFactory,
    content: bytes,
    kind: ListingKind = ListingKind.RESULT,
    actor: Actor = SYSTEM,
    *,
    dry_run: bool = False,
    steps: int = 1_000_000,
    choices: Choices | None = None,
) -> ImportRun:
    """Import a file as the command line does; with `steps`, as if it were killed after so many."""
    sha256 = store(factory, content)
    with factory.reading() as uow:
        plan = importing.prepare(uow, KINDS[kind], sha256, "表.csv")
    with factory.writing(actor) as uow:
        run = importing.open_run(uow, kind, sha256, "表.csv", dry_run, choices or {})
    while run.finished_at is None and steps > 0:
        steps -= 1
        with factory.writing(actor) as uow:
            run = importing.step(uow, run.id, KINDS[kind], plan)
    return run


def outcome(run: ImportRun) -> dict[str, int]:
    """The four figures of a report."""
    return {
        "created": run.created,
        "incomplete": run.incomplete,
        "duplicates": run.duplicates,
        "refused": run.refused,
    }
