"""Use cases of an organisation's identity: registered, completed, submitted by its people, verified by an official."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.service import me
from marketplace.infra.transitions import advance, guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.events import (
    MembershipMoved,
    OrganisationMoved,
    OrganisationRenamed,
    RepresentativeChanged,
)
from marketplace.organisations.members import move_all
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.parties import party_of_organisation
from marketplace.organisations.policy import relations, require_insider
from marketplace.organisations.registry import NAME_TAKEN, known_by, require_free_code, require_free_name, taken
from marketplace.organisations.rules import (
    ORGANISATION_STATES,
    Industry,
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationSize,
    OrganisationState,
    Paper,
    clean_credit_code,
    is_credit_code,
    name_key,
)

IDENTITY = ("name", "credit_code", "county", "representative")
"""What an official verified; a change of it is verified again."""


@dataclass(frozen=True)
class OrganisationData:
    """What is entered about an organisation; `county` is a county code."""

    name: str
    kind: OrganisationKind
    credit_code: str
    county: str
    industry: Industry | None
    size: OrganisationSize | None
    representative: str

    def columns(self) -> dict[str, Any]:
        """The values as they are stored. Raises InvalidInput for a name or credit code that cannot be one."""
        values = asdict(self) | {
            "name": " ".join(self.name.split()),
            "name_key": name_key(self.name),
            "credit_code": clean_credit_code(self.credit_code),
            "representative": " ".join(self.representative.split()),
        }
        if not values["name_key"]:
            raise InvalidInput(N_("Please enter the name as it stands on the licence."), field="name")
        if not is_credit_code(values["credit_code"]):
            raise InvalidInput(
                N_("This is no unified social credit code: it has 18 characters, and the last one checks the others."),
                field="credit_code",
            )
        return values


def register(uow: UnitOfWork, data: OrganisationData) -> Organisation:
    """Register an organisation, or take over one that an import named. Emits OrganisationMoved, MembershipMoved.

    Who registers a new one administers it at once; who takes one over does so when an official has verified it. Sending the
    same form twice gives the same organisation. Raises InvalidInput for a name or code that is taken.
    """
    user = me(uow)
    columns = data.columns()
    known = known_by(uow, columns["name_key"])
    if known is None:
        return _found(uow, user.id, columns)
    if known.state is OrganisationState.LISTED:
        return _take_over(uow, known, user.id, columns)
    if known.credit_code == columns["credit_code"] and Relation.OWNER in relations(uow, known):
        return known
    raise InvalidInput(NAME_TAKEN, field="name")


def _found(uow: UnitOfWork, user_id: int, columns: dict[str, Any]) -> Organisation:
    require_free_code(uow, columns["credit_code"], None)
    organisation = Organisation(**columns, state=OrganisationState.DRAFT, created_at=uow.now())
    uow.session.add(organisation)
    try:
        uow.flush()
    except IntegrityError as error:
        raise taken(error) from None
    party_of_organisation(uow, organisation.id)
    _join(uow, organisation, user_id, MembershipState.ADMITTED)
    uow.emit(OrganisationMoved(organisation.id, "register"))
    return organisation


def _take_over(uow: UnitOfWork, known: Organisation, user_id: int, columns: dict[str, Any]) -> Organisation:
    require_free_code(uow, columns["credit_code"], known.id)
    _announce_name(uow, known, columns["name"])
    try:
        advance(uow, ORGANISATION_STATES, known, "take_over", relations(uow, known), **columns)
    except IntegrityError as error:
        raise taken(error) from None
    _join(uow, known, user_id, MembershipState.REQUESTED)
    uow.emit(OrganisationMoved(known.id, "take_over"))
    return known


def _join(uow: UnitOfWork, organisation: Organisation, user_id: int, state: MembershipState) -> None:
    """Make the person administrator; an open request of his to join as somebody else is answered by it."""
    mine = (Membership.organisation_id == organisation.id, Membership.user_id == user_id)
    open_one = uow.session.scalar(select(Membership).where(*mine, Membership.state == MembershipState.REQUESTED))
    row = open_one or Membership(organisation_id=organisation.id, user_id=user_id, requested_at=uow.now())
    row.role, row.state = MembershipRole.ADMINISTRATOR, state
    uow.session.add(row)
    uow.flush()
    uow.emit(MembershipMoved(row.id, organisation.id, user_id, "found"))


def change(uow: UnitOfWork, organisation_id: int, data: OrganisationData) -> Organisation:
    """Change what was entered; another name, code, county or legal representative is verified anew, with the new licence.

    Raises NotFound, NotPermitted, Conflict while an official has it, InvalidInput; emits OrganisationMoved,
    RepresentativeChanged.
    """
    organisation = require_insider(uow, organisation_id)
    held = relations(uow, organisation)
    if Relation.OWNER not in held:
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    if organisation.state is OrganisationState.SUBMITTED:
        raise Conflict(N_("An official is looking at it. Wait for the answer before you change anything."))
    columns = data.columns()
    require_free_name(uow, columns["name_key"], organisation.id)
    require_free_code(uow, columns["credit_code"], organisation.id)
    _announce_name(uow, organisation, columns["name"])
    again = any((getattr(organisation, name) or "") != columns[name] for name in IDENTITY)
    _announce_representative(uow, organisation, columns["representative"])
    try:
        if organisation.state is OrganisationState.VERIFIED and again:
            lost: dict[str, Any] = {"verified_at": None, "verified_by_id": None, "licence_sha256": None}
            advance(uow, ORGANISATION_STATES, organisation, "change", held, **columns, **lost)
        else:
            guarded_update(uow, organisation, organisation.state, **columns)
    except IntegrityError as error:
        raise taken(error) from None
    uow.emit(OrganisationMoved(organisation.id, "change"))
    return organisation


def _announce_name(uow: UnitOfWork, organisation: Organisation, name: str) -> None:
    """Listings are found by the name of their unit. Emits OrganisationRenamed; to be called before the name is written."""
    if organisation.name != name:
        uow.emit(OrganisationRenamed(organisation.id))


def submit(uow: UnitOfWork, organisation_id: int) -> Organisation:
    """Ask the officials of the county to verify. Raises InvalidInput when a paper is missing; emits OrganisationMoved."""
    organisation = require_insider(uow, organisation_id)
    for paper in Paper:
        if getattr(organisation, f"{paper}_sha256") is None:
            raise InvalidInput(N_("Upload this paper first."), field=str(paper))
    held = relations(uow, organisation)
    advance(uow, ORGANISATION_STATES, organisation, "submit", held, submitted_at=uow.now(), note="")
    uow.emit(OrganisationMoved(organisation.id, "submit"))
    return organisation


def verify(uow: UnitOfWork, organisation_id: int) -> Organisation:
    """An official of the county has seen the papers; who applied becomes administrator. Emits OrganisationMoved."""
    organisation = require_insider(uow, organisation_id)
    held = relations(uow, organisation)
    by: dict[str, Any] = {"verified_at": uow.now(), "verified_by_id": uow.actor.user_id, "note": ""}
    advance(uow, ORGANISATION_STATES, organisation, "verify", held, **by)
    applied = (Membership.state == MembershipState.REQUESTED) & (Membership.role == MembershipRole.ADMINISTRATOR)
    move_all(uow, organisation, applied, MembershipState.ADMITTED, "admit")
    uow.emit(OrganisationMoved(organisation.id, "verify"))
    return organisation


def _announce_representative(uow: UnitOfWork, organisation: Organisation, name: str) -> None:
    """Before it is changed: another one ends by what the old one signs, whoever is named after him."""
    if (organisation.representative or "") != name:
        uow.emit(RepresentativeChanged(organisation.id, me(uow).id))


def return_with_reason(uow: UnitOfWork, organisation_id: int, reason: str) -> Organisation:
    """Send it back to its people to be put right. Raises InvalidInput without a reason; emits OrganisationMoved."""
    return _decide(uow, organisation_id, "return", reason)


def revoke(uow: UnitOfWork, organisation_id: int, reason: str) -> Organisation:
    """Take the verification back; the organisation cannot sign from now on. Emits OrganisationMoved."""
    return _decide(uow, organisation_id, "revoke", reason, verified_at=None, verified_by_id=None)


def release(uow: UnitOfWork, organisation_id: int, reason: str) -> Organisation:
    """Free a name that the wrong people hold: code and papers go, its members leave. Emits OrganisationMoved."""
    gone: dict[str, Any] = {
        "credit_code": None,
        "licence_sha256": None,
        "authorisation_sha256": None,
        "representative": None,
    }
    _announce_representative(uow, require_insider(uow, organisation_id), "")
    organisation = _decide(uow, organisation_id, "release", reason, **gone)
    move_all(uow, organisation, Membership.state == MembershipState.REQUESTED, MembershipState.REFUSED, "refuse")
    move_all(uow, organisation, Membership.state == MembershipState.ADMITTED, MembershipState.LEFT, "leave")
    return organisation


def _decide(uow: UnitOfWork, organisation_id: int, action: str, reason: str, **values: Any) -> Organisation:
    organisation = require_insider(uow, organisation_id)
    held = relations(uow, organisation)
    advance(uow, ORGANISATION_STATES, organisation, action, held, reason, note=reason.strip(), **values)
    uow.emit(OrganisationMoved(organisation.id, action))
    return organisation
