"""A text that is sent is printed as PDF, and again with the signatures; the file says what is signed, and never changes."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from marketplace.contracts.clauses import Compared
from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document, DocumentFile, Signature
from marketplace.contracts.rules import METHOD, METHODS, DocumentState, PriceModel, PrintKind
from marketplace.contracts.typesetting import RARE, typeset
from marketplace.deals import document_service, printing, verification
from marketplace.deals.printing import LEGEND, sheet_of
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import NotFound
from marketplace.payments.rules import Instalment
from marketplace.upkeep import sweep_files
from tests.amending import LOWERED, write_amendment
from tests.factories import TERMS, make_contract, make_deal, make_letter, make_signed, sign
from tests.paying import BY_PLAN
from tests.pdfs import pdf_pages, pdf_text
from tests.personas import People
from tests.world import NOW

Drain = Callable[[], int]
HOSTILE = '#let x = 1; *b* $a$ <img src=x> @label https://example.com "x" \\ #include("/etc/passwd") —— 見積り 𠮷野 ㎡'


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    return make_contract(factory, people, make_deal(factory, people))


def files(factory: UnitOfWorkFactory, document_id: int) -> dict[PrintKind, bytes]:
    with factory.reading() as uow:
        rows = uow.session.scalars(select(DocumentFile).where(DocumentFile.document_id == document_id)).all()
    found = {}
    for row in rows:
        with factory.services.files.open(row.sha256) as file:
            found[row.kind] = file.read()
        assert hashlib.sha256(found[row.kind]).hexdigest() == row.sha256
    return found


def document(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def assert_all_of_the_text_is_there(text: str, printed: str) -> None:
    """Every line that is signed, be it over two pages, but for the places to sign by hand, which the file has in its own way."""
    printed = re.sub(r"(查验码[\w-]+)?第\d+页共\d+页.{,40}?编号JG-\d+(-[A-Z]+)?-?\d\d", "", printed)
    for line in text.split("（以下为签署处", maxsplit=1)[0].split("\n"):
        for piece in line.split("：", 1) if printed.find("".join(line.split())) < 0 else ():
            assert "".join(piece.split()) in printed, line


def test_what_is_sent_is_printed_with_every_line_that_is_signed(
    factory: UnitOfWorkFactory, document_id: int, drain: Drain
) -> None:
    drain()
    printed = files(factory, document_id)
    assert set(printed) == {PrintKind.TEXT}
    pages, row = pdf_pages(printed[PrintKind.TEXT]), document(factory, document_id)
    assert_all_of_the_text_is_there(row.text, pdf_text(printed[PrintKind.TEXT]))
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in "".join(page.split())
    last = "".join(pages[-1].split())
    assert row.sha256 in last
    assert last.count("签字、盖章、日期") == 2
    assert "不是经许可的电子认证服务机构签发的证书" in last


def test_what_was_signed_by_an_older_way_of_signing_is_printed_once_more_with_who_and_when(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, clock: SetClock
) -> None:
    drain()
    before = files(factory, document_id)[PrintKind.TEXT]
    sign(factory, people.seller_contact, document_id)
    clock.forward(hours=15)
    sign(factory, people.company, document_id)
    with factory.writing() as uow:
        uow.session.execute(update(Signature).values(method="2026-11"))
    drain()
    printed = files(factory, document_id)
    assert printed[PrintKind.TEXT] == before
    text = pdf_text(printed[PrintKind.SIGNED])
    assert_all_of_the_text_is_there(document(factory, document_id).text, text)
    for signed in ("孙丽华", "2026年11月21日01:00:00", "2026年11月20日10:00:00"):
        assert signed in text
    assert "签字、盖章、日期" not in text
    assert text.count("签署方式，版本2026-11") == 2


def test_the_way_of_signing_is_printed_as_it_was_agreed_to(
    factory: UnitOfWorkFactory, people: People, document_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed = METHODS[METHOD]
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)
    monkeypatch.setattr(printing, "METHOD", "2030-01")
    monkeypatch.setattr(printing, "METHODS", {**METHODS, "2030-01": "另一种方式。"})
    with factory.reading() as uow:
        assert sheet_of(uow, uow.session.get_one(Document, document_id)).method == agreed


def test_however_often_it_is_announced_it_is_printed_once(
    factory: UnitOfWorkFactory, document_id: int, drain: Drain
) -> None:
    drain()
    before = files(factory, document_id)
    with factory.writing() as uow:
        for _ in range(3):
            uow.pass_on(DocumentMoved(document_id, 1, "contract", "send", "", None))
    drain()
    assert files(factory, document_id) == before


def test_the_same_sheet_gives_the_same_bytes(factory: UnitOfWorkFactory, document_id: int) -> None:
    with factory.reading() as uow:
        sheet = sheet_of(uow, document(factory, document_id))
    assert typeset(sheet, NOW) == typeset(sheet, NOW)


def test_no_text_is_read_as_markup_and_what_the_parties_changed_is_marked(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    plan = (Instalment(8_000_000, "合同生效后十日内"), Instalment(10_000_000, "验收合格后三十日内"))
    terms = replace(TERMS, price_model=PriceModel.INSTALMENTS, other_terms=HOSTILE, instalments=plan)
    first = make_contract(factory, people, make_deal(factory, people), terms)
    with factory.writing(people.company) as uow:
        document_id = document_service.amend(uow, first, {"dispute": "协商不成的，提交潍坊仲裁委员会仲裁。"}).id
        document_service.send(uow, document_id)
    drain()
    text = pdf_text(files(factory, document_id)[PrintKind.TEXT])
    assert "".join(HOSTILE.replace("𠮷", "〔U+20BB7〕").split()) in text
    assert RARE in text
    assert "人民币80,000.00元（大写：人民币捌万元整）" in text
    assert LEGEND in text
    assert LEGEND not in pdf_text(files(factory, first)[PrintKind.TEXT])
    with factory.reading() as uow:
        sheet = sheet_of(uow, document(factory, document_id))
    assert [line.text for clause in sheet.clauses for line in clause.lines if line.added] == [
        "协商不成的，提交潍坊仲裁委员会仲裁。"
    ]


def test_a_letter_of_intent_is_printed_too(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    document_id = make_letter(factory, people, make_deal(factory, people))
    drain()
    assert_all_of_the_text_is_there(
        document(factory, document_id).text, pdf_text(files(factory, document_id)[PrintKind.TEXT])
    )


def test_a_draft_has_no_code_and_no_file(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    deal_id = make_deal(factory, people)
    with factory.writing(people.company) as uow:
        document_id = document_service.draft_letter(uow, deal_id, 100).id
    drain()
    assert document(factory, document_id).code is None
    assert files(factory, document_id) == {}


def test_the_sweep_leaves_printed_files_alone(factory: UnitOfWorkFactory, document_id: int, drain: Drain) -> None:
    drain()
    with factory.writing() as uow:
        sweep_files(uow)
    assert files(factory, document_id)


def test_a_document_is_found_by_its_code_and_by_its_content(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain
) -> None:
    drain()
    row, pdf = document(factory, document_id), files(factory, document_id)[PrintKind.TEXT]
    assert row.code is not None
    with factory.reading() as uow:
        found = verification.by_code(uow, f" {row.code[:4].lower()}-{row.code[4:]} ")
        assert (found.document.id, found.reference) == (document_id, f"JG-{row.deal_id:06d}-HT01")
        content = hashlib.sha256(pdf).hexdigest()
        assert verification.code_of_content(uow, content) == row.code
        assert verification.code_of_content(uow, row.sha256) == row.code
        assert found.pdf_with(content) is not None
        for place in (0, len(pdf) // 2, len(pdf) - 1):
            changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
            with pytest.raises(NotFound):
                verification.code_of_content(uow, hashlib.sha256(changed).hexdigest())
        for wrong in ("", row.code[:-1], row.code[:-1] + ("A" if row.code[-1] != "A" else "B"), "0" * 16, "%" * 16):
            with pytest.raises(NotFound):
                verification.by_code(uow, wrong)


def test_a_replaced_text_is_found_and_is_void(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    code = document(factory, document_id).code
    with factory.writing(people.company) as uow:
        document_service.amend(uow, document_id, {"dispute": "协商解决。"})
    assert code is not None
    with factory.reading() as uow:
        assert verification.by_code(uow, code).document.state is DocumentState.VOID


def test_an_amendment_is_printed_with_old_and_new_side_by_side(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = make_signed(factory, people, BY_PLAN)
    wording = "\n".join(f"第{number}批：{HOSTILE}" for number in range(1, 40))
    document_id = write_amendment(factory, people.company, deal_id, replace(LOWERED, texts={"plan": wording}))
    drain()
    printed = files(factory, document_id)[PrintKind.TEXT]
    text = pdf_text(printed)
    assert len(pdf_pages(printed)) > 3
    for said in ("原约定", "变更为", "人民币154,000.00元（大写：人民币壹拾伍万肆仟元整）", "下划线标出新增的文字"):
        assert "".join(said.split()) in text, said
    with factory.reading() as uow:
        sheet = sheet_of(uow, document(factory, document_id))
    rows = [row for clause in sheet.clauses for row in clause.opposed]
    assert [row.label for row in rows] == ["第三条“履行的计划、地点和方式”", "固定价款（含税）", "尚未支付的付款计划"]
    lines = [line.text for clause in sheet.clauses if clause.opposed for line in clause.lines]
    told = [Compared(row.label, said_in(row.before), said_in(row.after)) for row in rows]
    assert lines == [line for one in told for line in one.paragraphs()]
    assert {piece for row in rows[1:] for piece in (*row.before, *row.after) if not piece[1]} == {("\n", False)}


def said_in(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(piece for piece, _ in pieces)
