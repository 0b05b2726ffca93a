"""What one would take instead, given the same terms: tantivy, and SQLite's FTS5. Neither has anything tokenised by itself.

Terms are characters, pairs and words of title and body in one field, joined by spaces. tantivy keeps frequencies and no
positions, which is the least it can do for BM25; FTS5 keeps no text.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur

from benchmarks.searching.corpus import FACETS
from search_index.analysis import fold, pieces_of, required_terms, terms_with_text
from search_index.document import Clause, Document, Query

TITLE_COUNTS = 5
"""How often the title of a need counts in a query, as in ours."""


def need_terms(title: str, body: str) -> Counter[str]:
    """The terms of a need and how often each counts: the same query as ours."""
    terms = Counter(term for _, term in terms_with_text(body))
    for _, term in terms_with_text(title):
        terms[term] += TITLE_COUNTS
    return terms


def keyword_terms(text: str | tuple[Clause, ...]) -> list[str]:
    """The terms a document must hold, as in ours; that they stand beside each other is checked by ours alone."""
    assert isinstance(text, str), "the measured queries are as people type them"
    return sorted({term for piece in pieces_of(fold(text)) for term in required_terms(piece)})


def field_of(document: Document) -> str:
    """The terms of a document as both take them."""
    return " ".join(term for text in (document.title, document.body) for _, term in terms_with_text(text))


class Tantivy:
    """tantivy on disk with one writer thread, as it merges by itself."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", stored=True, indexed=True, fast=True)
        builder.add_text_field("text", tokenizer_name="spaces", index_option="freq")
        for name in FACETS:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, str(folder))
        spaces = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("spaces", spaces)
        self.writer = self.index.writer(256_000_000, num_threads=1)

    def add(self, document: Document, terms: str) -> None:
        """Hand a document to the writer; it is seen after a commit."""
        values: Mapping[str, Any] = {name: list(values) for name, values in document.facets.items()}
        row = tantivy.Document(text=terms, **values)
        row.add_unsigned("id", document.id)
        self.writer.add_document(row)

    def finish(self) -> None:
        """Commit, wait for the merges, and open a writer for what comes after them."""
        self.writer.commit()
        self.writer.wait_merging_threads()
        self.writer = self.index.writer(64_000_000, num_threads=1)
        self.reload()

    def reload(self) -> None:
        """See what was committed last."""
        self.index.reload()
        self.searcher = self.index.searcher()

    def need_query(self, terms: Mapping[str, int]) -> tantivy.Query:
        """Any of the terms, each weighed by how often it counts; where that is once, without a weight around it."""
        return tantivy.Query.boolean_query([
            (Occur.Should, tantivy.Query.boost_query(self._term(term), float(count)) if count > 1 else self._term(term))
            for term, count in terms.items()
        ])  # fmt: skip

    def top(self, query: tantivy.Query, count: int) -> Sequence[object]:
        """The best so many, without counting the rest, so that whole blocks may be skipped."""
        return self.searcher.search(query, count, count=False).hits

    def keyword_page(self, query: Query) -> int:
        """Top 20 and the number found, and one aggregation for each set of filters that the facets ask for."""
        text = [(Occur.Must, self._term(term)) for term in keyword_terms(query.text)]
        filters = {name: self._any(name, values) for name, values in query.filters.items()}
        whole = tantivy.Query.boolean_query([*text, *((Occur.Must, each) for each in filters.values())])
        found = self.searcher.search(whole, query.limit, count=True)
        others = [name for name in query.facets if name not in filters]
        self._counts(whole, others)
        for own in filters:
            rest = ((Occur.Must, each) for name, each in filters.items() if name != own)
            self._counts(tantivy.Query.boolean_query([*text, *rest]), [own])
        return len(found.hits)

    def _counts(self, query: tantivy.Query, facets: Sequence[str]) -> object:
        return self.searcher.aggregate(query, {name: {"terms": {"field": name, "size": 50}} for name in facets})

    def _any(self, name: str, values: Iterable[str]) -> tantivy.Query:
        terms = [tantivy.Query.term_query(self.schema, name, value, "basic") for value in values]
        return tantivy.Query.const_score_query(
            tantivy.Query.boolean_query([(Occur.Should, term) for term in terms]), 0.0
        )

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self.schema, "text", term, "freq")


class Fts5:
    """SQLite's full-text table without contents, and the facets in a table beside it."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        run = self.connection.execute
        run("PRAGMA journal_mode=OFF")
        run("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='unicode61 remove_diacritics 0')")
        run(f"CREATE TABLE facets (id INTEGER PRIMARY KEY, {', '.join(FACETS)})")

    def add(self, document: Document, terms: str) -> None:
        """Write a row of text and a row of facets."""
        values = [document.facets.get(name, ("",))[0] for name in FACETS]
        places = ", ".join("?" * (1 + len(FACETS)))
        self.connection.execute("INSERT INTO texts (rowid, text) VALUES (?, ?)", (document.id, terms))
        self.connection.execute(f"INSERT INTO facets VALUES ({places})", (document.id, *values))  # noqa: S608

    def finish(self) -> None:
        """Merge its segments into one and commit."""
        self.connection.execute("INSERT INTO texts (texts) VALUES ('optimize')")
        self.connection.commit()

    def top(self, terms: Iterable[str], count: int) -> list[object]:
        """The best so many that hold any of the terms."""
        wanted = " OR ".join(_quoted(term) for term in terms)
        return self.connection.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (wanted, count)
        ).fetchall()

    def keyword_page(self, query: Query) -> int:
        """Top 20, the number found and the counts of all facets, over a table of what holds all terms."""
        run = self.connection.execute
        run("DROP TABLE IF EXISTS temp.found")
        wanted = " AND ".join(_quoted(term) for term in keyword_terms(query.text))
        run("CREATE TEMP TABLE found AS SELECT rowid AS id, rank AS score FROM texts WHERE texts MATCH ?", (wanted,))
        filters = {name: f"{name} IN ({', '.join(map(_literal, values))})" for name, values in query.filters.items()}
        for name in query.facets:
            where = " AND ".join([each for own, each in filters.items() if own != name] or ["1"])
            run(f"SELECT {name}, count(*) FROM found JOIN facets USING (id) WHERE {where} GROUP BY 1").fetchall()  # noqa: S608
        where = " AND ".join(filters.values()) or "1"
        rows = f"FROM found JOIN facets USING (id) WHERE {where}"
        run(f"SELECT count(*) {rows}").fetchone()
        return len(run(f"SELECT id {rows} ORDER BY score, id LIMIT ?", (query.limit,)).fetchall())


def _quoted(term: str) -> str:
    return f'"{term}"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
