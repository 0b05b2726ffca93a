"""Writes the evidence of a deal. It changes nothing: the same deal can be exported as often as somebody asks."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.serialization import Encoding

from marketplace.audit import anchors
from marketplace.contracts.seals import is_stamped
from marketplace.deals.models import Deal
from marketplace.evidence import confidential, facts, package
from marketplace.evidence.package import Part, Stored
from marketplace.evidence.queries import Papers, documents_of, papers_of, readable
from marketplace.evidence.trail import Stretch, events_of, stretch_from
from marketplace.infra.certificates import Credential, Subject
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_

SIGNER = "证据包 Evidence"
"""Whom the certificate that signs the manifest names in place of a person."""

_ENCLOSED = ("README.txt", "verify.py")


def write_evidence(uow: UnitOfWork, deal_id: int, out: BinaryIO) -> None:
    """Write the package of a deal.

    Raises NotFound for whoever is neither a party nor an official of the deal, Conflict where nothing is signed by both yet, a
    PDF is still being made or there is no certificate authority, OSError where a stored file or the authority cannot be read.
    """
    deal = readable(uow, deal_id)
    documents = documents_of(uow, deal)
    papers = papers_of(uow, documents)
    if not uow.services.certificates.is_ready:
        raise Conflict(N_("There is no certificate authority here yet, which would sign the evidence. Ask the union."))
    events = events_of(uow.session, deal.id, [one.id for one in documents])
    stretch = stretch_from(uow.session, events[0]["id"])
    subject = Subject(SIGNER, uow.settings.union_name, f"deal {deal.id}")
    credential = uow.services.certificates.credential(subject, uow.now())
    parts = _papers(deal, papers) | _trail(uow, events, stretch) | _enclosed() | _roots(papers, credential)
    parts |= confidential.parts_of(uow, deal) | _stamp_roots(uow, papers)
    told = {"deal": deal.id, "made_at": uow.now().astimezone(UTC).isoformat(), "chain": _bounds(stretch)}
    package.write(out, package.signed(parts, told, credential), uow.services.files)


def _papers(deal: Deal, papers: Sequence[Papers]) -> dict[str, Part]:
    told = {"deal": deal.id, "documents": [facts.facts_of(deal, one) for one in papers]}
    parts: dict[str, Part] = {"documents.json": package.as_json(told)}
    for one in papers:
        parts |= facts.files_of(one)
    return parts


def _trail(uow: UnitOfWork, events: list[dict[str, Any]], stretch: Stretch) -> dict[str, Part]:
    kept = {str(one): None for one in anchors.kept(uow.settings.anchors_file) if stretch.has(one)}
    return {
        "events.jsonl": package.as_lines(events),
        "chain.bin": stretch.contents,
        "anchors.txt": "".join(f"{one}\n" for one in kept).encode(),
    }


def _bounds(stretch: Stretch) -> dict[str, Any]:
    names = ("first_row", "prev_hash", "last_row", "last_hash")
    return {name: getattr(stretch, name) for name in names}


def _enclosed() -> dict[str, Part]:
    """What explains the package and checks it, as it lies here."""
    return {name: Path(__file__).with_name(name).read_bytes() for name in _ENCLOSED}


def _roots(papers: Sequence[Papers], credential: Credential) -> dict[str, Part]:
    """Where the chains end: the authority of today, and that of each signature where it was another one."""
    roots = [chain.certificates[-1] for one in papers for chain in one.chains.values()]
    ends = dict.fromkeys((credential.chain[-1], *(root.public_bytes(Encoding.DER) for root in roots)))
    return {"root.pem": package.pem(*ends)}


def _stamp_roots(uow: UnitOfWork, papers: Sequence[Papers]) -> dict[str, Part]:
    """Where the chains of the time-stamp authorities end that are trusted here; nothing where no signature bears a stamp."""
    roots, files = uow.services.stamps.roots, uow.services.files
    signed = [Stored(pdf.sha256) for one in papers for pdf in one.pdfs if pdf.content == "signature"]
    if not roots or not any(is_stamped(package.content_of(one, files)) for one in signed):
        return {}
    return {"stamp-root.pem": package.pem(*roots)}
