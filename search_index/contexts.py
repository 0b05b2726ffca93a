"""Learns from two or more collections of texts which words tell nothing and which stand in the same contexts.

A word tells nothing that stands everywhere, or that texts say in passing: what a text is about it says again, while 良好 and
导致 stand once in whatever text they stand in.

Words that stand together in a sentence say what each is about: positive pointwise mutual information, cut down to a few
hundred dimensions. Two words are near when each is among the nearest of the other. A patent repeats itself, so a pair counts
once per text.

Measured on 2,008 patents and 183 needs, two random samples of 40 pairs read by eye: of pairs that share a character (防锈 ≈
防腐) two thirds from a cosine of 0.4 on mean the same or a counterpart; of those that share none (太阳能 ≈ 光伏) it takes 0.7.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from scipy import sparse

from search_index.content_words import content_words, names
from search_index.meaning import NOTHING, Meaning

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Text = Sequence[tuple[str, ...]]

LEAST_TEXTS = 200
"""Fewer texts than this teach nothing: what stands everywhere in them may be their subject."""

COMMON = 0.025
"""A word that surely stands in more than this part of the texts, on average over the collections, tells nothing."""

_LONG = 30
"""A text of fewer words has no room to say again what it is about."""

_ONCE = 0.6
"""A word is said in passing that surely stands but once in this part of the texts that hold it."""

_VOCABULARY = 12_000
_IN_TEXTS = 5
"""A word in fewer texts stands in contexts of chance."""

_DIMENSIONS = 300
_SPARE, _ROUNDS = 20, 3
_SMOOTHING = 0.75
_RARE = 0.02
"""A word in more texts than this part says too little to be half of a reason, such as 输出 beside 输入."""

_NEAREST = 10
_ALIKE, _ALIKE_IN_WRITING = 0.7, 0.4
_IN_WORDS = 0.01
_BLOCK = 1_024
_SENTENCE = re.compile(r"[。！？!?；;\n]|\.\s")


def learn(*collections: Sequence[str]) -> Meaning:
    """What the texts teach, and nothing where they are few; the same texts teach the same. Seconds for thousands."""
    if sum(map(len, collections)) < LEAST_TEXTS:
        return NOTHING
    read = [[_sentences(text) for text in collection] for collection in collections]
    counts = [Counter(word for text in texts for word in set(chain(*text))) for texts in read]
    shares: defaultdict[str, float] = defaultdict(float)
    for texts, held in zip(read, counts, strict=True):
        for word, count in held.items():
            shares[word] += _at_least(count, len(texts)) / len(collections)
    common = frozenset(word for word, share in shares.items() if share >= COMMON)
    together = list(chain(*read))
    passing = _in_passing(together) - common
    return Meaning(len(together), common, passing, _near(together, sum(counts, Counter()), common | passing))


def _sentences(text: str) -> Text:
    """The words of each sentence, one object for each word of the language: a large sample holds millions."""
    cut = (tuple(sys.intern(word) for word in content_words(sentence)) for sentence in _SENTENCE.split(text))
    return [words for words in cut if words]


def _in_passing(texts: Sequence[Text]) -> frozenset[str]:
    """The words that texts with room to repeat them do not repeat."""
    held: Counter[str] = Counter()
    once: Counter[str] = Counter()
    for text in texts:
        words = Counter(chain(*text))
        if words.total() >= _LONG:
            held.update(words.keys())
            once.update(word for word, times in words.items() if times == 1)
    return frozenset(word for word, count in once.items() if _at_least(count, held[word]) >= _ONCE)


def _at_least(count: int, of: int) -> float:
    """The share that is surely reached (Wilson's lower bound, three deviations): five texts do not make a word common."""
    share, z2 = count / of, 9.0
    return (share + z2 / (2 * of) - math.sqrt(z2 * (share * (1 - share) / of + z2 / (4 * of * of)))) / (1 + z2 / of)


def _near(texts: Sequence[Text], counts: Mapping[str, int], idle: frozenset[str]) -> dict[str, dict[str, float]]:
    """For each word that is not idle, those that are near it."""
    frequent = sorted((word for word, count in counts.items() if count >= _IN_TEXTS), key=lambda w: (-counts[w], w))
    words = frequent[:_VOCABULARY]
    if len(words) < 3:
        return {}
    vectors = _vectors(_information(_pairs(texts, words), len(words)))
    rare = _RARE * len(texts)
    told = [number for number, word in enumerate(words) if counts[word] <= rare and word not in idle and names(word)]
    kept = np.array(told, np.int64)
    return _mutual([words[number] for number in kept], vectors[kept])


def _pairs(texts: Sequence[Text], words: Sequence[str]) -> I32:
    """Numbers of two words, as first · size + second with the smaller first, for each text in which they share a sentence."""
    numbers, size = {word: number for number, word in enumerate(words)}, len(words)
    found = [np.empty(0, np.int32)]
    for text in texts:
        held = [np.unique([numbers[word] for word in sentence if word in numbers]) for sentence in text]
        pairs = [one[first] * size + one[second] for one in held for first, second in [np.triu_indices(len(one), 1)]]
        if pairs:
            found.append(np.unique(np.concatenate(pairs)).astype(np.int32))
    return np.concatenate(found)


def _information(pairs: I32, size: int) -> sparse.csr_array:
    """What a word says of those it stands with: positive pointwise mutual information, with the frequent ones smoothed."""
    distinct, together = np.unique(pairs, return_counts=True)
    first, second = np.divmod(distinct, size)
    rows, columns = np.concatenate((first, second)), np.concatenate((second, first))
    counts = np.concatenate((together, together)).astype(np.float64)
    totals = np.bincount(rows, counts, size)
    contexts = totals**_SMOOTHING
    values = np.log(counts * contexts.sum() / (totals[rows] * contexts[columns]))
    positive = values > 0
    content = values[positive].astype(np.float32), (rows[positive].astype(np.int32), columns[positive].astype(np.int32))
    return sparse.csr_array(content, shape=(size, size))


def _vectors(matrix: sparse.csr_array) -> F32:
    """Its largest singular vectors, times the root of the values, of length one. By repeated projection from a fixed start,
    which comes as near as Lanczos' method does here, in a tenth of the time."""
    wanted = min(_DIMENSIONS, matrix.shape[0] - 1)
    start = np.random.default_rng(0).standard_normal((matrix.shape[0], wanted + _SPARE), np.float32)
    basis = np.linalg.qr(matrix @ start)[0]
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(matrix @ (matrix.T @ basis))[0]
    left, values, _ = np.linalg.svd((matrix.T @ basis).T, full_matrices=False)
    vectors = (basis @ left[:, :wanted]) * np.sqrt(values[:wanted])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: F32 = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return scaled


def _mutual(words: Sequence[str], vectors: F32) -> dict[str, dict[str, float]]:
    """For each word, those of its nearest that it is among the nearest of, where they are near enough."""
    nearest: list[dict[int, float]] = []
    size = min(_NEAREST + 1, len(words))
    for start in range(0, len(words), _BLOCK):
        likenesses = vectors[start : start + _BLOCK] @ vectors.T
        best = np.argpartition(-likenesses, size - 1, axis=1)[:, :size]
        rows = zip(best.tolist(), np.take_along_axis(likenesses, best, axis=1).tolist(), strict=True)
        nearest += [dict(zip(others, values, strict=True)) for others, values in rows]
    near: dict[str, dict[str, float]] = {}
    telling = _telling_characters(words)
    for number, others in enumerate(nearest):
        for other, likeness in others.items():
            if number in nearest[other] and _are_near(words[number], words[other], likeness, telling):
                near.setdefault(words[number], {})[words[other]] = likeness
    return near


def _are_near(word: str, other: str, likeness: float, telling: frozenset[str]) -> bool:
    """Near enough to show. Where one word holds the other, they share a word, and that is shown already."""
    if word in other or other in word:
        return False
    return likeness >= (_ALIKE_IN_WRITING if telling & set(word) & set(other) else _ALIKE)


def _telling_characters(words: Sequence[str]) -> frozenset[str]:
    """The characters that few words are made of: 锈 says what a word is about, 性 and 化 do not."""
    held = Counter(char for word in words for char in set(word))
    return frozenset(char for char, count in held.items() if count <= max(_IN_WORDS * len(words), 2))
