"""What the measurements share: the corpus at one size, our index of it and those it is compared with, each built once."""

import gc
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import select

from benchmarks.searching.corpus import FACETS, SORTS, Corpus
from benchmarks.searching.idle import wait_until_it_rests
from benchmarks.searching.market import Market, filled
from benchmarks.searching.rivals import Fts5, Tantivy, field_of
from benchmarks.searching.visitor import Server, serving
from marketplace.infra.outbox import ScheduledRun
from marketplace.wiring import SCHEDULE
from search_index.document import Query
from search_index.index import SearchIndex

FIRST_TASKS_SECONDS = 300.0


@dataclass
class Scene:
    """One size of the corpus in a scratch folder."""

    corpus: Corpus
    documents: int
    folder: Path
    until_the_end: ExitStack
    build_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def index_folder(self) -> Path:
        """Where our index lies, for processes that open it themselves."""
        return self.folder / "ours"

    @cached_property
    def ours(self) -> SearchIndex:
        """Our index as a rebuild leaves it."""
        index = SearchIndex(self.index_folder, FACETS, SORTS)
        index.warm()
        documents = list(self.corpus.documents(self.documents))
        with self._timed("ours"):
            index.rebuild(documents)
        return index

    @cached_property
    def rivals(self) -> tuple[Tantivy, Fts5]:
        """The others with the same documents. Most of the seconds are the making of terms in Python."""
        found = Tantivy(self.folder / "tantivy"), Fts5(self.folder / "fts5.sqlite")
        with self._timed("tantivy_and_fts5"):
            for document in self.corpus.documents(self.documents):
                terms = field_of(document)
                for rival in found:
                    rival.add(document, terms)
            for rival in found:
                rival.finish()
        return found

    @cached_property
    def market(self) -> Market:
        """A whole instance; its indexes are built by the section that measures just that, before any other looks."""
        folder = self.folder / "instance"
        with self._timed("instance"):
            return filled(self.corpus, self.documents, folder)

    @cached_property
    def server(self) -> Server:
        """The instance, served to the end; what the worker does at the first start, such as learning words, is over."""
        factory = self.market.runtime.factory
        server = self.until_the_end.enter_context(serving(self.folder / "instance"))
        # Tasks run one after the other, and the last is noted down when those before it are done.
        wanted = select(ScheduledRun.task).where(ScheduledRun.task == SCHEDULE[-1].name)
        ends = time.monotonic() + FIRST_TASKS_SECONDS
        while time.monotonic() < ends:
            with factory.reading() as uow:
                if uow.session.scalar(wanted) is not None:
                    break
            time.sleep(0.5)
        wait_until_it_rests(server.process, FIRST_TASKS_SECONDS)
        return server

    def keyword_queries(self, count: int) -> list[Query]:
        """Typed words, one facet filtered and all of them counted."""
        return [
            Query(text, {"county": frozenset({f"county-{number % 3}"})}, FACETS)
            for number, text in enumerate(self.corpus.keywords(count))
        ]

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.build_seconds[name] = round(time.perf_counter() - begun, 1)
        # What was built stays to the end: looking through it for garbage would be measured as part of a query.
        gc.collect()
        gc.freeze()
