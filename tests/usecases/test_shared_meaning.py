"""Where two texts share few words, the nearest words of both are shown; words that stand everywhere are no reason."""

from pathlib import Path
from typing import Any

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.matching import interest_queries, meanings, queries, service
from marketplace.matching.queries import MatchRow
from marketplace.matching.reasons import explain, stored
from marketplace.matching.rules import Origin, Place, Side, Strength
from marketplace.matching.why import Kin, Why, why_stored
from marketplace.needs.models import Need
from marketplace.results.models import Result
from marketplace.wiring import SCHEDULE
from search_index import contexts
from search_index.contexts import LEAST_TEXTS
from search_index.meaning import Meaning, save
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import index_everything

TAUGHT = Meaning(
    documents=LEAST_TEXTS,
    common=frozenset({"技术", "系统", "研究", "应用", "装置"}),
    near={"防锈": {"耐蚀": 0.8}, "耐蚀": {"防锈": 0.8}, "铁锅": {"锅具": 0.7}, "锅具": {"铁锅": 0.7}},
)
NEED: dict[str, Any] = {"title": "铁锅防锈技术", "description": "希望找到成熟的技术系统。"}
KIN: dict[str, Any] = {
    "title": "锅具耐蚀技术",
    "problem": "",
    "summary": "",
    "description": "",
    "metric": "",
    "unit": "",
    "before": "",
    "after": "",
}
PLAIN: dict[str, Any] = {**KIN, "title": "果蔬保鲜技术系统"}


def teach(factory: UnitOfWorkFactory, meaning: Meaning = TAUGHT) -> None:
    save(meaning, factory.services.meanings.path)


def rows(factory: UnitOfWorkFactory, people: People, need: int) -> tuple[MatchRow, ...]:
    with factory.reading(people.company) as uow:
        return queries.matches_for_need(uow, need)


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """A result and a need that share 技术 alone, beside another such result."""
    ids = make_result(factory, people, **KIN), make_need(factory, people, **NEED)
    make_result(factory, people, **PLAIN)
    index_everything(factory)
    teach(factory)
    return ids


def test_a_match_without_a_word_in_common_shows_the_nearest_words(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    (row,) = rows(factory, people, pair[1])
    assert row.result_id == pair[0]
    assert row.reason.terms == ()
    assert [(one.text, one.result_field, one.need_field) for one in row.reason.kin] == [
        ("防锈 ≈ 耐蚀", Place.TITLE, Place.TITLE),
        ("铁锅 ≈ 锅具", Place.TITLE, Place.TITLE),
    ]
    assert row.strength is Strength.WEAK, "what is near in meaning ranks nothing"


def test_both_sides_read_the_same_pairs(factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]) -> None:
    with factory.reading(people.worker) as uow:
        (row,) = queries.matches_for_result(uow, pair[0])
    assert row.reason.kin == rows(factory, people, pair[1])[0].reason.kin


def test_a_match_of_words_that_stand_everywhere_is_not_offered(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    teach(factory, Meaning(documents=LEAST_TEXTS, common=TAUGHT.common))
    assert rows(factory, people, pair[1]) == ()


def test_a_word_that_carries_hardly_anything_makes_no_match_better_than_weak(
    factory: UnitOfWorkFactory, people: People
) -> None:
    texts = {**KIN, "title": "研究应用系统技术装置", "description": "也用于铁锅。"}
    make_result(factory, people, **texts)
    need = make_need(factory, people, title="技术装置研究应用系统", description="厂内有铁锅。")
    index_everything(factory)
    teach(factory)
    (row,) = rows(factory, people, need)
    assert [term.text for term in row.reason.terms] == ["铁锅"]
    assert row.strength is Strength.WEAK


@pytest.mark.parametrize(("title", "shown"), [("果蔬大棚", ["储罐"]), ("果蔬干燥", ["储罐", "干燥"])])
def test_a_word_said_in_passing_is_a_reason_in_a_title_only(
    factory: UnitOfWorkFactory, people: People, title: str, shown: list[str]
) -> None:
    make_result(factory, people, **{**KIN, "title": title, "description": "储罐内的果蔬；经干燥，效果良好。"})
    need = make_need(factory, people, title="储罐清洗", description="清洗后须干燥，密封良好。")
    index_everything(factory)
    teach(factory, Meaning(documents=LEAST_TEXTS, passing=frozenset({"干燥", "良好"})))
    (row,) = rows(factory, people, need)
    assert sorted(term.text for term in row.reason.terms) == sorted(shown)


def test_with_nothing_learnt_matches_are_explained_as_far_as_words_go(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    shared = make_result(factory, people, **{**KIN, "title": "铁锅耐蚀技术"})
    index_everything(factory)
    factory.services.meanings.path.write_bytes(b"damaged")
    (row,) = rows(factory, people, pair[1])
    assert (row.result_id, [term.text for term in row.reason.terms], row.reason.kin) == (shared, ["铁锅"], ())


@pytest.mark.parametrize(
    ("title", "words", "kin"),
    [
        ("锅具耐蚀涂料", 0, 2),
        ("储罐锅具耐蚀", 1, 2),
        ("储罐铁水锅具耐蚀", 2, 2),
        ("储罐、铁水、涂装、焊枪与锅具耐蚀", 4, 0),
    ],
)
def test_pairs_stand_beside_few_words_only(
    factory: UnitOfWorkFactory, people: People, title: str, words: int, kin: int
) -> None:
    make_result(factory, people, **{**KIN, "title": title})
    need = make_need(factory, people, title="铁锅防锈", description="储罐；铁水；涂装；焊枪。")
    index_everything(factory)
    teach(factory)
    (row,) = rows(factory, people, need)
    assert (len(row.reason.terms), len(row.reason.kin)) == (words, kin)


def test_a_unit_behind_numbers_is_no_reason(factory: UnitOfWorkFactory, people: People) -> None:
    bare = {**KIN, "title": "果蔬大棚", "description": "棚长300mm，功率16kW。"}
    make_result(factory, people, **bare)
    need = make_need(factory, people, title="储罐焊接", description="壁厚8mm、电源20kW。")
    index_everything(factory)
    assert rows(factory, people, need) == ()


def test_the_stored_reason_holds_the_pairs_and_reads_back(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    with factory.reading(people.company) as uow:
        result, need = uow.session.get_one(Result, pair[0]), uow.session.get_one(Need, pair[1])
        reason = explain(uow, result, need, Side.NEED)
    kept = stored(reason)
    assert kept["terms"] == []
    assert kept["kin"][0] == {
        "result": "耐蚀", "result_field": "title", "need": "防锈", "need_field": "title",
        "likeness": pytest.approx(0.8),
    }  # fmt: skip
    assert why_stored(kept) == reason.why
    assert all(isinstance(one, Kin) for one in reason.why)


@pytest.mark.parametrize(
    ("explanation", "texts"),
    [
        ({}, []),
        ({"terms": [{"text": "焊接", "field": "title"}]}, ["焊接"]),
        ({"terms": [{"text": "焊接", "field": "unheard of"}, {"text": "焊接"}]}, []),
        ({"kin": [{"result": "a", "result_field": "footnote", "need": "b", "need_field": "body"}, {"a": 1}]}, []),
    ],
)
def test_reasons_of_another_version_are_read_as_far_as_they_go(explanation: dict[str, Any], texts: list[str]) -> None:
    assert [one.text for one in why_stored(explanation)] == texts


def test_a_sent_interest_keeps_the_pairs_when_they_are_forgotten(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    with factory.writing(people.company) as uow:
        sent = service.express(uow, Side.NEED, *pair, "想看样品", Origin.MATCH).id
    factory.services.meanings.path.unlink()
    with factory.reading(people.worker) as uow:
        why = interest_queries.view(uow, sent).why
    assert why is not None
    assert [one.text for one in why.why] == ["防锈 ≈ 耐蚀", "铁锅 ≈ 锅具"]


def publish(factory: UnitOfWorkFactory, people: People, count: int) -> None:
    for number in range(count):
        make_result(factory, people, **{**KIN, "title": f"锅具耐蚀技术{number}"})


def worked(factory: UnitOfWorkFactory) -> None:
    Worker(factory, {}, [task for task in SCHEDULE if task.run in {meanings.learn, meanings.catch_up}]).run_due_tasks()


def test_the_worker_learns_when_there_is_enough_and_again_when_it_doubled(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    publish(factory, people, 3)
    worked(factory)
    assert factory.services.meanings.newest() == Meaning()
    publish(factory, people, LEAST_TEXTS)
    clock.forward(hours=1)
    worked(factory)
    learnt = factory.services.meanings.newest()
    assert learnt.documents == LEAST_TEXTS + 3
    assert "技术" in learnt.common
    publish(factory, people, 5)
    clock.forward(hours=1)
    worked(factory)
    assert factory.services.meanings.newest() is learnt, "a few more are left for the night"
    clock.forward(days=1)
    worked(factory)
    assert factory.services.meanings.newest().documents == LEAST_TEXTS + 8


def test_what_was_sampled_is_not_learnt_again_while_nothing_new_would_be_read(
    factory: UnitOfWorkFactory, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[Path] = []
    monkeypatch.setattr(meanings, "SAMPLE", 3)
    monkeypatch.setattr(contexts, "LEAST_TEXTS", 1)
    monkeypatch.setattr(meanings, "learn_apart", lambda path, *_texts: learnt.append(path))
    teach(factory, Meaning(documents=3))
    publish(factory, people, 8)
    with factory.reading() as uow:
        meanings.catch_up(uow)
    assert not learnt
    make_need(factory, people)
    teach(factory, Meaning(documents=2))
    with factory.reading() as uow:
        meanings.catch_up(uow)
    assert learnt == [factory.services.meanings.path]


def test_learning_leaves_the_write_lock_alone(
    factory: UnitOfWorkFactory, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(factory, people, 1)

    def learn_while_somebody_writes(path: Path, *_texts: object) -> None:
        with factory.writing() as uow:
            uow.session.get_one(Result, 1).title = "改过了"
        save(TAUGHT, path)

    monkeypatch.setattr(meanings, "learn_apart", learn_while_somebody_writes)
    worked(factory)
    assert factory.services.meanings.newest() == TAUGHT


def test_the_largest_catalogue_is_sampled_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meanings, "SAMPLE", 4)
    assert [list(chunk) for chunk in meanings._sampled(range(10, 20))] == [[10, 12, 15, 17]]
    assert [list(chunk) for chunk in meanings._sampled([3, 1])] == [[1, 3]]
    assert list(meanings._sampled([])) == []


def test_words_and_pairs_are_told_apart(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, **{**KIN, "title": "储罐锅具耐蚀"})
    need = make_need(factory, people, title="铁锅防锈", description="储罐。")
    index_everything(factory)
    teach(factory)
    (row,) = rows(factory, people, need)
    assert [type(one) for one in row.reason.why] == [Why, Kin, Kin]
