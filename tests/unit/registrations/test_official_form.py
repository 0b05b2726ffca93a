"""The registrar's form as dated data, and what is reckoned from what was typed."""

from datetime import date
from typing import Any

import pytest

from marketplace.contracts.rules import ContractType, PriceModel
from marketplace.kernel.errors import InvalidInput
from marketplace.listings.rules import Industry
from marketplace.registrations.filling import checked
from marketplace.registrations.official_form import FieldKind, RuleSet, filled, form_on, with_derived

DAYS = (date(2000, 2, 16), date(2026, 1, 22), date(2026, 1, 23), date(2026, 11, 20))
WHOLE: dict[str, str | int] = {
    "contract_name": "焊接工装许可",
    "contract_type": "3",
    "signed_on": "2026-11-20",
    "seller_name": "甲",
    "seller_kind": "1",
    "seller_region": "潍坊市青州市",
    "buyer_name": "乙",
    "buyer_kind": "1",
    "buyer_region": "潍坊市寿光市",
    "ip_kind": "2",
    "technology_field": "03",
    "goal": "10",
    "industry": "C",
    "price_model": "1",
    "amount_total": 18_000_000,
    "amount_equipment": 3_000_000,
}


@pytest.fixture
def form() -> RuleSet:
    return form_on(DAYS[-1])


def test_each_day_has_the_form_of_its_rules() -> None:
    assert [form_on(day).since.year for day in DAYS] == [2000, 2000, 2026, 2026]
    with pytest.raises(LookupError):
        form_on(date(2000, 2, 15))


def test_a_licence_is_a_type_of_its_own_only_since_the_new_rules() -> None:
    old, new = (next(one for one in form_on(day).fields if one.key == "contract_type") for day in DAYS[1:3])
    assert [one.code_for("licence") for one in (old, new)] == ["2", "3"]
    assert old.code_for("licence") == old.code_for("assignment")


@pytest.mark.parametrize("day", DAYS)
def test_the_forms_are_whole(day: date) -> None:
    form = form_on(day)
    by_key = {field.key: field for field in form.fields}
    assert len(by_key) == len(form.fields)
    assert all(field.options for field in form.fields if field.kind is FieldKind.CHOICE)
    assert all(field.named("en") != field.named("zh_CN") for field in form.fields)
    assert all(len({one.code for one in field.options}) == len(field.options) for field in form.fields)
    for key, words in (("contract_type", ContractType), ("price_model", PriceModel)):
        assert all(by_key[key].code_for(word.value) for word in words)
    assert [one for one in Industry if not by_key["goal"].code_for(one.value)] == []


def test_what_is_not_confirmed_is_said(form: RuleSet) -> None:
    assert "未能与公布的原文" in form.remarked("zh_CN")
    assert "not been compared" in form.remarked("en")


def test_the_technology_amount_is_reckoned(form: RuleSet) -> None:
    assert checked(form, {**WHOLE, "amount_technology": 1}, is_complete=True)["amount_technology"] == 15_000_000
    assert "amount_technology" not in with_derived({"amount_total": 5})
    assert "amount_technology" not in with_derived({"amount_total": 5, "amount_equipment": 6})


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"contract_name": " \n "}, "contract_name"),
        ({"amount_equipment": None}, "amount_equipment"),
        ({"amount_equipment": 18_000_001}, "amount_equipment"),
        ({"amount_total": 0, "amount_equipment": 0}, "amount_total"),
        ({"goal": "99"}, "goal"),
        ({"valid_until": "2026-11-19"}, "valid_until"),
        ({"buyer_name": "长" * 1001}, "buyer_name"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(form: RuleSet, changed: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidInput) as error:
        checked(form, {**WHOLE, **changed}, is_complete=True)
    assert set(error.value.fields) == {wrong}


def test_a_draft_may_lack_something_and_keeps_nothing_unknown(form: RuleSet) -> None:
    assert checked(form, {"contract_name": "工装", "secret": "x"}, is_complete=False) == {"contract_name": "工装"}
    assert checked(form, WHOLE, is_complete=True)["amount_total"] == 18_000_000


def test_it_is_shown_in_the_readers_language(form: RuleSet) -> None:
    shown = {one.label: one for one in filled(form, WHOLE, "en")}
    assert shown["Kind of intellectual property"].text == "Utility model"
    assert shown["Contract total (yuan)"].fen == 18_000_000
    assert shown["Day of signing"].day == date(2026, 11, 20)
    assert shown["Credit code of the seller"].text is None
