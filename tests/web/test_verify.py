"""Anybody checks a document by its code or by the file; what is in it stays with the parties."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from marketplace.contracts.models import Document, Signature
from marketplace.deals import document_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_contract, make_deal, sign
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
Drain = Callable[[], int]


@pytest.fixture
def document(factory: UnitOfWorkFactory, people: People, drain: Drain) -> Document:
    document_id = make_contract(factory, people, make_deal(factory, people))
    drain()
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def both_sign(factory: UnitOfWorkFactory, people: People, document: Document, drain: Drain) -> None:
    sign(factory, people.seller_contact, document.id)
    sign(factory, people.company, document.id)
    drain()


def test_a_visitor_checks_a_code_read_off_paper(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, document: Document, drain: Drain
) -> None:
    assert document.code is not None
    assert "还没有由各方签署" in client.get(f"/verify/{document.code}").text
    both_sign(factory, people, document, drain)
    typed = " - ".join(document.code[at : at + 4] for at in range(0, 16, 4)).lower()
    answer = client.post("/verify", data={"code": typed})
    assert (answer.status_code, answer.location) == (303, f"/verify/{document.code}")
    page = client.get(answer.location).text
    assert "各方已于2026年11月20日签署完成，方式：电子" in page
    assert "寿光蓝海化工有限公司" in page
    assert document.sha256 in page


def test_the_amount_the_text_and_peoples_names_stay_with_the_parties(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, document: Document, drain: Drain
) -> None:
    both_sign(factory, people, document, drain)
    page = client.get(f"/verify/{document.code}").text
    for private in ("180,000", "18 万", "孙丽华", "127.0.0.1", "变压器油箱"):
        assert private not in page


def test_a_file_is_checked_byte_by_byte(
    client: FlaskClient, people: People, browse: Browse, document: Document
) -> None:
    with browse(people.company).get(f"/documents/{document.id}/document.pdf") as pdf:
        content = pdf.data
    assert (pdf.status_code, pdf.mimetype, content[:5]) == (200, "application/pdf", b"%PDF-")
    assert f"contract-{document.deal_id}-1.pdf" in pdf.headers["Content-Disposition"]

    def chosen(file: bytes) -> str:
        answer = client.post("/verify", data={"file": (BytesIO(file), "合同.pdf")}, follow_redirects=True)
        assert answer.status_code == 200
        return answer.text

    assert "您选择的文件与这里保存的完全一致：待签署文本" in chosen(content)
    assert "您选择的文件与这里保存的正文完全一致" in chosen(document.text.encode())
    assert "没有内容完全相同的文件" in chosen(content + b"\n")
    assert "没有内容完全相同的文件" in chosen(b"")


@pytest.mark.parametrize("code", ["", "ABCD", "0000-0000-0000-0000", "<script>", "A" * 16, "9" * 61])
def test_a_wrong_code_is_said_beside_the_field_and_stays_there(client: FlaskClient, code: str) -> None:
    answer = client.post("/verify", data={"code": code})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    if code and code != "<script>":
        assert f'value="{code}"' in answer.text
    assert client.get(f"/verify/{code or 'x'}").status_code == 404


def test_a_replaced_text_is_said_not_to_be_valid(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, document: Document
) -> None:
    with factory.writing(people.company) as uow:
        document_service.amend(uow, document.id, {"dispute": "协商解决。"})
    assert "这份文本无效" in client.get(f"/verify/{document.code}").text


def test_the_parties_reach_the_pdf_and_the_public_page_and_nobody_else_does(
    people: People, browse: Browse, document: Document
) -> None:
    page = browse(people.company).get(f"/documents/{document.id}").text
    assert f"/documents/{document.id}/document.pdf" in page
    assert f"/verify/{document.code}" in page
    for other in (people.stranger, people.loner, people.other_official):
        assert browse(other).get(f"/documents/{document.id}/document.pdf").status_code == 404


def test_there_is_no_pdf_of_a_draft(factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Drain) -> None:
    deal_id = make_deal(factory, people)
    with factory.writing(people.company) as uow:
        document_id = document_service.draft_letter(uow, deal_id, 100).id
    drain()
    client = browse(people.company)
    assert client.get(f"/documents/{document_id}/document.pdf").status_code == 404
    assert "document.pdf" not in client.get(f"/documents/{document_id}").text


def test_what_each_signature_rests_on_is_told_and_no_more(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, document: Document, drain: Drain
) -> None:
    """The seller signed as one did before codes were sent and identities verified."""
    seller = people.seller_contact
    with factory.writing() as uow:
        row = {"user_id": seller.user_id, "signer_name": "赵文博", "at": uow.now(), "ip": "", "user_agent": ""}
        by = {"party_id": people.seller_party, "sha256": document.sha256, "method": "", "factor": ""}
        uow.session.add(Signature(document_id=document.id, **row, **by))
    page = client.get(f"/verify/{document.code}").text
    assert "签署人凭账号和密码签署。" in page
    assert "当时尚不要求事先核验签署人的身份和签署权限" in page
    assert "验证码" not in page
    sign(factory, people.company, document.id)
    drain()
    page = client.get(f"/verify/{document.code}").text
    assert "签署人凭账号、密码和发送给本人的验证码签署。" in page
    assert "签署人的身份和签署权限事先已由工会干部核验" in page
    assert "赵文博" not in page
