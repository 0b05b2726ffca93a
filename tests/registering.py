"""Steps of a registration, for tests of what becomes of a contract at the registrar and at CNIPA."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select

from marketplace.contracts.rules import ContractType
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.permissions import Actor
from marketplace.registrations import records, service
from marketplace.registrations.filling import filled_in, signed_contract
from marketplace.registrations.models import Registration, RegistrationEntry
from marketplace.registrations.official_form import EQUIPMENT
from marketplace.registrations.queries import registration_page
from marketplace.registrations.records import Paper
from marketplace.registrations.rules import RecordKind, RegistrationState
from tests.factories import TERMS, VOUCHER
from tests.paying import TODAY
from tests.personas import People

A2, A3 = 18_000_000, 15_000_000
NUMBER = "2026370781000123"


def values(factory: UnitOfWorkFactory, people: People, deal_id: int, **changed: Any) -> dict[str, Any]:
    """The form as it comes filled in, with 30,000 yuan of equipment."""
    with factory.reading(people.seller_contact) as uow:
        deal, contract = uow.session.get_one(Deal, deal_id), signed_contract(uow.session, deal_id)
        assert contract is not None
        filled = filled_in(uow, deal, contract, service.todays_form(uow))
    return {**filled, EQUIPMENT: A2 - A3, **changed}


def applied(factory: UnitOfWorkFactory, people: People, deal_id: int, **changed: Any) -> int:
    """An application that was handed in today. Returns its id."""
    typed: Mapping[str, Any] = values(factory, people, deal_id, **changed)
    with factory.writing(people.seller_contact) as uow:
        return service.submit(uow, deal_id, typed, 0).id


def scan() -> Upload:
    return Upload(io.BytesIO(VOUCHER), "登记证明.pdf")


def paper(kind: RecordKind = RecordKind.CERTIFICATE, **other: Any) -> Paper:
    """A certificate of 180,000 yuan, 150,000 of them technology, dated today; any part may be another."""
    reason = "" if kind is RecordKind.CERTIFICATE else "合同金额经双方协商变更"
    return replace(Paper(kind, NUMBER, TODAY, A2, A3, scan(), reason), **other)


def recorded(factory: UnitOfWorkFactory, people: People, registration_id: int, one: Paper | None = None) -> int:
    with factory.writing(people.seller_contact) as uow:
        return records.record(uow, registration_id, one or paper()).id


def verify(factory: UnitOfWorkFactory, actor: Actor, record_id: int) -> None:
    with factory.writing(actor) as uow:
        records.verify(uow, record_id)


def registered(factory: UnitOfWorkFactory, people: People, deal_id: int, one: Paper | None = None) -> int:
    """A registered contract. Returns the registration's id."""
    registration_id = applied(factory, people, deal_id)
    verify(factory, people.county_official, recorded(factory, people, registration_id, one))
    return registration_id


def state_of(factory: UnitOfWorkFactory, registration_id: int) -> RegistrationState:
    with factory.reading() as uow:
        return uow.session.get_one(Registration, registration_id).state


def entries(factory: UnitOfWorkFactory, deal_id: int) -> list[tuple[RecordKind, int, int, date]]:
    """The dated entries of A2 and A3 in their order."""
    of_deal = select(RegistrationEntry).where(RegistrationEntry.deal_id == deal_id).order_by(RegistrationEntry.id)
    with factory.reading() as uow:
        return [(one.kind, one.a2_fen, one.a3_fen, one.dated) for one in uow.session.scalars(of_deal)]


def sums(factory: UnitOfWorkFactory, actor: Actor, deal_id: int) -> tuple[int, int]:
    """A2 and A3 as the page shows them."""
    with factory.reading(actor) as uow:
        page = registration_page(uow, deal_id)
        return page.a2_fen, page.a3_fen


ASSIGNED = replace(TERMS, contract_type=ContractType.ASSIGNMENT)
