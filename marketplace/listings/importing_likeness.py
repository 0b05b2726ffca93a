"""What the rows of a sheet are nearly the same as, and whether such a row is taken as long as nobody has said so.

Only what everybody may read is compared: every official reads the report. docs/decisions/0017 says why rows are held back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import VISITOR
from marketplace.listings.importing_columns import ImportKind
from marketplace.listings.importing_plan import Near, Plan, PlannedRow
from marketplace.listings.likeness import NEARLY_SAME, SAME_TITLE, marks_of, of_texts, of_titles
from marketplace.listings.models import Listing
from marketplace.listings.twins import Crowd
from marketplace.organisations.parties import names_of
from marketplace.organisations.rules import name_key
from search_index.analysis import I64, U64

Flags = npt.NDArray[np.bool_]

NAMED = 3
"""So many are named for a row, listings first, then the most alike."""

CHUNK = 2_000
"""Published listings compared at once."""

Choices = Mapping[str, bool]
"""Number of a row, as text -> whether an official wants it; what nobody was asked is not in it."""


def is_taken(row: int, choices: Choices, *, is_like_a_listing: bool) -> bool:
    """Whether a row is imported: one that is like a listing waits for somebody's word, one that is like another row does not."""
    return choices.get(str(row), not is_like_a_listing)


def compared(uow: UnitOfWork, kind: ImportKind, plan: Plan) -> Plan:
    """The plan with what each sound row is nearly the same as. Takes seconds for thousands: not while a lock is held."""
    rows = [row for row in plan.rows if not row.faults and row.same_as is None]
    mine = [_of_row(kind, row) for row in rows]
    sheet = _Sheet(mine)
    near: dict[int, list[Near]] = defaultdict(list)
    for first, second, like in sheet.like(mine, among_themselves=True):
        near[first].append(replace(like, row=rows[second].number))
    for others in _published(uow, kind, {row.fingerprint for row in rows}):
        for first, second, like in sheet.like(_of_listings(uow, kind, others)):
            near[first].append(replace(like, listing_id=others[second].id))
    found = {rows[first].number: _foremost(ones) for first, ones in near.items()}
    return replace(plan, rows=tuple(replace(row, near=found.get(row.number, ())) for row in plan.rows))


@dataclass(frozen=True)
class _Text:
    """What is compared of a row or a listing; `unit` is empty where a row names none, None where nobody may know it."""

    title: str
    text: str
    unit: str | None

    @cached_property
    def marks(self) -> U64:
        """Of the whole."""
        return marks_of(f"{self.title}\n{self.text}")

    @cached_property
    def title_marks(self) -> U64:
        """Of the title alone."""
        return marks_of(self.title)


class _Sheet:
    """The rows of a sheet, ready to be compared with many others."""

    def __init__(self, rows: Sequence[_Text]) -> None:
        self._rows = rows
        self._texts = Crowd([row.marks for row in rows], of_texts, NEARLY_SAME)
        self._titles = Crowd([row.title_marks for row in rows], of_titles, SAME_TITLE)

    def like(self, others: Sequence[_Text], *, among_themselves: bool = False) -> Iterator[tuple[int, int, Near]]:
        """The place of a row, that of another text, and how alike they are; among themselves, that of an earlier row."""
        seen = set()
        units, their_units = _numbered([row.unit for row in self._rows], [other.unit for other in others])
        told, they_told = (np.array([bool(one.text) for one in texts], np.bool_) for texts in (self._rows, others))

        def in_order(first: I64, second: I64) -> Flags:
            ordered: Flags = (second < first) | (not among_themselves)
            return ordered

        def by_title(first: I64, second: I64) -> Flags:
            of_one_unit: Flags = units[first] == their_units[second]
            return in_order(first, second) & of_one_unit & ~(told[first] & they_told[second])

        for pair in self._texts.twins_with([other.marks for other in others], in_order, NAMED):
            seen.add((pair.first, pair.second))
            yield pair.first, pair.second, Near(pair.likeness)
        for pair in self._titles.twins_with([other.title_marks for other in others], by_title, NAMED):
            if (pair.first, pair.second) not in seen:
                yield pair.first, pair.second, Near(pair.likeness, by_title=True)


def _numbered(mine: Sequence[str | None], theirs: Sequence[str | None]) -> tuple[I64, I64]:
    """Units as numbers, the same for the same; one that nobody may know is like none of mine."""
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(mine))}
    first, second = (np.array([numbers.get(unit, -1) for unit in units], np.int64) for units in (mine, theirs))
    return first, second


def _of_row(kind: ImportKind, row: PlannedRow) -> _Text:
    text = "\n".join(filter(None, (row.values[field] for field in kind.texts)))
    return _Text(row.values["title"], text, name_key(row.unit))


def _of_listings(uow: UnitOfWork, kind: ImportKind, listings: Sequence[Listing]) -> list[_Text]:
    names = names_of(uow.session, {listing.party_id for listing in listings})
    return [
        _Text(
            listing.title,
            kind.public_text(listing),
            name_key(names[listing.party_id].name) if kind.names_party(VISITOR, listing) else None,
        )
        for listing in listings
    ]


def _published(uow: UnitOfWork, kind: ImportKind, but: Set[str]) -> Iterator[Sequence[Listing]]:
    """What everybody sees, except what a row of this sheet became: that stands for its row, however often a run begins."""
    model = kind.model
    shown = select(model.id, model.fingerprint).where(model.state.in_(model.shown_in)).order_by(model.id)
    ids = [listing_id for listing_id, fingerprint in uow.session.execute(shown) if fingerprint not in but]
    for start in range(0, len(ids), CHUNK):
        yield uow.session.scalars(select(model).where(model.id.in_(ids[start : start + CHUNK]))).all()


def _foremost(near: Sequence[Near]) -> tuple[Near, ...]:
    return tuple(sorted(near, key=lambda one: (one.listing_id is None, -one.likeness, one.row or 0))[:NAMED])
