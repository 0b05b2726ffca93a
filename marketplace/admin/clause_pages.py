"""What the pages of standard texts show beside the rows: an example document with the text in it, and what two people changed."""

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from marketplace.contracts.clauses import Clause, compose, ordinal
from marketplace.contracts.marking import Paragraph, woven
from marketplace.contracts.standard import Standard, Wording
from marketplace.contracts.typesetting import typeset
from marketplace.deals.printing import sheet_of_text
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.standards.checks import checked
from marketplace.standards.examples import example
from marketplace.standards.queries import History, Proposal, first_of, standard_on
from marketplace.standards.service import Typed


@dataclass(frozen=True)
class Preview:
    """The clause as it would stand in the example document, and what changes against the newest version."""

    number: int
    heading: str
    paragraphs: tuple[str, ...]
    changes: tuple[Paragraph, ...]

    @property
    def ordinal(self) -> str:
        """Its number as the text writes it."""
        return ordinal(self.number)


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else made of the clause since the form was opened: as a proposal, or approved as `version`."""

    by: str
    version: int
    proposal: Proposal | None
    heading: str
    changes: tuple[Paragraph, ...]
    """From his text to the typed one."""


def wording_of(found: History, typed: Typed) -> Wording:
    """What was typed, as the version it would become. Raises InvalidInput."""
    heading, text = checked(found.first, typed.heading, typed.text)
    return Wording(found.slot, heading, text, found.newest.wording.version + 1)


def preview(uow: UnitOfWork, wording: Wording, day: date, before: str) -> Preview:
    """How a text reads in the example, beside the texts valid on a day."""
    _, clauses = _with(uow, wording, day)
    number = next(place for place, one in enumerate(clauses, 1) if one.key == wording.slot.key)
    paragraphs = tuple(clauses[number - 1].text.split("\n"))
    return Preview(number, wording.heading, paragraphs, woven(before, wording.text))


def write_pdf(uow: UnitOfWork, wording: Wording, day: date, stream: BinaryIO) -> None:
    """The whole example as it would be printed."""
    text, clauses = _with(uow, wording, day)
    pdf, _ = typeset(sheet_of_text(uow.settings, text, clauses), uow.now())
    stream.write(pdf)


def meanwhile(found: History, typed: Typed) -> Meanwhile | None:
    """What the writer of a form has not seen yet."""
    if found.waiting is not None:
        other, row = found.waiting, found.waiting.row
        changes = woven(row.text, typed.text)
        return Meanwhile(other.written_by, row.base_version + 1, other, row.heading, changes)
    newest = found.newest
    if newest.wording.version != typed.base_version:
        changes = woven(newest.wording.text, typed.text)
        return Meanwhile(newest.written_by, newest.wording.version, None, newest.wording.heading, changes)
    return None


def _with(uow: UnitOfWork, wording: Wording, day: date) -> tuple[str, tuple[Clause, ...]]:
    first_of(wording.slot)
    valid = standard_on(uow.session, wording.slot.kind, day)
    subject, clauses = example(wording.slot, Standard({**valid.newer, wording.slot: wording}))
    return compose(subject, clauses), clauses
