"""Terms are checked and cleaned; clauses are filled, numbered and marked."""

from dataclasses import replace

import pytest

from marketplace.contracts.clauses import (
    PartyFacts,
    Subject,
    amended,
    compose,
    contract_clauses,
    digest,
    from_rows,
    heading_of,
    letter_clauses,
    ordinal,
    to_rows,
)
from marketplace.contracts.makers import Maker
from marketplace.contracts.rules import ContractType, DocumentKind, PriceModel
from marketplace.contracts.terms import WITH_ROYALTY, Terms
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.money import percent_text
from marketplace.kernel.texts import clean
from marketplace.payments.rules import Instalment, Trigger

TERMS = Terms(ContractType.LICENCE, PriceModel.LUMP_SUM, 18_000_000, "图纸一套", "连续20件")
SELLER = PartyFacts("青州前程机械有限公司", False, "91370781MA3C00001T", "潍坊市青州市", "王建国")
BUYER = PartyFacts("孙丽华", True, "", "潍坊市寿光市", "")
CONTRACT = Subject(DocumentKind.CONTRACT, "JG-000001-HT01", "焊接工装", SELLER, BUYER, "焊接工装", "", "licence")
LETTER = Subject(DocumentKind.LETTER_OF_INTENT, "JG-000001-YX01", "焊接工装", SELLER, BUYER, "", "焊接变形")
BY_INSTALMENTS = replace(TERMS, price_model=PriceModel.INSTALMENTS)
WITH_ENTRY_FEE = replace(TERMS, price_model=PriceModel.ENTRY_AND_ROYALTY)
USE_FIRST = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)
MUST_SAY = ("标的", "范围", "计划", "保密", "风险", "归属", "验收", "价款", "违约", "争议", "术语")
"""What 民法典 art. 845 names."""


@pytest.mark.parametrize("kind", ContractType)
def test_every_type_says_what_the_civil_code_names(kind: ContractType) -> None:
    clauses = contract_clauses(replace(CONTRACT, variant=kind.value), replace(TERMS, contract_type=kind))
    headings = "".join(clause.heading for clause in clauses)
    assert [word for word in MUST_SAY if word not in headings] == []
    text = compose(replace(CONTRACT, variant=kind.value), clauses)
    assert "{" not in text
    assert "}" not in text


def test_types_differ_where_the_law_makes_them_differ() -> None:
    texts = {
        kind: {c.key: c.text for c in contract_clauses(replace(CONTRACT, variant=kind.value), TERMS)}
        for kind in ContractType
    }
    assert len({text["scope"] for text in texts.values()}) == len(ContractType)
    assert "优先受让" in texts[ContractType.ASSIGNMENT]["scope"]
    assert "申请专利的权利" in texts[ContractType.DEVELOPMENT]["ownership"]


def test_braces_and_markup_in_terms_are_only_text() -> None:
    hostile = replace(TERMS, delivery="{price} {0} <b>", other_terms="{unknown}")
    text = compose(CONTRACT, contract_clauses(CONTRACT, hostile))
    assert "{price} {0} <b>" in text
    assert "{unknown}" in text


def test_paragraphs_are_numbered_through() -> None:
    text = compose(CONTRACT, contract_clauses(CONTRACT, replace(TERMS, delivery="第一批\n第二批").checked()))
    assert "第三条　履行的计划、地点和方式\n3.1　交付内容、计划和方式：\n3.2　第一批\n3.3　第二批\n" in text
    assert heading_of(text).endswith("法定代表人（负责人）：王建国")
    assert text.endswith("日\n")


@pytest.mark.parametrize("field", ["title", "result_title", "need_title", "seller", "buyer", "place", "representative"])
def test_no_title_or_name_writes_a_clause_of_its_own(field: str) -> None:
    forged = "X\r\n\r\n第一条　伪造\u2028第二条\u202e\u200b。"
    told = "X 第一条　伪造 第二条。"
    subject = {
        "title": replace(CONTRACT, title=forged),
        "result_title": replace(CONTRACT, result_title=forged),
        "need_title": replace(CONTRACT, need_title=forged),
        "seller": replace(CONTRACT, seller=replace(SELLER, name=forged)),
        "buyer": replace(CONTRACT, buyer=replace(BUYER, name=forged)),
        "place": replace(CONTRACT, buyer=replace(BUYER, place=forged)),
        "representative": replace(CONTRACT, seller=replace(SELLER, representative=forged)),
    }[field]
    text = compose(subject, contract_clauses(subject, TERMS))
    assert told in text
    assert [line for line in text.split("\n") if line.startswith("第一条")] == ["第一条　项目名称与标的"]
    assert clean(text) == "\n".join(line for line in text.split("\n") if line).strip()


def test_numbers_of_clauses() -> None:
    assert [ordinal(n) for n in (1, 9, 10, 11, 20, 21)] == [
        "第一条",
        "第九条",
        "第十条",
        "第十一条",
        "第二十条",
        "第二十一条",
    ]


def test_a_letter_says_that_it_does_not_bind() -> None:
    clauses = letter_clauses(LETTER, "人民币1.00元（大写：人民币壹元整）", "2027年5月19日")
    text = compose(LETTER, clauses)
    assert "除“保密”一条外，对双方均不具有法律约束力" in text
    assert "第四百九十五条" in text
    assert {clause.key for clause in clauses if clause.is_locked} >= {"nature", "amount"}


def test_a_locked_clause_stays_and_a_changed_one_is_marked() -> None:
    clauses = contract_clauses(CONTRACT, TERMS)
    changed = amended(clauses, {"price": "免费", "risk": "风险由甲方承担。", "unknown": "x"})
    assert [clause.key for clause in changed if clause.is_amended] == ["risk"]
    risk = next(clause for clause in changed if clause.key == "risk")
    assert risk.lines() == (("风险由甲方承担。", True),)
    assert [one.number for one in risk.marked()] == [None, 1, None, None]
    assert from_rows(to_rows(changed)) == changed


def test_the_hash_is_that_of_the_bytes() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("果") != digest("果\n")


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        (replace(TERMS, amount_fen=0), {"amount"}),
        (replace(TERMS, amount_fen=10**15 + 1), {"amount"}),
        (replace(TERMS, delivery=" \n", acceptance=""), {"delivery", "acceptance"}),
        (replace(TERMS, other_terms="长" * 4001), {"other_terms"}),
        (replace(TERMS, price_model=PriceModel.ROYALTY, amount_fen=0), {"royalty", "royalty_base"}),
        (replace(USE_FIRST, use_days=None), {"use_days"}),
        (replace(USE_FIRST, use_days=29), {"use_days"}),
        (replace(USE_FIRST, use_days=731, amount_fen=0), {"use_days", "amount"}),
        (replace(TERMS, price_model=PriceModel.ROYALTY, royalty_bp=0, royalty_base="销售额"), {"royalty", "amount"}),
        (
            replace(WITH_ENTRY_FEE, royalty_bp=10_001, royalty_base="x" * 201),
            {"royalty", "royalty_base"},
        ),
        (replace(TERMS, royalty_bp=350), {"royalty"}),
        (replace(BY_INSTALMENTS, instalments=(Instalment(1, "验收后"),)), {"instalments"}),
        (
            replace(BY_INSTALMENTS, instalments=(Instalment(18_000_000, ""),)),
            {"instalments"},
        ),
        (
            replace(
                TERMS,
                price_model=PriceModel.INSTALMENTS,
                instalments=(Instalment(19_000_000, "a"), Instalment(-1_000_000, "b")),
            ),
            {"instalments"},
        ),
    ],
)
def test_terms_that_do_not_fit_name_every_place(terms: Terms, fields: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        terms.checked()
    assert set(refused.value.fields) == fields


def test_what_belongs_to_another_price_model_is_named_and_not_dropped() -> None:
    given = replace(TERMS, royalty_bp=300, royalty_base="销售额", instalments=(Instalment(1, "x"),), use_days=5)
    ours = {
        PriceModel.LUMP_SUM: set(),
        PriceModel.INSTALMENTS: {"instalments"},
        PriceModel.ROYALTY: {"royalty", "royalty_base"},
        PriceModel.ENTRY_AND_ROYALTY: {"royalty", "royalty_base"},
        PriceModel.USE_FIRST: {"use_days"},
    }
    for model, fields in ours.items():
        with pytest.raises(InvalidInput) as refused:
            replace(given, price_model=model, use_days=30).checked()
        others = {"royalty", "royalty_base", "instalments", "use_days"} - fields
        amount = {"amount"} if model is PriceModel.ROYALTY else set()
        wrong_sum = {"instalments"} if model is PriceModel.INSTALMENTS else set()
        assert refused.value.fields.keys() == others | amount | wrong_sum, model


def test_a_nought_is_nothing_typed() -> None:
    assert replace(TERMS, royalty_bp=0, royalty_base=" ", use_days=0).checked() == TERMS


@pytest.mark.parametrize("days", [30, 180, 730])
def test_who_uses_first_pays_once_within_thirty_days_of_the_end(days: int) -> None:
    terms = replace(USE_FIRST, use_days=days).checked()
    (line,) = terms.plan
    assert (line.fen, line.trigger, line.days) == (TERMS.amount_fen, Trigger.IN_FORCE, days + 30)
    assert line.words == f"使用期（合同生效后{days}日）届满后三十日内"
    price = terms.price_text()
    for said in (
        f"自本合同生效之日起{days}日为使用期",
        "甲方在使用期内无须付款",
        "使用期届满前（含最后一日）甲方书面（或者通过平台）通知乙方不再使用的，本合同自通知到达乙方时解除",
        "停止使用、返还或者销毁技术资料，不付价款",
        "该项解除无须乙方同意或者签署",
        "应当在使用期届满后三十日内一次付清价款",
    ):
        assert said in price


def test_where_the_makers_sign_too_the_end_of_the_use_needs_none_of_them() -> None:
    with_makers = replace(USE_FIRST, makers=(Maker(1, 2000), Maker(2, 1000)))
    assert "该项解除无须乙方和丙方同意或者签署" in with_makers.price_text()


def test_instalments_without_lines_are_thirty_and_seventy() -> None:
    odd = replace(TERMS, price_model=PriceModel.INSTALMENTS, amount_fen=18_000_001).checked()
    assert [line.fen for line in odd.instalments] == [5_400_000, 12_600_001]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (PriceModel.LUMP_SUM, "一次总付价款人民币180,000.00元（大写：人民币壹拾捌万元整）"),
        (PriceModel.INSTALMENTS, "第2期：人民币126,000.00元（大写：人民币壹拾贰万陆仟元整）"),
        (PriceModel.ROYALTY, "以年销售额为基数，按3.5%计算"),
        (PriceModel.ENTRY_AND_ROYALTY, "入门费人民币180,000.00元"),
    ],
)
def test_the_price_in_words(model: PriceModel, said: str) -> None:
    royalty = {"royalty_bp": 350, "royalty_base": "年销售额"} if model in WITH_ROYALTY else {}
    amount_fen = 0 if model is PriceModel.ROYALTY else TERMS.amount_fen
    terms = replace(TERMS, price_model=model, amount_fen=amount_fen, **royalty).checked()  # type: ignore[arg-type]
    assert said in terms.price_text()


@pytest.mark.parametrize(("points", "text"), [(1, "0.01%"), (50, "0.5%"), (300, "3%"), (1000, "10%"), (10_000, "100%")])
def test_percentages(points: int, text: str) -> None:
    assert percent_text(points) == text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("  a \n\n\t b ", "a\nb"),
        ("a\x00\x07b", "ab"),
        ("金额\u202e001\u202c元\u200b\ufeff", "金额001元"),
        ("a\u2028b\u0085c", "a\nb\nc"),
    ],
)
def test_what_is_hashed_is_what_is_seen(typed: str, kept: str) -> None:
    assert clean(typed) == kept
