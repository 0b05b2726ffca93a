"""How words are said, by the tables of pypinyin and against pypinyin itself."""

import pytest
from pypinyin import lazy_pinyin

from search_index.pinyin import spelling, ways_to_say


@pytest.mark.parametrize(
    "word", ["变压器", "银行", "重庆", "长度", "音乐", "调节", "弹簧", "还原", "绿色", "厦门", "机器人焊接"]
)
def test_words_are_said_as_pypinyin_says_them(word: str) -> None:
    assert list(ways_to_say(word)[0]) == lazy_pinyin(word, v_to_u=False)


def test_a_character_of_several_readings_may_be_said_either_way_where_no_phrase_tells() -> None:
    assert {"".join(way) for way in ways_to_say("长臂")} == {"zhangbi", "changbi"}
    assert ways_to_say("银行") == [("yin", "hang")]


def test_what_is_not_chinese_stands_for_itself() -> None:
    assert ways_to_say("5g基站") == [("5", "g", "ji", "zhan")]


@pytest.mark.parametrize(
    ("typed", "spelt"),
    [
        ("bianyaqi", "bianyaqi"), ("bian'ya'qi", "bianyaqi"), ("biànyāqì", "bianyaqi"), ("lü", "lv"), ("lv", "lv"),
        ("5g", ""), ("变压器", ""), ("bian ya", ""), ("", ""), ("'", ""),
    ],
)  # fmt: skip
def test_what_may_be_pinyin(typed: str, spelt: str) -> None:
    assert spelling(typed) == spelt
