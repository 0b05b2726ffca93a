"""Benefits of own use in the browser: declared, checked, shown on the result; and who does not get to see them."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.declaring import declared, verify
from tests.factories import VOUCHER, make_result
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def result(factory: UnitOfWorkFactory, people: People) -> int:
    """A published result of the seller."""
    return make_result(factory, people)


def typed(result_id: int, **changed: Any) -> dict[str, Any]:
    """What a browser sends."""
    sent = {
        "result": str(result_id),
        "year": "2025",
        "basis": "返修率由2.1%降到0.4%。",
        "unit_saving": "12.00",
        "quantity": "10000",
        "quantity_of": "件",
        "costs": "2万",
        "costs_for": "工装折旧",
        "scope": "二车间四条线",
        "repeatability": "adapted",
    }
    return {**sent, "file": (BytesIO(VOUCHER), "证明.pdf"), **changed}


def test_from_the_form_to_the_page_of_the_result(
    people: People, browse: Browse, client: FlaskClient, result: int
) -> None:
    unit, official = browse(people.seller_contact), browse(people.county_official)
    path = f"/organisations/{people.seller_id}/benefits"
    assert f"{path}/new?result={result}" in unit.get(f"/results/{result}").text
    assert f'<option selected value="{result}">' in unit.get(f"{path}/new?result={result}").text
    one = unit.post(f"{path}/new", data=typed(result)).location
    assert "¥ 100,000.00" in unit.get(one).text
    assert one in official.get("/review?kind=benefit").text
    assert "2025年度早于该成果在本平台发布或申请专利的时间" in official.get(one).text
    assert official.get(f"{one}/proof", buffered=True).data == VOUCHER
    assert "100,000.00" not in client.get(f"/results/{result}").text
    assert "返修率由2.1%降到0.4%。" not in client.get(f"/results/{result}").text
    assert official.post(f"{one}/verify").status_code == 303
    public = client.get(f"/results/{result}").text
    assert all(text in public for text in ("价值单", "¥ 100,000.00", "返修率由2.1%降到0.4%。", "稍作改动即可"))
    assert "证明.pdf" not in public
    assert one not in official.get("/review").text
    assert "¥ 100,000.00" in official.get("/desk?figure=B1&from=2025-01-01").text


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    people: People, browse: Browse, result: int
) -> None:
    unit, path = browse(people.seller_contact), f"/organisations/{people.seller_id}/benefits/new"
    refused = unit.post(path, data=typed(result, costs="12万", scope="很长的使用范围说明"))
    assert refused.status_code == 200
    assert 'href="#costs"' in refused.text
    assert "很长的使用范围说明" in refused.text
    for field in ("basis", "unit_saving", "quantity", "quantity_of", "scope", "repeatability", "file", "result"):
        assert f'href="#{field}"' in unit.post(path, data=typed(result, **{field: ""})).text, field
    assert 'href="#costs_for"' in unit.post(path, data=typed(result, costs_for="")).text
    assert 'href="#quantity"' in unit.post(path, data=typed(result, quantity="1.5")).text
    assert 'href="#year"' in unit.post(path, data=typed(result, year="2026")).text
    assert 'href="#file"' in unit.post(path, data=typed(result, file=(BytesIO(b"MZ"), "x.exe"))).text


def test_a_correction_begins_with_what_is_in_force(
    factory: UnitOfWorkFactory, people: People, browse: Browse, result: int
) -> None:
    first = declared(factory, people, result)
    unit, official = browse(people.seller_contact), browse(people.county_official)
    assert unit.get(f"/benefits/{first}/correction").status_code == 409
    verify(factory, people.county_official, first)
    form = unit.get(f"/benefits/{first}/correction").text
    assert 'value="10000"' in form
    assert 'href="#reason"' in unit.post(f"/benefits/{first}/correction", data=typed(result)).text
    sent = typed(result, quantity="9000", reason="漏算返工")
    second = unit.post(f"/benefits/{first}/correction", data=sent).location
    assert "¥ 100,000.00" in official.get(second).text
    page = official.get(second).text
    assert "漏算返工" in page
    assert "只按差额 -¥ 12,000.00 入账，此后2025年度自用效益为 ¥ 88,000.00" in page
    assert official.post(f"{second}/verify").status_code == 303
    assert second in unit.get(f"/benefits/{first}").text
    rows = official.get("/desk/rows?figure=B1&from=2025-01-01").text
    assert "-¥ 12,000.00" in rows
    assert "更正调减" in rows


def test_returned_with_a_reason(factory: UnitOfWorkFactory, people: People, browse: Browse, result: int) -> None:
    one = declared(factory, people, result)
    official = browse(people.county_official)
    refused = official.post(f"/benefits/{one}/return", data={"reason": " "})
    assert 'href="#reason-return"' in refused.text
    assert official.post(f"/benefits/{one}/return", data={"reason": "没有财务盖章"}).status_code == 303
    assert "没有财务盖章" in browse(people.seller_contact).get(f"/benefits/{one}").text
    assert official.post(f"/benefits/{one}/verify").status_code == 409


def test_what_one_may_not_know_of_is_not_there(
    factory: UnitOfWorkFactory, people: People, browse: Browse, client: FlaskClient, result: int
) -> None:
    one = declared(factory, people, result)
    pages = (f"/benefits/{one}", f"/benefits/{one}/proof", f"/organisations/{people.seller_id}/benefits")
    for page in pages:
        assert client.get(page).status_code == 303
        for actor in (people.worker, people.company, people.other_official):
            assert browse(actor).get(page).status_code == 404, page
    assert browse(people.seller_contact).post(f"/benefits/{one}/verify").status_code == 404
    assert browse(people.county_official).get(f"/organisations/{people.seller_id}/benefits/new").status_code == 404
    assert "declare" not in client.get(f"/results/{result}").text
