"""Use cases on written powers, called by the deal, which has locked itself and says what the actor is to it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.contracts.envelope import LONGEST_DAYS, TOO_LATE, is_over
from marketplace.contracts.models import Document, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.contracts.signing_service import matter_of
from marketplace.identity.standing import giver_of
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required
from marketplace.organisations.parties import name_of
from marketplace.powers.events import PowerMoved
from marketplace.powers.models import PowerEnding, SigningPower
from marketplace.powers.queries import agents, next_number, powers_of, standing
from marketplace.powers.rules import LONGEST_REASON, Ending, Standing, refusal

GIVER_CANNOT = N_("Whoever handed this signature over may not sign for the unit himself any more.")
NOT_A_UNIT = N_("A person does not hand his signature over here: he signs himself, or on paper.")


@dataclass(frozen=True)
class Handover:
    """To whom the signature is handed over, the last day of the power, and the paper that says so."""

    to_id: int
    until: date | None
    paper: Upload | None


def hand_over(
    uow: UnitOfWork, document: Document, party_id: int, other_party_ids: Collection[int], handover: Handover
) -> SigningPower:
    """Hand the party's signature of this text over to a member of its unit by a written power (民法典 art. 161, 165).

    Whoever may sign for the unit still may. Raises NotPermitted for others, for whoever is not the legal representative or could
    not sign this himself (民法典 art. 169), and for a natural person's party, Conflict where the text is not open, the party has
    signed it, or it is handed over already, InvalidInput; emits PowerMoved.
    """
    _require_open(uow, document, party_id)
    if name_of(uow.session, party_id).organisation_id is None:
        raise NotPermitted(NOT_A_UNIT)
    if gap := giver_gap(uow, uow.actor.user_id, document, party_id):
        raise NotPermitted(gap)
    today = china_day(uow.now())
    if any(one.is_good and one.row.party_id == party_id for one in powers_of(uow.session, document, today)):
        raise Conflict(N_("This signature is handed over already. Take that power back first."))
    if handover.to_id not in {one.id for one in agents(uow, document, party_id, other_party_ids)}:
        message = N_("Choose a member of your unit who may not sign anyway and does not belong to the other side.")
        raise InvalidInput(message, field="to")
    until = _period(today, handover.until, document.sign_by)
    if handover.paper is None:
        raise InvalidInput(N_("Add the written power that was signed or sealed: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, handover.paper, media.SCANS)
    power = SigningPower(
        document_id=document.id,
        party_id=party_id,
        number=next_number(uow.session, document.id, party_id),
        from_id=uow.actor.user_id,
        to_id=handover.to_id,
        paper_sha256=kept.sha256,
        paper_name=kept.name,
        paper_type=kept.media_type,
        until=until,
        at=uow.now(),
    )
    uow.session.add(power)
    uow.flush()
    _announce(uow, power, document, "give")
    return power


def revoke(uow: UnitOfWork, power: SigningPower, document: Document) -> None:
    """The party takes a power back, as long as nothing was signed by it. Raises NotPermitted, Conflict; emits PowerMoved."""
    if not uow.actor.acts_for(power.party_id):
        raise NotPermitted(N_("You may not do this."))
    _end(uow, power, document, Ending.REVOKED, "")
    _announce(uow, power, document, "revoke")


def give_back(uow: UnitOfWork, power: SigningPower, document: Document, reason: str) -> None:
    """The agent does not sign and says why; what becomes of the text his party decides.

    Raises NotPermitted for everybody else, Conflict, InvalidInput; emits PowerMoved.
    """
    if power.to_id != uow.actor.user_id:
        raise NotPermitted(N_("You may not do this."))
    _end(uow, power, document, Ending.RETURNED, required(reason, "reason", LONGEST_REASON))
    _announce(uow, power, document, "give_back")


def require_good(uow: UnitOfWork, power: SigningPower, document: Document) -> None:
    """Raise what keeps the agent from signing by this power; of the text itself the preconditions of a signature speak."""
    _refuse(standing(uow.session, power, document, china_day(uow.now())))
    if giver_gap(uow, power.from_id, document, power.party_id):
        raise NotPermitted(GIVER_CANNOT)


def is_good(uow: UnitOfWork, power: SigningPower, document: Document) -> bool:
    """Whether a signature can rest on it now."""
    is_standing = standing(uow.session, power, document, china_day(uow.now())) is Standing.GOOD
    return is_standing and not giver_gap(uow, power.from_id, document, power.party_id)


def giver_gap(uow: UnitOfWork, user_id: int | None, document: Document, party_id: int) -> str:
    """Why a person cannot hand the unit's signature of this text over, as a msgid: nobody gives more than he has."""
    return giver_of(uow, user_id or 0, party_id, matter_of(uow.session, document))[1]


def fetch(uow: UnitOfWork, power_id: int) -> SigningPower:
    """The power. Raises NotFound."""
    power = uow.session.get(SigningPower, power_id)
    if power is None:
        raise NotFound(N_("There is no such page."))
    return power


def _refuse(standing: Standing) -> None:
    refused = refusal(standing)
    if refused is not None:
        raise refused


def _require_open(uow: UnitOfWork, document: Document, party_id: int) -> None:
    if not uow.actor.acts_for(party_id):
        raise NotPermitted(N_("You may not do this."))
    if document.state is not DocumentState.SENT:
        raise Conflict(N_("This text is not open for signature: it was replaced, declined, or is signed by all."))
    if is_over(document.sign_by, china_day(uow.now())):
        raise Conflict(TOO_LATE)
    if uow.session.get(Signature, (document.id, party_id)) is not None:
        _refuse(Standing.USED)


def _period(today: date, until: date | None, sign_by: date | None) -> date:
    """Until the last day for signing where nothing else is said: the power is for that one signature."""
    longest = today + timedelta(days=LONGEST_DAYS)
    last = until or sign_by or longest
    if not today <= last <= longest:
        message = N_("Choose a day from today on, at most %(longest)s days from today.")
        raise InvalidInput(message, field="until", longest=LONGEST_DAYS)
    return last


def _end(uow: UnitOfWork, power: SigningPower, document: Document, ending: Ending, reason: str) -> None:
    if standing(uow.session, power, document, china_day(uow.now())) in {
        Standing.USED,
        Standing.SPENT,
        Standing.REVOKED,
        Standing.RETURNED,
    }:
        raise Conflict(
            N_("This power was used, taken back or given back already. Reload the page to see where it stands.")
        )
    row = PowerEnding(power_id=power.id, ending=ending, by_id=uow.actor.user_id, reason=reason, at=uow.now())
    uow.session.add(row)
    uow.flush()


def _announce(uow: UnitOfWork, power: SigningPower, document: Document, action: str) -> None:
    uow.emit(PowerMoved(power.id, document.deal_id, document.id, power.party_id, action))
