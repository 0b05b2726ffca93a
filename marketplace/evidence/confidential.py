"""The confidentiality agreements between the parties of a deal about its result, and who has opened what under them.

Moments are UTC (ISO 8601). verify.py checks that these files are those of the signed manifest, and nothing more of them.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from marketplace.confidentiality.models import Agreement, AgreementFile
from marketplace.confidentiality.queries import grounds, openings, signatures
from marketplace.contracts.clauses import reference_of
from marketplace.deals.models import Deal
from marketplace.evidence import package
from marketplace.evidence.facts import ground_facts
from marketplace.evidence.package import Part, Stored
from marketplace.infra.unit_of_work import UnitOfWork


def parts_of(uow: UnitOfWork, deal: Deal) -> dict[str, Part]:
    """Texts, PDFs and confidentiality.json; nothing where no such agreement came into force."""
    of_deal = (
        Agreement.result_id == deal.result_id,
        Agreement.owner_party_id == deal.seller_party_id,
        Agreement.reader_party_id == deal.buyer_party_id,
        Agreement.in_force_at.is_not(None),
    )
    found = uow.session.scalars(select(Agreement).where(*of_deal).order_by(Agreement.id)).all()
    if not found:
        return {}
    parts: dict[str, Part] = {"confidentiality.json": package.as_json([_facts(uow, one) for one in found])}
    for one in found:
        parts[f"{_name(one)}.txt"] = one.text.encode()
        file = uow.session.get(AgreementFile, one.id)
        if file is not None:
            parts[f"{_name(one)}.pdf"] = Stored(file.sha256)
    return parts


def _name(agreement: Agreement) -> str:
    return f"confidentiality/agreement-{agreement.id}"


def _facts(uow: UnitOfWork, agreement: Agreement) -> dict[str, Any]:
    rests_on = grounds(uow, agreement.id)
    return {
        "reference": reference_of(agreement.text),
        "state": agreement.state.value,
        "version": agreement.version,
        "text": {"file": f"{_name(agreement)}.txt", "sha256": agreement.sha256},
        "in_force_at": _moment(agreement.in_force_at),
        "until": agreement.until.isoformat() if agreement.until else None,
        "ended_at": _moment(agreement.closed_at),
        "signatures": [
            {
                "party_id": one.party_id,
                "signer": one.signer_name,
                "at": _moment(one.at),
                "sha256": one.sha256,
                "method": one.method,
                "factor": one.factor,
                "rests_on": ground_facts(rests_on.get(one.party_id)),
            }
            for one in signatures(uow, agreement.id)
        ],
        "opened": [
            {
                "at": _moment(one.at),
                "by": one.person,
                "for": one.party,
                "what": one.name or one.thing,
                "sha256": one.sha256,
            }
            for one in reversed(openings(uow, agreement.id))
        ],
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
