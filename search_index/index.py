"""The only door to the index: put, delete, search, match, explain, rebuild.

Readers hold no lock and never fail: an index that is missing or damaged is empty to them. Writers of all processes take
turns. Every write is on the disk when the call returns.
"""

import logging
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import rjieba

from search_index import keyword_search, selection, whoosh_store
from search_index.asking import PLAIN, Profile
from search_index.bars import bar_of, reaching
from search_index.deletions import Deletions
from search_index.document import (
    MISSING,
    RELEVANCE,
    TITLE,
    Clause,
    Completion,
    Document,
    IndexStatus,
    Match,
    Page,
    Query,
)
from search_index.edition import Edition, NewerEditionError, edition_of
from search_index.generations import Generations
from search_index.lexicon import Lexicons
from search_index.matching import Matcher
from search_index.occurrences import occurs
from search_index.snapshot import Snapshot, Snapshots, is_passing
from search_index.spelling import correction
from search_index.standing import Asker
from search_index.suggestions import suggestions

_CHUNK = 20_000
"""Documents per commit of a rebuild."""

_LOCK_SECONDS = 60.0
_NO_FILTERS: Mapping[str, frozenset[str]] = {}

_log = logging.getLogger(__name__)


def _silent(_: int) -> None:
    """No progress is shown."""


class SearchIndex:
    """One full-text index in one folder, shared by any number of processes and threads.

    `facets` and `sorts` are the names that documents may carry and queries may ask for. The values of the facets
    among `names` are names, which are suggested and found in pinyin as the words of titles are. `profile` says how
    other texts are matched with its documents, `content` by which rules these are composed (edition.py).
    Writing calls raise IndexBusyError when another writer holds the lock for a minute, and NewerEditionError where a
    newer version of the program has built the index.
    """

    def __init__(
        self,
        folder: Path,
        facets: tuple[str, ...],
        sorts: tuple[str, ...],
        names: tuple[str, ...] = (),
        profile: Profile = PLAIN,
        content: int = 0,
    ) -> None:
        self._generations = Generations(Path(folder))
        self._snapshots = Snapshots(self._generations)
        self._deletions = Deletions(Path(folder))
        self._facets = frozenset(facets)
        self._sorts = frozenset(sorts)
        self._edition = Edition(tuple(sorted(facets)), tuple(sorted(sorts)), content)
        self._lexicons = Lexicons(names)
        self._profile = profile

    # Reading

    def search(self, query: Query) -> Page:
        """Raises ValueError for a facet or sort key that the index does not have."""
        fields = set() if isinstance(query.text, str) else {clause.field for clause in query.text} - {"", TITLE}
        self._check({*query.filters, *query.facets, *fields}, {query.sort, *(query.until or ())[:1]} - {RELEVANCE})
        snapshot = self._snapshots.newest()
        return keyword_search.search(snapshot, query, lambda: self._lexicons.of(snapshot))

    def suggest(self, text: str, limit: int) -> tuple[Completion, ...]:
        """Texts that go on from what was typed, each of which finds something; nothing while the words are gathered."""
        snapshot = self._snapshots.newest()
        lexicon = self._lexicons.of(snapshot)
        return suggestions(lexicon, text, limit, lambda whole: occurs(snapshot, whole))

    def correct(self, query: Query) -> tuple[tuple[Clause, Clause], ...]:
        """Clauses of a query, each with what it should be for something to be found under its filters; often none."""
        snapshot = self._snapshots.newest()
        clauses = keyword_search.clauses_of(query)
        better = correction(
            self._lexicons.of(snapshot), clauses, lambda other: keyword_search.finds(snapshot, other, query.filters)
        )
        return tuple(pair for pair in zip(clauses, better or clauses, strict=True) if pair[0] != pair[1])

    def match(
        self,
        title: str,
        body: str,
        limit: int,
        filters: Mapping[str, frozenset[str]] = _NO_FILTERS,
        exclude: frozenset[int] = frozenset(),
        explained: int | None = None,
        asker: Asker | None = None,
    ) -> tuple[Match, ...]:
        """The documents most like a text, the best first, each with the reasons. Raises ValueError as search does.

        `explained` says how many of the first come with reasons, where not all are shown; `explain` gives those of any.
        """
        self._check(set(filters), set())
        snapshot = self._snapshots.newest()
        allowed = selection.without(snapshot, selection.passing(snapshot, filters), exclude)
        return self._matcher(snapshot, title, body, asker).best(allowed, limit, explained)

    def among_first(
        self,
        text: tuple[str, str],
        place: int,
        ids: frozenset[int],
        exclude: Callable[[], frozenset[int]],
        asker: Asker | None = None,
    ) -> frozenset[int]:
        """Which of these documents are among the first `place` for a text (title, body), by their terms alone.

        Asked again for the same text it is answered without a search, from how good they had to be the last time;
        `exclude`, what has no place in the list, is only asked for a search.
        """
        snapshot = self._snapshots.newest()
        return reaching(snapshot, bar_of(snapshot, self._profile, text, place, exclude, asker), ids)

    def explain(self, title: str, body: str, id: int, asker: Asker | None = None) -> Match | None:  # noqa: A002
        """What `match` would say of one document, None where there is no such document."""
        snapshot = self._snapshots.newest()
        rows = snapshot.rows_of([id])
        return self._matcher(snapshot, title, body, asker).only(int(rows[0])) if len(rows) else None

    def asker(self, id: int | None) -> Asker:  # noqa: A002 - the documents' own word
        """Where a text comes from that one matches with another index: from this one, where it may have a number."""
        return Asker(self._snapshots.newest(), self._profile, id)

    def _matcher(self, snapshot: Snapshot, title: str, body: str, asker: Asker | None) -> Matcher:
        return Matcher(snapshot, self._profile, title, body, asker)

    def versions(self) -> dict[int, int]:
        """The version of every document, by id."""
        snapshot = self._snapshots.newest()
        live = snapshot.live
        return dict(zip(snapshot.ids[live].tolist(), snapshot.versions[live].tolist(), strict=True))

    def status(self) -> IndexStatus:
        snapshot = self._snapshots.newest()
        name, damaged = snapshot.key[0], snapshot.problem is not None
        return IndexStatus(snapshot.documents, len(snapshot.parts), name, self._generations.bytes(name), damaged)

    def is_stale(self) -> bool:
        """Whether a rebuild is asked for: it is damaged, was made by older rules, or never was built from everything."""
        snapshot = self._snapshots.newest()
        edition = self._edition_of(snapshot)
        if edition and edition.is_newer_than(self._edition):
            return False
        return snapshot.problem is not None or edition is None or not edition.serves(self._edition)

    def is_whole(self) -> bool:
        """Whether it can be read and holds all there is. One of a newer layout is not stale, and yet empty to this version."""
        return self._snapshots.newest().problem is None and not self.is_stale()

    def _edition_of(self, snapshot: Snapshot) -> Edition | None:
        return edition_of(self._generations.path(snapshot.key[0])) if snapshot.key[0] else None

    def warm(self) -> None:
        """Load and compile what the first search, match and write would wait for; seconds where nothing is cached.

        Works on a scratch index that is removed. Of this one the words begin to be gathered, in a thread.
        """
        self._lexicons.of(self._snapshots.newest())
        rjieba.cut("预热")
        with tempfile.TemporaryDirectory() as folder:
            scratch = SearchIndex(Path(folder), ("facet",), (), profile=Profile(standing=1.0))
            scratch.put(Document(number, "预热中", "warm") for number in range(3))
            scratch.delete((0, 1))
            scratch.search(Query("预热中", {"facet": frozenset({MISSING})}, ("facet",)))
            scratch.search(Query("热"))
            scratch.search(Query('"预热 中"'))
            scratch.suggest("yure", 1)
            scratch.match("预热", "", 1, asker=scratch.asker(2))
            scratch.compact()

    # Writing

    def put(self, documents: Iterable[Document]) -> None:
        """Add the documents, replacing those with the same id, in one commit. Raises ValueError for unknown names."""
        latest = {document.id: document for document in documents}
        for document in latest.values():
            self._check(set(document.facets), set(document.sorts))
        with self._generations.writing(_LOCK_SECONDS):
            self._commit(self._writable(), latest.values(), latest)

    def delete(self, ids: Iterable[int]) -> None:
        """Remove the documents; an id that is not there is no error."""
        with self._generations.writing(_LOCK_SECONDS):
            unwanted = frozenset(ids)
            self._deletions.note(unwanted)
            self._commit(self._writable(), (), unwanted)

    def compact(self) -> None:
        """Merge what `put` leaves for quiet hours: many large segments, and those with many deletions."""
        with self._generations.writing(_LOCK_SECONDS):
            snapshot = self._writable()
            if snapshot.parts:
                with whoosh_store.StoreWriter(self._generations.path(snapshot.key[0])) as writer:
                    writer.mergetype = whoosh_store.merge_all_tiers

    def rebuild(self, documents: Iterable[Document], progress: Callable[[int], None] = _silent) -> int:
        """Replace everything by the documents, while others read and write. Returns how many were read.

        What is put or deleted meanwhile is carried over. `progress` is called with the count so far after each commit.
        Raises IndexBusyError if a rebuild is under way, ValueError for a document that comes twice or unknown names;
        the live index is then as it was.
        """
        with self._generations.rebuilding():
            with self._generations.writing(_LOCK_SECONDS):
                before = self._unspoilt()
                self._generations.sweep()
                self._deletions.begin()
                name = self._begun(self._edition)
            seen: set[int] = set()
            for chunk in _chunks(documents):
                self._fill(name, chunk, seen)
                progress(len(seen))
            with self._generations.writing(_LOCK_SECONDS):
                self._carry_over(before, name)
                self._generations.swap(name)
                self._generations.sweep()
        return len(seen)

    def _fill(self, name: str, documents: list[Document], seen: set[int]) -> None:
        with whoosh_store.StoreWriter(self._generations.path(name)) as writer:
            writer.mergetype = whoosh_store.merge_none
            for document in documents:
                self._check(set(document.facets), set(document.sorts))
                if document.id in seen:
                    raise ValueError(f"document {document.id} comes twice")
                seen.add(document.id)
                writer.add(document)

    def _carry_over(self, before: Snapshot, name: str) -> None:
        """Repeat in a new generation what happened to the live one since `before`."""
        now, fresh = self._snapshots.newest(), self._snapshots.read(name)
        same = now.key[0] == before.key[0]
        changed = np.flatnonzero(now.live & (now.stamps > before.key[1])) if same else np.flatnonzero(now.live)
        versions = dict(zip(fresh.ids.tolist(), fresh.versions.tolist(), strict=True))
        newer = [row for row in changed.tolist() if now.versions[row] >= versions.get(int(now.ids[row]), -np.inf)]
        gone = self._deletions.end() - frozenset(now.ids[now.live].tolist())
        self._commit(fresh, [now.document(row) for row in newer], gone.union(now.ids[newer].tolist()))

    def _commit(self, snapshot: Snapshot, documents: Collection[Document], replaced: Iterable[int]) -> None:
        rows = snapshot.rows_of(replaced).tolist()
        if not rows and not documents:
            return
        with whoosh_store.StoreWriter(self._generations.path(snapshot.key[0])) as writer:
            # Whoosh numbers documents as the snapshot does: from segment to segment, in the order of the same table.
            for row in rows:
                writer.delete_document(row)
            for document in documents:
                writer.add(document)

    def _writable(self) -> Snapshot:
        """The newest snapshot, of a generation that can be written. Raises OSError where the disk is to blame."""
        snapshot = self._unspoilt()
        if snapshot.problem is None and snapshot.key[0]:
            return snapshot
        if snapshot.problem and is_passing(snapshot.problem):
            raise snapshot.problem
        name = self._begun(replace(self._edition, whole=False))
        if snapshot.problem:
            _log.warning("the index in %s begins anew, empty, as %s", self._generations.folder, name)
        self._generations.swap(name)
        return self._snapshots.newest()

    def _unspoilt(self) -> Snapshot:
        """The newest snapshot, of a generation that a version of these rules may write into or replace."""
        snapshot = self._snapshots.newest()
        edition = self._edition_of(snapshot)
        if edition and edition.is_newer_than(self._edition):
            raise NewerEditionError(f"{self._generations.folder} is kept by a newer version")
        return snapshot

    def _begun(self, edition: Edition) -> str:
        """The name of a new, empty generation, which is not the live one yet."""
        name = self._generations.new()
        whoosh_store.create(self._generations.path(name))
        edition.write(self._generations.path(name))
        return name

    def _check(self, facets: set[str], sorts: set[str]) -> None:
        unknown = (facets - self._facets) | (sorts - self._sorts)
        if unknown:
            raise ValueError(f"the index has no facet or sort key {', '.join(sorted(unknown))}")


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    rest = iter(documents)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
