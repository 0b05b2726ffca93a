"""Shortest ways to a proposal for a standard text, and to a version in force."""

from datetime import date

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, firsts
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.standards import service
from marketplace.standards.queries import versions_of
from marketplace.standards.service import Typed
from tests.personas import People

TODAY = date(2026, 11, 20)
CONFIDENTIALITY = Slot(DocumentKind.CONTRACT, "confidentiality")
LONGER = firsts()[CONFIDENTIALITY].wording.text.replace("不少于三年", "不少于五年")


def typed_for(
    factory: UnitOfWorkFactory, slot: Slot, text: str = LONGER, valid_from: date | None = TODAY, heading: str = ""
) -> Typed:
    """What somebody sends who has the newest version before him."""
    with factory.reading() as uow:
        newest = versions_of(uow.session, slot)[0].wording
    return Typed(heading or newest.heading, text, valid_from, "市律师协会建议延长保密期。", newest.version)


def propose(
    factory: UnitOfWorkFactory,
    people: People,
    slot: Slot = CONFIDENTIALITY,
    text: str = LONGER,
    valid_from: date = TODAY,
) -> int:
    """A proposal of the administrator that waits. Returns its id."""
    typed = typed_for(factory, slot, text, valid_from)
    with factory.writing(people.administrator) as uow:
        return service.propose(uow, slot, typed).id


def in_force(
    factory: UnitOfWorkFactory,
    people: People,
    slot: Slot = CONFIDENTIALITY,
    text: str = LONGER,
    valid_from: date = TODAY,
) -> None:
    """A version that a city official has approved."""
    proposal_id = propose(factory, people, slot, text, valid_from)
    with factory.writing(people.city_official) as uow:
        service.approve(uow, proposal_id)
