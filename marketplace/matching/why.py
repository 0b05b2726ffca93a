"""What a person reads of why a pair was offered: words in common, and words near in meaning where those are few.

Words near in meaning explain; they rank nothing and are no part of the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.matching.rules import Place
from marketplace.matching.texts import need_text, result_text
from marketplace.needs.models import Need
from marketplace.results.models import Result
from search_index.analysis import fold
from search_index.content_words import is_unit
from search_index.meaning import Meaning

FEW = 2
"""Up to so many words in common, words near in meaning are shown beside them."""

KIN, KIN_BESIDE_WORDS = 3, 2
"""So many pairs of words near in meaning are shown where no word is shared, and beside words that are."""


@dataclass(frozen=True)
class Why:
    """A word that carries a match, and where it stands."""

    text: str
    field: Place


@dataclass(frozen=True)
class Kin:
    """Two words near in meaning, one from each listing, and where each stands. `likeness` is the cosine of their vectors."""

    result: str
    result_field: Place
    need: str
    need_field: Place
    likeness: float

    @property
    def text(self) -> str:
        """Both, where only a text can be shown."""
        return f"{self.need} ≈ {self.result}"


def says_something(words: str, meaning: Meaning, titles: str, *folded: str) -> bool:
    """Whether words in common are a reason: not where none of them tells anything, nor where they only count something."""
    return bool(meaning.telling(words, titles)) and not any(is_unit(words, text) for text in folded)


def kin_of(meaning: Meaning, result: Result, need: Need, words: int) -> tuple[Kin, ...]:
    """The nearest words of both listings, where they have not more than a few `words` in common."""
    if words > FEW:
        return ()
    offered = meaning.telling(f"{result.title}\n{result_text(result)}", result.title)
    asked = meaning.telling(f"{need.title}\n{need_text(need)}", need.title)
    return tuple(
        Kin(ours, _place(ours, result.title), theirs, _place(theirs, need.title), likeness)
        for ours, theirs, likeness in meaning.nearest_pairs(offered, asked, KIN_BESIDE_WORDS if words else KIN)
    )


def _place(word: str, title: str) -> Place:
    return Place.TITLE if word in fold(title) else Place.BODY


def why_stored(explanation: Mapping[str, Any]) -> tuple[Why | Kin, ...]:
    """The words of `stored`, as far as this version of the house understands them: an older one may have stored others."""
    places = {place.value: place for place in Place}
    words = [
        Why(one["text"], places[one["field"]]) for one in explanation.get("terms", ()) if one.get("field") in places
    ]
    kin = [
        Kin(one["result"], places[one["result_field"]], one["need"], places[one["need_field"]], one["likeness"])
        for one in explanation.get("kin", ())
        if {one.get("result_field"), one.get("need_field")} <= places.keys()
    ]
    return *words, *kin
