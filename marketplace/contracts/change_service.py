"""What a document changes or ends, beside its text: kept with it, carried over to a new text, and held against the money.

Called by the deal, which has locked itself.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.changes import OVERTAKEN, Amending, Settling, rows_of
from marketplace.contracts.models import AmendedRoyalty, Amendment, Document, Settlement
from marketplace.contracts.rules import CHANGES, LIVE, DocumentKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.payments.plan import untouched
from marketplace.payments.queries import in_flight, net_fixed_receipts


def attach_amendment(uow: UnitOfWork, document: Document, amending: Amending) -> None:
    """Keep what an amendment changes."""
    row = Amendment(
        document_id=document.id,
        texts=dict(amending.texts),
        dropped=list(amending.dropped),
        lines=rows_of(amending.lines),
    )
    uow.session.add(row)
    if amending.royalty is not None:
        royalty, from_on = amending.royalty.royalty, amending.royalty.from_on
        uow.session.add(
            AmendedRoyalty(document_id=document.id, share_bp=royalty.share_bp, base=royalty.base, from_on=from_on)
        )
    uow.flush()


def attach_settlement(uow: UnitOfWork, document: Document, settling: Settling, received_fen: int) -> None:
    """Keep what a termination agreement says; `received_fen` is what its text says was received."""
    row = Settlement(
        document_id=document.id,
        payable_fen=settling.payable_fen,
        received_fen=received_fen,
        settle_on=settling.settle_on,
        reason=settling.reason,
        end_reason=settling.end_reason,
    )
    uow.session.add(row)
    uow.flush()


def carry_over(uow: UnitOfWork, old: Document, new: Document) -> None:
    """A text of which only clauses were reworded changes the same."""
    for model in (Amendment, AmendedRoyalty, Settlement):
        row = uow.session.get(model, old.id)
        if row is not None:
            values = {column.key: getattr(row, column.key) for column in model.__table__.columns}
            uow.session.add(model(**values | {"document_id": new.id}))
    uow.flush()


def fits_the_money(uow: UnitOfWork, document: Document) -> bool | None:
    """Whether nothing was paid or reported that the text of a change does not know of; None for what is no change, or no longer
    open.

    What is paid or reported of a line keeps an amendment from replacing it. A termination agreement names what was received, so
    no payment may be on its way.
    """
    session, deal_id = uow.session, document.deal_id
    if document.state not in LIVE:
        return None
    if document.kind is DocumentKind.AMENDMENT:
        return set(session.get_one(Amendment, document.id).dropped) <= set(untouched(uow, deal_id))
    if document.kind is DocumentKind.TERMINATION_AGREEMENT:
        said = session.get_one(Settlement, document.id).received_fen
        return said == net_fixed_receipts(session, deal_id) and not in_flight(session, [deal_id])
    return None


def on_the_table(session: Session, deal_id: int) -> Document | None:
    """The change of a deal's contract that is written or out for signature; there is one at a time."""
    live = (Document.deal_id == deal_id, Document.kind.in_(CHANGES), Document.state.in_(LIVE))
    return session.scalar(select(Document).where(*live))


def require_fit(uow: UnitOfWork, document: Document) -> None:
    """Raise Conflict when money has overtaken the text of a change."""
    if fits_the_money(uow, document) is False:
        raise Conflict(OVERTAKEN[document.kind])
