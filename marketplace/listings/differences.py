"""What stands in one text and not in another. Pure."""

from difflib import SequenceMatcher

from search_index.document import Fragment


def marked_against(text: str, other: str) -> tuple[Fragment, ...]:
    """The text in pieces; those that the other does not hold in the same order are marked.

    In long texts frequent characters begin no common piece: a page must not take seconds for thousands of the same letter.
    """
    blocks = SequenceMatcher(None, text, other).get_matching_blocks()
    pieces, at = [], 0
    for block in blocks:
        pieces += [Fragment(text[at : block.a], True), Fragment(text[block.a : block.a + block.size], False)]
        at = block.a + block.size
    return tuple(piece for piece in pieces if piece.text)
