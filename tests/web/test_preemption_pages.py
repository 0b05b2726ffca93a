"""The right to buy first in the browser: what is missing, the contributor's answer, the paper of one without an account."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import VOUCHER
from tests.personas import People
from tests.usecases.test_preemptions import drafted

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def path(factory: UnitOfWorkFactory, people: People) -> str:
    """The draft of an assignment of what worker and somebody without an account made."""
    return f"/documents/{drafted(factory, people, ('王建国', people.worker), ('夏广智', None))}"


def paper() -> tuple[BytesIO, str]:
    return BytesIO(VOUCHER), "放弃优先受让声明.pdf"


def test_from_the_notice_to_the_sending(people: People, browse: Browse, path: str) -> None:
    seller, buyer, worker = browse(people.seller_contact), browse(people.company), browse(people.worker)
    page = seller.get(path).text
    assert ("第八百四十七条" in page, "发出前还缺什么" in page, f"{path}/send" in page) == (True, True, False)
    assert buyer.post(f"{path}/send").status_code == 409
    assert buyer.post(f"{path}/contributors").status_code == 403
    assert seller.post(f"{path}/contributors").status_code == 303
    assert seller.post(f"{path}/contributors").status_code == 409
    assert "您可以优先受让《" in worker.get("/").text
    terms = worker.get("/preemptions/1").text
    assert all(text in terms for text in ("¥ 180,000.00", "我要优先受让", "2026年12月5日"))
    assert "寿光蓝海化工有限公司" not in terms
    assert worker.post("/preemptions/1", data={"action": "exercise", "note": "我想自己办厂"}).status_code == 303
    assert all(text in buyer.get(path).text for text in ("要求优先受让", "我想自己办厂"))
    assert worker.post("/preemptions/1", data={"action": "waive"}).status_code == 303
    assert seller.post("/preemptions/2/paper", data={"answer": "waive"}).status_code == 200
    assert seller.post("/preemptions/2/paper", data={"answer": "waive", "file": paper()}).status_code == 303
    assert seller.get("/preemptions/2/paper/file", buffered=True).data == VOUCHER
    assert f"{path}/send" in buyer.get(path).text
    assert buyer.post(f"{path}/send").status_code == 303
    assert "不需要再答复" in worker.get("/preemptions/1").text
    assert "已告知完成人优先受让权" in buyer.get("/deals/1").text


def test_what_is_not_ones_own_is_not_there(people: People, browse: Browse, path: str) -> None:
    browse(people.seller_contact).post(f"{path}/contributors")
    for who in ("colleague", "seller_contact", "company", "stranger", "administrator", "city_official"):
        browser = browse(getattr(people, who))
        assert browser.get("/preemptions/1").status_code == 404, who
        assert browser.post("/preemptions/1", data={"action": "waive"}).status_code == 404, who
    assert browse(people.stranger).get("/preemptions/2/paper").status_code == 404
    assert browse(people.company).get("/preemptions/2/paper").status_code == 409
    assert browse(people.company).get("/preemptions/2/paper/file").status_code == 404


def test_too_long_a_note_loses_nothing(people: People, browse: Browse, path: str) -> None:
    browse(people.seller_contact).post(f"{path}/contributors")
    answer = browse(people.worker).post("/preemptions/1", data={"action": "waive", "note": "长" * 1001})
    assert (answer.status_code, "长长长" in answer.text, 'href="#note"' in answer.text) == (200, True, True)
