"""What goes into the index and what comes out: the contract that callers and the engine keep.

Frozen values only. Nothing here knows how or where they are stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

MISSING = ""
"""The key under which documents without a value of a facet are counted and filtered."""

RELEVANCE = "relevance"

TITLE = "title"
"""The field of a clause that looks at the title alone. No facet may have this name."""


@dataclass(frozen=True, slots=True)
class Document:
    """One searchable thing. `id` is unique within one index; `version` is any number that changes with the content.

    A facet may have several values, none means that it is missing; a sort key that is left out is missing too.
    """

    id: int
    title: str
    body: str
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sorts: Mapping[str, float] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a search: what must stand in a document or, `excluded`, must not.

    It is looked for anywhere or, by `field`, in the title, or in the values of the facet of that name, of which some
    part must be like it. With `values` one of these values is meant, and the text is only how it was typed.
    A `phrase` stands together; of bare words a document may lack some where none holds all.
    """

    text: str
    field: str = ""
    phrase: bool = False
    excluded: bool = False
    values: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A keyword search. Filters: any of the values inside a facet, all facets together; `MISSING` asks for none.

    `text` is what was typed, with its phrases and exclusions, or the clauses it was taken apart into.

    An empty text lists everything that passes the filters; its "relevance" is the newest, that is the highest, id.
    With `ids` only these documents are found and counted. Neither they nor the filters change whether a search is
    relaxed, so what is found of them is what the search of everything holds of them. `until` is a sort key and the most
    it may be, for the pages of a list that must not shift when something newer comes; what lacks the key passes.
    """

    text: str | tuple[Clause, ...] = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    sort: str = RELEVANCE
    descending: bool = True
    offset: int = 0
    limit: int = 20
    ids: frozenset[int] | None = None
    until: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One found document; `terms` are the parts of the query that occur in it, folded, exclusions and facets apart."""

    id: int
    score: float
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of the found documents. The counts of a facet leave its own filter out of account.

    `relaxed` says that no document holds the whole text, and that these hold at least half of its terms.
    `readings` are words that were typed in pinyin, and what they were taken for beside themselves.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]
    relaxed: bool = False
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that goes on from what was typed, and whether its end is a name."""

    text: str
    is_name: bool


class Share(NamedTuple):
    """What one term in one field ("title" or "body") of the found document adds to the score."""

    term: str
    field: str
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a match owes to each term, the largest first, and to how far it stands out for the other side.

    All of it adds up to the score.
    """

    shares: tuple[Share, ...]
    standing: float = 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """A document that resembles a text, with the reasons."""

    id: int
    score: float
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text, marked where it matches. The text is raw: whoever shows it escapes it."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of the index on disk. `damaged` means that it could not be read and counts as empty."""

    documents: int
    segments: int
    generation: str
    bytes: int
    damaged: bool = False
