"""The prefixes of the search box, 单位:潍柴 and county:qingzhou, in the words people use for fields and their values.

Both languages are understood whatever the page speaks, so that a search that was saved or sent means the same to all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from marketplace.kernel.messages import Labelled
from marketplace.listings.catalogue import NUMBER, UNIT, Patent
from marketplace.listings.importing_words import word_of
from marketplace.listings.patent_numbers import number_typed, numbers_of, without_gaps
from marketplace.listings.rules import Category, Industry, ListingKind, Maturity, Way
from marketplace.organisations.regions import County
from search_index.analysis import fold
from search_index.document import TITLE, Clause
from search_index.query_syntax import parse

_BOTH: Mapping[str, str] = {
    TITLE: "title 标题 名称",
    UNIT: "unit 单位 完成单位 需求单位",
    "county": "county 县市区 区县 县区 县市 县",
    "industry": "industry 行业",
    "way": "way 合作方式 方式",
    NUMBER: "patent-no 专利号 申请号 专利申请号 公告号 授权公告号 公开号",
}
PREFIXES: Mapping[ListingKind, Mapping[str, str]] = {
    ListingKind.RESULT: {
        **_BOTH,
        "category": "category 类别 成果类别",
        "maturity": "maturity 成熟度",
        "patent": "patent 专利",
    },
    ListingKind.NEED: _BOTH,
}
"""Fields and the words for each, the English one first, the usual Chinese one second."""

_EXAMPLES: Mapping[str, tuple[str, str]] = {
    TITLE: ("transformer", "变压器"),
    UNIT: ("university", "大学"),
    "county": ("qingzhou", "青州"),
    "industry": ("machinery", "机械"),
    "way": ("licence", "许可"),
    "category": ("invention", "发明"),
    "maturity": ("prototype", "样机"),
    "patent": ("yes", "有"),
    NUMBER: ("202010123456.7", "ZL202010123456.7"),
}

_ENUMS: Mapping[str, type[Labelled]] = {"industry": Industry, "way": Way, "category": Category, "maturity": Maturity}
_PATENT: Mapping[Patent, str] = {Patent.YES: "yes 有 有专利", Patent.NO: "no 无 没有 无专利 未填专利"}


def clauses_of(kind: ListingKind, text: str, counties: Sequence[County]) -> tuple[Clause, ...]:
    """What was typed, taken apart. A value that its field does not have is looked for as a word."""
    return tuple(_meant(kind, clause, counties) for clause in parse(without_gaps(text), _fields(kind)))


def examples(kind: ListingKind, locale: str) -> list[tuple[str, str]]:
    """The prefixes in one language, each with a value it understands."""
    place = int(locale.startswith("zh"))
    return [(words.split()[place], _EXAMPLES[field][place]) for field, words in PREFIXES[kind].items()]


@cache
def _fields(kind: ListingKind) -> Mapping[str, str]:
    return {word: field for field, words in PREFIXES[kind].items() for word in words.split()}


def _meant(kind: ListingKind, clause: Clause, counties: Sequence[County]) -> Clause:
    if clause.field in {TITLE, UNIT}:
        return clause
    if not clause.field:
        number = number_typed(clause.text)
        return replace(clause, field=NUMBER, values=frozenset({number})) if number else clause
    if clause.field in {"patent", NUMBER}:
        return _about_patents(kind, clause)
    value = _value(clause.field, clause.text, counties)
    return replace(clause, values=frozenset({value})) if value else replace(clause, field="")


def _about_patents(kind: ListingKind, clause: Clause) -> Clause:
    """专利:有 and 专利号:ZL202010123456.7, either word before either; a part of a number finds all that hold it."""
    typed = fold(clause.text)
    for value, words in _PATENT.items():
        if "patent" in PREFIXES[kind] and typed in {fold(value.label), *words.split()}:
            return replace(clause, field="patent", values=frozenset({value}))
    if number := number_typed(clause.text):
        return replace(clause, field=NUMBER, values=frozenset({number}))
    part = next(iter(numbers_of(clause.text)), "")
    return replace(clause, text=part, field=NUMBER) if part else replace(clause, field="")


def _value(field: str, text: str, counties: Sequence[County]) -> str | None:
    if field == "county":
        return next((county.code for county in counties if fold(text) in _names(county)), None)
    # Folded, as traditional characters are typed here too.
    return word_of(_ENUMS[field], text) or word_of(_ENUMS[field], fold(text))


def _names(county: County) -> set[str]:
    chinese, english = fold(county.named("zh_CN")), fold(county.named("en"))
    return {county.code, chinese, chinese.rstrip("市区县"), english}
