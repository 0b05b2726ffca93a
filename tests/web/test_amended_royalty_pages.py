"""Changing a royalty in the browser: the form begins with what is agreed, and every page tells which royalty holds when."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.contracts.models import AmendedRoyalty, Document
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from tests.amending import sign_by_both
from tests.factories import make_signed
from tests.paying import BY_ROYALTY
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
_FIELD = re.compile(r'<(input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>')
LATER = "2027年1月1日；各方未在该日之前全部签署（纸质签署的，未在该日之前核验）的，自下一季度起"


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force with an entry fee and 3.5 % of the sales."""
    return make_signed(factory, people, BY_ROYALTY)


def shown(page: str) -> dict[str, str]:
    """What the form of a page holds, as a browser would send it."""
    found = {}
    for match in _FIELD.finditer(page.split("<main", maxsplit=1)[1]):
        kind, name = match[1], match[2]
        rest = page[page.index(match[0]) + len(match[0]) :]
        if kind == "textarea":
            found[name] = unescape(rest.split("</textarea>", maxsplit=1)[0]).lstrip("\r\n")
        elif kind == "select":
            options = rest.split("</select>", maxsplit=1)[0]
            chosen = re.search(r'<option selected value="([^"]*)"', options) or re.search(r'value="([^"]*)"', options)
            found[name] = chosen[1] if chosen else ""
        else:
            value = re.search(r'value="([^"]*)"', match[0])
            found[name] = unescape(value[1]) if value else ""
    return found


def newest(factory: UnitOfWorkFactory) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.max(Document.id))) or 0


def test_what_is_agreed_is_there_to_be_changed_and_is_told_everywhere(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, deal: int
) -> None:
    buyer = browse(people.company)
    form = shown(buyer.get(f"/deals/{deal}/amendment").text)
    assert (form["royalty"], form["royalty_base"], form["royalty_from"]) == (
        "3.5",
        BY_ROYALTY.royalty_base,
        "2027-01-01",
    )
    typed = form | {"reason": "市场价格下降。", "royalty": "3.25"}
    sent = buyer.post(f"/deals/{deal}/amendment", data=typed)
    assert sent.status_code == 303
    page = buyer.get(sent.location).text
    assert "<del>提成比例：3.5%</del>" in page
    assert "<ins>提成比例：3.25%" in page
    again = shown(buyer.get(f"/deals/{deal}/amendment").text)
    assert (again["royalty"], again["royalty_from"]) == ("3.25", "2027-01-01")
    assert "自2027年1月1日起" not in buyer.get(f"/deals/{deal}").text
    document_id = newest(factory)
    buyer.post(f"/documents/{document_id}/send")
    sign_by_both(factory, people, document_id)
    for path in ("", "/payments", "/royalty", "/amendment"):
        page = buyer.get(f"/deals/{deal}{path}").text
        assert "至2026年12月31日止" in page, path
        assert "自2027年1月1日起" in page, path
        assert f"/documents/{document_id}" in page, path
    assert shown(buyer.get(f"/deals/{deal}/amendment").text)["royalty"] == "3.25"
    assert "自2027年1月1日起适用" in buyer.get(f"/documents/{document_id}").text
    clock.forward(days=140)
    buyer = browse(people.company)
    figures = {"first_on": "2026-11-20", "last_on": "2027-03-31", "base": "1000000", "note": "台账"}
    refused = buyer.post(f"/deals/{deal}/royalty", data=figures).text
    assert "请先申报截至 2026-12-31 的数额" in refused
    assert 'value="1000000"' in refused
    buyer.post(f"/deals/{deal}/royalty", data=figures | {"first_on": "2027-01-01"})
    assert "¥ 1,000,000.00 × 3.25% = ¥ 32,500.00" in buyer.get(f"/deals/{deal}/payments").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "还没有任何变更"),
        ({"royalty_from": "2027-04-01"}, "还没有任何变更"),
        ({"royalty": "0"}, "请按百分比填写提成比例"),
        ({"royalty": "三成"}, "最多两位小数"),
        ({"royalty_base": ""}, "200"),
        ({"royalty": "4", "royalty_from": "2026-10-01"}, "请选择尚未开始的季度"),
        ({"royalty": "4", "royalty_from": "someday"}, "请选择尚未开始的季度"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, changed: dict[str, str], said: str
) -> None:
    buyer = browse(people.company)
    typed = shown(buyer.get(f"/deals/{deal}/amendment").text) | {"reason": "市场价格下降。"} | changed
    answer = buyer.post(f"/deals/{deal}/amendment", data=typed)
    assert answer.status_code == 200
    assert said in answer.text.split("error-summary", maxsplit=1)[1].split("</ul>", maxsplit=1)[0]
    kept = shown(answer.text)
    assert {name: kept[name] for name in ("reason", "royalty", "royalty_base")} == {
        name: typed[name] for name in ("reason", "royalty", "royalty_base")
    }
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(AmendedRoyalty.document_id))) == 0


def test_a_contract_without_a_royalty_says_that_none_can_be_added(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_signed(factory, people)
    page = browse(people.company).get(f"/deals/{deal_id}/amendment").text
    assert "补充协议也不能新增提成" in page
    assert 'name="royalty"' not in page


def test_who_chooses_a_quarter_that_begins_meanwhile_is_told(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, deal: int
) -> None:
    typed = shown(browse(people.company).get(f"/deals/{deal}/amendment").text) | {"reason": "降价。", "royalty": "3"}
    clock.forward(days=(date(2027, 1, 1) - clock.now().date()).days)
    answer = browse(people.company).post(f"/deals/{deal}/amendment", data=typed)
    assert "请选择尚未开始的季度" in answer.text
    assert shown(answer.text)["royalty_from"] == "2027-04-01"


def test_what_is_signed_names_the_royalty_and_from_when_on(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    """The box beside the text, and the page on which one signs, say what the amendment brings; afterwards from when it holds."""
    buyer = browse(people.company)
    form = shown(buyer.get(f"/deals/{deal}/amendment").text)
    sent = buyer.post(f"/deals/{deal}/amendment", data=form | {"reason": "市场价格下降。", "royalty": "3.25"})
    document_id = newest(factory)
    box = buyer.get(sent.location).text.split("签署内容", maxsplit=1)[1].split("</section>", maxsplit=1)[0]
    for said in (
        "3.25%",
        BY_ROYALTY.royalty_base,
        LATER,
    ):
        assert said in box, said
    buyer.post(f"/documents/{document_id}/send")
    assert "3.25%" in buyer.get(f"/documents/{document_id}/signature").text.split("<table", maxsplit=1)[0]
    sign_by_both(factory, people, document_id)
    box = buyer.get(sent.location).text.split("签署内容", maxsplit=1)[1].split("</section>", maxsplit=1)[0]
    assert "2027年1月1日" in box
    assert "下一季度" not in box
