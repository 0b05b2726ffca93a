"""Whatever was put, deleted, merged and rebuilt before: the index says what plain Python says of the documents that are left."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from search_index.document import Document, Query
from search_index.index import SearchIndex
from tests.contract import plain
from tests.contract.test_scores import CLOSE, ODD, assert_matches_are_bm25

IDS = st.integers(1, 30)
PIECES = st.sampled_from([*plain.WORDS, "", " ", "。\n", "<b>", "ＡＢ", "變壓器", *ODD[:7]])
TEXTS = st.lists(PIECES, max_size=12).map("".join)
FACETS = st.fixed_dictionaries(
    {"county": st.lists(st.sampled_from(plain.COUNTIES), max_size=2, unique=True).map(tuple)}
)
DOCUMENTS = st.builds(Document, IDS, TEXTS, TEXTS, FACETS, st.just({"at": 1.0}), st.integers(1, 9))


class Histories(RuleBasedStateMachine):
    """An index beside a dictionary; both are told the same and asked the same."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.index: SearchIndex = plain.opened(Path(self.folder.name))
        self.documents: dict[int, Document] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(batch=st.lists(DOCUMENTS, min_size=1, max_size=6))
    def put(self, batch: list[Document]) -> None:
        self.index.put(batch)
        self.documents |= {document.id: document for document in batch}

    @rule(ids=st.sets(IDS, max_size=8))
    def delete(self, ids: set[int]) -> None:
        self.index.delete(ids)
        self.documents = {number: document for number, document in self.documents.items() if number not in ids}

    @rule()
    def compact(self) -> None:
        self.index.compact()

    @rule()
    def rebuild(self) -> None:
        assert self.index.rebuild(self.documents.values()) == len(self.documents)

    @rule()
    def open_again(self) -> None:
        self.index = plain.opened(Path(self.folder.name))

    @rule(title=TEXTS, body=TEXTS)
    def match(self, title: str, body: str) -> None:
        assert_matches_are_bm25(self.index, list(self.documents.values()), title, body)

    @rule(title=TEXTS, body=TEXTS, number=IDS)
    def explain(self, title: str, body: str, number: int) -> None:
        explained = self.index.explain(title, body, number)
        assert (explained is None) == (number not in self.documents)
        if explained:
            shares = sum(share.share for share in explained.explanation.shares)
            assert shares == pytest.approx(explained.score, rel=CLOSE)
            scores = {match.id: match.score for match in self.index.match(title, body, 100)}
            assert explained.score == pytest.approx(scores.get(number, 0.0), rel=CLOSE)

    @rule(word=st.sampled_from(plain.WORDS), county=st.sampled_from(plain.COUNTIES))
    def search(self, word: str, county: str) -> None:
        holding = [document for document in self.documents.values() if plain.holds(document, word)]
        there = {document.id for document in holding if county in document.facets["county"]}
        page = self.index.search(Query(word, {"county": frozenset({county})}, ("county",), limit=100))
        if holding:
            assert {hit.id for hit in page.hits} == there
            assert page.facets["county"].get(county, 0) == page.total == len(there)

    @invariant()
    def holds_what_it_was_given(self) -> None:
        assert self.index.versions() == {number: document.version for number, document in self.documents.items()}


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
