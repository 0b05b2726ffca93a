"""When two records look like one contract."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.duplicates.rules import Limits, Record, RecordKind, Side, in_order, likeness, title_likeness

LIMITS = Limits(amount_percent=5, days=60, title_percent=40)
DAY = date(2026, 6, 1)
SELLER, BUYER = Side("青州前程机械有限公司", "91370781MA3C00001T"), Side("寿光蓝海化工有限公司", "91370783MA3C00002T")
ONE = Record(RecordKind.DEAL, 1, "变压器油箱自动焊接工装", SELLER, BUYER, 18_000_000, DAY, result_id=3)
OTHER = replace(ONE, kind=RecordKind.OFFLINE, title="变压器油箱焊接工装技术许可合同", result_id=None)

SAME = [
    ("变压器油箱自动焊接工装", "关于变压器油箱自动焊接工装的实施许可协议"),
    ("大型储罐焊接变形控制工装", "储罐壁板焊接变形控制技术服务合同（2026年第3号）"),
    ("压力机快速换模装置", "冲压车间压力机换模装置技术开发合同"),
    ("智能温室水肥一体化控制系统", "温室大棚水肥一体化控制系统技术转让"),
    ("纺纱机断头自动检测仪", "断头自动检测仪（纺纱机）技术转让合同"),
    ("轮胎硫化机余热回收", "硫化机余热回收利用技术服务"),
]
DIFFERENT = [
    ("变压器油箱自动焊接工装", "变压器铁芯自动叠片装置"),
    ("大型储罐焊接变形控制工装", "大型储罐防腐喷涂机器人"),
    ("智能温室水肥一体化控制系统", "温室病虫害识别系统"),
    ("造纸白水回收过滤装置", "造纸污泥脱水装置"),
    ("发动机缸体清洗机节水改造", "发动机缸盖铸造废砂回收"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_titles_of_one_contract_are_alike_whatever_kind_it_is_called(one: str, other: str) -> None:
    percent = title_likeness(one, other)
    assert percent is not None
    assert percent >= LIMITS.title_percent
    assert percent == title_likeness(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_titles_of_two_contracts_of_the_same_units_are_not(one: str, other: str) -> None:
    percent = title_likeness(one, other)
    assert percent is not None
    assert percent < LIMITS.title_percent


def test_a_title_that_says_nothing_speaks_neither_way() -> None:
    """技术服务合同 and 技术开发合同 share four characters and tell nothing of what they are about."""
    assert title_likeness("技术服务合同", "技术开发合同") is None
    assert likeness(ONE, replace(OTHER, title="技术许可合同"), LIMITS) is not None


def test_two_records_of_one_contract_are_found() -> None:
    found = likeness(ONE, OTHER, LIMITS)
    assert found is not None
    assert not found.same_result


def test_roles_may_be_turned_round_for_a_sheet_may_call_them_otherwise() -> None:
    assert likeness(ONE, replace(OTHER, seller=BUYER, buyer=SELLER), LIMITS) is not None


@pytest.mark.parametrize(
    ("fen", "days", "is_found"),
    [
        (18_900_000, 0, True),  # 900,000 are 4.8 per cent of the larger amount.
        (18_947_368, 0, True),
        (18_947_369, 0, False),
        (17_100_000, 0, True),
        (17_099_999, 0, False),
        (18_000_000, 60, True),
        (18_000_000, -60, True),
        (18_000_000, 61, False),
    ],
)
def test_amounts_and_days_may_differ_a_little(fen: int, days: int, is_found: bool) -> None:
    other = replace(OTHER, fen=fen, day=DAY + timedelta(days=days))
    assert (likeness(ONE, other, LIMITS) is not None) == is_found
    assert (likeness(other, ONE, LIMITS) is not None) == is_found


def test_codes_go_before_names() -> None:
    renamed = replace(OTHER, seller=Side("青州前程智能装备有限公司", SELLER.code))
    namesake = replace(OTHER, seller=Side(SELLER.name, "914403001922038216"))
    written = replace(OTHER, seller=Side(" 青州前程机械 有限公司。"))
    assert [likeness(ONE, one, LIMITS) is not None for one in (renamed, namesake, written)] == [True, False, True]


def test_the_same_result_needs_no_like_title() -> None:
    other = replace(OTHER, title="喷漆机器人", result_id=3)
    assert likeness(ONE, replace(other, result_id=4), LIMITS) is None
    found = likeness(ONE, other, LIMITS)
    assert found is not None
    assert found.same_result


def test_another_buyer_is_another_contract() -> None:
    assert likeness(ONE, replace(OTHER, buyer=Side("高密新材料有限公司")), LIMITS) is None


def test_the_limits_are_given() -> None:
    strict = Limits(amount_percent=0, days=0, title_percent=100)
    assert likeness(ONE, OTHER, strict) is None
    assert likeness(ONE, replace(OTHER, title=ONE.title), strict) is not None


def test_a_pair_has_one_order() -> None:
    later = replace(ONE, id=2)
    assert in_order(OTHER, later) == in_order(later, OTHER) == (later, OTHER)
    assert in_order(later, ONE) == (ONE, later)
