"""A text that was declined comes back to the table without being written again."""

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentState
from marketplace.deals import document_queries, document_service
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.factories import make_contract, make_deal, sign
from tests.personas import People


def test_a_declined_text_is_taken_up_again_word_for_word(factory: UnitOfWorkFactory, people: People) -> None:
    """By its button, or by saving its clauses as they are."""
    deal_id = make_deal(factory, people)
    document_id = make_contract(factory, people, deal_id)
    with factory.writing(people.company) as uow:
        document_service.decline(uow, document_id, "须等董事会同意")
    with factory.reading(people.seller_contact) as uow:
        assert document_queries.document_page(uow, document_id).can_take_up
    with factory.writing(people.seller_contact) as uow:
        again = document_service.take_up(uow, document_id)
        old = uow.session.get_one(Document, document_id)
        assert (old.state, again.state) == (DocumentState.VOID, DocumentState.DRAFT)
        assert [one["text"] for one in again.clauses] == [one["text"] for one in old.clauses]
        document_service.send(uow, again.id)
        second = again.id
    with factory.writing(people.company) as uow:
        document_service.decline(uow, second, "还要再等")
    with factory.writing(people.seller_contact) as uow:
        third = document_service.amend(uow, second, {}).id
        document_service.send(uow, third)
    sign(factory, people.company, third)
    sign(factory, people.seller_contact, third)
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.IN_FORCE
