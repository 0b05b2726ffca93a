"""Two versions of the terms, or of a contract, side by side: which of them differ, with what was taken out and put in marked.

Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketplace.contracts.clauses import Compared
from marketplace.contracts.marking import How, Paragraph, Piece, side, woven
from marketplace.contracts.terms import Terms
from marketplace.kernel.messages import N_
from marketplace.kernel.money import percent_text
from marketplace.listings.differences import marked_against
from search_index.document import Fragment

_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?")


@dataclass(frozen=True)
class Changed:
    """One term or clause that differs. The marked pieces of `before` are gone, those of `after` are new.

    `label` is a msgid, in a comparison of documents the text itself. `is_word` says that both sides are msgids of an enum.
    """

    label: str
    before: tuple[Fragment, ...]
    after: tuple[Fragment, ...]
    is_word: bool = False


def compare(before: Terms, after: Terms) -> tuple[Changed, ...]:
    """The terms that differ, in the order of the form."""
    words = (
        (N_("Contract type"), before.contract_type, after.contract_type),
        (N_("Price model"), before.price_model, after.price_model),
    )
    found = [
        Changed(label, (Fragment(old.label, True),), (Fragment(new.label, True),), is_word=True)
        for label, old, new in words
        if old != new
    ]
    texts = zip(_texts(before), _texts(after), strict=True)
    found += [
        Changed(label, marked_against(old, new), marked_against(new, old))
        for (label, old), (_, new) in texts
        if old != new
    ]
    return tuple(found)


def opposed(wordings: Sequence[Compared]) -> tuple[Changed, ...]:
    """What an amendment changes, as it is shown and printed."""
    return tuple(Changed(one.label, *_marked(one)) for one in wordings)


def _marked(one: Compared) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    if not one.by_line:
        return marked_against(one.before, one.after), marked_against(one.after, one.before)
    lines = [_with_whole_figures(line) for line in woven(one.before, one.after)]
    return _fragments(side(lines, How.GONE)), _fragments(side(lines, How.NEW))


def _with_whole_figures(line: Paragraph) -> Paragraph:
    """Of a line whose figures stay only the words that differ are marked; one with another figure is marked as a whole."""
    old, new = ("".join(piece.text for piece in side([line], how)) for how in (How.GONE, How.NEW))
    if old == new or _FIGURE.findall(old) == _FIGURE.findall(new):
        return line
    pieces = (Piece(old, How.GONE), Piece(new, How.NEW))
    return Paragraph(line.number, tuple(piece for piece in pieces if piece.text))


def _fragments(pieces: Sequence[Piece]) -> tuple[Fragment, ...]:
    return tuple(Fragment(piece.text, piece.how is not How.KEPT) for piece in pieces)


def _texts(terms: Terms) -> Iterator[tuple[str, str]]:
    """What an offer says, as text; amounts in figures."""
    yield N_("Amount with tax"), _yuan(terms.amount_fen) if terms.amount_fen else ""
    yield N_("Royalty"), f"{percent_text(terms.royalty_bp)} · {terms.royalty_base}" if terms.royalty_bp else ""
    yield N_("Days of use without payment"), str(terms.use_days or "")
    yield N_("Instalments"), "\n".join(f"{_yuan(line.fen)} · {line.words}" for line in terms.instalments)
    yield N_("What is delivered, where and when"), terms.delivery
    yield N_("How it is accepted"), terms.acceptance
    yield N_("Other terms"), terms.other_terms
    yield N_("Shares of the makers"), "\n".join(f"{one.name} · {percent_text(one.share_bp)}" for one in terms.makers)


def _yuan(fen: int) -> str:
    return f"¥ {fen // 100:,}.{fen % 100:02d}"
