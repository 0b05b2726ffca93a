"""What is cleared away at night, and what never is."""

import io
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from marketplace import upkeep
from marketplace.accounts.models import SignInAttempt
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings.models import Attachment
from marketplace.listings.rules import AttachmentKind
from marketplace.results.models import Result
from marketplace.schema import whole_schema
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.reading import Touched, numbered
from marketplace.statistics.rules import FigureCode
from tests.factories import make_result
from tests.figures import FigureWriter
from tests.personas import People

SIGNED = {
    "documents.sha256",
    "signatures.sha256",
    "snapshots.sha256",
    "snapshot_figures.rows_sha256",
    "confidentiality_agreements.sha256",
    "confidentiality_signatures.sha256",
    "confidentiality_openings.sha256",
}
"""Hashes of what stands in the database, not of files."""


def test_every_column_that_names_a_file_is_known() -> None:
    columns = {f"{t.name}.{c.name}" for t in whole_schema().tables.values() for c in t.columns if "sha256" in c.name}
    assert columns - SIGNED == {f"{c.class_.__tablename__}.{c.key}" for c in upkeep.FILE_COLUMNS}


def test_an_upload_nobody_names_goes_after_a_day_and_others_stay(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    files = factory.services.files
    kept, orphan, fresh = (files.save(io.BytesIO(content), 100).sha256 for content in (b"kept", b"orphan", b"fresh"))
    with factory.writing() as uow:
        uow.session.add(
            Attachment(
                listing_id=result_id,
                kind=AttachmentKind.PROOF,
                name="证明.pdf",
                media_type="application/pdf",
                sha256=kept,
                size=4,
                added_by_id=people.worker.user_id,
                added_at=uow.now(),
            )
        )
    for sha256 in (kept, orphan):
        _age(files.path(sha256))
    with factory.writing() as uow:
        upkeep.sweep_files(uow)
    assert [files.path(sha256).exists() for sha256 in (kept, orphan, fresh)] == [True, False, True]


def test_traces_of_sign_ins_are_kept_for_more_than_six_months(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        ages = (timedelta(days=1), timedelta(days=184), timedelta(days=300))
        uow.session.add_all(SignInAttempt(contact_hash="x", ip="127.0.0.1", at=uow.now() - age) for age in ages)
    with factory.writing() as uow:
        upkeep.forget_old_traces(uow)
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(SignInAttempt.id))) == 2


def _age(path: Path) -> None:
    two_days = timedelta(days=2).total_seconds()
    made = path.stat().st_mtime - two_days
    os.utime(path, (made, made))


def test_the_database_knows_how_far_its_indexes_narrow_rows_down(factory: UnitOfWorkFactory, people: People) -> None:
    for place in range(5):
        make_result(factory, people, title=f"焊接工装{place}号")
    with factory.writing() as uow:
        upkeep.count_rows(uow)
    with factory.reading() as uow:
        if factory.engine.name == "sqlite":
            by_table = "SELECT DISTINCT tbl FROM sqlite_stat1"
            assert {"users", "listings"} <= set(uow.session.scalars(text(by_table)))
        assert uow.session.scalar(select(func.count()).select_from(Result)) == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_payments_of_a_few_deals_are_found_by_their_deals(factory: UnitOfWorkFactory, people: People) -> None:
    """Not among all that are verified, of which there are more every day."""
    writer = FigureWriter(factory, people)
    for place in range(12):
        writer.contract(place, "qingzhou", "shouguang", date(2026, 3, 1), 1_000_000)
        writer.receipt(place, date(2026, 4, 1), 500_000)
    with factory.writing() as uow:
        upkeep.count_rows(uow)
    factory.engine.dispose()  # A connection learns of it when it is opened.
    asked = numbered(DEFINITIONS[FigureCode.A4], Touched([1, 2]))
    sql = str(asked.compile(factory.engine, compile_kwargs={"literal_binds": True}))
    with factory.engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert [step for step in plan if "receipts" in step] == [
        "SEARCH receipts USING INDEX ix_receipts_deal_id (deal_id=?)"
    ]
