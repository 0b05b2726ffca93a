"""The words of a text that say something by themselves: no function words, no numbers and units, no places like 台上.

Knows one text at a time; which of these words stand everywhere in a collection is for meaning.py to say.
"""

import re
from functools import lru_cache

import rjieba

from search_index.analysis import fold
from search_index.shared_words import EMPTY_WORDS

_SAYING = ("n", "v", "a", "b", "z", "j", "l", "i", "eng")
"""Parts of speech by their first letters: nouns, verbs, adjectives, set phrases, foreign words. Not adverbs, not units."""

_FILLER = """
技术 关键技术 核心技术 系统 方法 装置 设备 产品 项目 企业 公司 单位 工程 工业 生产 工艺 生产工艺 技术开发 开发 研发 研究
研制 应用 设计 制造 加工 改造 改进 优化 创新 集成 系统集成 解决 解决方案 方案 问题 难题 需求 要求 目标 指标 关键 核心 重点
处理 过程 流程 环节 阶段 综合 辅助 配套 整体 超过 达到 满足 提高 提升 降低 减少 增加 增强 改善 保证 保障 实现 完成 利用 使用
作用 效果 效率 效益 性能 功能 质量 品质 优质 水平 能力 成本 结构 条件 情况 方面 领域 行业 市场 国内 国外 国际 先进 现有 目前
主要 具有 存在 相关 重要 有效 良好 成果 工作 人员 部门
"""
FILLER = frozenset(_FILLER.split())
"""What any text about technical work says, whatever its subject: alone it is no reason for anything."""

_NAMING = ("n", "v", "j", "l")
_CHINESE = re.compile(r"[㐀-鿿]")
_HOLDS_LETTER = re.compile(r"[^\W\d_]")
_HOLDS_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=256)
def content_words(text: str) -> tuple[str, ...]:
    """The words of two and more characters, folded, in their order, as often as they stand there.

    A list of matches asks for the same text many times.
    """
    return tuple(word for word in rjieba.cut(fold(text)) if _says_something(word))


@lru_cache(maxsize=65_536)
def _says_something(word: str) -> bool:
    if len(word) < 2 or word in EMPTY_WORDS or _HOLDS_DIGIT.search(word) or not _HOLDS_LETTER.search(word):
        return False
    return any(tag.startswith(_SAYING) and tag != "ad" for _, tag in rjieba.tag(word))


@lru_cache(maxsize=65_536)
def names(word: str) -> bool:
    """Whether a folded Chinese word names a thing or what is done to it, rather than saying how it is."""
    return bool(_CHINESE.search(word)) and any(tag.startswith(_NAMING) for _, tag in rjieba.tag(word))


def is_unit(word: str, folded: str) -> bool:
    """Whether a word stands in a folded text only behind numbers, as kW in 500 kW does."""
    wanted = re.escape(fold(word))
    behind = len(re.findall(rf"\d\s*{wanted}", folded))
    return 0 < behind == len(re.findall(wanted, folded))
