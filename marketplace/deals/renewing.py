"""A text that was written from standard texts of before: which of them are newer today, and the same terms in today's."""

from dataclasses import dataclass

from marketplace.contracts.clauses import LETTER, Clause, Subject, contract_clauses, from_rows, letter_clauses
from marketplace.contracts.models import Document
from marketplace.contracts.passing import lapse_day
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import slots_of
from marketplace.contracts.terms import amount_text
from marketplace.deals.models import Offer
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.payments.rules import day_words
from marketplace.standards.queries import standard_on


@dataclass(frozen=True)
class Newer:
    """A clause of a document, and the version of its standard text that is valid today."""

    clause: Clause
    version: int


def variant_of(document: Document) -> str:
    """By which the standard texts of a document are chosen: the type of the contract, or LETTER."""
    return document.contract_type.value if document.contract_type else LETTER


def newer_standards(uow: UnitOfWork, document: Document) -> tuple[Newer, ...]:
    """The clauses of which the standard text has another version today than the one they were written from."""
    today = standard_on(uow.session, document.kind, china_day(uow.now()))
    versions = {slot.key: today.of(slot).version for slot in slots_of(document.kind, variant_of(document))}
    clauses = from_rows(document.clauses)
    return tuple(Newer(one, versions[one.key]) for one in clauses if versions.get(one.key, 0) > one.version)


def todays_clauses(uow: UnitOfWork, old: Document, subject: Subject) -> tuple[Clause, ...]:
    """What the standard texts of `subject` say for the terms of a contract or letter that was written before."""
    if old.kind is DocumentKind.LETTER_OF_INTENT:
        until = lapse_day(china_day(uow.now()))
        return letter_clauses(subject, amount_text(old.amount_fen), day_words(until))
    return contract_clauses(subject, uow.session.get_one(Offer, old.offer_id).terms)
