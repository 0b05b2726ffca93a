"""Which royalty holds on which day, whatever was agreed in whatever order, and what an amendment says of it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.change_texts import amendment_clauses
from marketplace.contracts.changes import Amending, ContractInForce, PlanLine
from marketplace.contracts.clauses import PartyFacts, Subject
from marketplace.contracts.royalties import (
    Phase,
    Royalty,
    RoyaltyChange,
    Schedule,
    coming_quarters,
    quarter_after,
    quarter_words,
    scheduled,
)
from marketplace.contracts.rules import ContractType, DocumentKind
from marketplace.kernel.errors import InvalidInput
from marketplace.payments.rules import Instalment, Trigger

TODAY = date(2026, 11, 20)
Q1, Q2, Q3 = date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1)
FIRST = Royalty(350, "每季度销售额")
SIGNED = Phase(FIRST, 1)
AGREED = Schedule((SIGNED,))
CHANGES = st.lists(
    st.tuples(st.integers(1, 10_000), st.dates(TODAY, date(2029, 12, 31)), st.integers(0, 7)), max_size=6
)


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 11, 20), Q1),
        (date(2026, 12, 31), Q1),
        (Q1, Q2),
        (date(2027, 3, 31), Q2),
        (date(2027, 9, 30), date(2027, 10, 1)),
        (date(2027, 10, 1), date(2028, 1, 1)),
    ],
)
def test_a_quarter_that_has_begun_is_not_to_come(day: date, begins: date) -> None:
    assert quarter_after(day) == coming_quarters(day)[0] == begins
    assert RoyaltyChange(FIRST, Q1).begins(day) == max(Q1, begins)


def test_quarters_are_called_as_contracts_call_them() -> None:
    said = [quarter_words(one) for one in coming_quarters(TODAY)]
    assert said[:5] == ["2027年第一季度", "2027年第二季度", "2027年第三季度", "2027年第四季度", "2028年第一季度"]
    assert len(said) == 8


@given(changes=CHANGES, on=st.dates(TODAY, date(2032, 1, 1)))
def test_on_every_day_holds_what_was_agreed_on_last_for_it(changes: Sequence[tuple[int, date, int]], on: date) -> None:
    """Told by hand, without a schedule; and whatever is agreed changes no quarter that has begun by then."""
    phases, schedule = [SIGNED], AGREED
    for number, (share_bp, signed_on, quarter) in enumerate(sorted(changes, key=lambda one: one[1]), 2):
        change = RoyaltyChange(Royalty(share_bp, "产值"), coming_quarters(signed_on - timedelta(days=60))[quarter])
        phases.append(Phase(change.royalty, number, change.begins(signed_on)))
        before, schedule = schedule, scheduled(phases)
        for days in (0, 1, 45, 91):
            if signed_on + timedelta(days=days) < quarter_after(signed_on):
                assert schedule.on(signed_on + timedelta(days=days)) == before.on(signed_on + timedelta(days=days))
    assert schedule.on(on) == [one for one in phases if one.from_on is None or one.from_on <= on][-1]
    spans = list(schedule.spans())
    assert [last for _, last in spans[:-1]] == [one.from_on and one.from_on - timedelta(1) for one, _ in spans[1:]]


def test_a_period_is_reckoned_by_one_royalty() -> None:
    schedule = AGREED.amended(Phase(Royalty(800, "产值"), 2, Q1))
    assert schedule.of_period(date(2026, 10, 1), date(2026, 12, 31)).royalty == FIRST
    assert schedule.of_period(Q1, date(2027, 3, 31)).royalty.share_bp == 800
    with pytest.raises(InvalidInput) as refused:
        schedule.of_period(date(2026, 12, 31), Q1)
    assert (set(refused.value.fields), refused.value.params) == (
        {"last_on"},
        {"day": "2027-01-01", "until": "2026-12-31"},
    )
    taken_back = schedule.amended(Phase(FIRST, 3, Q1))
    assert taken_back.of_period(date(2026, 12, 1), date(2027, 3, 31)).royalty == FIRST


def contract(royalty: Schedule | None, amount_fen: int = 18_000_000) -> ContractInForce:
    line = PlanLine(1, Instalment(amount_fen, "", Trigger.IN_FORCE, 30), True)
    return ContractInForce(
        document_id=1,
        name="技术许可合同",
        reference="JG-000001-HT01",
        code="2345",
        signed_on=TODAY,
        earlier=(),
        clauses=(),
        amount_fen=amount_fen,
        lines=(line,) if amount_fen else (),
        received_fen=0,
        royalty=royalty,
    )


def said(amending: Amending, base: ContractInForce) -> tuple[str, str]:
    """What the clauses on the changes and on the plan say."""
    party = PartyFacts("甲公司", False, "", "青州市", "")
    subject = Subject(DocumentKind.AMENDMENT, "BC01", "工装", party, party, variant=ContractType.LICENCE.value)
    texts = {one.key: one.text for one in amendment_clauses(subject, base, amending.checked(base, TODAY))}
    return texts["changes"], texts["plan"]


def test_old_and_new_royalty_stand_side_by_side_with_the_first_quarter() -> None:
    change = RoyaltyChange(Royalty(825, " 每季度净销售额 "), Q1)
    changes, plan = said(Amending({}, (), (), "让利", change), contract(AGREED))
    assert changes.split("\n") == [
        "提成，原约定：",
        "提成基数：每季度销售额",
        "提成比例：3.5%",
        "提成，变更为：",
        "提成基数：每季度净销售额",
        "提成比例：8.25%",
        "开始适用的季度：2027年第一季度（自2027年1月1日起）",
    ]
    earlier = "此前各季度的提成，无论是否已经结算或者支付，均按原约定计算，不因本补充协议调整。"
    assert plan.split("\n") == [
        "固定价款和付款计划不变。",
        f"提成自2027年第一季度（自2027年1月1日起）按变更后的提成基数和提成比例计算；{earlier}",
        "提成按季度结算、支付和查阅账目的约定不变；结算期间跨越开始适用之日的，以该日为界分别结算。",
        "各方完成签署的日期（以平台记录为准，纸质签署的为核验之日）在2027年1月1日或者以后的，提成的变更自该日期之后开始的第一个季度起适用。",
    ]
    _, pure = said(Amending({}, (), (), "让利", change), contract(AGREED, 0))
    assert "付款计划" not in pure


def test_what_was_to_begin_later_is_named_as_gone() -> None:
    schedule = AGREED.amended(Phase(Royalty(500, "产值"), 2, Q3))
    changes, _ = said(Amending({}, (), (), "让利", RoyaltyChange(Royalty(400, "产值"), Q2)), contract(schedule))
    assert changes.split("\n")[1:5] == [
        "提成基数：每季度销售额",
        "提成比例：3.5%",
        "自2027年第三季度起，提成基数：产值",
        "自2027年第三季度起，提成比例：5%",
    ]


@pytest.mark.parametrize(
    "untouched", [None, RoyaltyChange(FIRST, Q1), RoyaltyChange(Royalty(350, "每季度销售额 "), Q3)]
)
def test_where_neither_share_nor_base_changes_the_text_is_as_without_them(untouched: RoyaltyChange | None) -> None:
    lines = (Instalment(10_000_000, "", Trigger.DAY, 0, Q1),)
    changes, plan = said(Amending({}, (1,), lines, "产量下调", untouched), contract(AGREED))
    assert "提成" not in changes
    assert plan == (
        "原付款计划第1期不再履行，由上列各期代替。\n"
        "变更后各期合计人民币100,000.00元（大写：人民币壹拾万元整），均为含税价。\n提成的约定不变。"
    )
    with pytest.raises(InvalidInput):
        said(Amending({}, (), (), "无", untouched), contract(AGREED))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (RoyaltyChange(Royalty(0, "销售额"), Q1), {"royalty"}),
        (RoyaltyChange(Royalty(10_001, "长" * 201), Q1), {"royalty", "royalty_base"}),
        (RoyaltyChange(Royalty(1, " "), Q1), {"royalty_base"}),
        (RoyaltyChange(Royalty(400, "销售额"), date(2026, 10, 1)), {"royalty_from"}),
        (RoyaltyChange(Royalty(400, "销售额"), date(2027, 2, 1)), {"royalty_from"}),
        (RoyaltyChange(Royalty(400, "销售额"), date(2029, 1, 1)), {"royalty_from"}),
    ],
)
def test_what_does_not_fit_is_named_beside_its_place(change: RoyaltyChange, fields: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        change.checked(AGREED, TODAY)
    assert refused.value.fields.keys() == fields


def test_an_amendment_brings_no_royalty_into_a_contract_without_one() -> None:
    with pytest.raises(InvalidInput, match="does not bring one in"):
        said(Amending({}, (), (), "另加提成", RoyaltyChange(FIRST, Q1)), contract(None))
