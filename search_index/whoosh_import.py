"""The names taken from Whoosh 2.7.4, imported once and quietly. No other module imports Whoosh.

Its sources hold invalid escape sequences, which are warnings when they are compiled first, and errors where warnings
are. Modules that Whoosh itself imports late are imported here too, for the same reason.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import whoosh.codec
    import whoosh.reading
    import whoosh.searching  # noqa: F401
    from whoosh.codec.base import FieldWriter
    from whoosh.codec.whoosh3 import (
        STORED_COLUMN,
        W3Codec,
        W3PerDocReader,
        W3PerDocWriter,
        W3Segment,
    )
    from whoosh.columns import VarBytesColumn
    from whoosh.fields import FieldType, Schema
    from whoosh.filedb.filestore import FileStorage
    from whoosh.filedb.structfile import BufferFile, StructFile
    from whoosh.index import TOC, FileIndex
    from whoosh.util.filelock import FileLock, try_for
    from whoosh.writing import SegmentWriter

__all__ = [
    "STORED_COLUMN",
    "TOC",
    "BufferFile",
    "FieldType",
    "FieldWriter",
    "FileIndex",
    "FileLock",
    "FileStorage",
    "Schema",
    "SegmentWriter",
    "StructFile",
    "VarBytesColumn",
    "W3Codec",
    "W3PerDocReader",
    "W3PerDocWriter",
    "W3Segment",
    "try_for",
]
