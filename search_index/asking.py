"""What a text asks for when it is matched: its terms, and how much each of them weighs.

Each collection is asked in its own way (`Profile`). The collection a text comes from tells what is common there: a word
that every need holds, such as 企业, says little about one of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from search_index.analysis import U64, code_points, fold, is_compound, is_title_word, pair_code, terms_of
from search_index.scorer import MATCHING, QueryTerms, Weighting, documents_with, query_terms
from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """How the documents of one collection are matched with the texts of another.

    `title`: how often the title of the text counts. `single` and `word`: what single characters, and the words of titles,
    weigh against pairs. `rarity`: the power of how rare a term is among the texts that ask; 0 leaves it out. `even`: every
    description counts as if it had the average length, since a long one does not ask for more. `standing`: what it counts
    how far the text stands out among its like in the view of the document.
    """

    weighting: Weighting = MATCHING
    title: float = 5.0
    single: float = 1.0
    word: float = 0.0
    rarity: float = 0.0
    even: bool = False
    standing: float = 0.0


PLAIN = Profile()
"""Where nothing is known about the collections."""


def asked(title: str, body: str, profile: Profile, others: Snapshot | None = None) -> QueryTerms:
    """The weighted terms of a text; `others` is the collection it comes from, where that is known."""
    weight = _evened(body, others) if profile.even and others is not None else 1.0
    terms = query_terms([(title, profile.title), (body, weight)], with_words=profile.word > 0)
    weights = np.where(is_compound(terms.codes), 1.0, profile.single)
    weights[is_title_word(terms.codes)] = profile.word
    if profile.rarity and others is not None and others.documents:
        weights *= _rarity(terms, others) ** profile.rarity
    return replace(terms, frequencies=terms.frequencies * weights)


def _evened(body: str, others: Snapshot) -> float:
    """Twice the share that a body of average length has in itself and this one: 1 for an average body, below 2 for any."""
    usual = others.usual_body_length()
    length = np.count_nonzero(~is_compound(terms_of(code_points(fold(body))).codes))
    return 2 / (1 + length / usual) if usual else 1.0


def _rarity(terms: QueryTerms, others: Snapshot) -> F64:
    """How rare each term is among the texts that ask, from 0 to 1; what one or two of them hold is as rare as can be."""
    counts = documents_with(others, _in_bodies_too(terms.codes, terms.texts))
    rarity = np.log(1 + (others.documents - counts + 0.5) / (counts + 0.5))
    highest = math.log(1 + others.documents / 3)
    found: F64 = np.minimum(rarity, highest) / highest
    return found


def _in_bodies_too(codes: U64, texts: Sequence[str]) -> U64:
    """Words are indexed of titles only; their first two characters tell how common they are in whole texts."""
    codes = codes.copy()
    for at in np.flatnonzero(is_title_word(codes)).tolist():
        codes[at] = pair_code(texts[at])
    return codes
