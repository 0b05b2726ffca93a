"""Words that stand everywhere are known, and two words that never meet but stand in the same contexts are near."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from search_index.analysis import fold
from search_index.arrays import DamagedFileError
from search_index.content_words import content_words, is_unit
from search_index.contexts import LEAST_TEXTS, learn
from search_index.meaning import NOTHING, Meaning, Meanings, load, save

TOPICS = (
    (("防腐", "耐蚀"), "储罐 内壁 涂层 海水 锈蚀 钢板 喷涂"),
    (("苹果", "梨果"), "果园 采摘 分级 冷库 糖度 果皮 运输"),
    (("除尘",), "烟气 粉尘 滤袋 风机 排放 焚烧 管道"),
    (("焊接",), "工装 夹具 焊枪 焊缝 变形 壁板 导轨"),
    (("电池",), "正极 负极 隔膜 电芯 充电 容量 锂盐"),
    (("轴承",), "内圈 外圈 滚珠 油脂 转速 噪声 磨损"),
    (("水泥",), "窑炉 熟料 石灰 煤粉 余热 粉磨 包装"),
    (("疫苗",), "抗原 抗体 猪场 免疫 毒株 佐剂 接种"),
    (("人脸",), "图像 识别 像素 卷积 视频 相机 门禁"),
    (("桥梁",), "钢筋 混凝土 裂缝 荷载 施工 支座 巡检"),
    (("煤矿",), "瓦斯 巷道 钻孔 支护 抽采 顶板 煤层"),
    (("纺织",), "纱线 织机 染料 布匹 断头 浆纱 纤维"),
)


def texts(count: int) -> list[str]:
    """Texts of one topic each; of two words for one thing a text holds only one. All are about some 技术."""
    pick = random.Random(7)
    found = []
    for number in range(count):
        words, contexts = TOPICS[number % len(TOPICS)]
        found.append("技术，" + "，".join([pick.choice(words), *pick.sample(contexts.split(), 4)]) + "。")
    return found


FILLING = ["技术如下。"] * 900
"""A word that stands in one text of fifty is too frequent for a pair, so the topics are a part of something larger."""


@pytest.fixture(scope="module")
def learnt() -> Meaning:
    return learn(texts(200) + FILLING, texts(160) + FILLING)


def test_two_words_that_never_meet_are_near_by_their_contexts(learnt: Meaning) -> None:
    (pair,) = learnt.nearest_pairs(["防腐", "果园"], ["耐蚀", "电芯"], 3)
    assert (pair.own, pair.other) == ("防腐", "耐蚀")
    assert 0.7 <= pair.likeness <= 1.0001
    (back,) = learnt.nearest_pairs(["耐蚀"], ["防腐"], 3)
    assert back.likeness == pytest.approx(pair.likeness)


def test_words_of_other_topics_are_not_near(learnt: Meaning) -> None:
    assert learnt.nearest_pairs(["防腐", "苹果"], ["除尘", "焊接", "没有听说过"], 3) == ()


def test_a_word_that_both_have_is_no_pair_and_none_comes_twice() -> None:
    meaning = Meaning(near={"a": {"x": 0.9, "y": 0.8}, "b": {"x": 0.85, "y": 0.7}, "c": {"x": 0.6}})
    assert [pair[:2] for pair in meaning.nearest_pairs("abc", "xy", 3)] == [("a", "x"), ("b", "y")]
    assert [pair[:2] for pair in meaning.nearest_pairs("abx", "xy", 3)] == [("a", "y")]
    assert [pair[:2] for pair in meaning.nearest_pairs("abc", "xy", 1)] == [("a", "x")]


def test_the_same_texts_teach_the_same(learnt: Meaning) -> None:
    assert learn(texts(200) + FILLING, texts(160) + FILLING) == learnt


def test_what_stands_everywhere_tells_nothing(learnt: Meaning) -> None:
    assert "技术" in learnt.common
    assert learnt.telling("防腐技术的技术", "") == ("防腐",)


def test_a_word_of_few_texts_is_not_common_for_their_being_few() -> None:
    common = learn(texts(LEAST_TEXTS), ["本厂的锅炉结垢快。", "技术不足。"]).common
    assert "锅炉" not in common, "half of two needs is not surely more than chance"


def test_what_texts_say_once_each_is_said_in_passing() -> None:
    about = ["，".join([*words, *contexts.split()] * 4) + "。" for words, contexts in TOPICS]
    passing = learn([f"{text}使用后，效果良好。" for text in about * 3] + FILLING, FILLING).passing
    assert "良好" in passing, "36 texts say it, and none of them again"
    assert not {"防腐", "轴承", "内圈"} & passing, "a text says again what it is about"


def test_a_short_text_says_everything_once_whatever_it_is_about() -> None:
    assert learn(texts(240) + FILLING, FILLING).passing == frozenset()


def test_what_is_said_in_passing_tells_something_in_a_title() -> None:
    meaning = Meaning(passing=frozenset({"干燥", "良好"}))
    assert meaning.telling("药材干燥，滤网良好", "") == ("药材", "滤网")
    assert meaning.telling("药材干燥，滤网良好", "药材乾燥机\n烘房") == ("药材", "干燥", "滤网")


def test_what_any_technical_text_says_tells_nothing_even_in_a_title() -> None:
    assert Meaning().telling("电镀的处理与关键技术", "电镀的处理与关键技术") == ("电镀",)


def test_few_texts_teach_nothing() -> None:
    assert learn(texts(LEAST_TEXTS // 2), texts(LEAST_TEXTS // 2 - 1)) == NOTHING


@pytest.mark.parametrize("collections", [(), ([],), ([""] * LEAST_TEXTS, []), (["。"] * LEAST_TEXTS, ["，" * 9])])
def test_texts_without_words_teach_nothing(collections: tuple[list[str], ...]) -> None:
    found = learn(*collections)
    assert (found.common, found.passing, found.near) == (frozenset(), frozenset(), {})


def test_it_is_read_back_as_it_was_saved(learnt: Meaning, tmp_path: Path) -> None:
    path = tmp_path / "index" / "meaning"
    learnt = replace(learnt, passing=frozenset({"良好", "防腐"}))
    save(learnt, path)
    found = load(path)
    assert (found.documents, found.common, found.passing) == (learnt.documents, learnt.common, learnt.passing)
    assert found.near["防腐"] == pytest.approx(learnt.near["防腐"])
    save(NOTHING, path)
    assert load(path) == NOTHING


def test_a_reader_notices_a_newer_file_and_survives_its_loss(learnt: Meaning, tmp_path: Path) -> None:
    path = tmp_path / "meaning"
    meanings = Meanings(path)
    assert meanings.newest() == NOTHING
    save(Meaning(documents=1), path)
    assert meanings.newest().documents == 1
    save(learnt, path)
    assert meanings.newest() is meanings.newest()
    assert meanings.newest().documents == learnt.documents
    path.unlink()
    assert meanings.newest() == NOTHING


@pytest.mark.parametrize("spoil", ["empty", "short", "flipped", "other", "folder"])
def test_a_damaged_file_teaches_nothing_and_is_logged_once(
    learnt: Meaning, tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    path = tmp_path / "meaning"
    save(learnt, path)
    whole = path.read_bytes()
    path.unlink()
    if spoil == "folder":
        path.mkdir()
    else:
        at = len(whole) // 2
        path.write_bytes(
            {
                "empty": b"",
                "short": whole[:at],
                "flipped": whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :],
                "other": b"PK" + whole,
            }[spoil]
        )
        with pytest.raises(DamagedFileError):
            load(path)
    meanings = Meanings(path)
    assert meanings.newest() == meanings.newest() == NOTHING
    assert caplog.text.count("cannot be read") == 1


def test_function_words_places_and_numbers_say_nothing() -> None:
    assert content_words("在一台上料机的工作台上安装了16毫米PLC控制器，１２") == (
        "料机",
        "工作",
        "安装",
        "plc",
        "控制器",
    )


@pytest.mark.parametrize(
    ("word", "text", "unit"),
    [
        ("kW", "功率500kW，另一台 300 kw", True),
        ("kW", "功率500kW，以kW计", False),
        ("毫米", "壁厚16毫米", True),
        ("焊接", "焊接2小时", False),
        ("a+b", "没有", False),
    ],
)
def test_what_stands_only_behind_numbers_is_a_unit(word: str, text: str, unit: bool) -> None:
    assert is_unit(word, fold(text)) is unit
