"""Text as people type it, cleaned so that what is stored and hashed is what a reader sees. Pure."""

from collections.abc import Mapping

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

# Controls, and marks that turn or hide text: a reader must see exactly what is hashed.
_HIDDEN = (
    *range(9),
    *range(11, 32),
    *range(127, 160),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_INNER = {ord("“"): "‘", ord("”"): "’"}
_CLEANED = {**dict.fromkeys([*_HIDDEN, 0xFEFF]), 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}


def clean(text: str) -> str:
    """One kind of line break, no control characters, no blank lines: what is hashed is what a reader sees."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANED).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def single_line(text: str) -> str:
    """The cleaned text in one line, for titles and names: none of them may begin a paragraph of its own."""
    return clean(text).replace("\n", " ")


def in_quotes(text: str) -> str:
    """The text between Chinese quotation marks; its own ones become single (标点符号用法 GB/T 15834-2011, 4.8.3.3)."""
    return f"“{text.translate(_INNER)}”"


def fit_for_quotes(sentence: str, params: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a sentence such as `“%(title)s”`: what it puts between quotation marks has single ones itself."""
    return {
        name: value.translate(_INNER) if isinstance(value, str) and f"“%({name})s”" in sentence else value
        for name, value in params.items()
    }


def required(text: str, field: str, longest: int) -> str:
    """The cleaned text. Raises InvalidInput when it is empty or longer than `longest` characters."""
    cleaned = clean(text)
    if not cleaned:
        raise InvalidInput(N_("Please fill this in."), field=field)
    if len(cleaned) > longest:
        raise InvalidInput(N_("This text is too long: at most %(longest)s characters."), field=field, longest=longest)
    return cleaned
