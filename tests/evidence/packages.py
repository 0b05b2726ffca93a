"""Packages of evidence as tests handle them: exported, taken apart, put together again, signed anew, checked."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from marketplace.contracts.models import Document
from marketplace.evidence import package
from marketplace.evidence.service import SIGNER, write_evidence
from marketplace.infra.authority import Authority
from marketplace.infra.certificates import Subject
from marketplace.infra.files import FileStore
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.architecture.sources import ROOT
from tests.papers import verified_by
from tests.personas import People
from tests.world import NOW

PROGRAM = ROOT / "marketplace" / "evidence" / "verify.py"
SCAN = b"%PDF-1.4 signed and sealed"
MANIFEST = frozenset({"manifest.json", "manifest.sig", "manifest.pem"})

Files = dict[str, bytes]


def load_verifier() -> ModuleType:
    """verify.py as whoever has only that file loads it."""
    spec = spec_from_file_location("verify", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = load_verifier()


def exported(factory: UnitOfWorkFactory, deal_id: int) -> bytes:
    out = io.BytesIO()
    with factory.reading() as uow:
        write_evidence(uow, deal_id, out)
    return out.getvalue()


def unpacked(content: bytes) -> Files:
    """What another program than verify.py finds in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {name: source.read(name) for name in source.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    package.write(out, files, FileStore(Path("nowhere")))
    return out.getvalue()


def signed_anew(files: Files, authority: Authority) -> bytes:
    """As somebody would make it who has changed the files and may use the authority's key."""
    facts: dict[str, Any] = json.loads(files["manifest.json"])
    credential = authority.credential(Subject(SIGNER, "x", "y"), NOW)
    parts = {name: content for name, content in files.items() if name not in MANIFEST}
    told = {name: value for name, value in facts.items() if name not in {"format", "sha256"}}
    signed = package.signed(parts, told, credential)
    return packed({name: part for name, part in signed.items() if isinstance(part, bytes)})


def problem(folder: Path, content: bytes, root: bytes | None = None, *anchors: str) -> str:
    """The first problem verify.py finds, empty for none."""
    path, root_path = folder / "evidence.zip", folder / "given.pem"
    path.write_bytes(content)
    root_path.write_bytes(root or b"")
    return str(VERIFIER.check(path, root_path if root else None, anchors))


def replaced(files: Files, name: str, content: bytes) -> Files:
    """Another file, with its hash put right wherever it is told."""
    old, new = (hashlib.sha256(one).hexdigest().encode() for one in (files[name], content))
    return {**files, name: content, "documents.json": files["documents.json"].replace(old, new)}


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """verify.py as a person runs it, with nothing of the platform in reach."""
    command = [sys.executable, "-I", *map(str, words)]
    return subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", cwd=cwd, env={"LC_ALL": "C.UTF-8"}
    )


def sign_on_paper(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    """From the scan to what an official has verified."""
    verified_by(factory, people.county_official, document_id, people.seller_contact, people.company)


def documents_of(factory: UnitOfWorkFactory, deal_id: int) -> list[Document]:
    with factory.reading() as uow:
        return list(uow.session.query(Document).filter_by(deal_id=deal_id).order_by(Document.id))
