"""Registration in the browser: the form as it comes filled in, the certificate, the official's check, and who sees what."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import VOUCHER, make_signed
from tests.paying import TODAY
from tests.personas import People
from tests.registering import ASSIGNED, NUMBER, applied, recorded, registered, values

Browse = Callable[[Actor], FlaskClient]
CERTIFICATE = {"number": NUMBER, "day": "2026-11-20", "a2": "18万", "a3": "150000"}


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A licence for 180,000 yuan, in force since today."""
    return make_signed(factory, people)


def scan() -> tuple[BytesIO, str]:
    return BytesIO(VOUCHER), "登记证明.pdf"


def typed(factory: UnitOfWorkFactory, people: People, deal: int, **changed: Any) -> dict[str, Any]:
    """What a browser sends: amounts in yuan."""
    filled = values(factory, people, deal)
    yuan = {key: value // 100 if isinstance(value, int) else value for key, value in filled.items()}
    return {**yuan, "version": "0", "action": "submit", **changed}


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_from_the_form_to_the_figures(factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int) -> None:
    seller, official, buyer = (browse(one) for one in (people.seller_contact, people.county_official, people.company))
    path = f"/deals/{deal}/registration"
    assert "申请认定登记" in seller.get("/").text
    assert path in seller.get(f"/deals/{deal}").text
    form = seller.get(f"{path}/application").text
    assert all(
        text in form for text in ("青州前程机械有限公司", "91370783MA3C00002T", 'value="180000"', "2026年1月23日")
    )
    assert seller.post(f"{path}/application", data=typed(factory, people, deal)).status_code == 303
    assert "¥ 150,000.00" in buyer.get(path).text
    assert "录入登记证明" in seller.get("/").text
    assert seller.post("/registrations/1/certificate", data={**CERTIFICATE, "file": scan()}).status_code == 303
    assert "工会干部核验登记证明后才有" in seller.get(path).text
    assert path in official.get("/review?kind=registration").text
    assert official.get("/registration-records/1/scan", buffered=True).data == VOUCHER
    assert official.post("/registration-records/1/verify").status_code == 303
    assert all(text in buyer.get(path).text for text in (NUMBER, "¥ 180,000.00", "¥ 150,000.00", "合同已登记"))
    assert path not in official.get("/review").text
    listed = official.get("/registrations").text
    assert all(text in listed for text in (path, NUMBER, "¥ 150,000.00"))


def test_a_draft_is_kept_as_it_was_typed(factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int) -> None:
    seller, path = browse(people.seller_contact), f"/deals/{deal}/registration/application"
    half = typed(
        factory, people, deal, contract_name="焊接工装许可使用", amount_equipment="3万", goal="", action="save"
    )
    assert seller.post(path, data=half).status_code == 303
    page = seller.get(path).text
    assert ("焊接工装许可使用" in page, 'value="30000"' in page) == (True, True)
    assert "填完" in seller.get("/").text
    stale = seller.post(path, data={**half, "contract_name": "另一个窗口"})
    assert (stale.status_code, "另一个窗口" in stale.text, "另开一页" in stale.text) == (200, True, True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount_equipment": ""}, "amount_equipment"),
        ({"amount_equipment": "200000"}, "amount_equipment"),
        ({"amount_total": "十八万"}, "amount_total"),
        ({"goal": ""}, "goal"),
        ({"goal": "99"}, "goal"),
        ({"signed_on": "昨天"}, "signed_on"),
    ],
)
def test_a_refused_application_loses_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, changed: dict[str, str], field: str
) -> None:
    path = f"/deals/{deal}/registration/application"
    sent = typed(factory, people, deal, contract_name="改过的名称", **changed)
    answer = browse(people.seller_contact).post(path, data=sent)
    assert (answer.status_code, f'href="#{field}"' in answer.text, "改过的名称" in answer.text) == (200, True, True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"a3": "180000.01"}, "a3"), ({"a2": "0"}, "a2"), ({"number": ""}, "number"), ({"day": "2026-11-21"}, "day")],
)
def test_a_refused_certificate_loses_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, changed: dict[str, str], field: str
) -> None:
    applied(factory, people, deal)
    sent = {**CERTIFICATE, **changed, "file": scan()}
    answer = browse(people.seller_contact).post("/registrations/1/certificate", data=sent)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (200, True)
    assert 'value="150000"' in answer.text or "a3" in changed


def test_returned_refused_and_changed(factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int) -> None:
    seller, official = browse(people.seller_contact), browse(people.county_official)
    path = f"/deals/{deal}/registration"
    recorded(factory, people, applied(factory, people, deal))
    assert official.post("/registration-records/1/return", data={"reason": ""}).status_code == 200
    assert official.post("/registration-records/1/return", data={"reason": "编号看不清"}).status_code == 303
    assert "编号看不清" in seller.get(path).text
    assert seller.post("/registrations/1/refusal", data={"day": "2026-11-20"}).status_code == 200
    refusal = {"day": "2026-11-20", "reason": "标的不明确"}
    assert seller.post("/registrations/1/refusal", data=refusal).status_code == 303
    assert "标的不明确" in browse(people.company).get(path).text
    registered(factory, people, deal)
    assert "变更原因" in seller.get("/registrations/2/change").text
    assert seller.get("/registrations/2/certificate").status_code == 409
    cancelled = {"number": "撤销1号", "day": "2026-11-20", "reason": "合同已解除", "file": scan()}
    assert seller.post("/registrations/2/cancellation", data=cancelled).status_code == 303
    assert official.post("/registration-records/3/verify").status_code == 303
    assert "合同已解除" in seller.get(path).text


def test_the_form_is_exported_as_the_registrar_heads_it(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    registered(factory, people, deal)
    one = dict(rows_of(browse(people.seller_contact).get("/registrations/1/form.xlsx", buffered=True).data))
    assert (one["合同名称"], one["合同类型"], one["知识产权类别"]) == ("变压器油箱自动焊接工装", "技术许可", "发明专利")
    assert (one["技术交易额（元）"], one["登记证明编号"], one["状态"]) == (150_000, NUMBER, "已登记")
    assert one["登记日期"].date() == TODAY
    content = browse(people.county_official).get("/registrations/contracts.xlsx?from=2026-11-01&to=2026-11-30")
    heads, line = rows_of(content.data)
    named = dict(zip(heads, line, strict=True))
    assert (named["登记证明编号"], named["技术交易额（元）"], named["卖方统一社会信用代码"]) == (
        NUMBER,
        150_000,
        "91370781MA3C00001T",
    )
    empty = browse(people.county_official).get("/registrations/contracts.xlsx?from=2026-01-01&to=2026-01-31")
    assert len(rows_of(empty.data)) == 1


@pytest.mark.parametrize("who", ["stranger", "loner", "other_official", "administrator"])
def test_who_has_no_part_in_it_sees_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, who: str
) -> None:
    recorded(factory, people, applied(factory, people, deal))
    browser = browse(getattr(people, who))
    for path in (
        f"/deals/{deal}/registration",
        f"/deals/{deal}/registration/application",
        "/registrations/1/certificate",
        "/registrations/1/form.xlsx",
        "/registration-records/1/scan",
    ):
        assert browser.get(path).status_code == 404, path
    assert browser.post("/registration-records/1/verify").status_code == 404
    assert browser.post("/registrations/1/withdrawal").status_code == 404


def test_the_author_reads_without_the_papers_and_the_buyer_does_not_apply(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    path = f"/deals/{deal}/registration"
    assert browse(people.company).get(f"{path}/application").status_code == 409
    recorded(factory, people, applied(factory, people, deal))
    worker = browse(people.worker)
    assert worker.get(path).status_code == 200
    assert [worker.get(one).status_code for one in ("/registration-records/1/scan", "/registrations/1/form.xlsx")] == [
        404,
        404,
    ]
    assert browse(people.company).post("/registrations/1/withdrawal").status_code == 403
    assert browse(people.seller_contact).get("/registrations").status_code == 404


def test_a_period_that_is_none_is_refused(people: People, browse: Browse) -> None:
    official = browse(people.city_official)
    assert "没有登记的合同" in official.get("/registrations").text
    for query in ("from=2026-11-20&to=2026-11-01", "from=yesterday"):
        assert official.get(f"/registrations?{query}").status_code == 422


def test_an_assigned_patent_is_followed(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    path = f"/deals/{make_signed(factory, people, ASSIGNED)}/registration"
    buyer, seller = browse(people.company), browse(people.seller_contact)
    assert "专利法第十条" in buyer.get(path).text
    deal = path.rsplit("/", 1)[0]
    assert buyer.post(f"{deal}/patent-transfer", data={"day": "2026-11-21"}).status_code == 200
    assert buyer.post(f"{deal}/patent-transfer", data={"day": "2026-11-20"}).status_code == 303
    assert seller.post("/patent-transfers/1/refusal", data={"reason": ""}).status_code == 200
    notice = {"number": "2026112000001", "day": "2026-11-20", "file": scan()}
    assert seller.post("/patent-transfers/1/notice", data=notice).status_code == 303
    page = buyer.get(path).text
    assert ("2026112000001" in page, "专利法第十条" in page) == (True, False)
    assert buyer.get("/patent-transfers/1/scan", buffered=True).data == VOUCHER
    assert browse(people.worker).get("/patent-transfers/1/scan").status_code == 404
    assert browse(people.stranger).get("/patent-transfers/1/scan").status_code == 404
    assert seller.get("/patent-transfers/1/notice").status_code == 409
