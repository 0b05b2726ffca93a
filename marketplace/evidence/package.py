"""The package: one ZIP, the same bytes for the same files, whose manifest is signed.

Names are sorted, nothing is compressed and no moment is written: verify.py makes the file again from what it found in it and
compares every byte, so that nothing can be hidden between the members.
"""

import hashlib
import json
import ssl
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from marketplace.infra.certificates import Credential
from marketplace.infra.files import FileStore

FORMAT = 1

_FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100644 << 16


@dataclass(frozen=True)
class Stored:
    """A file that lies in the store, by its SHA-256: a scan may be large, and is read when it is written."""

    sha256: str


Part = bytes | Stored


def as_json(value: object) -> bytes:
    """Readable, with a line break at its end."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def as_lines(values: list[dict[str, Any]]) -> bytes:
    """One JSON object per line."""
    return "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in values).encode()


def pem(*certificates: bytes) -> bytes:
    """DER certificates as one PEM file."""
    return "".join(map(ssl.DER_cert_to_PEM_cert, certificates)).encode()


def signed(parts: Mapping[str, Part], facts: Mapping[str, Any], credential: Credential) -> dict[str, Part]:
    """The files with a manifest that has the SHA-256 of each, the certificate that signs it, and the signature."""
    whole = {**parts, "manifest.pem": pem(credential.certificate, *credential.chain[:-1])}
    manifest = as_json({"format": FORMAT, **facts, "sha256": {name: _sha256(part) for name, part in whole.items()}})
    return {**whole, "manifest.json": manifest, "manifest.sig": credential.sign(manifest)}


def write(out: BinaryIO, parts: Mapping[str, Part], files: FileStore) -> None:
    """Write the ZIP. Raises OSError where a file of the store is gone or is not what it was."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name, part in sorted(parts.items()):
            member = zipfile.ZipInfo(name, _FIRST_MOMENT)
            member.create_system, member.external_attr = _UNIX, _MODE
            package.writestr(member, content_of(part, files))


def content_of(part: Part, files: FileStore) -> bytes:
    """The bytes of a part. Raises OSError where a file of the store is gone or is not what it was."""
    if isinstance(part, bytes):
        return part
    with files.open(part.sha256) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != part.sha256:
        raise OSError(f"the stored file {part.sha256} is not what it was")
    return content


def _sha256(part: Part) -> str:
    return part.sha256 if isinstance(part, Stored) else hashlib.sha256(part).hexdigest()
