"""Short public text for lists: a first sentence, or the stretch around what was searched for. Raw text, never markup."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marketplace.listings.catalogue import UNIT
from search_index.document import TITLE, Clause, Fragment, Hit
from search_index.highlight import highlight

WIDTH = 110  # characters of a snippet
SENTENCE = 80  # characters of a sentence on a card
_LABEL = re.compile(r"^【[^】]{1,12}】\s*")  # 【现状】 and the like head a section, not a sentence
_END = re.compile(r"[。！？；!?;\n]|\.(?=\s)")


def first_sentence(text: str, limit: int = SENTENCE) -> str:
    """The first sentence without its full stop, cut with an ellipsis where it is too long."""
    stripped = _LABEL.sub("", text.strip())
    end = _END.search(stripped)
    sentence = (stripped[: end.start()] if end else stripped).strip()
    return sentence if len(sentence) <= limit else sentence[: limit - 1].rstrip() + "…"


@dataclass(frozen=True)
class Marks:
    """What is marked where: in titles, in the rest of the texts, in the names of units. Never what was excluded."""

    title: str
    text: str
    unit: str

    @classmethod
    def of(cls, clauses: Iterable[Clause], readings: Mapping[str, Sequence[str]]) -> "Marks":
        """The marks of a search; `readings` is what words in pinyin were taken for."""
        wanted = [clause for clause in clauses if not clause.excluded and clause.values is None]

        def among(*fields: str) -> str:
            texts = [clause.text for clause in wanted if clause.field in fields]
            return " ".join(text for typed in texts for text in (typed, *readings.get(typed, ())))

        return cls(among("", TITLE), among(""), among("", UNIT))


def marked_title(title: str, marks: Marks) -> tuple[Fragment, ...]:
    """The title with what was searched for marked."""
    return highlight(title, marks.title) if marks.title else (Fragment(title, marked=False),)


def snippet(text: str, marks: Marks, hit: Hit) -> tuple[Fragment, ...]:
    """The stretch of a text that holds the most of what was searched for; nothing where it holds none of it."""
    if not marks.text:
        return ()
    fragments = highlight(text, marks.text, WIDTH)
    if not any_marked(fragments):
        fragments = highlight(text, hit.terms, WIDTH)
    return fragments if any_marked(fragments) else ()


def marked_unit(unit: str | None, marks: Marks) -> tuple[Fragment, ...]:
    """The name of the unit where it holds what was searched for, else nothing."""
    fragments = highlight(unit, marks.unit) if unit and marks.unit else ()
    return fragments if any_marked(fragments) else ()


def any_marked(fragments: Iterable[Fragment]) -> bool:
    """Whether there is anything to see."""
    return any(fragment.marked for fragment in fragments)
