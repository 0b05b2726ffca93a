"""Notices about the envelope around a signature: whose turn it is, what is due, has expired or is void, and written powers."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.contracts.envelope import is_in_order
from marketplace.contracts.events import DocumentMoved, SigningDue
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.contracts.signing_service import order_of, signatures, whose_turn
from marketplace.deals.models import Deal
from marketplace.deals.signatories import signing_parties
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day, words
from marketplace.notifications.audience import People, speakers
from marketplace.notifications.notices import Notice, document_path
from marketplace.powers.events import PowerMoved
from marketplace.powers.models import SigningPower
from marketplace.powers.queries import holders

READY = N_("%(kind)s of the deal “%(title)s”: ready to be signed. Please read and sign it.")
LATER = N_(
    "%(kind)s of the deal “%(title)s” was sent for signature. Another party signs first; you are told when it is your turn."
)
SIGNED = N_("%(kind)s of the deal “%(title)s”: another party has signed.")
YOUR_TURN = N_("%(kind)s of the deal “%(title)s”: another party has signed. It is your turn now.")
DUE = N_("%(kind)s of the deal “%(title)s” waits for your signature. The last day for signing is %(day)s.")
EXPIRED = N_(
    "%(kind)s of the deal “%(title)s” was not signed in time and has expired. It can be taken up again as a new draft."
)
VOID = N_("%(kind)s of the deal “%(title)s”, which you have signed, is void: your signature counts for nothing.")
VOID_BECAUSE = N_(
    "%(kind)s of the deal “%(title)s”, which you have signed, is void: your signature counts for nothing. Reason: %(reason)s"
)
WITHDRAWN = N_(
    "%(kind)s of the deal “%(title)s”, which waited for your signature, is void. You need not sign it any more."
)
TAKEN_OFF = N_("%(kind)s of the deal “%(title)s” was taken off the table by another party. Reason: %(reason)s")
POWERS = {
    "give": N_(
        "%(kind)s of the deal “%(title)s”: your unit has handed its signature over to you. Please read and sign it."
    ),
    "revoke": N_("%(kind)s of the deal “%(title)s”: your unit has taken the written power back. You no longer sign."),
    "give_back": N_("%(kind)s of the deal “%(title)s”: %(name)s does not sign and has given the written power back."),
}


def document_moved(uow: UnitOfWork, event: DocumentMoved, deal: Deal) -> Iterator[Notice]:
    """A text was sent, signed by one, has expired or is void. What was overtaken meanwhile is told as it is now."""
    if event.action not in {"send", "sign", "expire", "void"}:
        return
    document = uow.session.get_one(Document, event.document_id)
    params, url = _params(deal, event.kind), document_path(event.document_id)
    parties = {one.party_id for one in signing_parties(uow.session, deal, document.id)}
    if event.action in {"send", "sign"}:
        for party_id in sorted(parties - {event.party_id}):
            yield Notice(
                _signers(uow, document, party_id), _of_turn(uow, document, party_id, event.action), url, params
            )
    elif event.action == "expire":
        yield Notice(speakers(uow.session, *parties), EXPIRED, url, params)
    elif event.action == "void":
        yield from _void(uow, document, event, parties, params)


def _of_turn(uow: UnitOfWork, document: Document, party_id: int, action: str) -> str:
    in_order = document.state is DocumentState.SENT and is_in_order(order_of(uow.session, document.id))
    is_turn = party_id in whose_turn(uow, document.id)
    if action == "send":
        return READY if is_turn or not in_order else LATER
    return YOUR_TURN if is_turn and in_order else SIGNED


def _void(
    uow: UnitOfWork, document: Document, event: DocumentMoved, parties: set[int], params: Params
) -> Iterator[Notice]:
    """Whoever has signed is told that it was for nothing; of a text taken off the table all the others.

    Makers, who do not see the deal, are told in any case. Of one that was declined or has expired everybody has heard before.
    """
    if not event.was_open:
        return
    url, reason = document_path(document.id), document.note
    signed = frozenset(one.user_id for one in signatures(uow, document.id))
    if signed:
        yield Notice(signed, VOID_BECAUSE if reason else VOID, url, {**params, "reason": reason})
    if not reason:
        makers = [one.party_id for one in makers_of(uow.session, document.id)]
        yield Notice(speakers(uow.session, *makers) - signed, WITHDRAWN, url, params)
    elif event.party_id is not None:
        others = speakers(uow.session, *(parties - {event.party_id})) - signed
        yield Notice(others, TAKEN_OFF, url, {**params, "reason": reason})


def signing_due(uow: UnitOfWork, event: SigningDue) -> Iterator[Notice]:
    """The last day for signing comes near; nobody is told who has signed since."""
    document = uow.session.get_one(Document, event.document_id)
    if document.state is not DocumentState.SENT or event.party_id not in whose_turn(uow, document.id):
        return
    if document.sign_by is not None:
        deal = uow.session.get_one(Deal, event.deal_id)
        params = {**_params(deal, document.kind), "day": on_day(document.sign_by)}
        yield Notice(_signers(uow, document, event.party_id), DUE, document_path(document.id), params)


def power_moved(uow: UnitOfWork, event: PowerMoved) -> Iterator[Notice]:
    """The delegate hears of his power, his party of its coming back."""
    power = uow.session.get_one(SigningPower, event.power_id)
    document, deal = uow.session.get_one(Document, event.document_id), uow.session.get_one(Deal, event.deal_id)
    name = uow.session.scalar(select(User.name).where(User.id == power.to_id)) or ""
    people = speakers(uow.session, event.party_id) if event.action == "give_back" else frozenset({power.to_id})
    params: Params = {**_params(deal, document.kind), "name": name}
    yield Notice(people, POWERS[event.action], document_path(document.id), params)


def _signers(uow: UnitOfWork, document: Document, party_id: int) -> People:
    """Who may sign for a party: those who speak for it, and who holds its written power."""
    held = holders(uow.session, document, [party_id], china_day(uow.now()))
    return speakers(uow.session, party_id) | held


def _params(deal: Deal, kind: str) -> Params:
    return {"title": deal.title, "kind": words([DocumentKind(kind)])}
