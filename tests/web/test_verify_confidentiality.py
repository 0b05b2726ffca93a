"""Anybody checks a confidentiality agreement as he checks a contract; what it is about stays with the parties."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from marketplace.confidentiality import service
from marketplace.confidentiality.models import Agreement
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.confiding import asked, in_force, make_talks, sign
from tests.pdfs import pdf_text
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
Drain = Callable[[], int]


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A result of which something is kept back, with talks about it."""
    return make_talks(factory, people)


def agreement(factory: UnitOfWorkFactory, agreement_id: int) -> Agreement:
    with factory.reading() as uow:
        return uow.session.get_one(Agreement, agreement_id)


def chosen(client: FlaskClient, file: bytes) -> str:
    answer = client.post("/verify", data={"file": (BytesIO(file), "保密协议.pdf")}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_a_genuine_one_is_proved_by_its_code_and_by_the_file(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, browse: Browse, result_id: int, drain: Drain
) -> None:
    agreement_id = in_force(factory, people, result_id)
    drain()
    pdf = browse(people.company).get(f"/confidentiality/{agreement_id}/agreement.pdf", buffered=True).data
    code = agreement(factory, agreement_id).code
    assert code is not None
    printed = re.search(r"查验码([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})", pdf_text(pdf))
    assert printed
    assert printed.group(1).replace("-", "") == code
    answer = client.post("/verify", data={"code": printed.group(1).lower()})
    assert (answer.status_code, answer.location) == (303, f"/verify/{code}")
    page = client.get(answer.location).text
    for said in ("保密协议", "双方已于2026年11月20日签署", "寿光蓝海化工有限公司", "青州前程机械有限公司"):
        assert said in page, said
    assert page.count("PDF 中的电子签名有效") == 2
    assert "您选择的文件与这里保存的完全一致" in chosen(client, pdf)
    assert "您选择的文件与这里保存的正文完全一致" in chosen(client, agreement(factory, agreement_id).text.encode())
    assert "没有内容完全相同的文件" in chosen(client, pdf + b"\n")
    assert f"/verify/{code}" in browse(people.company).get(f"/confidentiality/{agreement_id}").text


def test_what_it_is_about_and_who_signed_stay_with_the_parties(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, result_id: int, drain: Drain
) -> None:
    agreement_id = in_force(factory, people, result_id)
    drain()
    page = client.get(f"/verify/{agreement(factory, agreement_id).code}").text
    with factory.reading(people.company) as uow:
        title = service.fetch(uow, agreement_id)[1].title
    for private in (title, "孙丽华", "赵文博", "127.0.0.1", "test browser", f"/results/{result_id}", "3799"):
        assert private not in page, private


def test_one_that_its_reader_alone_has_signed_binds_nobody_and_an_unsigned_one_is_not_known(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, result_id: int
) -> None:
    agreement_id = asked(factory, people, result_id)
    found = agreement(factory, agreement_id)
    assert found.code is None
    assert "没有内容完全相同的文件" in chosen(client, found.text.encode()), "its owner has not heard of it either"
    sign(factory, people.company, agreement_id)
    path = f"/verify/{agreement(factory, agreement_id).code}"
    assert "还没有双方签署" in client.get(path).text
    with factory.writing(people.seller_contact) as uow:
        service.decline(uow, agreement_id, "另有安排")
    page = client.get(path).text
    assert "这份文本无效" in page
    assert "另有安排" not in page
