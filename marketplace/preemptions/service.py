"""Use cases on rights to buy first, called by the deal, which has locked itself and says what the actor is to it."""

from collections.abc import Sequence
from datetime import timedelta

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentState
from marketplace.infra import media
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import clean
from marketplace.preemptions.events import PreemptionMoved
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.queries import Sale, entitled, sending_conditions, told
from marketplace.preemptions.rules import PREEMPTION_STATES, PreemptionState

LONGEST_NOTE = 1000


def require_sendable(uow: UnitOfWork, sale: Sale, document: Document) -> None:
    """Raise the refusal of the first condition that is not met."""
    for condition in sending_conditions(uow, sale, document):
        if not condition.is_met:
            raise condition.refusal


def tell(uow: UnitOfWork, sale: Sale, document: Document) -> Sequence[Preemption]:
    """Tell every contributor who does not know it yet of the terms of this text, and until when he may want to buy.

    The law names no term: it is the setting `preemption_days`. Raises Conflict for a text that is sent already or assigns no
    service result, or when everybody knows; emits PreemptionMoved for each.
    """
    _require_draft(document)
    known = {row.contributor_id for row in told(uow, document.id)}
    people = [one for one in entitled(uow, sale, document) or () if one.id not in known]
    if not people:
        raise Conflict(N_("There is nobody left to be told of this text."))
    until = china_day(uow.now()) + timedelta(days=uow.settings.preemption_days)
    rows = [
        Preemption(
            deal_id=sale.deal_id,
            document_id=document.id,
            contributor_id=one.id,
            user_id=one.user_id,
            name=one.name,
            state=PreemptionState.WAITING,
            told_by_id=uow.actor.user_id,
            told_at=uow.now(),
            until=until,
        )
        for one in people
    ]
    uow.session.add_all(rows)
    uow.flush()
    for row in rows:
        _announce(uow, row, "tell")
    return rows


def answer(uow: UnitOfWork, row: Preemption, document: Document, action: str, note: str = "") -> None:
    """The contributor himself says that he buys (`exercise`), or that he does not, or no longer (`waive`).

    Raises Conflict for another text or once his time has passed, NotPermitted for everybody else, InvalidInput; emits
    PreemptionMoved.
    """
    is_his = row.user_id is not None and row.user_id == uow.actor.user_id
    _take(uow, row, document, action, frozenset({Relation.AUTHOR} if is_his else ()), note)


def record_paper(uow: UnitOfWork, row: Preemption, document: Document, action: str, paper: Upload | None) -> None:
    """The unit records what somebody without an account has signed. Raises as `answer` does, and for one who has an account."""
    if row.user_id is not None:
        raise NotPermitted(N_("Who has an account says himself whether he buys."))
    if paper is None:
        raise InvalidInput(N_("Add the paper that was signed: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, paper, media.SCANS)
    row.paper_sha256, row.paper_name, row.paper_type = kept.sha256, kept.name, kept.media_type
    _take(uow, row, document, action, frozenset({Relation.OWNER}), "")


def fetch(uow: UnitOfWork, preemption_id: int) -> Preemption:
    """The row as it is now. Raises NotFound."""
    row = uow.session.get(Preemption, preemption_id, populate_existing=True)
    if row is None:
        raise NotFound(N_("There is no such page."))
    return row


def _take(
    uow: UnitOfWork, row: Preemption, document: Document, action: str, held: frozenset[Relation], note: str
) -> None:
    PREEMPTION_STATES.require(action, row.state, held)
    _require_draft(document)
    # What was signed on paper in time may be recorded later; who answers here answers in time.
    if action == "exercise" and row.user_id is not None and china_day(uow.now()) > row.until:
        raise Conflict(N_("The time to say so has passed."))
    said = clean(note)
    if len(said) > LONGEST_NOTE:
        raise InvalidInput(
            N_("This text is too long: at most %(longest)s characters."), field="note", longest=LONGEST_NOTE
        )
    row.note = said
    answered = {"answered_by_id": uow.actor.user_id, "answered_at": uow.now()}
    advance(uow, PREEMPTION_STATES, row, action, held, "", **answered)
    _announce(uow, row, action)


def _require_draft(document: Document) -> None:
    if document.state is not DocumentState.DRAFT:
        raise Conflict(
            N_("This text was sent or replaced. The right to buy first is about a text that is not sent yet.")
        )


def _announce(uow: UnitOfWork, row: Preemption, action: str) -> None:
    uow.emit(PreemptionMoved(row.id, row.deal_id, row.document_id, action))
