"""Fills the official form in from what the deal and its contract say, and checks what was typed. Reads only."""

from collections.abc import Mapping
from datetime import date
from re import compile as pattern

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.clauses import reference_of
from marketplace.contracts.models import Document
from marketplace.contracts.rules import ContractType, DocumentKind, DocumentState
from marketplace.deals.booking import signed_by_deal
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import clean
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import names_of
from marketplace.organisations.regions import Region, load_region
from marketplace.registrations.official_form import EQUIPMENT, TOTAL, FieldKind, RuleSet, Values, with_derived
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure

LONGEST_VALUE = 1000
_PATENT = pattern(r"(?:ZL|CN)?\s*(?:19|20)\d{2}\s*([123])")
_KIND_OF_PATENT = {"1": "invention", "2": "utility_model", "3": "design"}
"""By the digit after the year in the number of a Chinese patent."""


def signed_contract(session: Session, deal_id: int) -> Document | None:
    """The contract of a deal that both have signed, if it is in force or was."""
    signed = (
        Document.deal_id == deal_id,
        Document.kind == DocumentKind.CONTRACT,
        Document.state == DocumentState.COMPLETE,
    )
    return session.scalar(select(Document).where(*signed).order_by(Document.number.desc()).limit(1))


def assigned_patent(session: Session, deal: Deal) -> str | None:
    """The number of the patent, or of the application for one, that the contract assigns; None where it assigns none."""
    contract = signed_contract(session, deal.id)
    if contract is None or contract.contract_type is not ContractType.ASSIGNMENT or deal.result_id is None:
        return None
    result = session.get(Result, deal.result_id)
    if result is None or result.disclosure is not Disclosure.PATENT_FILED:
        return None
    return result.patent_number.strip() or None


def filled_in(uow: UnitOfWork, deal: Deal, contract: Document, form: RuleSet) -> dict[str, str | int]:
    """What the form begins with; only keys it asks for. How much is equipment only the seller can say."""
    result = uow.session.get(Result, deal.result_id) if deal.result_id else None
    words = {
        "contract_type": contract.contract_type.value if contract.contract_type else None,
        "price_model": contract.price_model.value if contract.price_model else None,
        "ip_kind": _kind_of_ip(result),
        **dict.fromkeys(("technology_field", "goal", "industry"), deal.industry),
    }
    known: dict[str, str | int] = {
        "contract_name": deal.title,
        "contract_reference": reference_of(contract.text),
        "signed_on": contract.signed_on.isoformat() if contract.signed_on else "",
        "patent_number": result.patent_number if result else "",
        "content": result.summary if result else "",
        TOTAL: signed_by_deal(uow.session, [deal.id]).get(deal.id, contract.amount_fen),
    }
    known |= _parties(uow, deal, words)
    found = {field.key: known.get(field.key) or field.code_for(words.get(field.key)) for field in form.fields}
    return {key: value for key, value in found.items() if value}


def _parties(uow: UnitOfWork, deal: Deal, words: dict[str, str | None]) -> dict[str, str | int]:
    """Name, credit code and region of both sides; the kind of each, and the buyer's industry, go to `words`."""
    region = load_region(uow.settings.region)
    names = names_of(uow.session, (deal.seller_party_id, deal.buyer_party_id))
    found: dict[str, str | int] = {}
    for side, party_id, county in (
        ("seller", deal.seller_party_id, deal.seller_county),
        ("buyer", deal.buyer_party_id, deal.buyer_county),
    ):
        name = names[party_id]
        unit = uow.session.get(Organisation, name.organisation_id) if name.organisation_id else None
        words[f"{side}_kind"] = unit.kind.value if unit else "person"
        if side == "buyer" and unit is not None and unit.industry is not None:
            words["industry"] = unit.industry.value  # It is used where the buyer works.
        found[f"{side}_name"] = name.name
        found[f"{side}_code"] = (unit.credit_code or "") if unit else ""
        found[f"{side}_region"] = _place(region, county)
    return found


def _place(region: Region, county: str | None) -> str:
    known = region.county(county)
    return f"{region.city}市{known.name}" if known else ""


def _kind_of_ip(result: Result | None) -> str | None:
    if result is None or result.disclosure is None:
        return None
    if result.disclosure is not Disclosure.PATENT_FILED:
        return result.disclosure.value
    match = _PATENT.match(result.patent_number.strip())
    return _KIND_OF_PATENT[match.group(1)] if match else None


def checked(form: RuleSet, typed: Mapping[str, str | int | None], *, is_complete: bool) -> dict[str, str | int]:
    """What was typed, cleaned and with the technology amount reckoned; keys the form does not ask for are left out.

    Raises InvalidInput with a message beside each field that is wrong or, where it has to be complete, missing.
    """
    values: dict[str, str | int] = {}
    wrong: dict[str, str] = {}
    for field in form.fields:
        value = typed.get(field.key)
        value = clean(value) if isinstance(value, str) else value
        if value in {None, ""}:
            if is_complete and field.is_required and field.kind is not FieldKind.DERIVED:
                wrong[field.key] = N_("Please fill this in.")
        elif isinstance(value, str) and len(value) > LONGEST_VALUE:
            wrong[field.key] = N_("This text is too long: at most %(longest)s characters.")
        elif field.kind is FieldKind.CHOICE and field.option(str(value)) is None:
            wrong[field.key] = N_("Choose one of the list.")
        elif value is not None:
            values[field.key] = value
    _require_possible(values, wrong)
    if wrong:
        message = N_("The application is not complete or not consistent.")
        raise InvalidInput(message, fields=wrong, longest=LONGEST_VALUE)
    return with_derived(values)


def _require_possible(values: Values, wrong: dict[str, str]) -> None:
    total, equipment = values.get(TOTAL), values.get(EQUIPMENT)
    if total == 0:
        wrong[TOTAL] = N_("The total is more than zero.")
    if isinstance(total, int) and isinstance(equipment, int) and equipment > total:
        wrong[EQUIPMENT] = N_("Equipment and materials are a part of the total, so they are not more than it.")
    signed, until = values.get("signed_on"), values.get("valid_until")
    if isinstance(signed, str) and isinstance(until, str) and date.fromisoformat(until) < date.fromisoformat(signed):
        wrong["valid_until"] = N_("It cannot end before it was signed.")
