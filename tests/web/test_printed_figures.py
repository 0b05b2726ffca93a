"""Published figures on paper: one page that is always one and tells no more than the public page, and the whole report."""

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from marketplace.infra.typesetting import compiler_for, pdf_of, qr_of
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.statistics import printing
from marketplace.statistics.definitions import DEFINITIONS
from tests.figures import FigureWriter
from tests.pdfs import pdf_pages, pdf_text
from tests.personas import People
from tests.publishing import publish_quarter, write_quarter
from tests.world import NOW

Browse = Callable[[Actor], FlaskClient]
SHEETS = Path(printing.__file__).parent / "sheets"
TITLE = "潍坊市职工创新成果转化统计（含全部二十二项指标及分县市区情况）" * 2
NOTE = "本期数据已经核对，" * 220
PROOF = "SHA-256" + "0123456789abcdef" * 4


def pdf(client: FlaskClient, number: str, form: str) -> bytes:
    with client.get(f"/reports/{number}/{form}.pdf") as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("note", ["", "说明", NOTE], ids=["no note", "short note", "longest note"])
def test_the_one_page_is_one_page(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock, language: str, note: str
) -> None:
    write_quarter(factory, people, clock)
    number = publish_quarter(factory, people, clock, TITLE, note)
    client = browse(people.city_official)
    client.post("/locale", data={"locale": language, "next": "/"})
    pages = pdf_pages(pdf(client, number, "brief"))
    assert len(pages) == 1
    text = "".join(pages[0].split())
    assert number in text
    assert re.search("SHA-256[0-9a-f]{64}", text)
    assert "(C13)" in text or "（C13）" in text


@pytest.mark.parametrize("counties", [0, 2, 16, 60])
@pytest.mark.parametrize("note", ["", NOTE], ids=["no note", "longest note"])
def test_counties_that_find_no_place_are_counted(counties: int, note: str) -> None:
    pages = pdf_pages(pdf_of(compiler_for(SHEETS / "brief.typ", brief(counties, note)), NOW))
    assert len(pages) == 1
    text = "".join(pages[0].split())
    assert PROOF in text
    shown = sum(f"county{place}sold" in text for place in range(counties))
    told = re.search(r"shownare(\d+)of(\d+)", text)
    if told:
        assert (shown, counties) == (int(told[1]), int(told[2]))
        assert all(f"county{place}sold" in text for place in range(counties - shown, counties)), "the largest"
    else:
        assert shown == counties
    assert shown >= min(counties, 3)


def test_no_total_and_no_heading_of_the_report_stands_alone() -> None:
    """Tables of any length, so that pages end everywhere."""
    data = brief(0, "") | {"differences": [], "empty_title": "没有记录", "chapters": [chapter(n) for n in range(1, 75)]}
    data["empty"] = [{key: chapter(99)[key] for key in ("title", "formula", "dated", "remark")}]
    pages = pdf_pages(pdf_of(compiler_for(SHEETS / "report.typ", data), NOW))
    assert len(pages) > 20

    def page_of(words: str) -> int:
        return next(place for place, page in enumerate(pages) if words in page)

    for n in range(1, 75):
        assert page_of(f"title{n}x") == page_of(f"row{n}x0x"), "the heading is with its table"
        assert page_of(f"total{n}x") == page_of(f"row{n}x{n - 1}x"), "the total is with what it is the total of"
    assert page_of("SHA-256") == page_of("title99x"), "the proof is no page of its own"


def chapter(number: int) -> dict[str, Any]:
    rows = [[f"row{number}x{place}x", "1", "2"] for place in range(number)]
    table = {
        "caption": "By month",
        "heads": ["", "Figure", "Rests on"],
        "rows": rows,
        "total": [f"total{number}x", "1", "2"],
    }
    words = {"title": f"title{number}x", "formula": "what it counts", "dated": "by day", "remark": ""}
    return words | {"tables": [table]}


def brief(counties: int, note: str) -> dict[str, Any]:
    """What the sheet is given: 22 figures, and counties the last of which is the largest."""
    rows = [{"place": n, "cells": [f"county{n}sold", "1", "2"]} for n in reversed(range(counties))]
    by_county = {
        "caption": "By county",
        "heads": ["County", "As seller", "As buyer"],
        "rows": rows,
        "total": ["City", "1", "2"],
        "left_out": "shown are {shown} of {all}",
        "nothing": "",
    }
    return {
        "lang": "zh",
        "house": "潍坊市总工会 · 匠果",
        "title": TITLE,
        "number": "2026-0001",
        "number_line": "第 2026-0001 号",
        "as_of_line": "数据截至",
        "warning": "这些数据已更正，请引用第 2026-0002 号。",
        "facts": [("统计时段", "2026 年")] * 5,
        "note": note,
        "note_goes_on": "……",
        "heads": ["指标", "值", "依据"],
        "figures": [
            {"cells": ["指标", "¥ 1.00", "1"], "remark": "需要说明的情况" * 5 if n > 20 else ""} for n in range(22)
        ],
        "ladder": "不得相加",
        "counties": [by_county] if counties else [],
        "proof": "核对",
        "url": "https://example.com/reports/2026-0001",
        "sha256": PROOF.removeprefix("SHA-256"),
        "qr": qr_of("https://example.com/reports/2026-0001"),
    }


def test_the_one_page_tells_no_more_than_the_public_page(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    """One contract within 诸城: the sum of what stayed within the counties is that contract."""
    writer = write_quarter(factory, people, clock)
    writer.contract(10, "zhucheng", "zhucheng", date(2026, 2, 3), 1_230_000)
    number = publish_quarter(factory, people, clock)
    client = browse(people.city_official)
    brief_text, report = (pdf_text(pdf(client, number, form)) for form in ("brief", "report"))
    assert "¥12,300.00" in report
    assert "¥12,300.00" not in brief_text
    assert "本地内部" not in brief_text


def test_what_is_counted_when_the_year_is_over_says_so(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    write_quarter(factory, people, clock)
    number = publish_quarter(factory, people, clock)
    client = browse(people.city_official)
    for text in (
        client.get(f"/reports/{number}").text,
        client.get(f"/reports/{number}/B1").text,
        client.get("/desk?figure=B1&from=2026-01-01&to=2026-03-31").text,
        *(pdf_text(pdf(client, number, form)) for form in ("brief", "report")),
        workbook_text(client, number),
    ):
        assert text.count("年度结束后计入") >= 1
    assert "年度结束后计入" not in client.get("/desk?figure=B1&from=2025-01-01&to=2025-12-31").text
    assert "年度结束后计入" not in client.get("/desk?figure=A1&from=2026-01-01&to=2026-03-31").text


def test_the_report_explains_every_figure_also_those_without_rows(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    write_quarter(factory, people, clock)
    number = publish_quarter(factory, people, clock)
    text = pdf_text(pdf(browse(people.city_official), number, "report"))
    for code, definition in DEFINITIONS.items():
        assert text.count(f"口径{code.value}，第{definition.version}版") == 1, code


def test_a_share_above_the_whole_is_frozen_knowingly_and_explained(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    """A contract is paid in full, ended with an eighth payable, and nothing has been sent back yet."""
    clock.at = datetime(2026, 3, 31, 4, tzinfo=UTC)
    writer = FigureWriter(factory, people)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 8_000_000)
    writer.receipt(1, date(2026, 3, 11), 8_000_000)
    writer.termination(1, date(2026, 3, 12), -7_000_000)
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    client = browse(people.city_official)
    days = {"first_on": "2026-01-01", "last_on": "2026-03-31", "as_of": "2026-04-09"}
    form = {"title": "一季度", "codes": ["A1", "C5"], **days}
    assert 'name="aware"' not in client.get("/reports/new").text
    asked = client.post("/reports/new", data=form)
    assert asked.status_code == 200
    assert "以下比率超过百分之百：C5" in asked.text
    assert 'name="aware"' in asked.text
    url = client.post("/reports/new", data=form | {"aware": "y"}).headers["Location"]
    number = url.rsplit("/", 1)[1]
    for text in (
        client.get(url).text,
        client.get(f"{url}/C5").text,
        client.get("/desk?figure=C5&from=2026-01-01&to=2026-03-31").text,
        *(pdf_text(pdf(client, number, form)) for form in ("brief", "report")),
        workbook_text(client, number),
    ):
        assert re.search(r"800%|\b8\b", text)
        assert "多付部分在退回之前仍计入到账" in text


def workbook_text(client: FlaskClient, number: str) -> str:
    with client.get(f"/reports/{number}/figures.xlsx") as answer:
        sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[1]
    return " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
