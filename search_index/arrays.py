"""A file of named numpy arrays that is mapped, not read: how one segment's postings lie on disk.

Layout: magic, checksum of all that follows, length of the header, header (JSON), arrays, each on a 64-byte border.
Knows nothing of what the arrays mean.
"""

import json
import mmap
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_MAGIC = b"JGARR001"
_PREFIX = len(_MAGIC) + 4 + 8
_BORDER = 64


class DamagedFileError(Exception):
    """The file is cut short, is of another format, or its content does not agree with its checksum."""


def _padding(length: int) -> bytes:
    return b"\0" * (-length % _BORDER)


def write_arrays(file: IO[bytes], arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write the arrays and a small JSON-able `meta`. The caller closes and syncs the file."""
    layout, blocks, at = {}, [], 0
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        layout[name] = (flat.dtype.str, flat.size, at)
        blocks += [flat.data.cast("B") if flat.size else b"", _padding(flat.nbytes)]
        at += flat.nbytes + len(blocks[-1])
    header = json.dumps({"arrays": layout, "meta": meta}, ensure_ascii=False).encode()
    header += b" " * (-(_PREFIX + len(header)) % _BORDER)
    length = len(header).to_bytes(8, "little")
    checksum = zlib.crc32(header, zlib.crc32(length))
    for block in blocks:
        checksum = zlib.crc32(block, checksum)
    file.write(_MAGIC + checksum.to_bytes(4, "little") + length + header)
    for block in blocks:
        file.write(block)


def map_arrays(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays as read-only views of the mapped file, and the meta.

    The map lives as long as any of the arrays, also after the file was deleted.
    Raises DamagedFileError; raises FileNotFoundError where there is no such file.
    """
    with path.open("rb") as file:
        if path.stat().st_size < _PREFIX:
            raise DamagedFileError(f"{path} is too short")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    view = memoryview(mapped)
    if view[: len(_MAGIC)] != _MAGIC or zlib.crc32(view[len(_MAGIC) + 4 :]) != int.from_bytes(
        view[len(_MAGIC) : len(_MAGIC) + 4], "little"
    ):
        raise DamagedFileError(f"{path} does not agree with its checksum")
    start = _PREFIX + int.from_bytes(view[_PREFIX - 8 : _PREFIX], "little")
    header = json.loads(bytes(view[_PREFIX:start]))
    layout = header["arrays"].items()
    arrays = {name: np.frombuffer(view, np.dtype(kind), size, start + at) for name, (kind, size, at) in layout}
    return arrays, header["meta"]
