"""The text of an agreement: the standard text of the day from `texts/*.toml`, filled in. Nobody changes what was signed.

A new standard text is another file with another version and the day from which it is used; the old ones stay.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.contracts.clauses import Clause, PartyFacts, compose_as, digest, to_rows
from marketplace.kernel.texts import in_quotes, single_line

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Written:
    """A text as it is signed, with the version of the standard text it is made of."""

    version: str
    clauses: list[dict[str, Any]]
    text: str

    @property
    def sha256(self) -> str:
        """Of its UTF-8 bytes."""
        return digest(self.text)


@dataclass(frozen=True)
class Subject:
    """What an agreement is about; `years` is how long the duties last."""

    reference: str
    result_id: int
    title: str
    owner: PartyFacts
    reader: PartyFacts
    years: int


def written(subject: Subject, day: date) -> Written:
    """The text for a day in China, of the newest standard text in use on it; the first one before."""
    template = _in_use(_templates(), day)
    blanks = {"title": in_quotes(single_line(subject.title)), "result_id": subject.result_id, "years": subject.years}
    clauses = tuple(_clause(row, blanks) for row in template["clause"])
    parties = (
        subject.owner.lines(f"甲方（{template['owner']}）"),
        subject.reader.lines(f"乙方（{template['reader']}）"),
    )
    head = (template["title"], subject.reference, single_line(subject.title))
    return Written(template["version"], to_rows(clauses), compose_as(head, parties, clauses))


def _in_use(templates: Sequence[Mapping[str, Any]], day: date) -> Mapping[str, Any]:
    begun = [one for one in templates if one["since"] <= day]
    return begun[-1] if begun else templates[0]


@cache
def _templates() -> tuple[Mapping[str, Any], ...]:
    found = (tomllib.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.toml"))
    return tuple(sorted(found, key=lambda one: one["since"]))


def _clause(row: Mapping[str, Any], blanks: Mapping[str, object]) -> Clause:
    text = row["text"].format_map(blanks).strip()
    return Clause(row["key"], row["heading"], text, text, is_locked=True)
