"""The Chinese catalogue is complete: every text in the code has its translation, with the same blanks."""

import os
import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.architecture.sources import ROOT

TRANSLATIONS = ROOT / "marketplace" / "translations"
BLANK = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
CHINESE = re.compile(r"[一-鿿]")


@cache
def template() -> Catalog:
    """What the code and the templates say now."""
    with (TRANSLATIONS / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog()
    keywords = {**DEFAULT_KEYWORDS, "N_": None, "_l": None}
    extracted = extract_from_dir(ROOT, methods, options, keywords, directory_filter=is_ours)
    for file_name, line, message, _comments, context in extracted:
        found.add(message, None, [(file_name, line)], context=context)
    return found


def is_ours(folder: str | os.PathLike[str]) -> bool:
    """Babel by itself passes over folders such as `templates/_layout`."""
    return not Path(folder).name.startswith(".")


@cache
def catalogue() -> Catalog:
    """What has been translated."""
    content = (TRANSLATIONS / "zh_CN" / "LC_MESSAGES" / "messages.po").read_bytes()
    return read_po(BytesIO(content), locale="zh_CN", abort_invalid=True)


def pairs() -> list[tuple[Message, str]]:
    """Every text in use with its Chinese; an empty string where there is none."""
    return [(message, translation(message)) for message in template() if message.id]


def translation(message: Message) -> str:
    translated = catalogue().get(message.id, message.context)
    text = translated.string if translated else ""
    return (text[0] if isinstance(text, tuple | list) else text) or ""


def msgid(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def test_texts_are_found_in_code_and_in_every_folder_of_templates() -> None:
    places = {path for message in template() for path, _ in message.locations}
    assert any(path.startswith("marketplace/") for path in places)
    assert any(path.startswith("templates/_") for path in places)


def test_every_text_has_its_chinese() -> None:
    missing = [f"{message.locations[0]}: {msgid(message)}" for message, text in pairs() if not text]
    assert missing == []


def test_nothing_is_left_over_or_uncertain() -> None:
    known = {message.id for message in template()}
    assert [message.id for message in catalogue() if message.id and message.id not in known] == []
    assert [message.id for message in catalogue() if message.id and message.fuzzy] == []


def test_both_languages_have_the_same_blanks() -> None:
    differing = [
        msgid(message) for message, text in pairs() if text and set(blanks(text)) != set(blanks(*all_forms(message)))
    ]
    assert differing == []


def test_chinese_is_chinese() -> None:
    """A translation that only repeats the English is a missing one, unless it has no word in it."""
    repeated = [msgid(message) for message, text in pairs() if text == msgid(message) and not CHINESE.search(text)]
    assert [text for text in repeated if re.search(r"[a-z]{3}", BLANK.sub("", text))] == []


def blanks(*texts: str) -> list[str]:
    """The names of the placeholders."""
    return [left or right for text in texts for left, right in BLANK.findall(text)]


def all_forms(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


@pytest.mark.parametrize(("text", "names"), [("%(a)s %(b)d {c}", ["a", "b", "c"]), ("100 % sure", [])])
def test_the_measure_of_blanks(text: str, names: list[str]) -> None:
    assert blanks(text) == names
