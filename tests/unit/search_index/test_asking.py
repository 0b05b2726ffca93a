"""What a text asks for: titles' words, what is common among those who ask, long texts, and the view of the other side."""

from pathlib import Path
from typing import Any

import pytest

from search_index.asking import Profile
from search_index.document import Document
from search_index.index import SearchIndex


def opened(folder: Path, profile: Profile, *titles: str) -> SearchIndex:
    index = SearchIndex(folder, (), (), profile=profile)
    index.put(Document(number, title, "") for number, title in enumerate(titles))
    return index


def score(index: SearchIndex, title: str, body: str, number: int, asking: SearchIndex | None = None) -> float:
    found = index.explain(title, body, number, asking.asker(None) if asking else None)
    assert found is not None
    assert found.score == pytest.approx(
        found.explanation.standing + sum(share.share for share in found.explanation.shares)
    )
    return found.score


def test_a_word_of_the_title_counts_where_the_same_characters_across_two_words_do_not(tmp_path: Path) -> None:
    titles = ("机械工程师手册", "手工程序")  # 工程 is a word of the first alone.
    plain, words = opened(tmp_path / "a", Profile(), *titles), opened(tmp_path / "b", Profile(word=1.0), *titles)
    gained = [score(words, "工程", "", number) - score(plain, "工程", "", number) for number in (0, 1)]
    assert gained[1] == pytest.approx(0)
    assert opened(tmp_path / "c", Profile(word=1.0), "隧道 工程").explain("工程", "", 0) != plain.explain("工程", "", 0)


def test_what_every_asking_text_holds_weighs_less(tmp_path: Path) -> None:
    results = opened(tmp_path / "results", Profile(rarity=0.25), "企业平台", "焊接设备", *("其他" for _ in range(8)))
    needs = opened(
        tmp_path / "needs", Profile(), *(f"企业需要{thing}" for thing in "甲乙丙丁戊己庚辛壬癸子丑寅卯"), "焊接"
    )
    alone = score(results, "企业焊接", "", 0) / score(results, "企业焊接", "", 1)
    known = score(results, "企业焊接", "", 0, needs) / score(results, "企业焊接", "", 1, needs)
    assert alone == pytest.approx(1)
    assert known < 0.9


def test_saying_everything_twice_asks_for_no_more(tmp_path: Path) -> None:
    results = opened(tmp_path / "results", Profile(even=True), "焊接机器人", "喷涂机器人")
    needs = SearchIndex(tmp_path / "needs", (), ())
    needs.put([Document(1, "", "焊接" * 10)])
    once, thrice = (score(results, "喷涂", "焊接" * times, 0, needs) for times in (100, 300))
    assert thrice < 1.1 * once


def test_of_two_equal_needs_the_one_with_fewer_alternatives_comes_first(tmp_path: Path) -> None:
    """Both needs share 焊接 and 电机 with the result; for the second, many other results are as good."""
    results = opened(tmp_path / "results", Profile(), "焊接电机", *(f"电机{kind}" for kind in "甲乙丙丁戊己庚辛壬癸"))
    needs = SearchIndex(tmp_path / "needs", (), (), profile=Profile(standing=1.0))
    needs.put([Document(1, "电机", ""), Document(2, "焊接", ""), Document(3, "染料", "")])
    blind = needs.match("焊接电机", "", 5)
    seen = needs.match("焊接电机", "", 5, asker=results.asker(0))
    assert [match.explanation.standing for match in blind] == [0.0, 0.0]
    assert [match.id for match in seen] == [2, 1]
    assert seen[0].explanation.standing > seen[1].explanation.standing
    for match in seen:
        shares = sum(share.share for share in match.explanation.shares)
        assert match.score == pytest.approx(shares + match.explanation.standing)
        assert needs.explain("焊接电机", "", match.id, results.asker(0)) == match


def test_a_text_that_is_not_in_its_own_index_yet_is_matched_by_its_words(tmp_path: Path) -> None:
    results = opened(tmp_path / "results", Profile(), "焊接电机")
    needs = opened(tmp_path / "needs", Profile(standing=1.0), "电机", "焊接")
    assert {match.explanation.standing for match in needs.match("焊接电机", "", 5, asker=results.asker(77))} == {0.0}


class Forgetting(dict[Any, Any]):
    """As if another thread cleared everything away the moment it was put down."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Keeps nothing."""


def test_a_view_that_another_thread_clears_away_is_no_trouble(tmp_path: Path) -> None:
    results = opened(tmp_path / "results", Profile(), "焊接电机", "电机")
    needs = opened(tmp_path / "needs", Profile(standing=1.0), "电机", "焊接")
    expected = needs.match("焊接电机", "", 5, asker=results.asker(0))
    results.asker(0).snapshot.kept = Forgetting()
    assert needs.match("焊接电机", "", 5, asker=results.asker(0)) == expected


def test_a_view_lasts_while_hardly_anything_changes_and_is_then_taken_anew(tmp_path: Path) -> None:
    results = opened(tmp_path / "results", Profile(), "焊接电机", *(f"电机{number}号" for number in range(200)))
    needs = opened(tmp_path / "needs", Profile(standing=1.0), "电机", "焊接", "染料")

    def standing(index: SearchIndex) -> float:
        found = needs.match("焊接电机", "", 5, asker=index.asker(0))
        return max(match.explanation.standing for match in found)

    def anew() -> float:
        return standing(SearchIndex(tmp_path / "results", (), (), profile=Profile()))

    first = standing(results)
    results.put([Document(900, "焊接电机", "")])
    assert standing(results) == pytest.approx(anew(), rel=0.5)
    assert standing(results) != anew()
    for number in range(901, 905):
        results.put([Document(number, "焊接电机", "")])
    assert standing(results) == anew() != first
