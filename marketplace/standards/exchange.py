"""All standard texts as one JSON file, for a lawyer who reads them without the platform; what he changed comes back as proposals.

    {"format": "jiangguo-clauses/1", "texts": [
      {"slot": "contract.scope.licence", "version": 1, "fixed": false, "heading": "内容与范围", "paragraphs": ["…", "…"]}]}

`version` is the one the text was taken from: what was changed meanwhile is not overwritten.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from marketplace.contracts.marking import Paragraph, woven
from marketplace.contracts.standard import Slot, firsts
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import DomainError, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.standards import service
from marketplace.standards.queries import slot_named, versions_of
from marketplace.standards.service import Typed

FORMAT = "jiangguo-clauses/1"


@dataclass(frozen=True)
class Incoming:
    """A text of a file, as it stands there."""

    slot: Slot
    version: int
    heading: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of a text that differs: a proposal, or why not."""

    slot: Slot
    heading: tuple[str, str]
    changes: tuple[Paragraph, ...]
    proposal_id: int | None = None
    refusal: str = ""


def export(session: Session) -> str:
    """The newest version of every text, in the order of the documents."""
    newest = [(versions_of(session, slot)[0].wording, first.is_fixed) for slot, first in firsts().items()]
    texts = [
        {
            "slot": str(one.slot),
            "version": one.version,
            "fixed": is_fixed,
            "heading": one.heading,
            "paragraphs": one.text.split("\n"),
        }
        for one, is_fixed in newest
    ]
    return json.dumps({"format": FORMAT, "texts": texts}, ensure_ascii=False, indent=2) + "\n"


def read(content: str) -> tuple[Incoming, ...]:
    """The texts of a file. Raises InvalidInput where it is none of ours or names a text that there is not."""
    try:
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
        incoming = tuple(_read(one) for one in found["texts"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(N_("This is no file of standard texts: %(why)s."), why=repr(error)) from None
    slots = [one.slot for one in incoming]
    if twice := next((slot for slot in slots if slots.count(slot) > 1), None):
        raise InvalidInput(N_("The text %(slot)s stands in the file twice."), slot=twice)
    return incoming


def _read(row: Any) -> Incoming:
    paragraphs = row["paragraphs"]
    if not isinstance(paragraphs, list):
        raise TypeError("paragraphs is no list")
    try:
        slot = slot_named(row["slot"])
    except NotFound:
        raise InvalidInput(N_("There is no standard text called %(slot)s."), slot=row["slot"]) from None
    return Incoming(slot, int(row["version"]), row["heading"].strip(), "\n".join(paragraphs))


def propose_all(uow: UnitOfWork, incoming: Sequence[Incoming], valid_from: date, reason: str) -> list[Outcome]:
    """Propose every text that differs from the newest version; one that is refused keeps none of the others from it.

    Emits ProposalMoved for each proposal.
    """
    return list(_outcomes(uow, incoming, valid_from, reason))


def _outcomes(uow: UnitOfWork, incoming: Sequence[Incoming], day: date, reason: str) -> Iterator[Outcome]:
    for one in incoming:
        newest = versions_of(uow.session, one.slot)[0].wording
        if (one.heading, one.text) == (newest.heading, newest.text):
            continue
        found = (one.slot, (newest.heading, one.heading), woven(newest.text, one.text))
        typed = Typed(one.heading, one.text, day, reason, one.version)
        try:
            yield Outcome(*found, proposal_id=service.propose(uow, one.slot, typed).id)
        except DomainError as error:
            yield Outcome(*found, refusal=str(error))
