"""What may have been meant where a search finds nothing: the same said otherwise written, then one character otherwise.

Offers, and never replaces. Only what finds something is offered.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product

from search_index.analysis import fold, is_character, pieces_of
from search_index.document import TITLE, Clause
from search_index.lexicon import Lexicon
from search_index.pinyin import spelling

Finds = Callable[[tuple[Clause, ...]], bool]
"""Whether a search for the clauses finds all of them together."""

_LONGEST = 8
_LONGEST_RUN, _LONGEST_RUN_NEAR = 40, 12
"""A run of more characters was not typed by hand; in one of more than twelve only what is said alike is looked for."""

_LONGEST_TYPED = 20
"""More characters in all were pasted: what is only nearly alike is not looked for, which would take a quarter of a second."""

_SHORTEST_NEAR, _LONGEST_NEAR = 3, 6
"""Among words of two characters nearly everything is near everything."""

_SHORTEST_SPELLING = 5
_KNOWN, _SAID_ALIKE, _NEAR, _LONE = 0.1, 0.9, 1.6, 1.2
"""What a word of the titles costs, one said alike, one nearly alike, and a character that is part of no word."""


def correction(lexicon: Lexicon, clauses: tuple[Clause, ...], finds: Finds) -> tuple[Clause, ...] | None:
    """The clauses with other words, one for one, or None where nothing better is known.

    Said alike comes before nearly alike, and what occurs nowhere is doubted before the rest; of a run that occurs
    nowhere in one piece the words are offered apart.
    """
    absent = [clause for clause in clauses if not finds((clause,))]
    tried: set[tuple[Clause, ...]] = {clauses}
    was_typed = sum(len(clause.text) for clause in clauses) <= _LONGEST_TYPED
    for nearly in (False, True) if was_typed else (False,):
        writer = _Writer(lexicon, nearly=nearly)
        words = [writer.words(clause) for clause in clauses]
        for doubted, gap in product((absent, clauses), ("", " ")):
            corrected = tuple(
                _with(clause, better, gap) if clause in doubted else clause
                for clause, better in zip(clauses, words, strict=True)
            )
            if corrected not in tried and finds(corrected):
                return corrected
            tried.add(corrected)
    return None


def _with(clause: Clause, pieces: list[list[str]], gap: str) -> Clause:
    """The clause with its pieces made of these words."""
    folded = text = fold(clause.text)
    at = 0
    for piece, words in zip(pieces_of(folded) if pieces else (), pieces, strict=True):
        at = text.index(piece, at)
        better = piece if "".join(words) == piece else gap.join(words)
        text = text[:at] + better + text[at + len(piece) :]
        at += len(better)
    return clause if text == folded else replace(clause, text=text)


class _Writer:
    """Writes what was typed in words that titles have."""

    def __init__(self, lexicon: Lexicon, *, nearly: bool) -> None:
        self._lexicon = lexicon
        self._nearly = nearly

    def words(self, clause: Clause) -> list[list[str]]:
        """The words of each piece of the clause; nothing where it is none to correct."""
        if clause.excluded or clause.field not in {"", TITLE}:
            return []
        return [
            self._run(piece) if is_character(piece[0]) else [self._word(piece)]
            for piece in pieces_of(fold(clause.text))
        ]

    def _word(self, word: str) -> str:
        if not self._nearly or self._lexicon.holds(word):
            return word
        near = self._lexicon.near(word) if len(word) >= _SHORTEST_NEAR else []
        said = self._lexicon.spelt_nearly(word) if spelling(word) and len(word) >= _SHORTEST_SPELLING else []
        return next(iter([*near, *said]), word)

    def _run(self, run: str) -> list[str]:
        """The cheapest way to make the run of words: the beginning of the run up to each place, with its price."""
        if len(run) > _LONGEST_RUN:
            return [run]
        best: list[tuple[float, list[str]]] = [(0.0, [])]
        for end in range(1, len(run) + 1):
            offers = [
                (best[start][0] + price, [*best[start][1], written])
                for start in range(max(0, end - _LONGEST), end)
                for price, written in self._ways_to_write(
                    run[start:end], nearly=self._nearly and len(run) <= _LONGEST_RUN_NEAR
                )
            ]
            best.append(min(offers))
        return best[-1][1]

    def _ways_to_write(self, part: str, *, nearly: bool) -> Iterator[tuple[float, str]]:
        if len(part) == 1:
            yield _LONE, part
        elif self._lexicon.holds(part):
            yield _KNOWN, part
        else:
            yield from ((_SAID_ALIKE, word) for word in self._lexicon.homophones(part)[:1])
            if nearly and len(part) <= _LONGEST_NEAR:
                # What two characters are near to is no guess unless it ends as they do: 变器 for 变压器.
                enough = len(part) >= _SHORTEST_NEAR
                near = self._lexicon.near(part)
                told = (word for word in near if enough or (len(word) > len(part) and word[-1] == part[-1]))
                yield from ((_NEAR, word) for word in islice(told, 1))
