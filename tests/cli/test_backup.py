"""A backup brings back everything, on either database; a damaged one changes nothing."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from marketplace.app import create_app
from marketplace.audit.models import AuditHead, AuditRow
from marketplace.audit.service import GENESIS, digest
from marketplace.bases import service
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.bases.service import BaseData
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.listings.models import Listing
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION, Runtime
from tests.cli.conftest import Run
from tests.factories import make_result, make_signed
from tests.personas import People

UPLOAD = b"%PDF-1.7 a scan"
BEFORE_SALTS, BEFORE_MONEY = "0012", "0010"
FIGURES = ("snapshots", "snapshot_figures", "snapshot_rows")
CHANGES = ("amendments", "amended_royalties", "settlements")
ONLINE = (
    "bank_lines",
    "bank_statements",
    "disputes",
    "online_accounts",
    "payment_pages",
    "processor_events",
    "reconciliations",
)
REGISTERED = ("registrations", "registration_records", "registration_entries", "patent_transfers", "preemptions")
STANDING = ("benefit_declarations", "benefit_entries", "milestone_moves")
APART = ("duplicates", "offline_entries", "offline_imports", "offline_papers", "relation_findings")
STANDARDS = ("clause_proposals", "clause_texts")
CONFIDED = (
    "confidentiality_agreements",
    "confidentiality_signatures",
    "confidentiality_papers",
    "confidentiality_files",
    "confidentiality_openings",
)
SIGNED = (
    "signing_powers",
    "signing_power_endings",
    "signing_reminders",
    "identities",
    "authorities",
    "authority_steps",
    "signature_grounds",
    "confidentiality_grounds",
    "authenticators",
)
AIMS = ("weekly_digests", "reminders", "targets")
MONEY = (
    "ledger_transfers",
    "milestones",
    "receipts",
    "royalty_statements",
    "reward_rules",
    "rewards",
    "reward_lines",
    "reward_steps",
    "payouts",
)


@pytest.fixture
def filled(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> UnitOfWorkFactory:
    """An instance with people, a listing, an upload and a chain of facts."""
    make_result(factory, people, title='换行\n引号"和\u2028都要回来', ways=["licence"])
    factory.services.files.save(BytesIO(UPLOAD), 1000)
    for name in ("甲工作室", "乙工作室"):
        clock.forward(microseconds=1234567)
        with factory.writing(people.city_official) as uow:
            service.register(uow, BaseData(name, BaseKind.STUDIO, BaseLevel.CITY, "qingzhou", "王建国"))
    return factory


@pytest.fixture
def other(tmp_path: Path, clock: SetClock) -> Iterator[Flask]:
    """A fresh instance in a folder of its own, on SQLite; its database does not exist yet."""
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    app = create_app(Settings(data_dir=tmp_path / "other", database_url=url, worker_in_process=False), clock)
    yield app
    app.extensions[EXTENSION].factory.engine.dispose()


def restore(app: Flask, *words: object) -> tuple[int, str]:
    answer = app.test_cli_runner().invoke(args=["restore", *map(str, words)])
    return answer.exit_code, answer.output


def counts(app: Flask) -> dict[str, object]:
    """What the instance holds; the index, which no backup has, apart."""
    found: dict[str, object] = json.loads(app.test_cli_runner().invoke(args=["status", "--json"]).output)
    del found["index_documents"]
    return found


def test_a_backup_restores_elsewhere(
    run: Run, app: Flask, filled: UnitOfWorkFactory, other: Flask, tmp_path: Path
) -> None:
    """From SQLite and from PostgreSQL into a fresh folder: same counts, same texts, a whole chain, the upload."""
    file = tmp_path / "backup.zip"
    assert run("backup", file).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    code, output = restore(other, file)
    assert code == 0, output
    assert counts(other) == counts(app)
    assert other.test_cli_runner().invoke(args=["audit", "verify"]).output == "whole: 2 rows, 0 anchors\n"
    runtime: Runtime = other.extensions[EXTENSION]
    assert runtime.factory.services.catalogues["result"].status().documents == 1
    with runtime.factory.reading() as uow, filled.reading() as was:
        mine, theirs = uow.session.get_one(Listing, 1), was.session.get_one(Listing, 1)
        assert (mine.title, mine.ways, mine.published_at) == (theirs.title, theirs.ways, theirs.published_at)
    [stored] = runtime.factory.services.files.stored()
    assert stored.read_bytes() == UPLOAD


def test_what_was_entered_after_the_backup_goes_with_replace(
    run: Run, app: Flask, filled: UnitOfWorkFactory, people: People, tmp_path: Path
) -> None:
    """On the same database: ids go on after the restored ones, which a sequence of PostgreSQL does not do by itself.

    The ledger, of which otherwise no row can be deleted, is replaced with the rest, and guards its rows afterwards.
    """
    make_signed(filled, people)
    file = tmp_path / "backup.zip"
    run("backup", file)
    before = counts(app)
    make_result(filled, people)
    code, output = restore(app, file)
    assert (code, "not empty" in output) == (1, True)
    code, output = restore(app, file, "--replace")
    assert code == 0, output
    assert counts(app) == before
    with filled.reading() as uow:
        last = uow.session.scalar(text("SELECT max(id) FROM listings"))
    assert make_result(filled, people) == last + 1
    with pytest.raises(DatabaseError, match="only added to"), filled.writing() as uow:
        uow.session.execute(text("DELETE FROM ledger_transfers"))


@pytest.mark.parametrize("member", ["tables/users.jsonl", "manifest.json"])
def test_a_damaged_backup_changes_nothing(
    run: Run, app: Flask, filled: UnitOfWorkFactory, tmp_path: Path, member: str
) -> None:
    file, damaged = tmp_path / "backup.zip", tmp_path / "damaged.zip"
    run("backup", file)
    before = counts(app)
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(damaged, "w") as out:
        for name in source.namelist():
            content = source.read(name)
            out.writestr(name, content[:-20] if name == member else content)
    code, output = restore(app, damaged, "--replace")
    assert code == 1
    assert "damaged" in output or "not a backup" in output
    assert counts(app) == before


def test_a_backup_of_a_newer_version_is_refused(
    run: Run, filled: UnitOfWorkFactory, other: Flask, tmp_path: Path
) -> None:
    file, newer = tmp_path / "backup.zip", tmp_path / "newer.zip"
    run("backup", file)
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(newer, "w") as out:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                content = json.dumps({**json.loads(content), "migration": "from_the_future"}).encode()
            out.writestr(name, content)
    code, output = restore(other, newer)
    assert (code, "newer version" in output) == (1, True)


def test_what_is_no_backup_is_refused(other: Flask, tmp_path: Path) -> None:
    file = tmp_path / "letter.zip"
    file.write_text("no ZIP at all")
    code, output = restore(other, file)
    assert (code, "not a backup" in output) == (1, True)


def test_people_can_sign_in_again_after_a_restore(
    run: Run, factory: UnitOfWorkFactory, people: People, other: Flask, tmp_path: Path
) -> None:
    """Personal columns travel too: memberships, offices and password hashes are what they were."""
    run("backup", tmp_path / "backup.zip")
    assert restore(other, tmp_path / "backup.zip")[0] == 0
    queries = ("SELECT * FROM users ORDER BY id", "SELECT * FROM memberships ORDER BY id")
    for query in queries:
        with factory.reading() as was, other.extensions[EXTENSION].factory.reading() as now:
            old, new = (uow.session.execute(text(query)).mappings().all() for uow in (was, now))
            assert [row["id"] for row in old] == [row["id"] for row in new]
            assert [row.get("password_hash") for row in old] == [row.get("password_hash") for row in new]


def test_the_clock_of_the_backup_is_in_its_manifest(
    run: Run, filled: UnitOfWorkFactory, clock: SetClock, tmp_path: Path
) -> None:
    clock.at += timedelta(days=1)
    run("backup", tmp_path / "backup.zip")
    with zipfile.ZipFile(tmp_path / "backup.zip") as source:
        manifest = json.loads(source.read("manifest.json"))
    assert manifest["created_at"] == clock.now().isoformat()
    assert (manifest["files"], manifest["rows"]["audit_log"]) == (1, 2)
    assert set(manifest["sha256"]) == set(source.namelist()) - {"manifest.json"}


@pytest.mark.parametrize("migration", [BEFORE_SALTS, BEFORE_MONEY])
def test_a_backup_of_an_earlier_version_is_restored(
    filled: UnitOfWorkFactory, run: Run, other: Flask, tmp_path: Path, migration: str
) -> None:
    """Its audit rows have a column less, and there may be no ledger; the log is looked at once the schema is the present one."""
    file, older = tmp_path / "backup.zip", tmp_path / "older.zip"
    with filled.writing() as uow:
        before = GENESIS
        for row in uow.session.scalars(select(AuditRow).order_by(AuditRow.id)):
            row.salt, row.prev_hash = None, before
            row.hash = before = digest(row)
        uow.session.get_one(AuditHead, 1).last_hash = before
    run("backup", file)
    _as_written_by(migration, file, older)
    code, output = restore(other, older)
    assert (code, "Warning" in output) == (0, False), output
    assert other.test_cli_runner().invoke(args=["audit", "verify"]).output == "whole: 2 rows, 0 anchors\n"


def _as_written_by(migration: str, file: Path, older: Path) -> None:
    """Write the backup as the version of that migration would have."""
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(older, "w") as out:
        members = {name: source.read(name) for name in source.namelist()}
        manifest = json.loads(members.pop("manifest.json"))
        for table, column in (("audit_log", "salt"), ("users", "weekly_digest"), ("consents", "withdrawn_at")):
            name = f"tables/{table}.jsonl"
            rows = [json.loads(line) for line in members[name].splitlines()]
            without = [{key: value for key, value in row.items() if key != column} for row in rows]
            members[name] = "".join(json.dumps(row) + "\n" for row in without).encode()
            manifest["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
        newer = (*FIGURES, *CHANGES, *ONLINE, *REGISTERED, *STANDING, *APART, *STANDARDS, *AIMS, *CONFIDED, *SIGNED)
        for table in (*newer, *(MONEY if migration == BEFORE_MONEY else ())):
            del members[f"tables/{table}.jsonl"], manifest["rows"][table], manifest["sha256"][f"tables/{table}.jsonl"]
        members["manifest.json"] = json.dumps({**manifest, "migration": migration}).encode()
        for name, content in members.items():
            out.writestr(name, content)
