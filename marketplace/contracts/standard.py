"""The standard texts that documents are drafted from: the first version of each stands in `clauses/*.toml`, later ones are handed
in by whoever drafts. Pure.

A text has a slot: the kind of document, the clause, and the type of contract where the file gives that type a text of its own.
Which slots there are, their order, which clauses the parties may not reword and what has to stand in a text, the files say alone.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.contracts.rules import ContractType, DocumentKind

FOLDER = Path(__file__).parent / "clauses"
FIRST_VERSION = 1
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

GENERAL = frozenset({"title", "subjects", "type", "buyer_place", "seller_role", "buyer_role"})
"""Placeholders that every clause may use; the others belong to the clause whose first version has them."""


@dataclass(frozen=True, order=True)
class Slot:
    """Where a text belongs; `variant` is the type of contract that has a text of its own, empty for the text of all others."""

    kind: DocumentKind
    key: str
    variant: str = ""

    def __str__(self) -> str:
        return ".".join(filter(None, (self.kind.value, self.key, self.variant)))


@dataclass(frozen=True)
class Wording:
    """A version of a text: its heading, and one paragraph a line, with placeholders in braces."""

    slot: Slot
    heading: str
    text: str
    version: int = FIRST_VERSION


@dataclass(frozen=True)
class First:
    """A text as the file has it: the first version, and what no version changes.

    `is_locked`: the parties cannot reword it. `is_fixed`: no administrator either, because the service does what it says.
    `only_with` is a placeholder without which there is no such clause; empty for clauses of every document.
    """

    wording: Wording
    is_locked: bool
    is_fixed: bool
    only_with: str = ""

    @property
    def required(self) -> frozenset[str]:
        """Placeholders without which the document would lack what was agreed, or what 民法典 art. 845 names."""
        return frozenset(PLACEHOLDER.findall(self.wording.text))

    @property
    def allowed(self) -> frozenset[str]:
        """Placeholders that are known here."""
        return self.required | GENERAL

    @property
    def alone(self) -> frozenset[str]:
        """Placeholders that stand for whole paragraphs, so that each has a line of its own."""
        lines = self.wording.text.split("\n")
        return frozenset(match[1] for line in lines if (match := PLACEHOLDER.fullmatch(line)))


@dataclass(frozen=True)
class Standard:
    """The texts valid on some day: `newer` are those that took the place of the first version."""

    newer: Mapping[Slot, Wording] = field(default_factory=dict)

    def of(self, slot: Slot) -> Wording:
        """The text of a slot. Raises KeyError where the files have no such slot."""
        return self.newer.get(slot) or firsts()[slot].wording


FIRST_TEXTS = Standard()
"""What is valid where nothing newer is."""


@cache
def template(kind: DocumentKind) -> Mapping[str, Any]:
    """The file of a kind of document."""
    return tomllib.loads((FOLDER / f"{kind.value}.toml").read_text(encoding="utf-8"))


def slots_of(kind: DocumentKind, variant: str) -> Iterator[Slot]:
    """The slots a document is drafted from, in the order of its clauses."""
    for row in template(kind)["clause"]:
        yield Slot(kind, row["key"], variant if variant in row.get("types", {}) else "")


@cache
def firsts() -> Mapping[Slot, First]:
    """Every text of the files that some document is drafted from, in the order of the files."""
    return {first.wording.slot: first for kind in DocumentKind for first in _firsts_of(kind)}


def _firsts_of(kind: DocumentKind) -> Iterator[First]:
    for row in template(kind)["clause"]:
        own = row.get("types", {})
        texts = {variant: own[variant] for variant in map(str, ContractType) if variant in own}
        # Where every type has its own, no document takes the text of all others.
        if len(texts) < len(ContractType):
            texts = {"": row["text"], **texts}
        for variant, text in texts.items():
            lines = (line for line in text.split("\n") if line)
            wording = Wording(Slot(kind, row["key"], variant), row["heading"], "\n".join(lines))
            yield First(wording, row.get("locked", False), row.get("fixed", False), row.get("only_with", ""))
