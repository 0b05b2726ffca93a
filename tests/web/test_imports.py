"""The pages on which officials import: try, read, import, mend."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import ImportRun, Listing
from marketplace.results.models import Result
from tests.factories import make_result
from tests.personas import People
from tests.sheets import RESULTS, sheet
from tests.unit.infra.archives import archive, workbook
from tests.usecases.test_matches import WHOLE

Browse = Callable[[Actor], FlaskClient]
GOOD = ("自动焊接工装", "青州前程机械有限公司", "减少变形。")
NAMELESS = ("", "某单位", "没有名称")


@pytest.fixture
def official(browse: Browse, people: People) -> FlaskClient:
    return browse(people.city_official)


def upload(client: FlaskClient, content: bytes, name: str = "表.csv") -> TestResponse:
    return client.post("/imports", data={"kind": "result", "file": (BytesIO(content), name)})


def count(factory: UnitOfWorkFactory, model: type[Listing | ImportRun]) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.count(model.id))) or 0


def test_an_official_tries_reads_the_report_and_imports(
    official: FlaskClient, factory: UnitOfWorkFactory, drain: Callable[[], int]
) -> None:
    trial = upload(official, sheet(RESULTS, GOOD, NAMELESS, GOOD)).location
    assert f"{trial}/progress" in official.get(trial).text
    drain()
    report = official.get(trial).text
    assert "名称是空的。" in report
    assert "与本表第2行相同。" in report
    assert count(factory, Listing) == 0
    real = official.post(f"{trial}/for-real").location
    drain()
    assert "自动焊接工装" not in official.get(real).text
    assert count(factory, Listing) == 1
    assert "自动焊接工装" in official.get("/results?q=焊接").text.replace("<mark>", "").replace("</mark>", "")


def test_the_progress_can_be_asked_for(official: FlaskClient, drain: Callable[[], int]) -> None:
    trial = upload(official, sheet(RESULTS, GOOD)).location
    before = official.get(f"{trial}/progress").json
    drain()
    assert before == {"done": 0, "total": 0, "finished": False, "url": trial}
    assert official.get(f"{trial}/progress").json == {"done": 1, "total": 1, "finished": True, "url": trial}


def test_pressing_twice_imports_once(
    official: FlaskClient, factory: UnitOfWorkFactory, drain: Callable[[], int]
) -> None:
    trial = upload(official, sheet(RESULTS, GOOD)).location
    drain()
    first = official.post(f"{trial}/for-real").location
    assert official.post(f"{trial}/for-real").location == first
    drain()
    assert (count(factory, Listing), count(factory, ImportRun)) == (1, 2)


def test_a_trial_that_has_not_ended_cannot_be_imported(official: FlaskClient) -> None:
    trial = upload(official, sheet(RESULTS, GOOD)).location
    assert official.post(f"{trial}/for-real").status_code == 409


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(nothing=b"x"), "不是电子表格"),
        (b"PK\x03\x04 not a zip at all", "不是电子表格"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "表.xlsx"),
        (b"", "空"),
        (sheet(("甲", "乙"), ("1", "2")), "甲、乙"),
    ],
)
def test_a_file_that_cannot_serve_comes_back_to_the_form(
    official: FlaskClient, factory: UnitOfWorkFactory, content: bytes, words: str
) -> None:
    answer = upload(official, content, "表.xlsx")
    assert answer.status_code == 200
    assert words in answer.text
    assert count(factory, ImportRun) == 0


def test_no_file_is_said_beside_the_field(official: FlaskClient) -> None:
    assert "请选择文件。" in official.post("/imports", data={"kind": "result"}).text


def test_the_rows_not_imported_can_be_downloaded_without_a_formula(
    official: FlaskClient, drain: Callable[[], int]
) -> None:
    header = (*RESULTS, "行业")
    trial = upload(official, workbook(header, (*GOOD, "=1+1"), (*GOOD, ""), (*GOOD, ""))).location
    drain()
    answer = official.get(f"{trial}/problems.xlsx")
    cells = list(openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))
    assert [row[:2] for row in cells[1:]] == [(2, "行业"), (4, None)]
    assert "=1+1" in str(cells[1][3])
    assert not str(cells[1][3]).startswith("=")


def test_an_official_decides_about_rows_that_are_nearly_the_same(
    official: FlaskClient, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    here = make_result(factory, people, title="罐体焊接工装", summary=WHOLE)
    rows = (("储罐焊接工装", "新单位", WHOLE), ("罐壁焊接工装", "新单位", WHOLE), GOOD)
    trial = upload(official, sheet(RESULTS, *rows)).location
    drain()
    report = official.get(trial).text
    assert f'href="/results/{here}"' in report
    assert [f'name="take" value="{row}"' in report for row in (2, 3, 4)] == [True, True, False]
    cells = openpyxl.load_workbook(BytesIO(official.get(f"{trial}/problems.xlsx").data)).worksheets[0]
    assert {row[0] for row in cells.iter_rows(min_row=2, values_only=True)} == {2, 3}
    real = official.post(f"{trial}/for-real", data={"asked": ["2", "3"], "take": ["3"]}).location
    drain()
    assert count(factory, Listing) == 3
    report = official.get(real).text
    assert [f'name="take" value="{row}"' in report for row in (2, 3)] == [True, False]
    rest = official.post(f"{real}/for-real", data={"everything": "1"}).location
    drain()
    assert count(factory, Listing) == 4
    assert "把勾选的行也导入" not in official.get(rest).text
    assert official.post(f"{rest}/for-real").status_code == 409


def test_html_in_every_field_is_shown_as_text(
    official: FlaskClient, factory: UnitOfWorkFactory, drain: Callable[[], int]
) -> None:
    evil = "<script>alert(1)</script>"
    header = ("成果名称", "完成单位", "成果简介", "解决的问题", "使用条件", "专利号", f"{evil}列", "行业")
    row = (f"{evil}焊接", f"{evil}公司", f"{evil}简介焊接", evil, evil, "<b>1</b>", evil, "")
    wrong = (f"{evil}二", evil, evil, "", "", "", "", evil)
    trial = upload(official, sheet(header, row, wrong), f"{evil}.csv").location
    drain()
    report = official.get(trial).text
    real = official.post(f"{trial}/for-real").location
    drain()
    with factory.reading() as uow:
        listing_id = uow.session.scalars(select(Result.id)).one()
    pages = [
        report,
        *(official.get(url).text for url in ("/imports", real, "/results?q=焊接", f"/results/{listing_id}")),
    ]
    assert all("&lt;script&gt;alert(1)" in page for page in pages)
    assert not any("<script>alert" in page for page in pages)


@pytest.mark.parametrize("url", ["/imports", "/imports/1", "/imports/1/progress", "/imports/1/problems.xlsx"])
def test_the_pages_are_for_officials(browse: Browse, client: FlaskClient, people: People, url: str) -> None:
    for outsider in (people.worker, people.company_admin, people.administrator):
        assert browse(outsider).get(url).status_code == 404
    assert client.get(url).status_code == 303


def test_a_worker_cannot_upload(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    assert upload(browse(people.worker), sheet(RESULTS, GOOD)).status_code == 404
    assert count(factory, ImportRun) == 0
