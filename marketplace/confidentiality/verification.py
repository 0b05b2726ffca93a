"""What anybody may learn of an agreement who has its code, or the file itself: whether it is one of ours, and how it stands.

What it is about, its papers and who has read what stay with the parties; of a person only the family name is told. Before its
first signature nobody but its reader knows of it.
"""

import re
import ssl
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.confidentiality.models import Agreement, AgreementFile, AgreementGround, AgreementSignature
from marketplace.confidentiality.queries import grounds, signatures
from marketplace.contracts.clauses import reference_of
from marketplace.contracts.rules import code_typed, grouped
from marketplace.contracts.seals import SealCheck
from marketplace.deals.verification import check_file, public_name
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.organisations.parties import names_of


@dataclass(frozen=True)
class PublicSide:
    """A party as everybody may see it; `signature` is None where it has not signed."""

    party_id: int
    name: str
    role: str
    signature: AgreementSignature | None
    ground: AgreementGround | None


@dataclass(frozen=True)
class PublicAgreement:
    """How an agreement stands."""

    agreement: Agreement
    reference: str
    sides: tuple[PublicSide, PublicSide]
    file: AgreementFile | None

    @property
    def code(self) -> str:
        """In groups, as it is printed."""
        return grouped(self.agreement.code or "")

    @property
    def is_open(self) -> bool:
        """Whether it waits for the second signature."""
        return self.agreement.in_force_at is None and self.agreement.closed_at is None


def by_code(uow: UnitOfWork, typed: str) -> PublicAgreement | None:
    """The agreement a code belongs to."""
    code = code_typed(typed)
    agreement = uow.session.scalar(select(Agreement).where(Agreement.code == code)) if code else None
    if agreement is None:
        return None
    sides = (("owner", agreement.owner_party_id), ("reader", agreement.reader_party_id))
    names = names_of(uow.session, [party_id for _, party_id in sides])
    signed, rests_on = {one.party_id: one for one in signatures(uow, agreement.id)}, grounds(uow, agreement.id)
    owner, reader = (
        PublicSide(id_, public_name(names[id_]), role, signed.get(id_), rests_on.get(id_)) for role, id_ in sides
    )
    file = uow.session.get(AgreementFile, agreement.id)
    return PublicAgreement(agreement, reference_of(agreement.text), (owner, reader), file)


def code_of_content(uow: UnitOfWork, sha256: str) -> str | None:
    """The code of the agreement whose PDF or text has exactly this content."""
    of_file = select(AgreementFile.agreement_id).where(AgreementFile.sha256 == sha256)
    has_it = (Agreement.sha256 == sha256) | Agreement.id.in_(of_file)
    return uow.session.scalar(select(Agreement.code).where(has_it, Agreement.code.is_not(None)).limit(1))


def check_seals(services: Services, found: PublicAgreement, at: datetime) -> dict[int, SealCheck | None]:
    """By party, the signatures within the PDF, checked now as it lies in the store; nothing before there is one."""
    if found.file is None:
        return {}
    kept = re.findall(f"{ssl.PEM_HEADER}.*?{ssl.PEM_FOOTER}", found.file.roots, re.DOTALL)
    roots = [ssl.PEM_cert_to_DER_cert(one) for one in kept]
    return check_file(services, found.file.sha256, [one.party_id for one in found.sides], roots, at)
