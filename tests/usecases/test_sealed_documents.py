"""Each signature is put into the PDF: it proves who signed what, to programs that know nothing of the platform."""

import hashlib
import io
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select, update

from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document, DocumentFile, Seal, Signature
from marketplace.contracts.rules import PrintKind
from marketplace.contracts.seals import checked
from marketplace.contracts.typesetting import typeset
from marketplace.deals import verification
from marketplace.deals.printing import sheet_of
from marketplace.deals.sealing import SEALER, seals_of, serial_text
from marketplace.infra.authority import Authority
from marketplace.infra.outbox import NotYet, OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict
from marketplace.organisations.models import Organisation
from marketplace.web.context import Runtime
from tests.factories import make_contract, make_deal, sign
from tests.papers import scanned
from tests.pdfs import pdf_text, pdfsig
from tests.personas import People

Drain = Callable[[], int]
EVENT = ("contract", "sign", "")


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    document_id = make_contract(factory, people, make_deal(factory, people))
    drain()
    return document_id


def content(factory: UnitOfWorkFactory, sha256: str) -> bytes:
    with factory.services.files.open(sha256) as file:
        found = file.read()
    assert hashlib.sha256(found).hexdigest() == sha256
    return found


def printed(factory: UnitOfWorkFactory, document_id: int) -> bytes:
    with factory.reading() as uow:
        files = uow.session.scalars(select(DocumentFile).where(DocumentFile.document_id == document_id)).all()
    assert [file.kind for file in files] == [PrintKind.TEXT]
    return content(factory, files[0].sha256)


def sealed(factory: UnitOfWorkFactory, document_id: int) -> list[bytes]:
    """The files in the order of the signatures."""
    with factory.reading() as uow:
        return [content(factory, seal.sha256) for seal in seals_of(uow, document_id)]


def both_sign(factory: UnitOfWorkFactory, people: People, document_id: int, clock: SetClock) -> None:
    sign(factory, people.seller_contact, document_id)
    clock.forward(hours=15)
    sign(factory, people.company, document_id)


def test_each_signature_is_appended_to_the_file_and_another_program_calls_it_valid(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    sign(factory, people.seller_contact, document_id)
    drain()
    (one,) = sealed(factory, document_id)
    clock.forward(hours=15)
    sign(factory, people.company, document_id)
    drain()
    first, two = sealed(factory, document_id)
    assert first == one
    assert one.startswith(printed(factory, document_id))
    assert two.startswith(one)
    said = pdfsig(two)
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Signature Type: ETSI.CAdES.detached") == 2
    assert "Total document signed" in said
    assert "O=寿光蓝海化工有限公司" in said


def test_a_text_that_was_printed_before_there_were_places_is_signed_all_the_same(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    with factory.writing() as uow:
        plain, _ = typeset(sheet_of(uow, uow.session.get_one(Document, document_id)), clock.now())
        file = uow.session.scalars(select(DocumentFile)).one()
        file.sha256 = factory.services.files.save(io.BytesIO(plain), 10**7).sha256
    both_sign(factory, people, document_id, clock)
    drain()
    assert shown(factory, document_id) == [True, True]


def test_of_two_who_sign_in_the_same_moment_each_is_told_of_his_own_signature(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain
) -> None:
    """The one with the larger number signs first; the other's is not in the file yet, and nobody says that it is not valid."""
    assert people.seller_party < people.buyer_party
    sign(factory, people.company, document_id)
    drain()
    sign(factory, people.seller_contact, document_id)
    with factory.reading() as uow:
        found = verification.by_code(uow, uow.session.get_one(Document, document_id).code or "")
        checks = verification.check_seals(factory.services, found, uow.now())
    assert {party: bool(check and check.is_valid) for party, check in checks.items()} == {people.buyer_party: True}
    drain()
    one, two = sealed(factory, document_id)
    assert two.startswith(one)
    assert set(shown(factory, document_id)) == {True}


def test_whoever_reads_it_sees_who_signed_and_when_where_the_places_were(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    drain()
    text = pdf_text(sealed(factory, document_id)[-1])
    for seen in ("孙丽华", "2026年11月20日10:00:00", "2026年11月21日01:00:00"):
        assert seen in text
    with factory.reading() as uow:
        serials = [check.serial for check in checked(sealed(factory, document_id)[-1], (), uow.now())]
    for serial in serials:
        assert serial_text(serial).replace(" ", "") in text


def shown(factory: UnitOfWorkFactory, document_id: int) -> list[bool]:
    """What the public page says of the signatures, in their order."""
    with factory.reading() as uow:
        found = verification.by_code(uow, uow.session.get_one(Document, document_id).code or "")
        signed = uow.session.scalars(select(Signature).order_by(Signature.at)).all()
        checks = verification.check_seals(factory.services, found, uow.now())
    assert checks.keys() == {one.party_id for one in signed}
    return [
        bool(check and check.is_valid and check.at == one.at.replace(microsecond=0))
        for one in signed
        for check in [checks[one.party_id]]
    ]


def test_the_platform_finds_them_valid_as_long_as_its_root_lasts(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    drain()
    assert shown(factory, document_id) == [True, True]
    file, roots, now = sealed(factory, document_id)[-1], factory.services.certificates.roots, clock.now()
    assert [one.is_valid for one in checked(file, roots, now + timedelta(days=19 * 365))] == [True, True]
    assert [one.is_valid for one in checked(file, roots, now + timedelta(days=21 * 365))] == [False, False]
    assert [one.is_valid for one in checked(file, (), now)] == [False, False]


def test_one_changed_byte_is_found_wherever_it_is(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    """By anybody within what the last signature covers, which is all but itself; by the public page in there too."""
    both_sign(factory, people, document_id, clock)
    drain()
    file, roots, now = sealed(factory, document_id)[-1], factory.services.certificates.roots, clock.now()
    own = range(file.rindex(b"/Contents"), file.rindex(b"/ByteRange"))
    if not own:
        own = range(file.rindex(b"/Contents"), file.index(b">", file.rindex(b"/Contents")) + 1)
    path = factory.services.files.path(hashlib.sha256(file).hexdigest())
    for place in (0, len(file) - 1, *random.Random(1).sample(range(len(file)), 12), *random.Random(2).sample(own, 3)):
        changed = file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]
        found = checked(changed, roots, now)
        assert place in own or len(found) < 2 or not found[-1].is_valid, place
        path.write_bytes(changed)
        assert shown(factory, document_id) == [False, False]
    path.unlink()
    assert shown(factory, document_id) == [False, False]


def test_what_is_added_to_the_file_afterwards_is_found(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    """A later revision that writes another text over the page is no further signature."""
    both_sign(factory, people, document_id, clock)
    drain()
    file, roots = sealed(factory, document_id)[-1], factory.services.certificates.roots
    with factory.reading() as uow:
        assert all(one.is_valid for one in checked(file, roots, uow.now()))
        assert not all(one.is_valid for one in checked(_written_over(file), roots, uow.now()))


def test_however_often_and_in_whatever_order_it_is_announced_each_signature_is_put_in_once(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    event = DocumentMoved(document_id, 1, *EVENT, None)
    loads = [SEALER.begin(factory, [event]) for _ in range(2)]  # Two workers at once, neither sees the other's rows.
    drain()
    before = sealed(factory, document_id)
    assert len(before) == 2
    for finish in loads:
        with pytest.raises(Exception, match=r"UNIQUE|duplicate key"), factory.writing() as uow:
            finish(uow)
    with factory.writing() as uow:
        for _ in range(3):
            uow.pass_on(event)
    drain()
    assert sealed(factory, document_id) == before


def test_a_signature_waits_until_the_text_is_printed(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, clock: SetClock
) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    sign(factory, people.seller_contact, document_id)
    only_seals = Worker(factory, {"deals.seal": SEALER})
    with factory.writing() as uow:
        others = uow.session.scalars(select(OutboxRow).where(OutboxRow.handler != "deals.seal")).all()
        for row in others:
            row.due_at += timedelta(hours=1)
    only_seals.drain()
    assert sealed(factory, document_id) == []
    clock.forward(hours=2)
    runtime.worker.drain()
    clock.forward(minutes=1)
    runtime.worker.drain()
    assert len(sealed(factory, document_id)) == 1


def test_the_certificate_is_kept_with_the_file(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    drain()
    with factory.reading() as uow:
        seals = uow.session.scalars(select(Seal)).all()
    assert len({seal.certificates for seal in seals}) == 2
    assert all(seal.certificates.count("-----BEGIN CERTIFICATE-----") == 2 for seal in seals)


def test_a_real_clock_has_fractions_of_a_second(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    clock.forward(microseconds=123_456)
    document_id = make_contract(factory, people, make_deal(factory, people))
    both_sign(factory, people, document_id, clock)
    drain()
    assert shown(factory, document_id) == [True, True]


def test_names_of_any_length_are_sealed(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    with factory.writing() as uow:
        uow.session.execute(update(Signature).values(signer_name="阿" * 80))
        for number, one in enumerate(uow.session.scalars(select(Organisation))):
            one.name = "长" * 90 + str(number)
    drain()
    assert shown(factory, document_id) == [True, True]
    text = pdf_text(sealed(factory, document_id)[-1])
    assert "阿" * 23 + "…" in text
    with factory.reading() as uow:
        serials = [check.serial for check in checked(sealed(factory, document_id)[-1], (), uow.now())]
    assert all(serial_text(serial).replace(" ", "") in text for serial in serials)


def test_another_authority_does_not_take_back_what_the_first_one_signed(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    both_sign(factory, people, document_id, clock)
    drain()
    factory.services.certificates = Authority(Path("nowhere.pem"), "x")
    assert shown(factory, document_id) == [True, True]
    another = Authority(factory.services.settings.data_dir / "another.pem", "x")
    another.create("另一家", clock.now())
    factory.services.certificates = another
    assert shown(factory, document_id) == [True, True]


@pytest.mark.parametrize("content", ["", "no certificate", None])
def test_an_authority_that_cannot_be_opened_is_not_ready(
    factory: UnitOfWorkFactory, people: People, document_id: int, content: str | None
) -> None:
    file = factory.services.settings.authority_file
    if content is not None:
        file.write_text(content)
    factory.services.certificates = Authority(file, "another passphrase")
    with pytest.raises(Conflict, match="not set up"):
        sign(factory, people.seller_contact, document_id)


def test_what_was_never_printed_does_not_wait_for_ever(
    factory: UnitOfWorkFactory, people: People, document_id: int, clock: SetClock
) -> None:
    sign(factory, people.seller_contact, document_id)
    with factory.writing() as uow:
        uow.session.delete(uow.session.scalars(select(DocumentFile)).one())
    event = DocumentMoved(document_id, 1, *EVENT, None)
    with pytest.raises(NotYet):
        SEALER.begin(factory, [event])
    clock.forward(hours=2)
    with pytest.raises(RuntimeError, match="never printed"):
        SEALER.begin(factory, [event])


def test_nobody_signs_electronically_without_an_authority_and_paper_stays_open(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    factory.services.settings.authority_file.unlink()
    with pytest.raises(Conflict, match="not set up"):
        sign(factory, people.seller_contact, document_id)
    with factory.writing(people.company) as uow:
        assert scanned(uow, document_id).document_id == document_id


def _written_over(file: bytes) -> bytes:
    """The file with a revision behind it that puts another content stream on the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(file))
    stream = StreamObject(stream_data=b"BT /F1 12 Tf 72 720 Td (one million) Tj ET")
    writer.add_stream_to_page(0, writer.add_object(stream))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
