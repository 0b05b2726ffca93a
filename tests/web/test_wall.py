"""The wall screen: whose figures it shows, what it keeps to itself, and how it is renewed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.statistics.wall_views import CHARTS, KNOWN_AT
from marketplace.web.context import Runtime
from tests.factories import make_signed
from tests.figures import FigureWriter
from tests.personas import People
from tests.rewarding import Drain, approved, paid, sold

Browse = Callable[[Actor], FlaskClient]


def test_the_wall_is_for_officials(browse: Browse, client: FlaskClient, people: People) -> None:
    for url in ("/wall", "/wall.json"):
        assert browse(people.company).get(url).status_code == 404
        assert browse(people.administrator).get(url).status_code == 404
        assert client.get(url).status_code == 303


def test_before_anything_was_signed_it_stands_at_nothing(browse: Browse, people: People) -> None:
    page = browse(people.city_official).get("/wall").text
    assert "近 7 天无变化" in page
    assert "全市" in page


def test_it_shows_amounts_with_their_rung_and_names_nobody(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Drain, clock: SetClock
) -> None:
    """A contract of 180,000 yuan, all of it received, and 28,333.33 paid to one of the two who made it."""
    reward = sold(factory, people, drain)
    approved(factory, people, clock, reward)
    paid(factory, people, reward, 1, 500_000, date(2026, 12, 6))
    page = browse(people.city_official).get("/wall").text
    numbers = re.findall(r'wall-number"><a href="([^"]+)">([\d.,]+)', page)
    assert numbers == [
        ("/desk/rows?figure=A1", "18"),
        ("/desk/rows?figure=A4", "18"),
        ("/desk/rows?figure=A6", "2.83"),
        ("/desk/rows?figure=A2", "0"),
        ("/desk/rows?figure=A1", "1"),
        ("/desk/rows?figure=C4", "1"),
        ("/desk/rows?figure=C6", "1"),
    ]
    assert [code for code in ("A1", "A4", "A6", "A2", "C4", "C6") if f"（{code}）" not in page] == []
    said = ("王建国", "李秀英", "褚工会", "青州前程机械", "寿光蓝海化工", "变压器油箱自动焊接工装")
    assert [name for name in said if name in page] == []


def test_a_county_s_wall_says_whose_deals_it_counts(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    writer = FigureWriter(factory, people)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 30_000_000)
    writer.contract(2, "zhucheng", "gaomi", date(2026, 3, 10), 7_000_000)
    page = browse(people.other_official).get("/wall").text
    assert "高密市出让或受让的项目" in page
    assert 'figure=A1">7 <small>万元' in page
    assert "30.00" not in page


def test_tiles_and_tables_count_in_one_unit_in_each_language(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    FigureWriter(factory, people).contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 112_350_000)
    client = browse(people.city_official)
    assert 'figure=A1">112.35 <small>万元' in client.get("/wall").text
    client.post("/locale", data={"locale": "en"})
    page = client.get("/wall").text
    assert 'figure=A1">¥1.124 <small>million' in page
    assert ">1.124</a>" in page
    assert "By month, million yuan" in page
    assert "ten thousand" not in page


def test_every_number_leads_to_its_rows(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    make_signed(factory, people)
    official = browse(people.city_official)
    urls = {url.replace("&amp;", "&") for url in re.findall(r'href="(/desk/rows[^"]+)"', official.get("/wall").text)}
    assert any("seller=qingzhou" in url for url in urls)
    assert any("month=2026-11" in url for url in urls)
    assert any("since=2026-11-14" in url for url in urls)
    assert [url for url in urls if official.get(url).status_code != 200] == []


def test_it_is_renewed_only_when_something_has_changed(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock
) -> None:
    official = browse(people.city_official)
    first = official.get("/wall.json")
    assert (first.status_code, "万元" in first.get_json()["parts"]["figures"]) == (200, False)
    asked = {"If-None-Match": first.headers["ETag"]}
    clock.forward(minutes=5)
    same = official.get("/wall.json", headers=asked)
    assert (same.status_code, same.data) == (304, b"")
    assert same.headers[KNOWN_AT] == clock.at.isoformat(timespec="seconds") != first.headers[KNOWN_AT]
    assert official.get("/wall.json", headers={"If-None-Match": f"W/{first.headers['ETag']}"}).status_code == 304
    make_signed(factory, people)
    renewed = official.get("/wall.json", headers=asked)
    assert (renewed.status_code, "18 <small>万元" in renewed.get_json()["parts"]["figures"]) == (200, True)
    assert renewed.get_json()["chart"]["series"][0]["amounts"][-1] == "18"
    clock.forward(days=1)
    next_day = official.get("/wall.json", headers={"If-None-Match": renewed.headers["ETag"]})
    assert (next_day.status_code, "2026年11月21日" in next_day.get_json()["parts"]["scope"]) == (200, True)


def test_what_one_reader_holds_is_not_taken_for_another_s(browse: Browse, people: People) -> None:
    city, english, county = browse(people.city_official), browse(people.city_official), browse(people.county_official)
    held = {"If-None-Match": city.get("/wall.json").headers["ETag"]}
    english.post("/locale", data={"locale": "en"})
    assert english.get("/wall.json", headers=held).status_code == 200
    assert county.get("/wall.json", headers=held).status_code == 200


def test_it_asks_as_often_as_it_is_set_to(app: Flask, browse: Browse, people: People) -> None:
    assert 'data-seconds="60"' in browse(people.city_official).get("/wall").text


@pytest.mark.parametrize("is_there", [True, False])
def test_the_chart_s_program_is_asked_for_where_it_was_fetched(
    app: Flask, browse: Browse, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    if is_there:
        (tmp_path / "fetched").mkdir()
        (tmp_path / "fetched" / CHARTS).write_text("// one")
    page = browse(people.city_official).get("/wall").text
    [*found] = re.findall(r'src="(/static/fetched/[^"]+)"', page)
    assert bool(found) is is_there
    assert "按月份（万元）" in page
    if is_there:
        assert found == [f"/static/fetched/{CHARTS}?v=" + found[0][-16:]]
        (tmp_path / "fetched" / CHARTS).write_text("// another one")
        assert found[0] not in browse(people.city_official).get("/wall").text


@pytest.mark.parametrize("hides", [False, True])
def test_where_the_public_passes_what_rests_on_few_deals_is_left_out(
    factory: UnitOfWorkFactory, people: People, browse: Browse, runtime: Runtime, hides: bool
) -> None:
    """Four contracts of 青州 and three of 高密; the first is the only one of February, so that March is left out with it."""
    writer = FigureWriter(factory, people)
    for number in range(1, 8):
        seller = "qingzhou" if number < 5 else "gaomi"
        writer.contract(number, seller, "shouguang", date(2026, 3 if number > 1 else 2, 10), 1_230_000 * number)
    changed = runtime.settings.model_copy(update={"wall_hides_small_parts": hides})
    runtime.factory = replace(runtime.factory, services=replace(runtime.factory.services, settings=changed))
    page = browse(people.city_official).get("/wall").text
    assert (page.count(">22.14</a>"), page.count(">12.30</a>")) == (1, 1)
    assert (">1.23</a>" in page, ">33.21</a>" in page) == (not hides, not hides)
    assert ("笔数过少，不予公开" in page) is hides
