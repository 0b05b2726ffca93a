"""Use cases of agreements: ask, sign for either side, decline, end, name papers, and what time does to silence."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.signing_codes import send_code
from marketplace.confidentiality import policy
from marketplace.confidentiality.events import ConfidentialityMoved
from marketplace.confidentiality.models import Agreement, AgreementGround, AgreementSignature, NamedPaper
from marketplace.confidentiality.queries import named_papers, proofs_of
from marketplace.confidentiality.rules import (
    CONFIDENTIALITY_STATES,
    LIVE,
    NOT_TALKING,
    WAITING,
    ConfidentialityState,
    last_day_of_duties,
)
from marketplace.confidentiality.signers import OF_NO_DEAL, parties_today, signer, signing_conditions
from marketplace.confidentiality.wording import Subject, Written, written
from marketplace.contracts.rules import LONGEST_REASON
from marketplace.contracts.service import new_code
from marketplace.contracts.signing_service import Confirmation, code_about, require_confirmed, require_shown, signed_now
from marketplace.identity.standing import ground, hold, hold_parties
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import clean
from marketplace.kernel.workdays import add_working_days
from marketplace.results.models import Result
from marketplace.results.policy import visible

NOTHING_KEPT_BACK = N_(
    "Nothing of this result is kept back: a patent has been filed, and everybody reads how it works."
)
IN_TRUST = N_(
    "This result was published on behalf of its owner, who has not taken it over yet. Nobody can agree for him before."
)


def ask(uow: UnitOfWork, result_id: int, party_id: int) -> Agreement:
    """Ask for one's party to read the protected parts of a result; the text to sign is written.

    Again before anybody has signed, the text is written anew where anything in it has changed. Raises NotFound, NotPermitted,
    Conflict where nothing is protected, no interest between the two was accepted, or an agreement is signed; emits
    ConfidentialityMoved.
    """
    result = _result_to_ask(uow, result_id, party_id)
    agreement = _live(uow, result_id, party_id) or _begun(uow, result, party_id)
    if agreement.state is not ConfidentialityState.ASKED:
        raise Conflict(N_("Your party has asked for this already. Reload the page to see where it stands."))
    fresh = _text(uow, agreement, result, agreement.number)
    if fresh.sha256 != agreement.sha256:
        _rewrite(uow, agreement, result)
    return agreement


def _result_to_ask(uow: UnitOfWork, result_id: int, party_id: int) -> Result:
    result = uow.session.scalar(select(Result).where(Result.id == result_id, visible(uow.actor)))
    if result is None:
        raise NotFound(N_("There is no such result."))
    if not uow.actor.acts_for(party_id):
        raise NotPermitted(N_("You may not sign for this party."))
    if not policy.is_protected(result):
        raise Conflict(NOTHING_KEPT_BACK)
    if result.on_behalf:
        raise Conflict(IN_TRUST)
    if party_id not in policy.reader_parties(uow, result):
        raise Conflict(NOT_TALKING)
    return result


def _live(uow: UnitOfWork, result_id: int, party_id: int) -> Agreement | None:
    of_party = (Agreement.result_id == result_id, Agreement.reader_party_id == party_id, Agreement.state.in_(LIVE))
    return uow.session.scalar(
        select(Agreement).where(*of_party).with_for_update().execution_options(populate_existing=True)
    )


def _begun(uow: UnitOfWork, result: Result, party_id: int) -> Agreement:
    """Of two who ask for one party at the same moment the second finds the agreement of the first."""
    agreement = Agreement(
        result_id=result.id,
        owner_party_id=result.party_id,
        reader_party_id=party_id,
        state=ConfidentialityState.ASKED,
        version="",
        number=1,
        years=uow.settings.confidentiality_years,
        clauses=[],
        text="",
        sha256="",
        asked_by_id=uow.actor.user_id,
        asked_at=uow.now(),
        due_on=add_working_days(china_day(uow.now()), uow.settings.confidentiality_working_days),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(agreement)
            uow.flush()
    except IntegrityError:
        found = _live(uow, result.id, party_id)
        if found is None:
            raise Conflict(N_("Somebody else has just changed this. Reload the page to see where it stands.")) from None
        return found
    _put(agreement, _text(uow, agreement, result, agreement.number))
    uow.flush()
    _announce(uow, agreement, "ask")
    return agreement


def _rewrite(uow: UnitOfWork, agreement: Agreement, result: Result) -> None:
    """Another text has another number, so that a code for the one before does not sign it."""
    agreement.number += 1
    agreement.years = uow.settings.confidentiality_years
    _put(agreement, _text(uow, agreement, result, agreement.number))
    advance(uow, CONFIDENTIALITY_STATES, agreement, "rewrite", policy.relations(uow.actor, agreement))
    _announce(uow, agreement, "rewrite")


def _text(uow: UnitOfWork, agreement: Agreement, result: Result, number: int) -> Written:
    owner, reader = parties_today(uow, agreement)
    subject = Subject(
        reference=f"JG-BM-{agreement.id:06d}-{number:02d}",
        result_id=result.id,
        title=result.title,
        owner=owner,
        reader=reader,
        years=uow.settings.confidentiality_years,
    )
    return written(subject, china_day(uow.now()))


def _put(agreement: Agreement, text: Written) -> None:
    agreement.version, agreement.clauses = text.version, text.clauses
    agreement.text, agreement.sha256 = text.text, text.sha256


def fetch(uow: UnitOfWork, agreement_id: int) -> tuple[Agreement, Result, frozenset[Relation]]:
    """The agreement as it is now, locked, for those who may know of it. Raises NotFound."""
    found = uow.session.get(Agreement, agreement_id, with_for_update=True, populate_existing=True)
    return policy.require_visible(uow, found)


def send_signing_code(uow: UnitOfWork, agreement_id: int) -> str:
    """Have the code sent by which the actor confirms his signature. Returns the contact.

    Raises NotFound, NotPermitted, Conflict where he could not sign, InvalidInput, TooManyAttempts.
    """
    agreement, _result, held = fetch(uow, agreement_id)
    _require_turn(uow, agreement, held)
    return send_code(uow, code_about(agreement.text))


def sign(uow: UnitOfWork, agreement_id: int, confirmed: Confirmation, papers: Iterable[int] = ()) -> Agreement:
    """Sign for the side whose turn it is: first the reader's, then the owner's, with which it comes into force.

    `papers` are the attachments its owner opens with it. Raises NotFound, NotPermitted, Conflict where the text is another, is
    not open, or the talks are over, InvalidInput, TooManyAttempts; emits ConfidentialityMoved.
    """
    agreement, result, held = fetch(uow, agreement_id)
    hold_parties(uow, (agreement.owner_party_id, agreement.reader_party_id))
    hold(uow, signer(uow, agreement))
    require_shown(confirmed, agreement.sha256)
    action = _require_turn(uow, agreement, held)
    if result.party_id != agreement.owner_party_id or agreement.reader_party_id not in policy.reader_parties(
        uow, result
    ):
        raise Conflict(NOT_TALKING)
    require_confirmed(uow, confirmed, agreement.text)
    party_id, today = signer(uow, agreement), china_day(uow.now())
    signed = signed_now(uow, agreement.sha256, confirmed)
    uow.session.add(AgreementSignature(agreement_id=agreement.id, party_id=party_id, **signed))
    uow.flush()
    rests_on = ground(uow, party_id, OF_NO_DEAL)
    uow.session.add(AgreementGround(agreement_id=agreement.id, party_id=party_id, **rests_on))
    uow.flush()
    if action == "sign":
        due_on = add_working_days(today, uow.settings.confidentiality_working_days)
        advance(uow, CONFIDENTIALITY_STATES, agreement, action, held, due_on=due_on, code=new_code())
    else:
        until = last_day_of_duties(today, agreement.years)
        advance(uow, CONFIDENTIALITY_STATES, agreement, action, held, in_force_at=uow.now(), until=until)
        _name(uow, agreement, papers)
    _announce(uow, agreement, action)
    return agreement


def _require_turn(uow: UnitOfWork, agreement: Agreement, held: frozenset[Relation]) -> str:
    """The action by which the actor signs. Raises Conflict, NotPermitted."""
    action = "sign" if agreement.state is ConfidentialityState.ASKED else "countersign"
    for condition in signing_conditions(uow, agreement):
        if not condition.is_met:
            raise condition.refusal
    CONFIDENTIALITY_STATES.require(action, agreement.state, held)
    return action


def decline(uow: UnitOfWork, agreement_id: int, reason: str) -> Agreement:
    """The owner does not sign, for a reason the reader is told. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    return _close(uow, agreement_id, "decline", reason)


def withdraw(uow: UnitOfWork, agreement_id: int) -> Agreement:
    """The reader's party takes back what it has not signed; the owner never heard of it. Raises NotFound, NotPermitted, Conflict;
    emits ConfidentialityMoved."""
    agreement, _result, held = fetch(uow, agreement_id)
    taken_back: dict[str, Any] = {"closed_at": uow.now(), "closed_by_id": uow.actor.user_id}
    advance(uow, CONFIDENTIALITY_STATES, agreement, "withdraw", held, **taken_back)
    _announce(uow, agreement, "withdraw")
    return agreement


def end(uow: UnitOfWork, agreement_id: int, reason: str) -> Agreement:
    """The owner opens nothing more; the duties go on. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    return _close(uow, agreement_id, "end", reason)


def _close(uow: UnitOfWork, agreement_id: int, action: str, reason: str) -> Agreement:
    agreement, _result, held = fetch(uow, agreement_id)
    said = clean(reason)
    if len(said) > LONGEST_REASON:
        raise InvalidInput(
            N_("This text is too long: at most %(longest)s characters."), field="reason", longest=LONGEST_REASON
        )
    agreement.reason = said
    closed = {"closed_at": uow.now(), "closed_by_id": uow.actor.user_id}
    advance(uow, CONFIDENTIALITY_STATES, agreement, action, held, said, **closed)
    _announce(uow, agreement, action)
    return agreement


def name_papers(uow: UnitOfWork, agreement_id: int, papers: Iterable[int]) -> Agreement:
    """The owner opens further papers under an agreement in force; what was named stays named.

    Raises NotFound, NotPermitted, Conflict, InvalidInput where none is chosen; emits ConfidentialityMoved.
    """
    agreement, _result, held = fetch(uow, agreement_id)
    if Relation.OWNER not in held:
        raise NotPermitted(N_("You may not do this."))
    if agreement.state is not ConfidentialityState.IN_FORCE:
        raise Conflict(N_("There is no agreement in force under which this may be read."))
    if not _name(uow, agreement, papers):
        raise InvalidInput(N_("Choose at least one paper."), field="papers")
    _announce(uow, agreement, "name")
    return agreement


def _name(uow: UnitOfWork, agreement: Agreement, papers: Iterable[int]) -> int:
    """Write down the chosen papers that are not named yet; how many. Raises InvalidInput for one that is not of this result."""
    offered = {one.id: one for one in proofs_of(uow, agreement.result_id)}
    chosen = set(papers)
    if not chosen <= offered.keys():
        raise InvalidInput(N_("This paper is not there any more. Choose anew."), field="papers")
    known = {one.sha256 for one in named_papers(uow, agreement.id)}
    fresh = {offered[id_].sha256: offered[id_] for id_ in sorted(chosen) if offered[id_].sha256 not in known}
    for one in fresh.values():
        uow.session.add(
            NamedPaper(
                agreement_id=agreement.id,
                sha256=one.sha256,
                name=one.name,
                media_type=one.media_type,
                named_by_id=uow.actor.user_id,
                named_at=uow.now(),
            )
        )
    uow.flush()
    return len(fresh)


def lapse_overdue(uow: UnitOfWork) -> None:
    """End what nobody has signed in its working days. Emits ConfidentialityMoved for each."""
    overdue = (Agreement.state.in_(WAITING), Agreement.due_on < china_day(uow.now()))
    for agreement in uow.session.scalars(select(Agreement).where(*overdue).order_by(Agreement.id).with_for_update()):
        system = frozenset({Relation.SYSTEM})
        advance(uow, CONFIDENTIALITY_STATES, agreement, "lapse", system, closed_at=uow.now())
        _announce(uow, agreement, "lapse")


def _announce(uow: UnitOfWork, agreement: Agreement, action: str) -> None:
    held = policy.relations(uow.actor, agreement)
    sides = {Relation.OWNER: agreement.owner_party_id, Relation.OTHER_SIDE: agreement.reader_party_id}
    party_id = next((party for relation, party in sides.items() if relation in held), None)
    uow.emit(ConfidentialityMoved(agreement.id, agreement.result_id, action, agreement.sha256, party_id))
