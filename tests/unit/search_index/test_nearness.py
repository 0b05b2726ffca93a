"""One step away, against the obvious way to find out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search_index.nearness import Neighbours

WORDS = st.text(alphabet="甲乙丙a", min_size=1, max_size=6)


def steps(word: str) -> set[str]:
    """Everything one step away from a word."""
    cuts = range(len(word) + 1)
    letters = "甲乙丙a"
    missing = {word[:at] + word[at + 1 :] for at in range(len(word))}
    wrong = {word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in letters}
    more = {word[:at] + letter + word[at:] for at in cuts for letter in letters}
    swapped = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}
    return (missing | wrong | more | swapped) - {word}


@given(st.lists(WORDS, min_size=1, max_size=30, unique=True), WORDS)
def test_what_is_near_is_one_step_away(texts: list[str], word: str) -> None:
    rows = Neighbours(np.array(texts, np.str_)).within_one(word)
    assert {texts[row] for row in rows.tolist()} == set(texts) & steps(word)


def test_among_nothing_nothing_is_near() -> None:
    assert not len(Neighbours(np.array([], np.str_)).within_one("变压器"))
