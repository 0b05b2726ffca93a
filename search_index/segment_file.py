"""The content of one segment, in memory while it is written and mapped once it is on disk.

Columns beside the postings: id, version and stamp of each document, its facets and sort keys, and its folded text for
phrases. Knows arrays and their file; nothing of Whoosh.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from search_index.analysis import fold
from search_index.arrays import Array, map_arrays, write_arrays
from search_index.document import MISSING, Document
from search_index.pair_places import PairPlaces
from search_index.postings import BATCH, Batch, Postings, merged, postings_of

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lists:
    """A list of small numbers per document: those of document i are values[offsets[i]:offsets[i+1]]."""

    offsets: I64
    values: npt.NDArray[Any]

    def of(self, kind: npt.DTypeLike) -> "Lists":
        """The same numbers as this kind of number."""
        return Lists(self.offsets, self.values.astype(kind))

    def only(self, live: Flags) -> "Lists":
        sizes = np.diff(self.offsets)
        return Lists(_offsets(sizes[live]), self.values[np.repeat(live, sizes)])


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one facet in a segment, and their numbers per document; each document has at least one."""

    names: tuple[str, ...]
    numbers: Lists

    def narrowed(self) -> "Facet":
        """The same with numbers of two bytes, where that is enough."""
        enough = len(self.names) <= np.iinfo(np.uint16).max
        return replace(self, numbers=self.numbers.of(np.uint16)) if enough else self


@dataclass(frozen=True, slots=True)
class Segment:
    """All arrays of a segment. `text` is the folded title, a line break, the folded body, in UTF-8."""

    postings: Postings
    lengths: I32
    ids: I64
    versions: I64
    stamps: I64
    facets: Mapping[str, Facet]
    sorts: Mapping[str, F64]
    text: Lists

    def __len__(self) -> int:
        return len(self.ids)


def _offsets(sizes: npt.NDArray[Any]) -> I64:
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def segment_of(documents: Sequence[Document], stamp: int) -> list[Segment]:
    """The documents in segments of `BATCH`, to be joined; `stamp` tells when they were put."""
    return [_batch(documents[at : at + BATCH], stamp) for at in range(0, len(documents), BATCH)]


def _batch(documents: Sequence[Document], stamp: int) -> Segment:
    folded = [(fold(document.title), fold(document.body)) for document in documents]
    batch: Batch = postings_of(folded)
    texts = ["\n".join(parts).encode() for parts in folded]
    return Segment(
        batch.postings,
        batch.lengths,
        np.array([document.id for document in documents], np.int64),
        np.array([document.version for document in documents], np.int64),
        np.full(len(documents), stamp, np.int64),
        {name: _facet(name, documents) for name in sorted(set(chain(*(document.facets for document in documents))))},
        {name: _sort(name, documents) for name in sorted(set(chain(*(document.sorts for document in documents))))},
        Lists(_offsets(np.array([len(text) for text in texts])), np.frombuffer(b"".join(texts), np.uint8)),
    )


def _facet(name: str, documents: Sequence[Document]) -> Facet:
    values = [tuple(dict.fromkeys(filter(None, document.facets.get(name, ())))) or (MISSING,) for document in documents]
    names = sorted({value for each in values for value in each})
    number = {value: at for at, value in enumerate(names)}
    numbers = np.array([number[value] for each in values for value in each], np.int32)
    return Facet(tuple(names), Lists(_offsets(np.array([len(each) for each in values])), numbers))


def _sort(name: str, documents: Sequence[Document]) -> F64:
    return np.array([document.sorts.get(name, np.nan) for document in documents], np.float64)


def joined(parts: Sequence[tuple[Segment, Flags]]) -> Segment:
    """One segment of the live documents of several, in their order."""
    if len(parts) == 1 and parts[0][1].all():
        return parts[0][0]
    counts = [int(live.sum()) for _, live in parts]
    bases = np.cumsum([0, *counts[:-1]])
    renumbered = []
    for (segment, live), base in zip(parts, bases, strict=True):
        renumbered.append((segment.postings, np.where(live, base + np.cumsum(live) - 1, -1).astype(np.int32)))
    facets = sorted({name for segment, _ in parts for name in segment.facets})
    sorts = sorted({name for segment, _ in parts for name in segment.sorts})
    return Segment(
        merged(renumbered),
        np.concatenate([segment.lengths[:, live] for segment, live in parts], axis=1),
        np.concatenate([segment.ids[live] for segment, live in parts]),
        np.concatenate([segment.versions[live] for segment, live in parts]),
        np.concatenate([segment.stamps[live] for segment, live in parts]),
        {name: joined_facet([(facet_of(segment, name), live) for segment, live in parts]) for name in facets},
        {name: np.concatenate([sort_of(segment, name)[live] for segment, live in parts]) for name in sorts},
        _joined_lists([segment.text.only(live) for segment, live in parts]),
    )


def facet_of(segment: Segment, name: str) -> Facet:
    """The facet, all missing where no document of the segment has it."""
    if name in segment.facets:
        return segment.facets[name]
    return Facet((MISSING,), Lists(np.arange(len(segment) + 1), np.zeros(len(segment), np.int32)))


def sort_of(segment: Segment, name: str) -> F64:
    return segment.sorts[name] if name in segment.sorts else np.full(len(segment), np.nan)


def joined_facet(parts: Sequence[tuple[Facet, Flags | None]]) -> Facet:
    """One facet of the documents of several segments, of the flagged ones where there are flags."""
    names = sorted({name for facet, _ in parts for name in facet.names})
    number = {name: at for at, name in enumerate(names)}
    lists = []
    for facet, live in parts:
        lasting = np.array([number[name] for name in facet.names], np.int32)
        kept = facet.numbers if live is None else facet.numbers.only(live)
        lists.append(Lists(kept.offsets, lasting[kept.values]))
    return Facet(tuple(names), _joined_lists(lists))


def _joined_lists(parts: Sequence[Lists]) -> Lists:
    if not parts:
        return Lists(np.zeros(1, np.int64), np.empty(0, np.int32))
    sizes = np.concatenate([np.diff(part.offsets) for part in parts])
    return Lists(_offsets(sizes), np.concatenate([part.values for part in parts]))


def write_segment(file: IO[bytes], segment: Segment) -> None:
    postings = segment.postings
    arrays: dict[str, Array] = {
        "codes": postings.codes, "offsets": postings.offsets, "docs": postings.docs,
        "in_title": postings.in_title, "in_body": postings.in_body,
        "places": postings.places.values, "place_offsets": postings.places.offsets, "lengths": segment.lengths,
        "ids": segment.ids, "versions": segment.versions, "stamps": segment.stamps,
        "text": segment.text.values, "text_offsets": segment.text.offsets,
    }  # fmt: skip
    for name, facet in segment.facets.items():
        arrays |= {f"facet:{name}": facet.numbers.values, f"facet_offsets:{name}": facet.numbers.offsets}
    arrays |= {f"sort:{name}": values for name, values in segment.sorts.items()}
    names = {name: facet.names for name, facet in segment.facets.items()}
    write_arrays(file, arrays, {"facets": names, "sorts": list(segment.sorts)})


def map_segment(path: Path) -> Segment:
    """Raises DamagedFileError or FileNotFoundError."""
    arrays, meta = map_arrays(path)
    return Segment(
        Postings(
            arrays["codes"],
            arrays["offsets"],
            arrays["docs"],
            arrays["in_title"],
            arrays["in_body"],
            PairPlaces(arrays["place_offsets"], arrays["places"]),
        ),
        arrays["lengths"].reshape(4, -1),
        arrays["ids"],
        arrays["versions"],
        arrays["stamps"],
        {
            name: Facet(tuple(names), Lists(arrays[f"facet_offsets:{name}"], arrays[f"facet:{name}"]))
            for name, names in meta["facets"].items()
        },
        {name: arrays[f"sort:{name}"] for name in meta["sorts"]},
        Lists(arrays["text_offsets"], arrays["text"]),
    )
