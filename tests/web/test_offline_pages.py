"""The offline ledger in the browser: typed, imported, booked off, exported; and what stands beside the signed amount."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import VOUCHER, make_signed
from tests.offline import HEADS, OTHER, OTHER_ROW, ROW, TOLD, entered
from tests.personas import People
from tests.sheets import sheet

Browse = Callable[[Actor], FlaskClient]

TYPED = {
    "title": "变压器油箱焊接工装技术许可合同",
    "seller_name": "青州前程机械有限公司",
    "seller_county": "qingzhou",
    "buyer_name": "寿光蓝海化工有限公司",
    "buyer_county": "shouguang",
    "contract_type": "licence",
    "amount": "18万",
    "day": "2026-11-18",
    "source": "企业报送的合同复印件",
}


def rows_of(content: bytes, name: str) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in row) for row in load_workbook(BytesIO(content))[name].iter_rows()]


def test_one_deal_is_typed_and_found_in_the_ledger(people: People, browse: Browse) -> None:
    official = browse(people.county_official)
    assert official.post("/offline/new", data=TYPED).status_code == 303
    page = official.get("/offline").text
    assert "线下台账（未核验）" in page
    assert "¥ 180,000.00" in page
    assert "企业报送的合同复印件" in official.get("/offline/1").text
    assert "¥ 180,000.00" in official.get("/offline?seller=qingzhou&month=2026-11").text
    assert "¥ 180,000.00" not in official.get("/offline?buyer=gaomi").text


def test_nothing_typed_is_lost_and_what_may_be_there_already_is_shown(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal = make_signed(factory, people)
    official = browse(people.city_official)
    page = official.post("/offline/new", data=TYPED).text
    assert f"/deals/{deal}" in page
    assert 'name="all_the_same"' in page
    assert all(value in page for value in ("变压器油箱焊接工装技术许可合同", "18万", "企业报送的合同复印件"))
    wrong = official.post("/offline/new", data={**TYPED, "amount": "面议", "contract_type": "", "result": "x"}).text
    assert 'value="面议"' in wrong
    assert official.post("/offline/new", data={**TYPED, "all_the_same": "y"}).status_code == 303


def test_of_a_record_of_other_counties_no_more_is_told_than_that_it_is_there(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    """Whoever claims that a unit is of his county learns neither title nor amount of what it has signed elsewhere."""
    deal = make_signed(factory, people)
    claimed = {**TYPED, "seller_county": "gaomi", "amount": "18.3万", "title": "油箱自动焊接工装"}
    page = browse(people.other_official).post("/offline/new", data=claimed).text
    assert "市级干部" in page
    assert 'name="all_the_same"' in page
    assert "变压器油箱自动焊接工装" not in page
    assert "¥ 180,000.00" not in page
    assert f"/deals/{deal}" not in page


def test_a_sheet_is_looked_through_then_entered(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    entered(factory, people.city_official)
    official = browse(people.city_official)
    wrong = ("", *OTHER_ROW[1:])
    content = BytesIO(sheet(HEADS, ROW, OTHER_ROW, wrong))
    sent = official.post("/offline/imports", data={"file": (content, "合同.csv")})
    assert sent.headers["Location"] == "/offline/imports/1"
    page = official.get("/offline/imports/1").text
    assert "尚未录入。可录入 1 行，疑似重复 1 行，有错误 1 行。" in page
    assert "<strong>项目名称</strong>" in page
    [tick] = re.findall(r'name="take" value="(2:\w+)"', page)
    assert official.post("/offline/imports/1/confirm", data={"take": [tick, "99", "x"]}).status_code == 303
    page = official.get("/offline/imports/1").text
    assert "共 3 行，已录入 2 行。" in page
    assert "未录入的行" in page
    assert "<strong>项目名称</strong>" in page
    assert official.post("/offline/imports/1/confirm").status_code == 409
    assert browse(people.county_official).get("/offline/imports/1").status_code == 404


def test_a_row_that_is_held_back_is_named(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    """What it is like has changed since it was ticked; the page goes on to say which rows are not in the ledger."""
    entered(factory, people.city_official)
    official = browse(people.city_official)
    official.post("/offline/imports", data={"file": (BytesIO(sheet(HEADS, ROW, OTHER_ROW)), "合同.csv")})
    [tick] = re.findall(r'name="take" value="(2:\w+)"', official.get("/offline/imports/1").text)
    entered(factory, people.city_official, replace(TOLD, fen=18_100_000), all_the_same=True)
    page = official.post("/offline/imports/1/confirm", data={"take": tick}, follow_redirects=True).text
    assert "第 2 行" in page
    assert "勾选之后，与之比对的记录有变化" in page
    page = official.get("/offline/imports/1").text
    assert "未录入的行" in page
    assert "¥ 181,000.00" in page


def test_a_file_that_is_no_sheet_comes_back_with_the_reason(people: People, browse: Browse) -> None:
    official = browse(people.city_official)
    page = official.post("/offline/imports", data={"file": (BytesIO("名称,单位\na,b\n".encode()), "a.csv")}).text
    assert "缺少以下列：出让方、受让方、合同类型、金额、签订日期、来源。" in page
    template = official.get("/offline/imports/template.xlsx").data
    assert rows_of(template, "线下台账（未核验）")[0][0] == "合同名称"


def test_a_row_is_booked_off_with_a_reason(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    entry = entered(factory, people.county_official)
    official = browse(people.county_official)
    assert "请填写" in official.post(f"/offline/{entry}/take-off", data={"reason": ""}).text
    assert official.post(f"/offline/{entry}/take-off", data={"reason": "金额有误"}).status_code == 303
    page = official.get(f"/offline/{entry}").text
    assert "金额有误" in page
    assert "/take-off" not in page


def test_a_scan_can_be_added_and_is_for_officials_of_the_county(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    entry = entered(factory, people.county_official)
    official = browse(people.county_official)
    assert official.post(f"/offline/{entry}/papers", data={"file": (BytesIO(b"x"), "a.txt")}).status_code == 200
    assert official.post(f"/offline/{entry}/papers", data={"file": (BytesIO(VOUCHER), "合同.pdf")}).status_code == 303
    assert official.get(f"/offline/{entry}/papers/1", buffered=True).data == VOUCHER
    other = browse(people.other_official)
    for path in (f"/offline/{entry}", f"/offline/{entry}/papers/1"):
        assert other.get(path).status_code == 404


def test_the_workbook_says_that_nothing_is_verified(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    entered(factory, people.city_official)
    entered(factory, people.city_official, OTHER)
    content = browse(people.city_official).get("/offline/ledger.xlsx").data
    heads, *lines = rows_of(content, "明细")
    assert "金额（元，未核验）" in heads
    assert {line[2] for line in lines} == {"变压器油箱焊接工装技术许可合同", "磷石膏综合利用工艺"}
    assert rows_of(content, "按月份")[-1][1:] == (360000, 2)


def test_the_number_of_deals_is_not_headed_like_the_number_of_a_row(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    entered(factory, people.city_official)
    content = browse(people.city_official).get("/offline/ledger.xlsx").data
    assert rows_of(content, "按月份")[0] == ("月份", "金额（元，未核验）", "登记项数")
    assert rows_of(content, "明细")[0][0] == "行号"


def test_a_firm_without_a_county_is_called_as_the_form_calls_it(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    entered(factory, people.city_official, replace(TOLD, buyer_county=None))
    official = browse(people.city_official)
    content = official.get("/offline/ledger.xlsx").data
    assert "未填或市外" in {line[8] for line in rows_of(content, "明细")}
    assert "未填或市外" in {line[0] for line in rows_of(content, "按县市区")}
    assert "未填或市外" in official.get("/offline").text


def test_beside_the_signed_amount_the_ledger_stands_apart(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    make_signed(factory, people)
    entered(factory, people.city_official, all_the_same=True)
    drain()
    official = browse(people.city_official)
    desk = official.get("/desk?figure=A1").text
    assert "线下台账（未核验）" in desk
    assert "1 项，不计入" in desk
    assert "1 对" in desk
    assert 'id="beside"' not in official.get("/desk?figure=A4").text
    queue = official.get("/review?kind=duplicate").text
    assert "/duplicates/1" in queue


def test_nobody_else_sees_the_ledger(people: People, browse: Browse, client: FlaskClient) -> None:
    for actor in (people.company, people.worker, people.administrator):
        for path in ("/offline", "/offline/new", "/offline/imports", "/offline/ledger.xlsx", "/duplicates"):
            assert browse(actor).get(path).status_code == 404
    assert client.get("/offline").status_code in {302, 303, 401}
