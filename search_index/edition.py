"""By which rules a generation was made, and whether it was made from everything: a small file that lies in its folder.

A generation of other rules is still read, as far as it can be, until it has been built anew; nobody has to know when to.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from search_index.durable_storage import write_synced

_FILE = "edition.json"

LAYOUT = 2
"""To be raised when a segment's arrays change their meaning: a generation of another layout cannot be read."""

ANALYSIS = 2
"""To be raised when texts give other terms than before: what is found in an older generation is not what it should be."""


class OtherLayoutError(Exception):
    """The generation was written by a version that laid it out in another way."""


class NewerEditionError(Exception):
    """A newer version keeps the index: this one would spoil it, and has to be restarted."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What a generation holds. One that was begun anew after damage, or by the first document, is not `whole`.

    `content` is raised by whoever makes the documents when he composes them otherwise.
    """

    facets: tuple[str, ...]
    sorts: tuple[str, ...]
    content: int = 0
    whole: bool = True
    layout: int = LAYOUT
    analysis: int = ANALYSIS

    @property
    def _rules(self) -> tuple[int, int, int]:
        return self.layout, self.analysis, self.content

    def serves(self, wanted: "Edition") -> bool:
        """Whether a generation of this edition is all that a version with `wanted` needs; more does no harm."""
        named = {*wanted.facets} <= {*self.facets} and {*wanted.sorts} <= {*self.sorts}
        return self.whole and named and self._rules == wanted._rules

    def is_newer_than(self, other: "Edition") -> bool:
        """Whether a version that made it knows rules that `other` does not.

        While two versions run beside each other the older leaves it alone, or each would undo the other's work for ever.
        """
        return any(ours > theirs for ours, theirs in zip(self._rules, other._rules, strict=True))

    def write(self, folder: Path) -> None:
        write_synced(folder / _FILE, json.dumps(asdict(self)).encode())


def edition_of(folder: Path) -> Edition | None:
    """The edition of a generation, None where nothing is said or cannot be read."""
    try:
        said = json.loads((folder / _FILE).read_bytes())
        return Edition(**said | {"facets": tuple(said["facets"]), "sorts": tuple(said["sorts"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def check_layout(folder: Path) -> None:
    """Raises OtherLayoutError where the generation says that it is laid out otherwise."""
    edition = edition_of(folder)
    if edition and edition.layout != LAYOUT:
        raise OtherLayoutError(f"{folder} has layout {edition.layout}, not {LAYOUT}")
