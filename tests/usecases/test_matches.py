"""Both sides see matches with their reasons, and can put them away."""

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.listings.rules import Maturity
from marketplace.matching import queries, service
from marketplace.matching.models import ShownReasons
from marketplace.matching.queries import MatchRow
from marketplace.matching.rules import DismissReason, Side, Strength
from marketplace.needs import indexing as need_indexing
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.results import indexing as result_indexing
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, ResultState
from marketplace.wiring import INDEXER
from tests.factories import make_need, make_result
from tests.personas import People

WHOLE = (
    "人工焊接储罐壁板变形大，返修多。用气动夹具分段压紧壁板，焊枪沿导轨行走，分段退焊，焊后保压冷却再松开。"
    "在三条生产线上连续使用十四个月，抽检一千二百件，直线度合格率由八成一提高到九成九，质检记录和工时台账可查。"
    "适用于壁厚八至十六毫米的筒体和类似的箱形长构件，需要压缩空气和两台气体保护焊机，一名工人一个班内学会操作。"
)


def index_everything(factory: UnitOfWorkFactory) -> None:
    """What the indexing handler does once listings are published, in indexes that are whole."""
    INDEXER.heal_all(factory)
    with factory.reading() as uow:
        results = result_indexing.documents(uow.session, list(uow.session.scalars(select(Result.id))))
        needs = need_indexing.documents(uow.session, list(uow.session.scalars(select(Need.id))))
        uow.services.catalogues["result"].put(results)
        uow.services.catalogues["need"].put(needs)


def rows_for_need(factory: UnitOfWorkFactory, people: People, need_id: int) -> tuple[MatchRow, ...]:
    with factory.reading(people.company) as uow:
        return queries.matches_for_need(uow, need_id)


def test_a_company_sees_the_results_that_share_its_words(factory: UnitOfWorkFactory, people: People) -> None:
    welding = make_result(factory, people, title="储罐壁板焊接变形控制工装", description=WHOLE)
    make_result(
        factory, people, title="苹果分级机果托", problem="果子磕伤", summary="软托", description="分级机用的软托。"
    )
    need_id = make_need(factory, people)
    index_everything(factory)
    first, *_ = rows_for_need(factory, people, need_id)
    assert (first.result_id, first.strength) == (welding, Strength.STRONG)
    assert any("焊接" in term.text for term in first.reason.terms)
    assert any(part.marked and "变形" in part.text for part in first.title)
    assert "".join(part.text for part in first.title) == "储罐壁板焊接变形控制工装"
    assert first.card.party == "青州前程机械有限公司"


def test_the_strong_ones_stand_ahead_of_what_shares_more_words_but_none_of_the_title(
    factory: UnitOfWorkFactory, people: People
) -> None:
    wordy = make_result(factory, people, title="壁板焊工培训", summary="壁板焊接后变形大，壁板焊接矫正" * 3)
    near = make_result(factory, people, title="储罐焊接变形控制", summary=WHOLE)
    for number in range(8):
        make_result(factory, people, title=f"苹果果托{number}号", summary="壁板软托", problem="", description="")
    need_id = make_need(factory, people)
    index_everything(factory)
    found = rows_for_need(factory, people, need_id)
    assert [row.strength.rank for row in found] == sorted(row.strength.rank for row in found)
    assert found[0].result_id == near
    assert wordy in {row.result_id for row in found}


def test_a_worker_sees_the_needs_his_result_may_solve(factory: UnitOfWorkFactory, people: People) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    make_need(factory, people, title="苹果冷库节能", description="冷库耗电高。")
    index_everything(factory)
    with factory.reading(people.worker) as uow:
        rows = queries.matches_for_result(uow, result_id)
    assert [row.need_id for row in rows][:1] == [need_id]


def test_the_stored_reasons_add_up_to_the_score(factory: UnitOfWorkFactory, people: People) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    with factory.writing(people.company) as uow:
        service.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.KNOWN)
    with factory.reading() as uow:
        explanation = uow.session.scalars(select(ShownReasons.explanation)).one()
    parts = {part["name"]: part["share"] for part in explanation["parts"]}
    assert math.isclose(math.fsum(parts.values()), explanation["score"])
    assert {"words", "price", "ways", "deadline"} <= set(parts)
    assert math.fsum(term["share"] for term in explanation["terms"]) <= parts["words"] * 1.000001


@pytest.mark.parametrize(
    "emptied",
    [
        {"description": "", "problem": "", "summary": ""},
        {"description": ""},
        {"price_fen": None},
        {"ways": []},
        {"maturity": None},
        {"county": None},
        {"before": "", "after": ""},
    ],
    ids="+".join,
)
def test_an_incomplete_listing_never_ranks_higher_for_being_short_or_empty(
    factory: UnitOfWorkFactory, people: People, emptied: dict[str, Any]
) -> None:
    """Two listings alike but for what one leaves out, in a catalogue of ordinary ones."""
    whole: dict[str, Any] = {
        "title": "储罐焊接变形控制工装",
        "problem": "变形大",
        "summary": "压紧",
        "description": WHOLE,
    }
    poor = make_result(factory, people, **{**whole, **emptied})
    complete = make_result(factory, people, **whole)
    for number in range(6):
        make_result(factory, people, title=f"第{number}号喷涂线改造", description=WHOLE.replace("焊", "喷"))
    need_id = make_need(
        factory,
        people,
        maturity_wanted=Maturity.TRIAL,
        county_wanted="qingzhou",
        indicators=[{"name": "变形", "value": "2"}],
    )
    index_everything(factory)
    ranked = [row.result_id for row in rows_for_need(factory, people, need_id)]
    assert ranked.index(complete) < ranked.index(poor)


@pytest.mark.parametrize("bad", [{"price_fen": 90_000_000}, {"maturity": Maturity.IDEA}, {"county": "gaomi"}])
def test_leaving_a_fact_out_is_no_better_than_one_that_contradicts(
    factory: UnitOfWorkFactory, people: People, bad: dict[str, Any]
) -> None:
    silent = make_result(factory, people, **dict.fromkeys(bad))
    honest = make_result(factory, people, **bad)
    need_id = make_need(factory, people, maturity_wanted=Maturity.TRIAL, county_wanted="qingzhou")
    index_everything(factory)
    scores = {row.result_id: row.reason.weight.score for row in rows_for_need(factory, people, need_id)}
    assert scores[silent] <= scores[honest] * 1.000001


def test_the_points_of_each_match_add_up_and_fall_as_the_list_goes_on(
    factory: UnitOfWorkFactory, people: People
) -> None:
    make_result(factory, people, title="储罐壁板焊接变形控制工装", description=WHOLE)
    make_result(factory, people, title="储罐焊缝打磨装置", description=WHOLE[20:90])
    make_result(factory, people, title="壁板焊接返修记录仪", description="记录壁板焊接的返修率。")
    need_id = make_need(factory, people)
    index_everything(factory)
    reckonings = [row.reckoning for row in rows_for_need(factory, people, need_id)]
    assert [one.points for one in reckonings] == [sum(line.points for line in one.lines) for one in reckonings]
    assert reckonings[0].points == 100
    assert sorted((one.points for one in reckonings), reverse=True) == [one.points for one in reckonings]
    assert any("焊接" in line.of.word for line in reckonings[0].lines)


def test_missing_facts_and_contradictions_stand_beside_the_match(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, price_fen=90_000_000, county=None)
    need_id = make_need(factory, people, county_wanted="qingzhou", deadline=date(2026, 11, 19))
    index_everything(factory)
    (row,) = rows_for_need(factory, people, need_id)
    assert [remark.params for remark in row.missing if "county" in remark.message] == [
        {"wanted": {"county": "qingzhou"}}
    ]
    assert [remark.params for remark in row.conflicts] == [
        {"price": {"fen": 90_000_000}, "budget": {"fen": 50_000_000}},
        {"deadline": {"day": "2026-11-19"}},
    ]


def test_only_published_results_of_others_are_offered(factory: UnitOfWorkFactory, people: People) -> None:
    shown = make_result(factory, people)
    make_result(factory, people, party_id=people.buyer_party, author_id=people.company.user_id)
    paused = make_result(factory, people)
    need_id = make_need(factory, people)
    index_everything(factory)
    with factory.writing() as uow:  # The index lags behind the database.
        uow.session.get_one(Result, paused).state = ResultState.PAUSED
    assert [row.result_id for row in rows_for_need(factory, people, need_id)] == [shown]


def test_an_anonymous_need_does_not_name_its_party(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    make_need(factory, people, anonymous=True)
    index_everything(factory)
    with factory.reading(people.worker) as uow:
        (row,) = queries.matches_for_result(uow, result_id)
    assert row.card.party is None


def test_a_match_of_single_characters_is_not_offered(factory: UnitOfWorkFactory, people: People) -> None:
    """Nobody could explain it; the empty list tells the company to describe its need instead."""
    make_result(
        factory, people, title="人造板压机", problem="人工压板慢", summary="快", description="", before="", after=""
    )
    need_id = make_need(factory, people, title="人、板、压", description="")
    index_everything(factory)
    assert rows_for_need(factory, people, need_id) == ()


def test_know_how_that_is_not_public_does_not_carry_a_match(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(
        factory, people, title="专用工装", problem="返修多", summary="压紧", disclosure=Disclosure.TRADE_SECRET,
        description="用氩气背保护控制储罐壁板焊接变形",
    )  # fmt: skip
    need_id = make_need(factory, people)
    index_everything(factory)
    with factory.reading(people.worker) as uow:
        rows = queries.matches_for_result(uow, result_id)
    assert all("储罐" not in term.text for row in rows for term in row.reason.terms)
    for row in rows_for_need(factory, people, need_id):
        assert "氩气" not in row.card.text


@pytest.mark.parametrize("who", ["company", "company_admin", "city_official"])
def test_insiders_of_a_need_read_its_matches(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    make_result(factory, people)
    need_id = make_need(factory, people)
    index_everything(factory)
    with factory.reading(getattr(people, who)) as uow:
        assert len(queries.matches_for_need(uow, need_id)) == 1


@pytest.mark.parametrize("who", ["worker", "stranger", "loner", "other_official", "administrator"])
def test_nobody_else_learns_that_a_need_has_matches(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    need_id = make_need(factory, people)
    with factory.reading(getattr(people, who)) as uow, pytest.raises(NotFound):
        queries.matches_for_need(uow, need_id)


Act = Callable[[UnitOfWork], object]


def test_a_dismissed_match_is_gone_until_it_is_restored(factory: UnitOfWorkFactory, people: People) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    with factory.writing(people.company) as uow:
        service.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.TOPIC, "  不是储罐  ")
        service.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.PRICE)
    assert rows_for_need(factory, people, need_id) == ()
    with factory.reading(people.worker) as uow:
        assert len(queries.matches_for_result(uow, result_id)) == 1, "the other side still sees it"
    with factory.reading(people.company) as uow:
        (away,) = queries.dismissed_by(uow, queries.own_need(uow, need_id))
    assert (away.result_id, away.reason) == (result_id, DismissReason.PRICE)
    with factory.writing(people.company_admin) as uow:
        service.restore(uow, result_id, need_id, Side.NEED)
        service.restore(uow, result_id, need_id, Side.NEED)
    assert len(rows_for_need(factory, people, need_id)) == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [("worker", NotFound), ("stranger", NotFound), ("administrator", NotFound), ("city_official", NotPermitted)],
)
def test_nobody_puts_away_a_match_of_somebody_else(
    factory: UnitOfWorkFactory, people: People, who: str, error: type[Exception]
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    with pytest.raises(error), factory.writing(getattr(people, who)) as uow:
        service.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.TOPIC)


def test_a_draft_has_matches_for_its_author_already(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people)
    need_id = make_need(factory, people, state=NeedState.DRAFT)
    index_everything(factory)
    assert len(rows_for_need(factory, people, need_id)) == 1
