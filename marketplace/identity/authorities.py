"""Use cases of authorities to sign for an organisation: recorded by its administrator, verified by an official, revoked."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.identity.events import AuthorityMoved
from marketplace.identity.models import Authority, AuthorityStep
from marketplace.identity.policy import require_authority
from marketplace.identity.queries import agents_of, deals_of
from marketplace.identity.rules import (
    AUTHORITY_STATES,
    LONGEST_MATTERS,
    USUAL_YEARS,
    AuthorityKind,
    AuthorityState,
    is_unusually_long,
)
from marketplace.identity.service import LONGEST_REASON
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Kept, Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.organisations.models import Organisation
from marketplace.organisations.policy import relations, require_insider
from marketplace.organisations.rules import OrganisationState

ANOTHER_REPRESENTATIVE = "单位变更了法定代表人（负责人）登记。"
"""Why an authority has ended; who changed it stands beside."""


@dataclass(frozen=True)
class Granted:
    """What the paper says (民法典 art. 165: agent, matters, authority, period, signature or seal of the principal).

    `deal_id` None covers every contract, `limit_fen` None any amount; days are those in China, both included.
    """

    user_id: int
    kind: AuthorityKind
    valid_from: date
    valid_until: date | None
    matters: str = ""
    deal_id: int | None = None
    limit_fen: int | None = None
    scan: Upload | None = None
    is_long_meant: bool = False
    """Whether a period of more than five years is no slip."""


def record(uow: UnitOfWork, organisation_id: int, granted: Granted) -> Authority:
    """The organisation's administrator records by what somebody signs for it; it counts once an official has verified it.

    Raises NotFound, NotPermitted, Conflict before the organisation is verified, InvalidInput for what the paper has to say and
    is not said, and for a legal representative of another name than the organisation's. Emits AuthorityMoved.
    """
    organisation = require_insider(uow, organisation_id)
    if Relation.OWNER not in relations(uow, organisation):
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    if organisation.state is not OrganisationState.VERIFIED:
        raise Conflict(N_("The organisation is not verified yet; who signs for it is recorded after that."))
    if granted.user_id not in {user_id for user_id, _ in agents_of(uow.session, organisation_id)}:
        raise InvalidInput(N_("Choose somebody who may act for the organisation."), field="user")
    matters = _checked(uow, organisation, granted)
    kept = keep(uow, granted.scan, media.SCANS) if granted.scan else Kept("", "", 0, "")
    authority = Authority(
        organisation_id=organisation.id,
        user_id=granted.user_id,
        kind=granted.kind,
        principal=organisation.representative or "",
        matters=matters,
        deal_id=granted.deal_id,
        limit_fen=granted.limit_fen,
        valid_from=granted.valid_from,
        valid_until=granted.valid_until,
        sha256=kept.sha256 or None,
        file_name=kept.name,
        media_type=kept.media_type,
        recorded_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )
    uow.session.add(authority)
    uow.flush()
    _announce(uow, authority, "record")
    return authority


def _checked(uow: UnitOfWork, organisation: Organisation, granted: Granted) -> str:
    """The matters as they are kept, once everything fits together."""
    if granted.valid_until is not None and granted.valid_until < granted.valid_from:
        raise InvalidInput(N_("The last day lies before the first."), field="valid_until")
    is_long = granted.valid_until is not None and is_unusually_long(granted.valid_from, granted.valid_until)
    if is_long and not granted.is_long_meant:
        raise InvalidInput(
            N_(
                "The last day lies more than %(years)s years after the first. Compare it with the paper; if it says so, tick "
                "this and choose the scan once more."
            ),
            field="is_long_meant",
            years=USUAL_YEARS,
        )
    if granted.limit_fen is not None and granted.limit_fen <= 0:
        raise InvalidInput(N_("Write the amount; it is more than zero."), field="limit")
    if granted.deal_id is not None and granted.deal_id not in dict(deals_of(uow.session, organisation.id)):
        raise InvalidInput(N_("Choose a deal of the organisation."), field="deal")
    if granted.kind is AuthorityKind.LEGAL_REPRESENTATIVE:
        agent = uow.session.get_one(User, granted.user_id)
        if not organisation.representative or agent.name != organisation.representative:
            raise InvalidInput(
                N_("The organisation names %(name)s as its legal representative. Others sign by a written power."),
                field="user",
                name=organisation.representative or "—",
            )
        return ""
    if granted.valid_until is None:
        raise InvalidInput(N_("A power of attorney says until when it holds."), field="valid_until")
    if granted.scan is None:
        raise InvalidInput(N_("Upload the power with the signature or seal of the organisation."), field="file")
    return required(granted.matters, "matters", LONGEST_MATTERS)


def verify(uow: UnitOfWork, authority_id: int) -> Authority:
    """An official without a stake has seen the paper, or the licence. Raises NotFound, NotPermitted, Conflict; emits
    AuthorityMoved."""
    return _step(uow, authority_id, "verify", "")


def refuse(uow: UnitOfWork, authority_id: int, reason: str) -> Authority:
    """The paper does not carry what was recorded. Raises NotFound, NotPermitted, Conflict, InvalidInput; emits AuthorityMoved."""
    return _step(uow, authority_id, "refuse", reason)


def revoke(uow: UnitOfWork, authority_id: int, reason: str) -> Authority:
    """It holds no longer from this moment on; what was signed by it stays signed (民法典 art. 173).

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits AuthorityMoved.
    """
    return _step(uow, authority_id, "revoke", reason)


def end_representatives(uow: UnitOfWork, organisation_id: int, by_id: int) -> None:
    """Whoever signs for a unit as its legal representative does so no longer, for `by_id` has had it name another one.

    Should it name him again, he is recorded and looked at anew. Emits AuthorityMoved for each.
    """
    of_unit = (
        Authority.organisation_id == organisation_id,
        Authority.kind == AuthorityKind.LEGAL_REPRESENTATIVE,
    )
    for authority in uow.session.scalars(select(Authority).where(*of_unit).order_by(Authority.id).with_for_update()):
        if state_of(uow, authority.id) in {AuthorityState.RECORDED, AuthorityState.VERIFIED}:
            _add(uow, authority, "revoke", AuthorityState.REVOKED, ANOTHER_REPRESENTATIVE, by_id)


def state_of(uow: UnitOfWork, authority_id: int) -> AuthorityState:
    """That of the newest step."""
    newest = select(AuthorityStep.state).where(AuthorityStep.authority_id == authority_id)
    return uow.session.scalar(newest.order_by(AuthorityStep.id.desc()).limit(1)) or AuthorityState.RECORDED


def _step(uow: UnitOfWork, authority_id: int, action: str, reason: str) -> Authority:
    # Locked, so that of two steps the second sees the first, and a signature that rests on it comes before or after.
    uow.session.scalar(select(Authority.id).where(Authority.id == authority_id).with_for_update())
    authority, held = require_authority(uow, authority_id)
    transition = AUTHORITY_STATES.require(action, state_of(uow, authority_id), held)
    note = required(reason, "reason", LONGEST_REASON) if transition.reason_required else ""
    _add(uow, authority, action, transition.target, note, uow.actor.user_id)
    return authority


def _add(
    uow: UnitOfWork, authority: Authority, action: str, state: AuthorityState, reason: str, by_id: int | None
) -> None:
    today, at = china_day(uow.now()), uow.now()
    uow.session.add(
        AuthorityStep(authority_id=authority.id, state=state, reason=reason, by_id=by_id, dated=today, at=at)
    )
    uow.flush()
    _announce(uow, authority, action)


def _announce(uow: UnitOfWork, authority: Authority, action: str) -> None:
    uow.emit(AuthorityMoved(authority.id, authority.organisation_id, authority.user_id, action))
