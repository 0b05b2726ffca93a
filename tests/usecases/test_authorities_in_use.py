"""What a limit has to cover, and what a signature rests on while it is written."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.contracts.models import Signature
from marketplace.contracts.rules import PriceModel
from marketplace.deals import document_service
from marketplace.identity import authorities, service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import DomainError, NotPermitted
from tests.amending import SETTLED, write_termination
from tests.factories import TERMS, confirmation, make_contract, make_deal, make_signed
from tests.identifying import contact, empower, missing, waiting
from tests.personas import People


def test_whoever_ends_a_contract_disposes_of_all_of_it(factory: UnitOfWorkFactory, people: People) -> None:
    """180 000 yuan are in force; that one yuan is paid in the end is no small matter."""
    deal_id = make_signed(factory, people)
    agent = contact(factory, people)
    document_id = write_termination(factory, people.seller_contact, deal_id, replace(SETTLED, payable_fen=100))
    empower(factory, people, agent, limit_fen=17_999_999)
    assert missing(factory, people, agent, document_id) == {"authority"}
    empower(factory, people, agent, limit_fen=18_000_000)
    assert missing(factory, people, agent, document_id) == set()


def test_no_limit_covers_a_royalty_without_a_fixed_amount(factory: UnitOfWorkFactory, people: People) -> None:
    terms = replace(TERMS, price_model=PriceModel.ROYALTY, amount_fen=0, royalty_bp=350, royalty_base="年节约电费")
    document_id = make_contract(factory, people, make_deal(factory, people), terms)
    agent = contact(factory, people)
    empower(factory, people, agent, limit_fen=900_000_000_00)
    assert missing(factory, people, agent, document_id) == {"authority"}
    empower(factory, people, agent)
    assert missing(factory, people, agent, document_id) == set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["authority", "identity"])
def test_what_a_signature_rests_on_stays_until_it_is_written(
    factory: UnitOfWorkFactory, people: People, what: str
) -> None:
    """Whoever takes it back meanwhile waits, so a signature never rests on what was taken back before it."""
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    authority_id = empower(factory, people, agent)
    with factory.writing(agent) as uow:
        document_service.send_signing_code(uow, document_id)
    ended = threading.Event()

    def take_back() -> None:
        with factory.writing(agent) as uow:
            if what == "authority":
                authorities.revoke(uow, authority_id, "离职")
            else:
                service.withdraw(uow)
        ended.set()

    other = threading.Thread(target=take_back)
    with factory.writing(agent) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))
        other.start()
        assert not ended.wait(0.7), "it was taken back under a signature that is not written yet"
    other.join(10)
    assert ended.is_set()
    with factory.reading() as uow:
        assert len(uow.session.scalars(select(Signature)).all()) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_signature_waits_for_a_revocation_that_began_before_it(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    agent = contact(factory, people)
    authority_id = empower(factory, people, agent)
    with factory.writing(agent) as uow:
        document_service.send_signing_code(uow, document_id)
    refused = list[type[DomainError]]()

    def put_name() -> None:
        try:
            with factory.writing(agent) as uow:
                document_service.sign(uow, document_id, confirmation(uow, document_id))
        except DomainError as error:
            refused.append(type(error))

    other = threading.Thread(target=put_name)
    with factory.writing(people.company_admin) as uow:
        authorities.revoke(uow, authority_id, "离职")
        other.start()
        other.join(0.7)
        assert other.is_alive(), "it rests on what is being revoked"
    other.join(10)
    assert refused == [NotPermitted]
