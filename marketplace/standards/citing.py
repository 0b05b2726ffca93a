"""Clauses that name each other by their headings: no document may cite a clause it does not have, on any day to come."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.rules import ContractType
from marketplace.contracts.standard import Slot, Wording, firsts, slots_of
from marketplace.kernel.messages import N_
from marketplace.standards.models import ClauseProposal, ClauseText
from marketplace.standards.rules import ProposalState

NAMED = N_("The clause “%(clause)s” names this one as “%(cited)s”. Its heading has to begin so.")
NAMES = N_("This text names a clause “%(cited)s”, and no clause of the document is called so from %(day)s on.")

_CITED = re.compile(r"“([^“”]+)”")


@dataclass(frozen=True)
class Dated:
    """A version of a text and the day in China from which it is valid; the first is valid since there are documents."""

    wording: Wording
    valid_from: date = date.min


@dataclass(frozen=True)
class Broken:
    """A heading that would be cited and not be there: in another clause, or in the text at hand (`clause` is empty)."""

    cited: str
    day: date
    clause: str = ""

    @property
    def message(self) -> str:
        """A msgid that says so."""
        return NAMED if self.clause else NAMES


Texts = Mapping[Slot, Sequence[Dated]]
"""The versions of every text of a kind of document, in the order in which they became valid."""


def broken_by(session: Session, new: Dated, with_waiting: bool) -> Broken | None:
    """The first citation that would lead nowhere once `new` is approved: of its clause in others, or of others in it.

    `with_waiting` looks at what is proposed for other clauses too, both as if it were approved and as if it never were.
    """
    approved, waiting = _approved(session, new.wording.slot), _waiting(session, new.wording.slot)
    headings = _headings([*approved.items(), *waiting.items()])
    worlds = [approved]
    if with_waiting:
        worlds.append({slot: [*texts, *waiting.get(slot, ())] for slot, texts in approved.items()})
    own = new.wording.slot
    return next((one for world in worlds for one in _broken({**world, own: [*world[own], new]}, new, headings)), None)


def _broken(texts: Texts, new: Dated, headings: Mapping[Slot, set[str]]) -> Iterator[Broken]:
    own = new.wording.slot
    days = {new.valid_from, *(one.valid_from for versions in texts.values() for one in versions)}
    for day in sorted(one for one in days if one >= new.valid_from):
        for variant in ContractType:
            slots = list(slots_of(own.kind, variant.value))
            valid = {slot: _valid_on(texts[slot], day) for slot in slots}
            for slot in slots if own in slots else ():
                for cited in _CITED.findall(valid[slot].text):
                    meant = {one for one in slots if one != slot and _begins(headings[one], cited)}
                    concerns = bool(meant) if slot == own else own in meant
                    if concerns and not _begins({one.heading for one in valid.values()}, cited):
                        yield Broken(cited, day, "" if slot == own else valid[slot].heading)


def _begins(headings: set[str], cited: str) -> bool:
    return any(heading.startswith(cited) for heading in headings)


def _valid_on(versions: Sequence[Dated], day: date) -> Wording:
    return [one.wording for one in versions if one.valid_from <= day][-1]


def _headings(texts: Sequence[tuple[Slot, Sequence[Dated]]]) -> Mapping[Slot, set[str]]:
    """Every heading a clause has, had, or may get: a quotation that begins none of them is no citation."""
    found: dict[Slot, set[str]] = defaultdict(set)
    for slot, versions in texts:
        found[slot] |= {one.wording.heading for one in versions}
    return found


def _approved(session: Session, own: Slot) -> dict[Slot, list[Dated]]:
    found = {slot: [Dated(first.wording)] for slot, first in firsts().items() if slot.kind is own.kind}
    rows = select(ClauseText).where(ClauseText.kind == own.kind).order_by(ClauseText.version)
    for row in session.scalars(rows):
        found[row.slot].append(Dated(row.wording, row.valid_from))
    return found


def _waiting(session: Session, own: Slot) -> dict[Slot, list[Dated]]:
    """What is proposed for other clauses of the document."""
    waits = (ClauseProposal.kind == own.kind, ClauseProposal.state == ProposalState.PROPOSED)
    rows = session.scalars(select(ClauseProposal).where(*waits).order_by(ClauseProposal.id)).all()
    return {row.slot: [Dated(row.wording, row.valid_from)] for row in rows if row.slot != own}
