"""Opening what an agreement protects. Nothing is shown that is not recorded first, in the same transaction.

One row per person, thing and content in an hour: whoever reloads the page, or opens it in two windows, writes no second one.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.confidentiality import policy
from marketplace.confidentiality.events import ProtectedOpened
from marketplace.confidentiality.models import Agreement, NamedPaper, Opening
from marketplace.confidentiality.queries import opening_facts, proofs_of
from marketplace.confidentiality.rules import ThingKind, closed_because
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.results.models import Result

SHOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Thing:
    """What is opened: its kind, the name of a file, and the SHA-256 of its content."""

    kind: ThingKind
    name: str
    sha256: str


def open_description(uow: UnitOfWork, agreement_id: int) -> str:
    """How the result works, for whoever may act for the reader's party. Raises NotFound, NotPermitted, Conflict.

    Emits ProtectedOpened, unless he has opened this very text within the hour.
    """
    agreement, result = _entered(uow, agreement_id)
    _record(uow, agreement, result, _description(result))
    return result.description


def shown_description(uow: UnitOfWork, agreement_id: int) -> str | None:
    """How the result works, where the actor has opened this very text within the last hour and still may; None otherwise."""
    agreement = uow.session.get(Agreement, agreement_id)
    result = uow.session.get(Result, agreement.result_id) if agreement else None
    if agreement is None or result is None or not _may_open(uow, agreement, result):
        return None
    return result.description if _lately(uow, agreement, _description(result)) else None


def open_paper(uow: UnitOfWork, agreement_id: int, sha256: str) -> NamedPaper:
    """A named paper, while the result still has it. Raises NotFound, NotPermitted, Conflict; emits ProtectedOpened as above."""
    agreement, result = _entered(uow, agreement_id)
    paper = uow.session.get(NamedPaper, (agreement.id, sha256))
    if paper is None or all(one.sha256 != sha256 for one in proofs_of(uow, result.id)):
        raise NotFound(N_("There is no such file."))
    _record(uow, agreement, result, Thing(ThingKind.PAPER, paper.name, sha256))
    return paper


def _entered(uow: UnitOfWork, agreement_id: int) -> tuple[Agreement, Result]:
    """Locked, so that who ends it and who opens something do so one after the other."""
    found = uow.session.get(Agreement, agreement_id, with_for_update=True, populate_existing=True)
    agreement, result, held = policy.require_visible(uow, found)
    if Relation.OTHER_SIDE not in held:
        raise NotPermitted(N_("This is opened to those who act for the reader's party alone."))
    refusal = closed_because(opening_facts(uow, agreement, result))
    if refusal is not None:
        raise refusal
    return agreement, result


def _may_open(uow: UnitOfWork, agreement: Agreement, result: Result) -> bool:
    is_reader = Relation.OTHER_SIDE in policy.relations(uow.actor, agreement)
    return is_reader and closed_because(opening_facts(uow, agreement, result)) is None


def _description(result: Result) -> Thing:
    return Thing(ThingKind.DESCRIPTION, "", hashlib.sha256(result.description.encode()).hexdigest())


def _lately(uow: UnitOfWork, agreement: Agreement, thing: Thing) -> bool:
    same = (
        Opening.agreement_id == agreement.id,
        Opening.user_id == uow.actor.user_id,
        Opening.thing == thing.kind,
        Opening.sha256 == thing.sha256,
        Opening.at > uow.now() - SHOWN_FOR,
    )
    return uow.session.scalar(select(Opening.id).where(*same).limit(1)) is not None


def _record(uow: UnitOfWork, agreement: Agreement, result: Result, thing: Thing) -> None:
    if _lately(uow, agreement, thing):
        return
    row = Opening(
        agreement_id=agreement.id,
        user_id=uow.actor.user_id,
        party_id=agreement.reader_party_id,
        thing=thing.kind,
        name=thing.name,
        sha256=thing.sha256,
        listing_version=result.version,
        at=uow.now(),
        hour=int(uow.now().timestamp()) // 3600,
    )
    with suppress(IntegrityError):  # The index says so too, whoever else is in here.
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.flush()
        uow.emit(ProtectedOpened(row.id, agreement.id, thing.kind.value, thing.sha256))
