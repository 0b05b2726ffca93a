"""Shares of those who sign a contract as makers of the result: in words, within bounds, and to the fen."""

import pytest
from babel.messages.pofile import read_po

from marketplace.contracts.clauses import PartyFacts, names_parties
from marketplace.contracts.makers import Maker, labels_of, percent_in_words, problems_of, shares_text, together
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, firsts
from marketplace.rewards.rules import REWARD_STATES, CostKind, pool_of, split
from marketplace.rewards.rules import RewardState as R
from marketplace.settings import Settings
from tests.architecture.sources import ROOT

CATALOGUE = ROOT / "marketplace/translations/zh_CN/LC_MESSAGES/messages.po"


@pytest.mark.parametrize(
    ("basis_points", "words"),
    [
        (1, "百分之零点零一"),
        (50, "百分之零点五"),
        (800, "百分之八"),
        (1000, "百分之十"),
        (1250, "百分之十二点五"),
        (2000, "百分之二十"),
        (3333, "百分之三十三点三三"),
        (9905, "百分之九十九点零五"),
        (10_000, "百分之一百"),
    ],
)
def test_a_share_in_words(basis_points: int, words: str) -> None:
    assert percent_in_words(basis_points) == words


def test_one_maker_is_called_by_no_number() -> None:
    assert (labels_of(1), labels_of(3)) == (("丙方",), ("丙方一", "丙方二", "丙方三"))
    assert (together(labels_of(1)), together(labels_of(2))) == ("丙方", "丙方一、丙方二（以下统称丙方）")
    assert shares_text([("王建国", 2000)]).split("\n")[0] == "丙方（王建国）：净收入的20%（百分之二十）；"


@pytest.mark.parametrize(
    ("shares", "is_possible"),
    [
        ((3333, 3333, 3333), True),
        ((3334, 3333, 3333), True),
        ((10_000,), True),
        ((5001, 5000), False),
        ((0,), False),
        ((-1,), False),
        ((10_001,), False),
        ((1,) * 9, True),
        ((1,) * 10, False),
    ],
)
def test_shares_are_more_than_nothing_and_at_most_all(shares: tuple[int, ...], is_possible: bool) -> None:
    problems = dict(problems_of([Maker(number, share) for number, share in enumerate(shares, 1)]))
    assert problems.keys() == (set() if is_possible else {"makers"})


@pytest.mark.parametrize("net_fen", [0, 1, 2, 3, 99, 100, 10_000_001, 16_999_999, 999_999_999_999])
@pytest.mark.parametrize("shares", [(3333, 3333, 3333), (1, 9999), (1250, 750), (10_000,), (1, 1, 1)])
def test_parts_add_up_and_nobody_loses_a_fen(net_fen: int, shares: tuple[int, ...]) -> None:
    """By the largest remainder a part is the exact one rounded down or up, of a pool that is rounded up."""
    pool = pool_of(net_fen, sum(shares))
    parts = split(pool, shares)
    assert sum(parts) == pool <= net_fen
    exact = [pool * share / sum(shares) for share in shares]
    assert all(abs(part - one) < 1 for part, one in zip(parts, exact, strict=True))
    # Whose own share of the income is a whole number of fen gets no less than it.
    assert all(part >= net_fen * share // 10_000 for part, share in zip(parts, shares, strict=True))


def test_the_clause_names_every_cost_that_may_be_deducted_and_no_other() -> None:
    with CATALOGUE.open("rb") as file:
        chinese = read_po(file, locale="zh_CN")
    (said,) = (line for line in _clause().split("\n") if line.startswith("净收入是指"))
    named = said.partition("减去下列费用：")[2].partition("。")[0].split("；")
    assert named == [str(chinese[kind.label].string) for kind in CostKind]


def test_the_clause_promises_the_days_the_steps_of_a_reward_take() -> None:
    """Until the calculation, for objections, until the approval, and until the payout."""
    days = [REWARD_STATES.days_allowed(state) or 0 for state in (R.TRIGGERED, R.PUBLISHED, R.APPROVED)]
    assert sum(days) + Settings.model_fields["reward_objection_days"].default == 90
    assert "之日起九十日内向丙方付清" in _clause()


def test_who_is_who_is_found_among_many_parties_in_any_order() -> None:
    facts = [PartyFacts(f"职工{number}", True, "", "潍坊市", "", f"379{number}") for number in range(9)]
    blocks = ["技术服务合同\n编号：1\n项目名称：工装", *("\n".join(one.lines("丙方")) for one in reversed(facts))]
    text = "\n\n".join(blocks)
    assert names_parties(text, facts)
    assert not names_parties(text, [*facts[:-1], PartyFacts("改名", True, "", "潍坊市", "", "3798")])
    assert not names_parties(text, facts[:-1])


def _clause() -> str:
    return firsts()[Slot(DocumentKind.CONTRACT, "makers")].wording.text
