"""The bank statement in the browser."""

from collections.abc import Callable
from io import BytesIO

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import lines_of, make_signed
from tests.paying import BY_PLAN, confirm, report
from tests.personas import People
from tests.sheets import sheet
from tests.usecases.test_bank_statements import HEADS, PAID, UNKNOWN, WAGES


def test_a_statement_is_read_and_compared(
    factory: UnitOfWorkFactory, people: People, browse: Callable[[Actor], FlaskClient]
) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000)
    confirm(factory, people.seller_contact, receipt_id)
    seller, address = browse(people.seller_contact), f"/parties/{people.seller_party}/bank"
    assert address in seller.get(f"/deals/{deal}/payments").text
    assert address not in browse(people.company).get(f"/deals/{deal}/payments").text
    assert "请先选择文件" in seller.post(address, data={}).text
    file = (BytesIO(sheet(HEADS, PAID, WAGES, UNKNOWN, encoding="gb18030")), "流水.csv")
    assert seller.post(address, data={"file": file}, content_type="multipart/form-data").status_code == 303
    page = seller.get(address).text
    assert "共读取 3 行，其中 2 行可能与转化项目有关" in page
    assert "¥ 777.00" in page
    assert "王建国" not in page.partition("<main")[2]
    official = browse(people.county_official)
    assert "银行流水：" in official.get(f"/deals/{deal}/payments").text
    assert official.get(address).status_code == 200
    assert browse(people.stranger).get(address).status_code == 404
