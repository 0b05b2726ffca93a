"""What the rows of a sheet are nearly the same as, and whether such a row is taken as long as nobody has said so.

Only what everybody may read is compared: every official reads the report. docs/decisions/0017 says why rows are held back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    for first, second, like in sheet.like(mine):
        if second < first:
            near[rows[first].number].append(replace(like, row=rows[second].number))
    known = {row.fingerprint for row in rows}
    for listings in _published(uow, kind):
        # What a row of this sheet became stands for that row: a run goes on after it was killed as it began.
        others = [listing for listing in listings if listing.fingerprint not in known]
        for first, second, like in sheet.like(_of_listings(uow, kind, others)):
            near[rows[first].number].append(replace(like, listing_id=others[second].id))
    return replace(plan, rows=tuple(replace(row, near=_foremost(near.get(row.number, ()))) for row in plan.rows))


@dataclass(frozen=True)
class _Text:
    """What is compared of a row or a listing; `unit` is empty where a row names none, None where nobody may know it."""

    title: str
    text: str
    unit: str | None


class _Sheet:
    """The rows of a sheet, ready to be compared with many others."""

    def __init__(self, rows: Sequence[_Text]) -> None:
        self._rows = rows
        self._texts = Crowd([marks_of(f"{row.title}\n{row.text}") for row in rows], of_texts, NEARLY_SAME)
        self._titles = Crowd([marks_of(row.title) for row in rows], of_titles, SAME_TITLE)

    def like(self, others: Sequence[_Text]) -> Iterator[tuple[int, int, Near]]:
        """The place of a row, that of another text, and how alike they are; a pair whose texts are alike comes once."""
        seen = set()
        for pair in self._texts.twins_with([marks_of(f"{other.title}\n{other.text}") for other in others]):
            seen.add((pair.first, pair.second))
            yield pair.first, pair.second, Near(pair.likeness)
        for pair in self._titles.twins_with([marks_of(other.title) for other in others]):
            row, other = self._rows[pair.first], others[pair.second]
            if row.unit == other.unit and not (row.text and other.text) and (pair.first, pair.second) not in seen:
                yield pair.first, pair.second, Near(pair.likeness, by_title=True)


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


def _published(uow: UnitOfWork, kind: ImportKind) -> Iterator[Sequence[Listing]]:
    model = kind.model
    shown = select(model).where(model.state.in_(model.shown_in)).order_by(model.id)
    return uow.session.scalars(shown.execution_options(yield_per=CHUNK)).partitions()


def _foremost(near: Sequence[Near]) -> tuple[Near, ...]:
    return tuple(sorted(near, key=lambda one: (one.listing_id is None, -one.likeness, one.row or 0))[:NAMED])
