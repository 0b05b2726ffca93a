"""统一社会信用代码 as GB 32100-2015 has them: what a slip of the finger does to one is noticed."""

import pytest

from marketplace.listings.rules import normalise
from marketplace.organisations.rules import CREDIT_CODE_ALPHABET, clean_credit_code, is_credit_code, name_key

VALID = ("91350100M000100Y43", "914403001922038216", "91370781MA3C00001T")


@pytest.mark.parametrize("code", VALID)
def test_real_codes_are_right(code: str) -> None:
    assert is_credit_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y4Z",  # a letter the alphabet does not have
        "91350100M000100Y4",
        "91350100M000100Y430",
        "91350100m000100y43",
        "",
        "９1350100M000100Y43",
        "91350100M000100Y43\n",
    ],
)
def test_what_is_no_code(code: str) -> None:
    assert not is_credit_code(code)


@pytest.mark.parametrize("letter", "IOZSV")
def test_letters_that_look_like_digits_are_in_no_code(letter: str) -> None:
    assert letter not in CREDIT_CODE_ALPHABET
    assert not any(is_credit_code(code[:at] + letter + code[at + 1 :]) for code in VALID for at in range(18))


@pytest.mark.parametrize("code", VALID)
def test_every_single_wrong_character_is_noticed(code: str) -> None:
    """31 is prime and no weight is a multiple of it, so the check character changes with every other character."""
    missed = [
        code[:at] + other + code[at + 1 :]
        for at in range(18)
        for other in CREDIT_CODE_ALPHABET
        if other != code[at] and is_credit_code(code[:at] + other + code[at + 1 :])
    ]
    assert missed == []


@pytest.mark.parametrize("code", VALID)
def test_two_neighbours_swapped_are_noticed(code: str) -> None:
    """Two weights that follow each other always differ, so this slip too changes the sum. The check character apart."""
    swapped = {code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(16) if code[at] != code[at + 1]}
    assert [other for other in swapped if is_credit_code(other)] == []


def test_what_people_type_is_cleaned() -> None:
    assert clean_credit_code(" ９1350100m000100y4 3 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    "name", ["潍坊 北辰（集团）有限公司", "ＡＢＣ·机械", "Weifang  North-Star Co., Ltd.", "青州_试验"]
)
def test_an_organisation_is_found_by_the_name_an_import_wrote(name: str) -> None:
    assert name_key(name) == normalise(name)
