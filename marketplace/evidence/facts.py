"""What documents.json says of each document, and which files of the package it names. Pure.

Moments are UTC (ISO 8601), amounts fen. Names are those the parties see: of the text, of the certificates, of who signed.
"""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from marketplace.contracts.clauses import heading_of, reference_of
from marketplace.contracts.models import Scan, Signature
from marketplace.contracts.royalties import Phase
from marketplace.contracts.rules import METHODS, grouped
from marketplace.deals.models import Deal
from marketplace.evidence.package import Part, Stored, pem
from marketplace.evidence.queries import Chain, Paper, Papers
from marketplace.identity.models import Ground
from marketplace.identity.rules import AuthorityKind
from marketplace.powers.models import SigningPower

_PERSON = "（自然人）"


def facts_of(deal: Deal, papers: Papers) -> dict[str, Any]:
    """One document."""
    document = papers.document
    return {
        "id": document.id,
        "kind": document.kind.value,
        "number": document.number,
        "reference": reference_of(document.text),
        "state": document.state.value,
        "basis": document.basis.value if document.basis else None,
        "amount_fen": document.amount_fen,
        "royalty": _royalty(papers.royalty) if papers.royalty else None,
        "code": grouped(document.code or ""),
        "sent_at": _moment(document.sent_at),
        "completed_at": _moment(document.completed_at),
        "signed_on": _day(document.signed_on),
        "text": {"file": _text_name(papers), "sha256": document.sha256},
        "parties": _parties(deal, papers),
        "pdfs": [
            {"file": name, "content": pdf.content, "sha256": pdf.sha256}
            for name, pdf in zip(_pdf_names(papers), papers.pdfs, strict=True)
        ],
        "signatures": [_signature(papers, one) for one in papers.signatures],
        "paper": _paper(papers, papers.paper) if papers.paper else None,
    }


def files_of(papers: Papers) -> dict[str, Part]:
    """The files of one document: text, PDFs, scan, certificates without their root, the ways of signing agreed to."""
    files: dict[str, Part] = {_text_name(papers): papers.document.text.encode()}
    files |= {name: Stored(pdf.sha256) for name, pdf in zip(_pdf_names(papers), papers.pdfs, strict=True)}
    if papers.paper:
        files[_scan_name(papers, papers.paper.scan)] = Stored(papers.paper.scan.sha256)
    files |= {_power_name(papers, one): Stored(one.paper_sha256) for one in papers.powers.values()}
    for chain in papers.chains.values():
        files[_chain_name(papers, chain)] = pem(*(one.public_bytes(Encoding.DER) for one in chain.certificates[:-1]))
    agreed = {one.method for one in papers.signatures if one.method}
    return files | {f"methods/{version}.txt": METHODS[version].encode() for version in agreed}


def _royalty(phase: Phase) -> dict[str, Any]:
    """`share_bp` in hundredths of a per cent; `from` is a day in China, None for what holds from the entry into force on."""
    return {"share_bp": phase.royalty.share_bp, "base": phase.royalty.base, "from": _day(phase.from_on)}


def _text_name(papers: Papers) -> str:
    return f"documents/{papers.name}.txt"


def _pdf_names(papers: Papers) -> Iterator[str]:
    """The PDFs in the order in which they came to be; each signature makes one of its own."""
    signed = 0
    for pdf in papers.pdfs:
        signed += pdf.content == "signature"
        yield f"documents/{papers.name}-{pdf.content}{f'-{signed}' if pdf.content == 'signature' else ''}.pdf"


def _scan_name(papers: Papers, scan: Scan) -> str:
    return f"documents/{papers.name}-scan{mimetypes.guess_extension(scan.media_type) or ''}"


def _chain_name(papers: Papers, chain: Chain) -> str:
    return f"certificates/{papers.name}-signature-{chain.number}.pem"


def _parties(deal: Deal, papers: Papers) -> list[dict[str, Any]]:
    """As the text names them, whatever they are called by now: first the buyer's block, then the seller's, then the makers'."""
    _, *blocks = heading_of(papers.document.text).split("\n\n")
    names = (block.split("\n", maxsplit=1)[0].partition("：")[2].removesuffix(_PERSON) for block in blocks)
    makers = (("maker", one.party_id) for one in papers.makers)
    sides = (("buyer", deal.buyer_party_id), ("seller", deal.seller_party_id), *makers)
    return [{"id": id_, "side": side, "name": name} for (side, id_), name in zip(sides, names, strict=True)]


def _signature(papers: Papers, signature: Signature) -> dict[str, Any]:
    chain = papers.chains.get(signature.party_id)
    return {
        "party_id": signature.party_id,
        "signer": signature.signer_name,
        "at": _moment(signature.at),
        "sha256": signature.sha256,
        "method": signature.method,
        "factor": signature.factor,
        "power": _power(papers, signature),
        "rests_on": ground_facts(papers.grounds.get(signature.party_id)),
        "in_pdf": _in_pdf(papers, chain) if chain else None,
    }


def _power(papers: Papers, signature: Signature) -> dict[str, Any] | None:
    """The written power the signature rests on; None for whoever may sign for the party anyway."""
    power = papers.powers.get(signature.party_id)
    if power is None:
        return None
    given, until = _moment(power.at), power.until.isoformat()
    ground = papers.grounds.get(signature.party_id)
    is_told = ground is not None and ground.authority_kind is AuthorityKind.LEGAL_REPRESENTATIVE
    giver = {"id": power.from_id, "name": ground.representative if ground and is_told else None}
    file, sha256 = _power_name(papers, power), power.paper_sha256
    return {"id": power.id, "file": file, "sha256": sha256, "given_at": given, "until": until, "given_by": giver}


def _power_name(papers: Papers, power: SigningPower) -> str:
    return f"documents/{papers.name}-power-{power.id}{mimetypes.guess_extension(power.paper_type) or ''}"


def ground_facts(ground: Ground | None) -> dict[str, Any] | None:
    """Who signed and by what authority, as it was established before; None for signatures of before that was asked for."""
    if ground is None:
        return None
    return {
        "identity": {"id": ground.identity_id, "number": ground.masked, "verified_at": _moment(ground.verified_at)},
        "credit_code": ground.credit_code,
        "representative": ground.representative,
        "authority": {
            "id": ground.authority_id,
            "kind": ground.authority_kind.value,
            "valid_until": ground.authority_until.isoformat() if ground.authority_until else None,
        }
        if ground.authority_kind
        else None,
    }


def _in_pdf(papers: Papers, chain: Chain) -> dict[str, Any]:
    serial = f"{chain.certificates[0].serial_number:X}"
    return {
        "number": chain.number,
        "party": chain.party,
        "certificate": _chain_name(papers, chain),
        "serial": serial,
    }


def _paper(papers: Papers, paper: Paper) -> dict[str, Any]:
    return {
        "scan": {"file": _scan_name(papers, paper.scan), "sha256": paper.scan.sha256},
        "signed_on": _day(paper.scan.signed_on),
        "uploaded_at": _moment(paper.scan.uploaded_at),
        "confirmed": [{"party_id": one.party_id, "by": name, "at": _moment(one.at)} for one, name in paper.confirmed],
        "verified_by": paper.verified_by,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
