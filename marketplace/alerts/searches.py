"""Saved searches: kept, changed, deleted by one person, and asked whether they find a new listing.

What is told is what the page would find; where it would only show what comes near, nothing is.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import delete, func, select

from marketplace.accounts.models import User
from marketplace.accounts.service import me
from marketplace.alerts.events import SearchMoved
from marketplace.alerts.models import SavedSearch, SearchAlert
from marketplace.alerts.rules import KNOWN, NAME_LENGTH, SEARCHES, Frequency
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.models import Listing
from marketplace.listings.rules import ListingKind
from marketplace.listings.search import Criteria, Reader, as_query
from marketplace.organisations.regions import load_region
from search_index.document import RELEVANCE, Page

Arguments = dict[str, list[str]]


def arguments_of(criteria: Criteria) -> Arguments:
    """The text and the filters as they stand in an address."""
    filters = {name: sorted(values) for name, values in sorted(criteria.filters.items())}
    return {"q": [criteria.text], **filters} if criteria.text else filters


def save(uow: UnitOfWork, criteria: Criteria, name: str, frequency: Frequency) -> SavedSearch:
    """Keep a search; the same one again gets the new name and frequency. Emits SearchMoved.

    Raises InvalidInput for one that finds everything and for no name, Conflict for one more than SEARCHES.
    """
    arguments, user = arguments_of(criteria), me(uow)
    if not arguments:
        raise InvalidInput(N_("Type words or choose a filter first: this search finds everything."))
    # Of two presses at once the second sees what the first has saved.
    uow.session.execute(select(User.id).where(User.id == user.id).with_for_update(key_share=True)).all()
    key = hashlib.sha256(json.dumps(arguments, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    mine = select(SavedSearch).where(SavedSearch.user_id == user.id)
    same = uow.session.scalar(mine.where(SavedSearch.kind == criteria.kind, SavedSearch.key == key))
    if same is not None:
        return change(uow, same.id, name, frequency)
    if (uow.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= SEARCHES:
        raise Conflict(
            N_("You have %(limit)s saved searches. Delete one that you do not need any more."), limit=SEARCHES
        )
    row = SavedSearch(
        user_id=user.id,
        kind=criteria.kind,
        name=_name(name),
        arguments=arguments,
        key=key,
        known=_known(uow, criteria),
        frequency=frequency,
        created_at=uow.now(),
    )
    uow.session.add(row)
    uow.flush()
    uow.emit(SearchMoved(user.id, row.id, "save"))
    return row


def change(uow: UnitOfWork, search_id: int, name: str, frequency: Frequency) -> SavedSearch:
    """Another name or frequency; one that was muted is heard again. Raises NotFound, InvalidInput; emits SearchMoved."""
    row = own(uow, search_id)
    row.name, row.frequency, row.muted_at = _name(name), frequency, None
    if frequency is Frequency.OFF:
        _drop_waiting(uow, row)
    uow.emit(SearchMoved(row.user_id, row.id, "change"))
    return row


def delete_one(uow: UnitOfWork, search_id: int) -> None:
    """Forget a search and what it has found. Raises NotFound; emits SearchMoved."""
    row = own(uow, search_id)
    uow.session.execute(delete(SearchAlert).where(SearchAlert.search_id == row.id))
    uow.session.delete(row)
    uow.emit(SearchMoved(row.user_id, row.id, "delete"))


def own(uow: UnitOfWork, search_id: int) -> SavedSearch:
    """A search of one's own. Raises NotFound."""
    row = uow.session.get(SavedSearch, search_id)
    if row is None or row.user_id != uow.actor.user_id:
        raise NotFound(N_("There is no such saved search."))
    return row


def criteria_of(uow: UnitOfWork, search: SavedSearch) -> Criteria:
    """What a saved search asks for; a value that is no longer known is left out, as on the page."""
    counties = load_region(uow.settings.region).counties
    return Reader(search.kind, counties, strict=False).read(search.arguments)


def finds(uow: UnitOfWork, kind: ListingKind, listings: Mapping[int, Listing]) -> Iterator[tuple[SavedSearch, int]]:
    """Which saved searches find which of the new listings. The same search of several people is asked once."""
    loud = (SavedSearch.frequency != Frequency.OFF) & SavedSearch.muted_at.is_(None)
    rows = uow.session.scalars(select(SavedSearch).where(SavedSearch.kind == kind, loud).order_by(SavedSearch.id))
    found: dict[str, list[int]] = {}
    for search in rows:
        if search.key not in found:
            found[search.key] = _ids(_page(uow, criteria_of(uow, search), len(listings), frozenset(listings)))
        yield from ((search, id_) for id_ in found[search.key] if _is_new(search, listings[id_]))


def _page(uow: UnitOfWork, criteria: Criteria, limit: int, ids: frozenset[int] | None = None) -> Page:
    query = replace(as_query(criteria), facets=(), sort=RELEVANCE, descending=True, offset=0, limit=limit, ids=ids)
    return uow.services.catalogues[criteria.kind.value].search(query)


def _ids(page: Page) -> list[int]:
    return [] if page.relaxed else [hit.id for hit in page.hits]


def _known(uow: UnitOfWork, criteria: Criteria) -> list[int] | None:
    page = _page(uow, criteria, KNOWN)
    return None if page.total > KNOWN and not page.relaxed else sorted(_ids(page))


def _is_new(search: SavedSearch, listing: Listing) -> bool:
    """What was found on the day it was saved is no news, whatever edits follow."""
    if search.known is not None:
        return listing.id not in search.known
    return listing.published_at is not None and listing.published_at > search.created_at


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidInput(N_("Give the search a name."), field="name")
    if len(name) > NAME_LENGTH:
        raise InvalidInput(N_("This text is too long: %(limit)s characters at most."), field="name", limit=NAME_LENGTH)
    return name


def _drop_waiting(uow: UnitOfWork, search: SavedSearch) -> None:
    waiting = (SearchAlert.search_id == search.id) & SearchAlert.message_id.is_(None)
    uow.session.execute(delete(SearchAlert).where(waiting))
