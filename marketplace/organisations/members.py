"""Use cases of membership: asked for by a person, decided by the organisation's administrator, ended by either."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.service import me
from marketplace.infra.transitions import advance, guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.events import MembershipMoved
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.policy import member_relations, require_known
from marketplace.organisations.rules import MEMBERSHIP_STATES, MembershipRole, MembershipState

OPEN = (MembershipState.REQUESTED, MembershipState.ADMITTED)
LAST = N_("An organisation needs an administrator. Make somebody else administrator first.")


def request(uow: UnitOfWork, organisation_id: int) -> Membership:
    """Ask to be admitted as a member; asking twice is asking once. Raises NotFound, Conflict; emits MembershipMoved."""
    user = me(uow)
    organisation = require_known(uow, organisation_id)
    mine = (Membership.organisation_id == organisation.id, Membership.user_id == user.id, Membership.state.in_(OPEN))
    before = uow.session.scalar(select(Membership).where(*mine))
    if before is not None:
        return before
    row = Membership(
        organisation_id=organisation.id,
        user_id=user.id,
        role=MembershipRole.MEMBER,
        state=MembershipState.REQUESTED,
        requested_at=uow.now(),
    )
    uow.session.add(row)
    try:
        uow.flush()
    except IntegrityError:
        raise Conflict(N_("You have asked to be admitted already.")) from None
    _announce(uow, row, "request")
    return row


def admit(uow: UnitOfWork, membership_id: int, role: MembershipRole) -> Membership:
    """Admit a person in a role; an official gives another than that of a member only where nobody administers the unit.

    Raises NotFound, NotPermitted, Conflict; emits MembershipMoved.
    """
    row = _found(uow, membership_id)
    as_official = Relation.OWNER not in _relations(uow, row)
    if as_official and role is not MembershipRole.MEMBER and _administrators(uow, row):
        raise NotPermitted(
            N_("This organisation has an administrator, who gives the roles. You can admit the person as a member.")
        )
    return _move(uow, membership_id, "admit", role=role)


def refuse(uow: UnitOfWork, membership_id: int) -> Membership:
    """Refuse a request. Raises NotFound, NotPermitted, Conflict; emits MembershipMoved."""
    return _move(uow, membership_id, "refuse")


def end(uow: UnitOfWork, membership_id: int) -> Membership:
    """Leave, or end somebody's membership. Raises NotFound, NotPermitted, Conflict for the last administrator."""
    row = _found(uow, membership_id)
    _keep_an_administrator(uow, row)
    return _move(uow, membership_id, "leave")


def set_role(uow: UnitOfWork, membership_id: int, role: MembershipRole) -> Membership:
    """Give an admitted member another role. Raises NotFound, NotPermitted, Conflict; emits MembershipMoved."""
    row = _found(uow, membership_id)
    if Relation.OWNER not in _relations(uow, row):
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    if row.state is not MembershipState.ADMITTED:
        raise Conflict(N_("This is no longer possible: the state has changed. Reload the page to see where it stands."))
    if role is not MembershipRole.ADMINISTRATOR:
        _keep_an_administrator(uow, row)
    guarded_update(uow, row, row.state, role=role)
    _announce(uow, row, "role")
    return row


def move_all(
    uow: UnitOfWork, organisation: Organisation, which: ColumnElement[bool], target: MembershipState, action: str
) -> None:
    """Decide several memberships with the organisation's own step, such as its verification. Emits MembershipMoved."""
    rows = uow.session.scalars(select(Membership).where(Membership.organisation_id == organisation.id, which))
    for row in list(rows):
        guarded_update(uow, row, row.state, state=target, **_decided(uow))
        _announce(uow, row, action)


def _move(uow: UnitOfWork, membership_id: int, action: str, **values: Any) -> Membership:
    row = _found(uow, membership_id)
    advance(uow, MEMBERSHIP_STATES, row, action, _relations(uow, row), **_decided(uow), **values)
    _announce(uow, row, action)
    return row


def _found(uow: UnitOfWork, membership_id: int) -> Membership:
    """The membership, or NotFound for everybody it does not concern."""
    row = uow.session.get(Membership, membership_id)
    if row is None or not _relations(uow, row):
        raise NotFound(N_("There is no such membership."))
    return row


def _relations(uow: UnitOfWork, row: Membership) -> frozenset[Relation]:
    return member_relations(uow.actor, row, require_known(uow, row.organisation_id).county)


def _keep_an_administrator(uow: UnitOfWork, leaving: Membership) -> None:
    """The lock makes two administrators who leave at once wait for each other, so that one of them stays."""
    if leaving.role is not MembershipRole.ADMINISTRATOR or leaving.state is not MembershipState.ADMITTED:
        return
    uow.session.scalar(
        select(Organisation.id).where(Organisation.id == leaving.organisation_id).with_for_update(key_share=True)
    )
    if not _administrators(uow, leaving):
        raise Conflict(LAST)


def _administrators(uow: UnitOfWork, beside: Membership) -> int:
    """How many administrators the organisation has beside this member."""
    others = select(func.count(Membership.id)).where(
        Membership.organisation_id == beside.organisation_id,
        Membership.id != beside.id,
        Membership.role == MembershipRole.ADMINISTRATOR,
        Membership.state == MembershipState.ADMITTED,
    )
    return uow.session.scalar(others) or 0


def _decided(uow: UnitOfWork) -> dict[str, Any]:
    return {"decided_at": uow.now(), "decided_by_id": uow.actor.user_id}


def _announce(uow: UnitOfWork, row: Membership, action: str) -> None:
    uow.emit(MembershipMoved(row.id, row.organisation_id, row.user_id, action))
