"""Two versions of the terms side by side: what differs, and nothing else."""

from dataclasses import replace

from marketplace.contracts.rules import ContractType, PriceModel
from marketplace.deals.comparing import compare
from marketplace.payments.rules import Instalment, Trigger
from tests.factories import TERMS


def test_the_same_terms_have_no_changes() -> None:
    assert compare(TERMS, TERMS) == ()


def test_what_differs_is_named_and_marked() -> None:
    longer = TERMS.delivery.replace("60天", "90天")
    found = compare(TERMS, replace(TERMS, amount_fen=16_000_000, delivery=longer))
    assert [one.label for one in found] == ["Amount with tax", "What is delivered, where and when"]
    amount, delivery = found
    assert "".join(part.text for part in amount.before) == "¥ 180,000.00"
    assert [part.text for part in delivery.before if part.marked] == ["6"]
    assert [part.text for part in delivery.after if part.marked] == ["9"]


def test_words_are_left_to_be_translated_and_what_was_not_there_is_empty() -> None:
    new = replace(
        TERMS,
        contract_type=ContractType.SERVICE,
        price_model=PriceModel.INSTALMENTS,
        instalments=(Instalment(18_000_000, "", Trigger.ACCEPTANCE, 30),),
    )
    kind, model, instalments = compare(TERMS, new)
    assert (kind.is_word, kind.after[0].text) == (True, ContractType.SERVICE.label)
    assert model.before[0].text == PriceModel.LUMP_SUM.label
    assert (instalments.before, instalments.after[0].text) == ((), "¥ 180,000.00 · 验收合格后30日内")
