"""A text in the form in which texts are compared, and the way back from a place in it to the text as it was written."""

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from search_index.analysis import LETTER, classify, code_points, fold, is_character

Span = tuple[int, int]


class Folded:
    """A text with its folded form, and the way back from a position in the one to the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)

    @cached_property
    def _origin(self) -> list[int] | None:
        """A character that folds into several, such as ㎡: every part of it leads back to the whole."""
        if len(self.folded) == len(self.text):
            return None
        return [at for at, char in enumerate(self.text) for _ in fold(char)]

    @cached_property
    def _is_letter(self) -> npt.NDArray[np.bool_]:
        letters: npt.NDArray[np.bool_] = classify(code_points(self.folded)) == LETTER
        return letters

    def original(self, start: int, end: int) -> Span:
        if self._origin is None:
            return start, end
        return self._origin[start], self._origin[end - 1] + 1

    def find(self, needle: str) -> list[Span]:
        """Where a folded string stands; letters and digits only as whole words."""
        size = len(needle)
        return [(at, at + size) for at in self.begins(needle) if not self.splits_word(at + size)]

    def begins(self, needle: str) -> list[int]:
        """Where a folded string begins that may go on; letters and digits only from the beginning of a word on."""
        found = []
        at = self.folded.find(needle)
        while at >= 0:
            if not self.splits_word(at):
                found.append(at)
            at = self.folded.find(needle, at + 1)
        return found

    def holds(self, needle: str) -> bool:
        """Whether a folded string stands anywhere."""
        return needle in self.folded and bool(self.find(needle))

    def splits_word(self, at: int) -> bool:
        """Whether a place is in the middle of a word of letters and digits."""
        if not 0 < at < len(self.folded) or _between_characters(self.folded[at - 1 : at + 1]):
            return False
        return bool(self._is_letter[at - 1]) and bool(self._is_letter[at])


@lru_cache(maxsize=65_536)
def _between_characters(two: str) -> bool:
    """Whether no word of letters can go on there: so it is nearly everywhere in a Chinese text."""
    return is_character(two[0]) or is_character(two[1])
