"""Reads who has a right to buy first, and what they have said of a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.contracts.conditions import Condition
from marketplace.contracts.models import Document
from marketplace.contracts.rules import ContractType, DocumentKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.organisations.parties import name_of
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.rules import Asked, SendingFacts, conditions
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import Ownership


@dataclass(frozen=True)
class Sale:
    """Who sells what to whom, as far as it matters here; ids of parties and of the result."""

    deal_id: int
    result_id: int | None
    seller_party_id: int
    buyer_party_id: int


def entitled(uow: UnitOfWork, sale: Sale, document: Document) -> Sequence[Contributor] | None:
    """Those who may buy first: the contributors of a service result that its unit assigns, but for the buyer himself.

    None where the text assigns no such result, so that nobody has the right (民法典 art. 847).
    """
    if document.kind is not DocumentKind.CONTRACT or document.contract_type is not ContractType.ASSIGNMENT:
        return None
    result = uow.session.get(Result, sale.result_id) if sale.result_id else None
    by_unit = name_of(uow.session, sale.seller_party_id).organisation_id is not None
    if result is None or result.ownership is not Ownership.SERVICE or not by_unit:
        return None
    buyer = name_of(uow.session, sale.buyer_party_id).user_id
    made = select(Contributor).where(Contributor.result_id == result.id).order_by(Contributor.place)
    return [one for one in uow.session.scalars(made) if buyer is None or one.user_id != buyer]


def told(uow: UnitOfWork, document_id: int) -> Sequence[Preemption]:
    """Those who were told of a text, with what they have said."""
    of_text = select(Preemption).where(Preemption.document_id == document_id).order_by(Preemption.id)
    return uow.session.scalars(of_text).all()


def sending_conditions(uow: UnitOfWork, sale: Sale, document: Document) -> tuple[Condition, ...]:
    """What must be true before the text is sent for signature; nothing where nobody has the right."""
    people = entitled(uow, sale, document)
    if people is None:
        return ()
    rows = told(uow, document.id)
    known = {row.contributor_id for row in rows}
    asked = [Asked(row.state, row.until, row.user_id is not None) for row in rows]
    untold = sum(one.id not in known for one in people)
    return conditions(SendingFacts(len(people), untold, asked, china_day(uow.now())))
