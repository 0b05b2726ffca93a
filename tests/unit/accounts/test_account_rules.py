"""Contacts as people type them, passwords that will do, and what administrators are shown of a setting."""

import pytest

from marketplace.accounts.rules import (
    Device,
    check_password,
    device_of,
    normalise_contact,
    normalise_email,
    normalise_mobile,
    normalise_name,
)
from marketplace.admin.rules import without_password
from marketplace.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  Wang@Example.COM ", "wang@example.com"),
        ("+86 138-0000-0101", "13800000101"),
        ("138 0000 0101", "13800000101"),
    ],
)
def test_a_contact_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normalise_contact(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "wang", "wang@", "@example.com", "a b@example.com", "a@b@c.de", "x" * 250 + "@a.cn"]
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_email(typed)
    assert "email" in refused.value.fields


@pytest.mark.parametrize("typed", ["12800000101", "1380000010", "138000001011", "057112345678", "abc"])
def test_what_is_no_mobile_number(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalise_mobile(typed)
    assert "mobile" in refused.value.fields


@pytest.mark.parametrize("name", ["", "   ", "王" * 81, "王\u202e建国"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_name(name)


def test_a_name_keeps_what_it_is_made_of() -> None:
    assert normalise_name(" 王  <b>建国 ") == "王 <b>建国"


@pytest.mark.parametrize(
    "password", ["short", "x" * 201, "aaaaaaaaaaaa", "wang@example.com", "WANG@example.com", "abcabcabcabc"]
)
def test_a_password_that_will_not_do(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password, "wang@example.com")
    assert "password" in refused.value.fields


def test_a_sentence_will_do() -> None:
    check_password("今天的焊缝比昨天的直", "wang@example.com")


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", Device.PHONE),
        ("Mozilla/5.0 (Linux; Android 15) Mobile Safari/537.36", Device.PHONE),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Device.COMPUTER),
        ("", Device.COMPUTER),
    ],
)
def test_the_device_of_a_sign_in(agent: str, device: Device) -> None:
    assert device_of(agent) is device


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        ("smtp://user:p%40ss@mail.example.com:587?tls=1", "smtp://user:••••@mail.example.com:587?tls=1"),
        ("postgresql://jiangguo:geheim@db/jiangguo", "postgresql://jiangguo:••••@db/jiangguo"),
        ("redis://:geheim@cache:6379/0", "redis://:••••@cache:6379/0"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("匠果 <no-reply@localhost>", "匠果 <no-reply@localhost>"),
    ],
)
def test_a_password_in_a_setting_is_covered(setting: str, shown: str) -> None:
    assert without_password(setting) == shown


@pytest.mark.parametrize("hidden", ["\0", "\x07", "\u200b", "\u202e"])
def test_an_address_holds_nothing_invisible(hidden: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_email(f"wang{hidden}@example.com")
