"""The reading side of documents: what a text says about its parties, when it was signed, and by which scan."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.clauses import PartyFacts, names_parties
from marketplace.contracts.makers import MakerShare
from marketplace.contracts.models import Document, DocumentParty, Scan, ScanConfirmation
from marketplace.identity.queries import verified_identities
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.parties import name_of
from marketplace.organisations.regions import Region


def party_facts(session: Session, region: Region, party_id: int) -> PartyFacts:
    """Name, credit code or masked identity number, place and representative of a party, as they are now.

    Raises KeyError when there is no such party.
    """
    name = name_of(session, party_id)
    place = _place(region, name.county)
    organisation = session.scalar(
        select(Organisation).join(Party, Party.organisation_id == Organisation.id).where(Party.id == party_id)
    )
    if organisation is None:
        found = verified_identities(session, [name.user_id or 0]).values()
        number = next((one.masked for one in found), "")
        return PartyFacts(name.name, is_person=True, code="", place=place, representative="", number=number)
    code, representative = organisation.credit_code or "", organisation.representative or ""
    return PartyFacts(name.name, is_person=False, code=code, place=place, representative=representative)


def names_its_parties(session: Session, region: Region, document: Document) -> bool:
    """Whether the text says of all its parties who they are now."""
    of_document = select(DocumentParty.party_id).where(DocumentParty.document_id == document.id)
    facts = [party_facts(session, region, party_id) for party_id in session.scalars(of_document).all()]
    return names_parties(document.text, facts)


def day_of_signing(document: Document) -> date:
    """The day in China from which on a document holds: that of the last signature (民法典 art. 490, 502)."""
    if document.signed_on is None:
        raise ValueError("a document that not all have signed has no day")
    return document.signed_on


def makers_of(session: Session, document_id: int) -> tuple[MakerShare, ...]:
    """Those who made the result and sign a document too, in the order of its text; nobody in the form of two parties."""
    columns = (DocumentParty.party_id, DocumentParty.share_bp)
    rows = select(*columns).where(DocumentParty.document_id == document_id, DocumentParty.maker.is_not(None))
    found = session.execute(rows.order_by(DocumentParty.maker))
    return tuple(MakerShare(party_id, share_bp or 0) for party_id, share_bp in found)


def newest_scan(uow: UnitOfWork, document_id: int) -> Scan | None:
    """The scan that counts, rejected or not."""
    return uow.session.scalar(select(Scan).where(Scan.document_id == document_id).order_by(Scan.id.desc()).limit(1))


def confirmations(uow: UnitOfWork, scan_id: int) -> list[ScanConfirmation]:
    """Who has confirmed a scan."""
    of_scan = select(ScanConfirmation).where(ScanConfirmation.scan_id == scan_id)
    return list(uow.session.scalars(of_scan.order_by(ScanConfirmation.at)))


def _place(region: Region, county_code: str | None) -> str:
    """潍坊市青州市; a district that bears the city's name is written without it."""
    city = region.city if region.city.endswith("市") else f"{region.city}市"
    county = region.county(county_code)
    if county is None:
        return city
    return county.name if county.name.startswith(region.city) else f"{city}{county.name}"
