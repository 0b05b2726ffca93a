"""Shortest ways to an amendment or a termination agreement, for tests of what becomes of a contract in force."""

from datetime import date

from marketplace.contracts.changes import Amending, Settling
from marketplace.contracts.rules import EndReason
from marketplace.deals import change_service, document_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import Instalment, Trigger
from tests.factories import sign
from tests.personas import People

UNTIL = date(2027, 1, 31)
LOWERED = Amending(
    texts={},
    dropped=(2, 3),
    lines=(
        Instalment(6_000_000, "", Trigger.DAY, 0, UNTIL),
        Instalment(4_000_000, "", Trigger.ACCEPTANCE, 30),
    ),
    reason="二号生产线停用，只装一台。",
)
"""Of the three lines of BY_PLAN the last two go: 154,000 yuan instead of 180,000."""

SETTLED = Settling(6_000_000, UNTIL, "设备改为外购，双方协商解除。", "图纸由乙方收回。", EndReason.ANOTHER_WAY)
"""60,000 yuan in the end."""


def write_amendment(factory: UnitOfWorkFactory, actor: Actor, deal_id: int, amending: Amending = LOWERED) -> int:
    """An amendment that waits for both signatures. Returns the document's id."""
    with factory.writing(actor) as uow:
        document_id = change_service.propose_amendment(uow, deal_id, amending).id
        document_service.send(uow, document_id)
        return document_id


def write_termination(factory: UnitOfWorkFactory, actor: Actor, deal_id: int, settling: Settling = SETTLED) -> int:
    """A termination agreement that waits for both signatures. Returns the document's id."""
    with factory.writing(actor) as uow:
        document_id = change_service.propose_termination(uow, deal_id, settling).id
        document_service.send(uow, document_id)
        return document_id


def sign_by_both(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    """Both parties sign electronically."""
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)


def amend(factory: UnitOfWorkFactory, people: People, deal_id: int, amending: Amending = LOWERED) -> int:
    """A deal's contract amended by both. Returns the document's id."""
    document_id = write_amendment(factory, people.company, deal_id, amending)
    sign_by_both(factory, people, document_id)
    return document_id


def end(factory: UnitOfWorkFactory, people: People, deal_id: int, settling: Settling = SETTLED) -> int:
    """A deal's contract ended by both. Returns the document's id."""
    document_id = write_termination(factory, people.seller_contact, deal_id, settling)
    sign_by_both(factory, people, document_id)
    return document_id
