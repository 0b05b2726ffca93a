"""Short public text for lists: a first sentence, or the stretch around what was searched for. Raw text, never markup."""

import re

from search_index.document import Fragment, Hit
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


def marked_title(title: str, query: str) -> tuple[Fragment, ...]:
    """The title with what was searched for marked."""
    return highlight(title, query) if query else (Fragment(title, marked=False),)


def snippet(text: str, query: str, hit: Hit) -> tuple[Fragment, ...]:
    """The stretch of a text that holds the most of what was searched for; nothing where it holds none of it."""
    if not query:
        return ()
    fragments = highlight(text, query, WIDTH)
    if not any(part.marked for part in fragments):
        fragments = highlight(text, hit.terms, WIDTH)
    return fragments if any(part.marked for part in fragments) else ()
