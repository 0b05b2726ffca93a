"""Which line of a bank statement is which payment."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as some

from marketplace.bank.rules import Agreement, Expected, Line, agree, may_concern

DAY = date(2026, 11, 20)
BUYER = "寿光蓝海化工有限公司"


def line(number: int = 1, fen: int = 100, day: date = DAY, who: str = BUYER, reference: str = "2026112000001") -> Line:
    return Line(number, day, fen, who, reference)


def payment(number: int = 1, fen: int = 100, day: date = DAY, reference: str = "2026112000001") -> Expected:
    return Expected(number, fen, day, day, reference, BUYER)


def how(lines: list[Line], payments: list[Expected]) -> list[tuple[int, tuple[int, ...], Agreement]]:
    return [(one.line.id, one.receipt_ids, one.agreement) for one in agree(lines, payments)]


def test_the_number_goes_before_everything_else() -> None:
    lines = [line(1, reference=""), line(2, day=date(2026, 10, 1), who="", reference="2026-1120-00001")]
    assert how(lines, [payment()]) == [(2, (1,), Agreement.NUMBER)]


def test_without_a_number_the_name_and_the_day_decide() -> None:
    lines = [
        line(1, who="他人公司", reference=""),
        line(2, day=date(2026, 11, 23), who="寿光蓝海化工 有限公司", reference=""),
    ]
    assert how(lines, [payment(reference="1")]) == [(2, (1,), Agreement.PARTY)]


def test_an_amount_alone_is_a_weak_agreement_and_days_too_far_are_none() -> None:
    assert how([line(who="", reference="")], [payment()]) == [(1, (1,), Agreement.AMOUNT)]
    assert how([line(who="", reference="", day=date(2026, 11, 24))], [payment()]) == []


def test_another_amount_under_the_same_number_is_named() -> None:
    assert how([line(fen=99)], [payment()]) == [(1, (1,), Agreement.OTHER_AMOUNT)]


def test_one_transfer_may_pay_several_lines() -> None:
    assert how([line(fen=300)], [payment(1, 100), payment(2, 200)]) == [(1, (1, 2), Agreement.NUMBER)]


def test_what_came_is_not_what_went() -> None:
    assert how([line(fen=-100, reference="")], [payment()]) == []
    both = [payment(1, 100), payment(2, -100)]
    assert how([line(1, 100), line(2, -100)], both) == [(1, (1,), Agreement.NUMBER), (2, (2,), Agreement.NUMBER)]


def test_short_numbers_say_nothing() -> None:
    assert how([line(reference="001", who="", day=date(2026, 1, 1))], [payment(reference="001")]) == []


def test_what_concerns_no_deal_is_nobodys_business() -> None:
    assert not may_concern(line(fen=777, who="王建国", reference="工资"), {BUYER}, [payment()])
    assert may_concern(line(fen=777, reference=""), {BUYER}, [])
    assert may_concern(line(fen=777, who=""), {"其他"}, [payment()])
    assert may_concern(line(who="", reference=""), set(), [payment()])


@given(
    some.lists(
        some.tuples(some.integers(1, 3), some.integers(1, 9), some.sampled_from(["", "2026112000001"])), max_size=6
    ),
    some.lists(
        some.tuples(some.integers(1, 3), some.integers(1, 9), some.sampled_from(["", "2026112000001"])), max_size=6
    ),
)
def test_nothing_is_used_twice(bank: list[tuple[int, int, str]], here: list[tuple[int, int, str]]) -> None:
    lines = [line(number, fen, date(2026, 11, day), "", text) for number, (fen, day, text) in enumerate(bank)]
    payments = [payment(number, fen, date(2026, 11, day), text) for number, (fen, day, text) in enumerate(here)]
    found = agree(lines, payments)
    used = [one.line.id for one in found]
    paid = [number for one in found for number in one.receipt_ids]
    assert len(used) == len(set(used))
    assert len(paid) == len(set(paid))
