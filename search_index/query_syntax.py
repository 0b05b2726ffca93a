"""What a person types into a search box, taken apart: words, "phrases", -exclusions, field:values.

Nothing that is typed is an error: what cannot be read as syntax is read as words. Knows no index.
"""

import re
from collections.abc import Mapping

from search_index.analysis import fold
from search_index.document import TITLE, Clause

TITLE_ONLY: Mapping[str, str] = {"title": TITLE, "标题": TITLE}
"""The prefixes that every index understands. A mapping of one's own names facets beside it."""

_ONE_FOR_ONE = str.maketrans("＂『』：－−", '"「」:--')

# A minus begins an exclusion only at the beginning of a word, and not before a plain number: -40℃ is a temperature.
_PART = re.compile(
    r"""
    (?P<minus>(?<!\S)-(?=\S)(?!\d+(?:\.\d+)?(?:[℃°度%]|\s|$)))?
    (?:(?P<name>[^\s:"“”「」]{1,12}):[ ]*)?
    (?:"(?P<straight>[^"]*)"|“(?P<curled>[^”]*)”|「(?P<corners>[^」]*)」|(?P<bare>[^\s"“”「」]+))
    """,
    re.VERBOSE,
)
_QUOTED = ("straight", "curled", "corners")


def parse(text: str, fields: Mapping[str, str] = TITLE_ONLY) -> tuple[Clause, ...]:
    """The clauses of a text in their order. `fields` are the prefixes, folded, and the field each stands for."""
    found: list[Clause] = []
    for part in _PART.finditer(text.translate(_ONE_FOR_ONE)):
        found += _clauses(part, fields)
    return tuple(clause for clause in found if clause.text)


def _clauses(part: re.Match[str], fields: Mapping[str, str]) -> list[Clause]:
    quoted = next((part[name] for name in _QUOTED if part[name] is not None), None)
    value, phrase = (part["bare"], False) if quoted is None else (" ".join(quoted.split()), True)
    excluded = part["minus"] is not None
    name = part["name"] or ""
    field = fields.get(fold(name), "")
    if field or not name:
        return [Clause(value, field, phrase=phrase, excluded=excluded)]
    if excluded:
        return [Clause(f"{name}:{value}", phrase=True, excluded=True)]
    return [Clause(name), Clause(value, phrase=phrase)] if phrase else [Clause(f"{name}:{value}")]
