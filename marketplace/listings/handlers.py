"""What happens after something was announced about listings: the indexes are kept, imports go on.

The kinds of listing lie above this feature; what differs between them is handed in by wiring.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.infra.outbox import NotYet
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.worker import Survey
from marketplace.kernel.errors import InvalidInput, NotPermitted
from marketplace.kernel.events import Event
from marketplace.listings import importing
from marketplace.listings.events import ClaimMoved, ImportRequested, ListingIndexed, ListingMoved, ListingOutdated
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_plan import Plan
from marketplace.listings.models import ImportRun, Listing
from marketplace.listings.rules import ListingKind
from marketplace.organisations.actors import actor_of
from search_index.document import Document
from search_index.edition import NewerEditionError
from search_index.generations import IndexBusyError
from search_index.index import SearchIndex

CHUNK = 500

Progress = Callable[[int, int], None]
"""Told how many documents were read, and of how many."""


class Source(Protocol):
    """Where the documents of one kind, and the versions to compare, come from; only what everybody may see has one."""

    @property
    def kind(self) -> ListingKind: ...

    def documents(self, session: Session, ids: Sequence[int]) -> list[Document]: ...

    def versions(self, session: Session) -> dict[int, int]: ...


@dataclass(frozen=True)
class Indexer:
    """Keeps the indexes like the database. Every method may be repeated, and events may come in any order."""

    sources: tuple[Source, ...]

    def handle(self, uow: UnitOfWork, events: Sequence[Event]) -> None:
        """Read the listings again and put or delete each of them; passes on ListingIndexed for what is new to others.

        Raises NotYet where a newer version keeps an index: that one's worker will do it.
        """
        for source in self.sources:
            about = [(one, event) for event in events if (one := _listing(event, source.kind)) is not None]
            try:
                put = self._bring(uow, source, sorted({one for one, _ in about})) if about else []
            except NewerEditionError as error:
                raise NotYet(str(error)) from error
            news = {one: event for one, event in about if _is_news(event, source.kind)}
            for listing_id in put:
                if listing_id in news:
                    uow.pass_on(ListingIndexed(source.kind, listing_id, _is_import(news[listing_id])))

    def reconcile(self, uow: UnitOfWork) -> None:
        """Compare the versions in the database and in the index and repair what differs."""
        for source in self.sources:
            for ids in _chunks(_differing(uow, source)):
                self._bring(uow, source, ids)

    def compact(self, uow: UnitOfWork) -> None:
        """Merge the segments that a day of publishing left behind."""
        for source in self.sources:
            index_of(uow, source.kind).compact()

    def heal(self, uow: UnitOfWork, kind: ListingKind) -> None:
        """Build an index anew that is damaged, lost, or was made by an older version; what others are building is left to them.

        One kind per unit of work: what the second would read was older than what a worker has meanwhile put into its index.
        """
        if index_of(uow, kind).is_stale():
            with suppress(IndexBusyError):
                self.rebuild(uow, kind, _silent)

    def heal_all(self, factory: UnitOfWorkFactory) -> None:
        """Heal every index now, before somebody works who does not wait for the schedule."""
        for source in self.sources:
            with factory.reading() as uow:
                self.heal(uow, source.kind)

    def rebuild(self, uow: UnitOfWork, kind: ListingKind, progress: Progress) -> int:
        """Build one index anew from the database while others read and write it; returns how many documents it has."""
        source = next(source for source in self.sources if source.kind is kind)
        return index_of(uow, kind).rebuild(_stream(uow.session, source, progress))

    @staticmethod
    def _bring(uow: UnitOfWork, source: Source, ids: Sequence[int]) -> list[int]:
        """Write the listings into the index; returns the ids of those that are in it now."""
        # Locked until the index is written: a worker that read an older state must not be the last one to write it.
        # A change waits these milliseconds; then it announces itself and the listing is read again.
        locked = select(Listing.id).where(Listing.id.in_(ids)).order_by(Listing.id).with_for_update(key_share=True)
        uow.session.execute(locked).all()
        index = index_of(uow, source.kind)
        found = source.documents(uow.session, ids)
        if found:
            index.put(found)
        gone = set(ids) - {document.id for document in found}
        if gone:
            index.delete(gone)
        return [document.id for document in found]


def _silent(_done: int, _of_all: int) -> None:
    """No progress is shown."""


def index_of(uow: UnitOfWork, kind: ListingKind) -> SearchIndex:
    """The index of one kind of listing."""
    return uow.services.catalogues[kind.value]


def _listing(event: Event, kind: ListingKind) -> int | None:
    return getattr(event, "listing_id", None) if getattr(event, "kind", None) == kind else None


def _is_news(event: Event, kind: ListingKind) -> bool:
    """A step between two states in which everybody sees a listing, such as “still current”, brings nothing new.

    Nor does a claim, until it is approved and the listing has people of its own.
    """
    if isinstance(event, ListingOutdated):
        return False
    if isinstance(event, ClaimMoved):
        return event.action == "approve"
    model = inspect(Listing).polymorphic_map[kind].class_
    return not (isinstance(event, ListingMoved) and event.from_state in model.shown_in)


def _is_import(event: Event) -> bool:
    return isinstance(event, ListingMoved) and event.action == importing.PUBLISH


def _differing(uow: UnitOfWork, source: Source) -> list[int]:
    wanted, present = source.versions(uow.session), index_of(uow, source.kind).versions()
    return sorted(one for one in wanted.keys() | present.keys() if wanted.get(one) != present.get(one))


def _stream(session: Session, source: Source, progress: Progress) -> Iterator[Document]:
    ids = sorted(source.versions(session))
    for done, chunk in enumerate(_chunks(ids)):
        progress(done * CHUNK, len(ids))
        yield from source.documents(session, chunk)
    progress(len(ids), len(ids))


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


Prepared = Sequence[tuple[ImportRequested, Plan | InvalidInput]]
"""What the next steps of imports need, or why there is none."""


@dataclass
class _LastPlan:
    """The plan of the import under way: its steps share one, as the catalogue was when this process began with it."""

    run_id: int | None = None
    plan: Plan | None = None

    def of(self, uow: UnitOfWork, event: ImportRequested) -> Plan:
        plan = self.plan if self.run_id == event.run_id else None
        if plan is None:
            plan = importing.prepare(uow, KINDS[ListingKind(event.kind)], event.sha256, "")
            self.run_id, self.plan = event.run_id, plan
        return plan

    def forget(self) -> None:
        """Thousands of rows need not stay in memory once their import has ended."""
        self.run_id = self.plan = None


_last_plan = _LastPlan()


def _prepare_imports(uow: UnitOfWork, events: Sequence[Event]) -> Prepared:
    return [(event, _plan(uow, event)) for event in events if isinstance(event, ImportRequested)]


def _plan(uow: UnitOfWork, event: ImportRequested) -> Plan | InvalidInput:
    try:
        return _last_plan.of(uow, event)
    except InvalidInput as error:
        return error


def _step_imports(uow: UnitOfWork, prepared: Prepared) -> None:
    for event, plan in prepared:
        try:
            if isinstance(plan, InvalidInput):
                raise plan
            _act_for_importer(uow, event.run_id)
            run = importing.step(uow, event.run_id, KINDS[ListingKind(event.kind)], plan, expected=event.done)
        except (InvalidInput, NotPermitted) as error:
            importing.finish(uow, uow.session.get_one(ImportRun, event.run_id), error)
            continue
        if run.finished_at is not None:
            _last_plan.forget()
        elif run.done > event.done:
            uow.emit(ImportRequested(run.id, event.kind, event.sha256, run.done))


def _act_for_importer(uow: UnitOfWork, run_id: int) -> None:
    run = uow.session.get_one(ImportRun, run_id)
    if run.user_id is not None:
        uow.actor = actor_of(uow.session, uow.session.get_one(User, run.user_id))


GO_ON_IMPORTING: Survey[Prepared] = Survey(_prepare_imports, _step_imports)
"""Takes the next rows of an import for the official who asked, and asks for the rows after them."""
