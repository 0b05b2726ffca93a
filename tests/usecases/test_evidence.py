"""What is exported of a deal: everything that proves it, nothing of other deals, and only to whom it belongs."""

import hashlib
import io
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from marketplace.audit.anchors import end_day
from marketplace.audit.models import AuditHead, AuditRow
from marketplace.audit.service import GENESIS, digest, verify
from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document, DocumentFile, Seal, Signature
from marketplace.contracts.rules import METHOD, METHODS, EndReason, PrintKind
from marketplace.deals.service import terminate
from marketplace.evidence.service import write_evidence
from marketplace.infra.authority import Authority
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from tests.confiding import SECRET, in_force, make_secret, read
from tests.evidence.packages import SCAN, VERIFIER, exported, problem, sign_on_paper, unpacked
from tests.factories import make_contract, make_deal, make_letter, make_signed, sign
from tests.pdfs import pdfsig
from tests.personas import People

Drain = Callable[[], int]


def refused(factory: UnitOfWorkFactory, deal_id: int, actor: Actor) -> type[Exception]:
    out = io.BytesIO()
    with pytest.raises((Conflict, NotFound)) as error, factory.reading(actor) as uow:
        write_evidence(uow, deal_id, out)
    assert out.getvalue() == b""
    return error.type


def test_a_contract_signed_electronically_is_proved(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    files = unpacked(content)
    names = ["signature-1.pdf", "signature-2.pdf", "text.pdf"]
    assert [name for name in files if name.endswith(".pdf")] == [f"documents/contract-1-{name}" for name in names]
    assert files[f"methods/{METHOD}.txt"].decode() == METHODS[METHOD]
    (document,) = json.loads(files["documents.json"])["documents"]
    assert (document["amount_fen"], document["basis"], document["paper"]) == (18_000_000, "electronic", None)
    assert [one["name"] for one in document["parties"]] == ["寿光蓝海化工有限公司", "青州前程机械有限公司"]
    assert [one["signer"] for one in document["signatures"]] == ["赵文博", "孙丽华"]
    assert {one["factor"] for one in document["signatures"]} == {"code"}
    for private in ("test browser", "example.com"):
        assert private.encode() not in content


def test_another_program_finds_its_signatures_valid_by_the_enclosed_root(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    files = unpacked(exported(factory, deal_id))
    said = pdfsig(files["documents/contract-1-signature-2.pdf"])
    assert said.count("Signature Validation: Signature is Valid.") == 2
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"])
    (tmp_path / "manifest.sig").write_bytes(files["manifest.sig"])
    (tmp_path / "manifest.pem").write_bytes(files["manifest.pem"])
    (tmp_path / "root.pem").write_bytes(files["root.pem"])
    for command in (
        "openssl x509 -in manifest.pem -pubkey -noout -out key.pem",
        "openssl dgst -sha256 -verify key.pem -signature manifest.sig manifest.json",
        "openssl verify -no_check_time -CAfile root.pem manifest.pem",
    ):
        subprocess.run(command.split(), check=True, cwd=tmp_path, capture_output=True)


def test_a_contract_on_paper_is_proved_by_its_scan(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_deal(factory, people)
    sign_on_paper(factory, people, make_contract(factory, people, deal_id))
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    files = unpacked(content)
    assert files["documents/contract-1-scan.pdf"] == SCAN
    assert {"documents/contract-1-text.pdf", "documents/contract-1-record.pdf"} <= files.keys()
    (document,) = json.loads(files["documents.json"])["documents"]
    assert {one["by"] for one in document["paper"]["confirmed"]} == {"赵文博", "孙丽华"}
    assert document["paper"]["verified_by"] == "冯工会"


def test_a_signature_beside_signed_paper_goes_with_it(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    """One party signed electronically before both went over to paper."""
    deal_id = make_deal(factory, people)
    document_id = make_contract(factory, people, deal_id)
    sign(factory, people.company, document_id)
    sign_on_paper(factory, people, document_id)
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert "documents/contract-1-signature-1.pdf" in unpacked(content)


def test_a_letter_and_a_contract_go_into_one_file_and_void_texts_do_not(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_deal(factory, people)
    letter_id = make_letter(factory, people, deal_id)
    for actor in (people.company, people.seller_contact):
        sign(factory, actor, letter_id)
    drain()
    assert problem(tmp_path, exported(factory, deal_id)) == ""
    sign_on_paper(factory, people, make_contract(factory, people, deal_id))
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    told = json.loads(unpacked(content)["documents.json"])["documents"]
    assert [(one["kind"], one["basis"]) for one in told] == [("letter_of_intent", "electronic"), ("contract", "paper")]


def test_a_deal_that_went_on_and_ended_is_proved_as_well(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    with factory.writing(people.city_official) as uow:
        terminate(uow, deal_id, "双方协商解除。", 0, EndReason.PLANS)
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert b'"terminate"' in unpacked(content)["events.jsonl"]


def test_nothing_of_other_deals_is_told_and_the_chain_is_proved_past_them(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    mine = make_signed(factory, people)
    other = make_signed(factory, people)
    drain()
    with factory.writing() as uow:
        end_day(uow)
    drain()
    content = exported(factory, mine)
    assert problem(tmp_path, content) == ""
    with factory.reading() as uow:
        signed, document = uow.session.scalars(select(Document).order_by(Document.id))
        rows = uow.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    for private in (
        document.sha256,
        document.code,
        f'"deal_id": {other},',
        f'"document:{document.id}"',
        f'"deal:{other}"',
    ):
        assert str(private).encode() not in content
    of_mine = {row.id for row in rows if row.object in {f"deal:{mine}", f"document:{signed.id}"}}
    hidden = [row for row in rows if row.id not in of_mine]
    assert len(hidden) > len(of_mine)
    for row in hidden:
        assert str(row.salt).encode() not in content
    files = unpacked(content)
    assert {json.loads(line)["id"] for line in files["events.jsonl"].splitlines()} == of_mine
    assert files["anchors.txt"].decode() == f"{rows[-1].id}:{rows[-1].hash}\n"


def test_rows_of_before_there_were_salts_are_told_without_their_place_in_the_chain(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    """To walk past the rows of others one would have to show them. What came after the upgrade is proved to follow."""
    deal_id = make_signed(factory, people)
    drain()
    unsalted(factory)
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert unpacked(content)["chain.bin"] == b""
    with factory.writing(people.city_official) as uow:
        terminate(uow, deal_id, "双方协商解除。", 0, EndReason.PLANS)
    drain()
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert len(unpacked(content)["chain.bin"]) >= 32
    with factory.reading() as uow:
        assert verify(uow.session) is None


def unsalted(factory: UnitOfWorkFactory) -> None:
    """Make the log one that was written by the version before."""
    with factory.writing() as uow:
        before = GENESIS
        for row in uow.session.scalars(select(AuditRow).order_by(AuditRow.id)):
            row.salt, row.prev_hash = None, before
            row.hash = before = digest(row)
        uow.session.get_one(AuditHead, 1).last_hash = before


def test_names_are_those_of_the_day_of_signing(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    with factory.writing() as uow:
        for number, one in enumerate(uow.session.scalars(select(Organisation))):
            one.name = f"改名后的公司{number}"
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert "改名后的公司".encode() not in content


def test_long_names_that_a_certificate_cuts_are_those_all_the_same(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    with factory.writing() as uow:
        for number, one in enumerate(uow.session.scalars(select(Organisation))):
            one.name = "长" * 90 + str(number)
    deal_id = make_signed(factory, people)
    drain()
    assert problem(tmp_path, exported(factory, deal_id)) == ""


def test_a_new_authority_does_not_take_back_what_the_first_one_signed(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    another = Authority(factory.services.settings.data_dir / "another.pem", "x")
    another.create("另一家", clock.now())
    factory.services.certificates = another
    content = exported(factory, deal_id)
    assert problem(tmp_path, content) == ""
    assert unpacked(content)["root.pem"].count(b"BEGIN CERTIFICATE") == 2
    assert problem(tmp_path, content, another.root_pem.encode()).startswith("certificates/")


def test_what_is_dated_before_its_authority_was_made_is_said_to_be(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock, tmp_path: Path
) -> None:
    """The demo tells of a past year. Such a date has no other witness, and whoever checks it should hear of it."""
    deal_id = make_signed(factory, people)
    drain()
    lines: list[str] = []
    path = tmp_path / "deal.zip"
    path.write_bytes(exported(factory, deal_id))
    assert VERIFIER.check(path, say=lines.append) == ""
    assert not [line for line in lines if line.startswith("Note")]
    clock.forward(days=30)
    younger = Authority(factory.services.settings.data_dir / "younger.pem", "x")
    younger.create("示范市总工会", clock.now())
    factory.services.certificates = younger
    with factory.writing(clock=SetClock(clock.now() - timedelta(days=20))) as uow:
        uow.session.execute(update(Signature).values(at=uow.now()))
        uow.session.execute(delete(Seal))
        (document_id,) = uow.session.scalars(select(Signature.document_id).distinct())
        uow.pass_on(DocumentMoved(document_id, deal_id, "contract", "sign", "", None))
    drain()
    path.write_bytes(exported(factory, deal_id))
    assert VERIFIER.check(path, say=lines.append) == ""
    (note,) = [line for line in lines if line.startswith("Note")]
    assert "(2026-12-20): 2, of 2026-11-30. These dates rest on the platform's word" in note, "once, with their number"


def test_parties_and_officials_have_it_and_nobody_else(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    for actor in (people.company, people.seller_contact, people.county_official, people.city_official):
        with factory.reading(actor) as uow:
            write_evidence(uow, deal_id, io.BytesIO())
    for actor in (people.worker, people.stranger, people.loner, people.other_official, people.administrator):
        assert refused(factory, deal_id, actor) is NotFound
    assert refused(factory, 99, people.city_official) is NotFound


def test_there_is_nothing_to_prove_before_both_have_signed(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = make_deal(factory, people)
    assert refused(factory, deal_id, people.company) is Conflict
    document_id = make_contract(factory, people, deal_id)
    sign(factory, people.company, document_id)
    drain()
    assert refused(factory, deal_id, people.company) is Conflict


def test_it_waits_for_what_is_still_put_into_the_pdf(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    deal_id = make_signed(factory, people)
    assert refused(factory, deal_id, people.company) is Conflict
    drain()
    with factory.writing() as uow:
        uow.session.delete(uow.session.scalars(select(Seal).where(Seal.number == 2)).one())
    assert refused(factory, deal_id, people.company) is Conflict


def test_it_waits_for_the_record_of_what_was_signed_on_paper(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = make_deal(factory, people)
    sign_on_paper(factory, people, make_contract(factory, people, deal_id))
    drain()
    with factory.writing() as uow:
        uow.session.delete(uow.session.scalars(select(DocumentFile).where(DocumentFile.kind == PrintKind.SIGNED)).one())
    assert refused(factory, deal_id, people.company) is Conflict


def test_nothing_is_signed_without_an_authority(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    deal_id = make_signed(factory, people)
    drain()
    factory.services.certificates = Authority(Path("nowhere.pem"), "x")
    assert refused(factory, deal_id, people.company) is Conflict


def test_a_stored_file_that_was_changed_does_not_go_out_as_evidence(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    with factory.reading() as uow:
        sha256 = uow.session.scalars(select(Seal.sha256).where(Seal.number == 2)).one()
    factory.services.files.path(sha256).write_bytes(b"another PDF")
    with pytest.raises(OSError, match="is not what it was"):
        exported(factory, deal_id)


def test_a_confidentiality_agreement_and_who_read_are_enclosed(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    result_id = make_secret(factory, people)
    deal_id = make_signed(factory, people, result_id=result_id)
    agreement_id = in_force(factory, people, result_id)
    read(factory, people.company, agreement_id)
    drain()
    content = exported(factory, deal_id)
    assert (problem(tmp_path, content), SECRET.encode() in content) == ("", False)
    files = unpacked(content)
    (told,) = json.loads(files["confidentiality.json"])
    signed = {(one["signer"], one["rests_on"]["authority"]["kind"]) for one in told["signatures"]}
    assert signed == {("孙丽华", "power"), ("赵文博", "power")}
    assert [(one["by"], one["what"]) for one in told["opened"]] == [("孙丽华", "description")]
    assert hashlib.sha256(files[told["text"]["file"]]).hexdigest() == told["text"]["sha256"]
    assert f"confidentiality/agreement-{agreement_id}.pdf" in files
