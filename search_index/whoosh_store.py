"""Whoosh as the keeper of segments: table of contents, lock, deletions, merging, stored fields.

The terms do not pass through it: a field type hands whole documents to the codec, which writes one file of arrays per
segment. Schema, codec and field are pickled by the path of this module, so it must not move.
"""

import math
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from search_index.document import Document
from search_index.durable_storage import DurableStorage
from search_index.postings import BATCH
from search_index.segment_file import Segment, joined, map_segment, segment_of, write_segment
from search_index.whoosh_import import (
    STORED_COLUMN,
    TOC,
    FieldType,
    FieldWriter,
    FileIndex,
    Schema,
    SegmentWriter,
    VarBytesColumn,
    W3Codec,
    W3PerDocReader,
    W3PerDocWriter,
    W3Segment,
)

Flags = npt.NDArray[np.bool_]

NAME = "MAIN"
_FIELD = "document"
_ARRAYS = ".arrays"
LOCK_SECONDS = 30.0

TIER_SIZE = 8
SMALL = 512
"""Segments of up to this many documents are merged while publishing; that takes 0.6 s at the most."""


class DocumentField(FieldType):  # type: ignore[misc]
    """Takes a whole Document and asks Whoosh for no terms."""

    indexed = False
    stored = True

    def __init__(self) -> None:
        """Without Whoosh's analyzer and format."""


class ArraysCodec(W3Codec):  # type: ignore[misc]
    """Whoosh's own codec for stored fields; for terms, a file of arrays."""

    length_stats = False

    def per_document_writer(self, storage: DurableStorage, segment: "ArraysSegment") -> "ArraysWriter":
        return ArraysWriter(self, storage, segment)

    def field_writer(self, storage: DurableStorage, segment: "ArraysSegment") -> "NoTerms":  # noqa: ARG002
        return NoTerms()

    def new_segment(self, storage: DurableStorage, indexname: str) -> "ArraysSegment":  # noqa: ARG002
        return ArraysSegment(self, indexname)


class NoTerms(FieldWriter):  # type: ignore[misc]
    """Whoosh's postings, of which there are none."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class ArraysSegment(W3Segment):  # type: ignore[misc]
    """A segment whose files are mapped one by one, so it is never packed into a compound file."""

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        # Whoosh takes it from the random module: two processes with the same seed would write the same names.
        return secrets.token_hex(size // 2)

    def should_assemble(self) -> bool:
        return False

    def live(self) -> Flags:
        """Which documents are not deleted."""
        live = np.ones(self.doc_count_all(), np.bool_)
        live[list(self.deleted_docs())] = False
        return live

    def open(self, storage: DurableStorage) -> Segment:
        return map_segment(Path(storage.folder, self.make_filename(_ARRAYS)))


class ArraysWriter(W3PerDocWriter):  # type: ignore[misc]
    """Collects the documents of a new segment, and whole segments that it takes in, and writes the file on closing."""

    def __init__(self, codec: ArraysCodec, storage: DurableStorage, segment: ArraysSegment) -> None:
        super().__init__(codec, storage, segment)
        self._pending: list[Document] = []
        self._parts: list[tuple[Segment, Flags]] = []
        self.stamp = 0

    def add_field(self, fieldname: str, fieldobj: DocumentField, value: Document, length: int) -> None:
        super().add_field(fieldname, fieldobj, (value.title, value.body), length)
        self._pending.append(value)
        if len(self._pending) == BATCH:
            self._flush()

    def _flush(self) -> None:
        self._parts += [(part, np.ones(len(part), np.bool_)) for part in segment_of(self._pending, self.stamp)]
        self._pending = []

    def take_in(self, segment: Segment, live: Flags, stored: "StoredTexts") -> int:
        """Append the live documents of a written segment and return how many they are."""
        self._flush()
        self._parts.append((segment, live))
        column = self._get_column("_stored")._child
        for row in np.flatnonzero(live).tolist():
            # The compressed bytes as they are: unpacking and packing them again is most of a merge.
            VarBytesColumn.Writer.add(column, self._doccount, stored.packed(row))
            self._doccount += 1
        return int(live.sum())

    def close(self) -> None:
        self._flush()
        if self._parts:
            file = self._segment.create_file(self._storage, _ARRAYS)
            write_segment(file, joined(self._parts))
            file.close()
        super().close()


class StoredTexts:
    """The original title and body of each document of a segment."""

    def __init__(self, storage: DurableStorage, segment: ArraysSegment) -> None:
        self._column = W3PerDocReader(storage, segment).column_reader("_stored", STORED_COLUMN)

    def packed(self, row: int) -> bytes:
        """As written in the file."""
        return bytes(VarBytesColumn.Reader.__getitem__(self._column._child, row))

    def title_and_body(self, row: int) -> tuple[str, str]:
        title, body = self._column[row][_FIELD]
        return title, body


class StoreWriter(SegmentWriter):  # type: ignore[misc]
    """One commit. Use as a context manager: leaving it commits, an exception cancels."""

    def __init__(self, folder: Path) -> None:
        """Raises LockError where another process writes into this folder."""
        storage = DurableStorage(folder)
        super().__init__(FileIndex(storage, indexname=NAME), codec=ArraysCodec(), timeout=LOCK_SECONDS, delay=0.005)
        storage.sweep()
        self.perdocwriter.stamp = self.generation
        self.mergetype = merge_small

    def add(self, document: Document) -> None:
        self.add_document(**{_FIELD: document})

    def take_in(self, segment: ArraysSegment) -> None:
        """Move what is live of a committed segment into the one being written."""
        texts = StoredTexts(self.storage, segment)
        self.docnum += self.perdocwriter.take_in(segment.open(self.storage), segment.live(), texts)
        self._added = True


def merge_none(_: StoreWriter, segments: Sequence[ArraysSegment]) -> list[ArraysSegment]:
    """Whoosh's merge policy for bulk loads."""
    return list(segments)


def merge_small(writer: StoreWriter, segments: Sequence[ArraysSegment]) -> list[ArraysSegment]:
    """Whoosh's merge policy for publishing: tiers of eight, only of small segments."""
    return _merge(writer, segments, lambda segment: segment.doc_count() < SMALL)


def merge_all_tiers(writer: StoreWriter, segments: Sequence[ArraysSegment]) -> list[ArraysSegment]:
    """The policy for quiet hours: large tiers too, and segments of which a third is deleted."""
    wasteful = [segment for segment in segments if 3 * segment.deleted_count() > segment.doc_count_all()]
    for segment in wasteful:
        if segment.doc_count():
            writer.take_in(segment)
    rest = [segment for segment in segments if segment not in wasteful]
    return _merge(writer, rest, lambda _: True)


def _merge(
    writer: StoreWriter, segments: Sequence[ArraysSegment], allowed: Callable[[ArraysSegment], bool]
) -> list[ArraysSegment]:
    tiers: dict[int, list[ArraysSegment]] = {}
    for segment in segments:
        if segment.doc_count():
            tiers.setdefault(int(math.log(segment.doc_count(), TIER_SIZE) + 1e-9), []).append(segment)
    kept = []
    for tier in tiers.values():
        if len(tier) >= TIER_SIZE and all(map(allowed, tier)):
            for segment in tier:
                writer.take_in(segment)
        else:
            kept += tier
    return kept


def create(folder: Path) -> None:
    """An empty index in a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    TOC(Schema(**{_FIELD: DocumentField()}), [], 0).write(DurableStorage(folder), NAME)


def latest(folder: Path) -> int:
    """The number of the newest table of contents, -1 where there is none."""
    return int(TOC._latest_generation(DurableStorage(folder), NAME))


def read_segments(folder: Path) -> tuple[int, list[ArraysSegment]]:
    """Number and segments of the newest table of contents. Raises whatever a damaged file leads to."""
    toc = TOC.read(DurableStorage(folder), NAME)
    return toc.generation, toc.segments
