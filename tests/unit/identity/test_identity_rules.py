"""Identity numbers by GB 11643-1999, how they are shown, and what an authority covers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.identity.rules import (
    NO_AUTHORITY,
    AuthorityState,
    Cover,
    check_character,
    flaw,
    masked,
    nearest,
    require_number,
)
from marketplace.kernel.errors import InvalidInput
from tests.personas import made_up_number

TODAY = date(2026, 11, 20)
GOOD = made_up_number(1)


def test_the_check_character_is_that_of_the_standards_own_example() -> None:
    """GB 11643-1999 gives 11010519491231002X."""
    assert check_character("11010519491231002") == "X"


@pytest.mark.parametrize(
    "typed", [GOOD, f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]} ", GOOD.translate(str.maketrans("379", "３７９"))]
)
def test_a_number_is_taken_as_people_write_it(typed: str) -> None:
    assert require_number(typed, TODAY) == GOOD


def test_a_small_x_is_the_check_character_ten() -> None:
    number = next(one for one in map(made_up_number, range(100)) if one.endswith("X"))
    assert require_number(number.lower(), TODAY) == number


@pytest.mark.parametrize("place", range(18))
def test_any_single_wrong_digit_is_noticed(place: int) -> None:
    wrong = GOOD[:place] + str((int(GOOD[place].replace("X", "0")) + 1) % 10) + GOOD[place + 1 :]
    with pytest.raises(InvalidInput) as refused:
        require_number(wrong, TODAY)
    assert "number" in refused.value.fields


@pytest.mark.parametrize("first", ["37999920261121001", "37999919900230001", "37999919901301001", "37999900000101001"])
def test_a_birth_in_the_future_or_on_no_day_is_refused(first: str) -> None:
    with pytest.raises(InvalidInput):
        require_number(first + check_character(first), TODAY)


@pytest.mark.parametrize("typed", ["", "379999900101001", GOOD + "1", "0" + GOOD[1:], "A" * 18])
def test_what_has_not_eighteen_characters_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        require_number(typed, TODAY)


@pytest.mark.parametrize(
    ("born", "is_taken"), [("20101120", True), ("20101121", False), ("19061120", True), ("19051120", False)]
)
def test_nobody_signs_before_sixteen_or_past_a_hundred_and_twenty(born: str, is_taken: bool) -> None:
    """Who works from sixteen on acts for himself (民法典 art. 18); a birth in 1850 is a slip of the pen."""
    first = f"379999{born}001"
    number = first + check_character(first)
    if is_taken:
        assert require_number(number, TODAY) == number
        return
    with pytest.raises(InvalidInput, match="years old"):
        require_number(number, TODAY)


def test_county_and_date_of_birth_are_hidden() -> None:
    assert masked(GOOD) == f"3799**********{GOOD[-4:]}"
    assert GOOD[4:14] not in masked(GOOD)


COVER = Cover(AuthorityState.VERIFIED, None, None, TODAY, TODAY)


@pytest.mark.parametrize(
    ("cover", "said"),
    [
        (COVER, ""),
        (replace(COVER, limit_fen=1000), ""),
        (replace(COVER, deal_id=7), ""),
        (replace(COVER, valid_until=None), ""),
        (replace(COVER, limit_fen=999), "above"),
        (replace(COVER, deal_id=8), "another deal"),
        (replace(COVER, valid_from=TODAY - timedelta(9), valid_until=TODAY - timedelta(1)), "expired"),
        (replace(COVER, valid_from=TODAY + timedelta(1), valid_until=None), "not in force yet"),
        (replace(COVER, state=AuthorityState.RECORDED), "waits"),
        (replace(COVER, state=AuthorityState.REFUSED), "did not accept"),
        (replace(COVER, state=AuthorityState.REVOKED), "revoked"),
        (replace(COVER, is_current=False), "another legal representative"),
    ],
)
def test_what_an_authority_lacks_is_named(cover: Cover, said: str) -> None:
    found = flaw(cover, 7, 1000, TODAY)
    assert said in found
    assert bool(found) is bool(said)


def test_of_several_authorities_the_nearest_one_speaks() -> None:
    above = flaw(replace(COVER, limit_fen=1), 7, 1000, TODAY)
    expired = flaw(replace(COVER, valid_from=TODAY - timedelta(9), valid_until=TODAY - timedelta(1)), 7, 1000, TODAY)
    assert nearest([expired, above]) == above
    assert nearest([above, "", expired]) == ""
    assert nearest([]) == NO_AUTHORITY
