"""One analysis: folding, terms and pieces, compared with what plain Python says."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.analysis import (
    code_of,
    code_points,
    fold,
    is_compound,
    pieces_of,
    required_terms,
    terms_in,
    terms_of,
    terms_with_text,
    title_words,
)
from search_index.postings import postings_of
from tests.contract import plain

TEXTS = st.text(
    alphabet=st.one_of(st.sampled_from("压电陶瓷 變壓器abＡ５。々한ア𠮷é²㎡"), st.characters(codec="utf-8")),
    max_size=40,
)


@given(TEXTS)
def test_terms_are_characters_pairs_and_words(text: str) -> None:
    singles, pairs = plain.terms(text)
    found = Counter(term for _, term in terms_with_text(text))
    assert found == singles + pairs


@given(TEXTS)
def test_the_code_of_a_term_is_the_one_it_has_in_a_text(text: str) -> None:
    for code, term in terms_with_text(text):
        assert code_of(term) == code


@given(TEXTS)
def test_the_terms_of_a_text_are_those_of_its_pieces(text: str) -> None:
    pieces = pieces_of(fold(text))
    assert Counter(term for piece in pieces for term in terms_in(piece)) == sum(plain.terms(text), Counter())


@given(TEXTS)
def test_pieces_are_the_runs_in_their_order(text: str) -> None:
    assert pieces_of(fold(text)) == plain.runs(text)


@given(st.lists(TEXTS, max_size=6))
def test_a_term_has_one_code_and_a_code_one_term(texts: list[str]) -> None:
    pairs = {pair for text in texts for pair in terms_with_text(text)}
    assert len({code for code, _ in pairs}) == len({term for _, term in pairs}) == len(pairs)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_a_batch_is_its_texts_one_by_one(texts: list[tuple[str, str]]) -> None:
    folded = [(fold(title), fold(body)) for title, body in texts]
    batch = postings_of(folded)
    together = {
        (int(code), int(doc)): (int(title), int(body))
        for term, code in enumerate(batch.postings.codes)
        for doc, title, body in zip(
            *(
                array[batch.postings.offsets[term] : batch.postings.offsets[term + 1]]
                for array in (batch.postings.docs, batch.postings.in_title, batch.postings.in_body)
            ),
            strict=True,
        )
    }
    expected: Counter[tuple[int, int, int]] = Counter()
    for doc, parts in enumerate(folded):
        for field, part in enumerate(parts):
            expected.update((int(code), doc, field) for code in terms_of(code_points(part)).codes)
        expected.update((int(code), doc, 0) for code in title_words(parts[0]).codes)
    assert together == {(code, doc): (expected[code, doc, 0], expected[code, doc, 1]) for code, doc, _ in expected}


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_pairs_are_known_by_the_places_where_they_begin(texts: list[tuple[str, str]]) -> None:
    folded = [(fold(title), fold(body)) for title, body in texts]
    postings = postings_of(folded).postings
    places, among = postings.places, postings.pairs
    for number, code in enumerate(postings.codes[among].tolist()):
        docs = postings.docs[postings.offsets[among.start + number] : postings.offsets[among.start + number + 1]]
        pair = chr(code >> 21 & 0x1FFFFF) + chr(code & 0x1FFFFF)
        expected = [place for doc in docs.tolist() for place in _places_of("\n".join(folded[doc]), pair)]
        assert places.values[places.offsets[number] : places.offsets[number + 1]].tolist() == expected


def _places_of(text: str, pair: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(pair, at)]


@pytest.mark.parametrize(
    ("written", "folded"),
    [("ＰＬＣ控制", "plc控制"), ("ﬁﾅ", "fiナ"), ("㎡", "m2"), ("STRASSE ß", "strasse ss"), ("①", "1"), ("℃", "°c")],
)
def test_width_case_and_compatibility_forms_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "folded"), [("變壓器", "变压器"), ("頭髮與發電", "头发与发电"), ("裡", "里"), ("薴", "苎")]
)
def test_traditional_characters_are_simplified_one_by_one(written: str, folded: str) -> None:
    assert fold(written) == folded
    assert len(folded) == len(written)


@given(st.lists(st.one_of(st.sampled_from("𠮷\uffff\0㎡變Ａ"), st.characters()), min_size=1))
def test_a_long_text_is_folded_as_its_characters_are(chars: list[str]) -> None:
    assert fold("".join(chars) * 101) == "".join(map(fold, chars)) * 101


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("5G基站", ["5g", "基站"]),
        ("MnZn铁氧体", ["mnzn", "铁氧体"]),
        ("pH值7.5", ["ph", "值", "7", "5"]),
        ("<b>！", ["b"]),
    ],
)
def test_words_and_characters_split_where_they_meet(text: str, pieces: list[str]) -> None:
    assert pieces_of(fold(text)) == pieces


@pytest.mark.parametrize(
    ("piece", "terms"),
    [("压", ["压"]), ("压电", ["压电"]), ("压电陶", ["压电", "电陶"]), ("plc", ["plc"]), ("5", ["5"])],
)
def test_what_a_piece_requires(piece: str, terms: list[str]) -> None:
    assert required_terms(piece) == terms


def test_only_pairs_are_of_the_field_of_pairs() -> None:
    codes = terms_of(code_points("压电 ab"))
    assert is_compound(codes.codes).tolist() == [False, False, True, False]
