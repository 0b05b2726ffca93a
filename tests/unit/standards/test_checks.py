"""What may stand in a standard text: every refusal names the place, and what is taken is printed to the letter."""

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.contracts.clauses import compose
from marketplace.contracts.rules import ContractType, DocumentKind
from marketplace.contracts.standard import PLACEHOLDER, Slot, Standard, Wording, firsts, slots_of
from marketplace.contracts.typesetting import typeset
from marketplace.deals.printing import sheet_of_text
from marketplace.kernel.errors import InvalidInput
from marketplace.settings import Settings
from marketplace.standards.checks import checked, wrong_with
from marketplace.standards.examples import example
from marketplace.standards.rules import MEANINGS
from tests.pdfs import pdf_text

SUBJECT = Slot(DocumentKind.LETTER_OF_INTENT, "subject")
PLAN = Slot(DocumentKind.CONTRACT, "plan")
MARKUP = (
    "#let x = 1;",
    "*b*",
    "_i_",
    "$a$",
    "= 甲",
    "- 乙",
    "+ 丙",
    "<b>",
    "&amp;",
    "{{",
    "%(x)s",
    "\\",
    "//",
    "/*",
    "~",
    "--",
)
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


def refused(text: str, slot: Slot = PLAN) -> tuple[str, dict[str, object]]:
    with pytest.raises(InvalidInput) as error:
        checked(firsts()[slot], "标题", text)
    assert set(error.value.fields) == {"text"}
    return str(error.value), error.value.params


@pytest.mark.parametrize("slot", firsts())
def test_the_first_versions_pass_the_checks(slot: Slot) -> None:
    wording = firsts()[slot].wording
    assert checked(firsts()[slot], wording.heading, wording.text) == (wording.heading, wording.text)
    assert firsts()[slot].allowed <= set(MEANINGS)


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("地点：{buyer_place", 4, "“{” stands alone"),
        ("地点：buyer_place}", 15, "“}” stands alone"),
        ("地点：{{buyer_place}}", 4, "“{” stands alone"),
        ("地点：｛buyer_place｝", 4, "“｛” stands alone"),
        ("地点：{buyer}", 4, "{buyer} is no placeholder of this clause"),
        ("地点：{ buyer_place }", 4, "{ buyer_place } is no placeholder"),
        ("地点：{buyer_place.__class__}", 4, "is no placeholder"),
        ("地点：{price}", 4, "{price} is no placeholder of this clause. It knows: {buyer_place}、"),
        ("交付：{delivery}", 4, "{delivery} stands for whole paragraphs"),
        ("{delivery}", 1, "{delivery} stands for whole paragraphs"),
        ("地点\u200b：甲", 3, "(U+200B)"),
        ("地点\t：甲", 3, "(U+0009)"),
        ("地点\u2028甲", 3, "(U+2028)"),
        ("⼀次", 1, "“⼀” (U+2F00) only looks like another character"),
        ("\uf900次", 1, "only looks like another character"),
        ("好😀", 2, "lacks “😀” (U+1F600)"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_character(line: str, column: int, said: str) -> None:
    message, params = refused(f"计划：\n{{delivery}}\n{line}\n在{{buyer_place}}履行。")
    assert said in message
    assert (params["line"], params["column"]) == (3, column)


def test_what_was_agreed_cannot_be_left_out() -> None:
    message, params = refused("计划：\n在甲方所在地履行。")
    assert params["missing"] == "{buyer_place}、{delivery}"
    assert "would not say what was agreed" in message


def test_gaps_at_the_ends_are_not_kept() -> None:
    kept = checked(firsts()[PLAN], " 标题　", "　 计划：\r\n\r\n{delivery} \r\n在 {buyer_place}　履行。\n")
    assert kept == ("标题", "计划：\n{delivery}\n在 {buyer_place}　履行。")


def test_every_text_belongs_to_some_document() -> None:
    taken = {
        slot for kind in DocumentKind for one in ("letter", *map(str, ContractType)) for slot in slots_of(kind, one)
    }
    assert set(firsts()) <= taken
    for kind in ContractType:
        assert set(slots_of(DocumentKind.CONTRACT, kind.value)) <= set(firsts())


@cache
def printable() -> list[str]:
    """Every character that an administrator may type."""
    return [chr(code) for code in range(32, 0x30000) if not wrong_with(chr(code)) and chr(code) not in "{}｛｝"]


def as_printed(wording: Wording) -> str:
    """The text of an example document with this wording, read off its PDF."""
    subject, clauses = example(wording.slot, Standard({wording.slot: wording}))
    return pdf_text(typeset(sheet_of_text(Settings(), compose(subject, clauses), clauses), MOMENT)[0])


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_what_passes_is_printed_to_the_letter(data: st.DataObject) -> None:
    piece = st.one_of(st.sampled_from(MARKUP), st.text(st.deferred(lambda: st.sampled_from(printable())), max_size=20))
    typed = data.draw(st.lists(st.lists(piece, max_size=5).map("".join), max_size=3))
    try:
        heading, text = checked(firsts()[SUBJECT], "意向事项", "\n".join([*typed, "{title}", "{subjects}"]))
    except InvalidInput:
        return  # A brace of the markup.
    printed = as_printed(Wording(SUBJECT, heading, text, 2))
    for line in PLACEHOLDER.sub("\n", text).split("\n"):
        assert "".join(line.split()) in printed
