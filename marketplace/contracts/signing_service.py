"""Electronic signatures: who signed what, when and from where. A document is complete once every party has signed its text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.service import confirm_password
from marketplace.accounts.signing_codes import confirm_code
from marketplace.contracts.change_service import fits_the_money
from marketplace.contracts.clauses import reference_of
from marketplace.contracts.conditions import SigningFacts, require_all
from marketplace.contracts.confirming import confirm_by_app, ways_for
from marketplace.contracts.envelope import is_over, turn
from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.queries import confirmations, names_its_parties, newest_scan
from marketplace.contracts.rules import (
    CHANGES,
    DOCUMENT_STATES,
    METHOD,
    PAPER_STATES,
    SAYS_WHAT_HOLDS,
    SEALING,
    Basis,
    DocumentState,
    PaperState,
    PriceModel,
    awaits_official,
)
from marketplace.contracts.service import announce
from marketplace.identity.factors import Factor
from marketplace.identity.standing import Matter, freeze, hold, hold_parties, standing_of
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.parties import names_of
from marketplace.organisations.regions import load_region


def signing_facts(uow: UnitOfWork, document: Document, party_id: int, has_power: bool = False) -> SigningFacts:
    """What the preconditions of a signature by the actor for this party depend on; `has_power` where he may not sign for it
    anyway but was given a written power for this text."""
    order = order_of(uow.session, document.id)
    parties = set(order)
    names = names_of(uow.session, parties)
    signed = signatures(uow, document.id)
    standing = standing_of(uow, uow.actor.user_id, party_id, matter_of(uow.session, document))
    return SigningFacts(
        state=document.state,
        awaits_official=awaits_official(document.state, document.paper),
        has_confirmed_paper=_has_confirmed_paper(uow, document, party_id),
        acts_for_party=party_id in parties and (has_power or uow.actor.acts_for(party_id)),
        is_party_verified=party_id in names and names[party_id].is_verified,
        is_other_verified=all(name.is_verified for key, name in names.items() if key != party_id),
        names_its_parties=names_its_parties(uow.session, load_region(uow.settings.region), document),
        has_party_signed=any(signature.party_id == party_id for signature in signed),
        is_turn=party_id in turn(order, [one.party_id for one in signed if one.party_id != party_id]),
        is_in_time=not is_over(document.sign_by, china_day(uow.now())),
        has_person_signed_other_side=any(
            signature.user_id == uow.actor.user_id and signature.party_id != party_id for signature in signed
        ),
        has_certificates=uow.services.certificates.is_ready,
        can_get_code=bool(ways_for(uow, document.text).factors),
        fits_the_money=fits_the_money(uow, document),
        identity_gap=standing.identity_gap,
        authority_gap="" if has_power else standing.authority_gap,
    )


def order_of(session: Session, document_id: int) -> dict[int, int]:
    """The positions in which the parties of a document sign, by party."""
    rows = select(DocumentParty.party_id, DocumentParty.position).where(DocumentParty.document_id == document_id)
    return dict(session.execute(rows).all())


def whose_turn(uow: UnitOfWork, document_id: int) -> frozenset[int]:
    """The parties whose turn it is to sign, whether the text is open or not."""
    return turn(order_of(uow.session, document_id), [one.party_id for one in signatures(uow, document_id)])


def matter_of(session: Session, document: Document) -> Matter:
    """What an authority has to cover. A change disposes of the whole contract, whatever little is left of it; a royalty without
    a fixed amount has none that could be covered, for its estimate binds nobody."""
    if document.price_model is PriceModel.ROYALTY:
        return Matter(document.deal_id, None)
    in_force = _amount_in_force(session, document.deal_id) if document.kind in CHANGES else 0
    return Matter(document.deal_id, max(document.amount_fen, in_force))


def _amount_in_force(session: Session, deal_id: int) -> int:
    """The fixed amount by the last contract or amendment that all have signed, in fen with tax."""
    says_it = Document.kind.in_(SAYS_WHAT_HOLDS)
    signed = (Document.deal_id == deal_id, Document.state == DocumentState.COMPLETE, says_it)
    newest = select(Document.amount_fen).where(*signed).order_by(Document.completed_at.desc(), Document.id.desc())
    return session.scalar(newest.limit(1)) or 0


def _has_confirmed_paper(uow: UnitOfWork, document: Document, party_id: int) -> bool:
    """Whether a party has said that it signed the paper of the scan that counts: it does not sign the same text twice."""
    if document.paper is not PaperState.UPLOADED:
        return False
    scan = newest_scan(uow, document.id)
    return scan is not None and any(one.party_id == party_id for one in confirmations(uow, scan.id))


def signatures(uow: UnitOfWork, document_id: int) -> list[Signature]:
    """The signatures of a document, oldest first."""
    of_document = select(Signature).where(Signature.document_id == document_id)
    return list(uow.session.scalars(of_document.order_by(Signature.at, Signature.party_id)))


@dataclass(frozen=True)
class Confirmation:
    """What a signer confirms, and by what: the hash of the text that was shown, the way of signing agreed to, password, code, and
    where the code is from."""

    shown_sha256: str
    method: str
    password: str
    code: str
    factor: Factor = Factor.CODE


def code_about(text: str) -> str:
    """What the signer's one-time code for a text is good for, as the message says it; another text has another number."""
    name, _, _ = text.partition("\n")
    return f"{name} {reference_of(text)}"


def all_sealed(signed: Sequence[Signature]) -> bool:
    """Whether all of them are put into the PDF; those of an older way of signing are not."""
    return all(one.method in SEALING for one in signed)


def sign(
    uow: UnitOfWork,
    document: Document,
    relations: frozenset[Relation],
    party_id: int,
    confirmed: Confirmation,
    power_id: int | None = None,
    given_by_id: int | None = None,
) -> bool:
    """Sign the text whose hash was shown to the signer; True when it was the last signature and the document is complete.

    `power_id` is the written power it rests on and `given_by_id` who gave it, both of which the caller has looked at, for whoever
    may not sign for the party anyway.

    The deal's row is locked by the caller, so of two who sign at the same moment the second sees the first. Raises Conflict when
    the text is no longer the one that was shown, is not open or is signed already, NotPermitted when the person or party may not,
    InvalidInput for a wrong password or code, or when the signer has not agreed to the present way of signing
    (电子签名法 art. 13). Emits DocumentMoved.
    """
    require_shown(confirmed, document.sha256)
    hold_parties(uow, order_of(uow.session, document.id))
    hold(uow, party_id)
    require_all(signing_facts(uow, document, party_id, has_power=power_id is not None))
    DOCUMENT_STATES.require("sign", document.state, relations)
    require_confirmed(uow, confirmed, document.text)
    uow.session.add(
        Signature(
            document_id=document.id,
            party_id=party_id,
            power_id=power_id,
            **signed_now(uow, document.sha256, confirmed),
        )
    )
    uow.flush()
    freeze(uow, document.id, party_id, matter_of(uow.session, document), given_by_id)
    announce(uow, document, "sign", party_id)
    if order_of(uow.session, document.id).keys() - {one.party_id for one in signatures(uow, document.id)}:
        return False
    if document.paper is PaperState.UPLOADED:
        document.paper = PAPER_STATES.require("set_aside", document.paper, frozenset({Relation.SYSTEM})).target
    complete(uow, document, Basis.ELECTRONIC, china_day(uow.now()))
    return True


def signed_now(uow: UnitOfWork, sha256: str, confirmed: Confirmation) -> dict[str, Any]:
    """What a signature of the actor says of itself: who, when, from where, the hash of what was signed, and how."""
    return {
        "user_id": uow.actor.user_id,
        "signer_name": uow.actor.name,
        "at": uow.now(),
        "ip": uow.actor.ip[:64],
        "user_agent": uow.actor.user_agent[:300],
        "sha256": sha256,
        "method": confirmed.method,
        "factor": confirmed.factor.value,
    }


def require_shown(confirmed: Confirmation, sha256: str) -> None:
    """Raise Conflict unless the text of this hash is the one that was shown to the signer."""
    if confirmed.shown_sha256 != sha256:
        raise Conflict(N_("The text is no longer the one you were shown. Read the present text before you sign."))


def require_confirmed(uow: UnitOfWork, confirmed: Confirmation, text: str) -> None:
    """Raise InvalidInput unless the signer agreed to the present way of signing and gave his password and a code, sent for this
    text or of his app.

    Wrong ones count, so that nobody guesses: TooManyAttempts.
    """
    if confirmed.method != METHOD:
        raise InvalidInput(N_("Agree to the way of signing first, or sign on paper."), field="agrees")
    _require_password(uow, confirmed.password)
    if confirmed.factor is Factor.TOTP:
        confirm_by_app(uow, confirmed.code, text)
    else:
        confirm_code(uow, confirmed.code, code_about(text))


def complete(uow: UnitOfWork, document: Document, basis: Basis, signed_on: date) -> None:
    """Record that every party has signed, on what that rests, and on which day in China the last one did. Emits DocumentMoved."""
    held, now = frozenset({Relation.SYSTEM}), uow.now()
    advance(uow, DOCUMENT_STATES, document, "complete", held, completed_at=now, basis=basis, signed_on=signed_on)
    announce(uow, document, "complete", None, signed_on=signed_on)


def _require_password(uow: UnitOfWork, password: str) -> None:
    """The form of a signature calls the field `password`."""
    try:
        confirm_password(uow, password)
    except InvalidInput as error:
        raise InvalidInput(error.message, field="password") from None
