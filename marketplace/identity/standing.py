"""What an electronic signature of a person for a party would rest on, what is missing for it, and what it did rest on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.identity.models import Authority, Identity, SignatureGround
from marketplace.identity.queries import AuthorityRow, authority_rows, live_identity
from marketplace.identity.rules import AuthorityKind, IdentityState, flaw, nearest
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import MembershipRole, MembershipState

IDENTITY_GAPS = {
    IdentityState.DECLARED: N_("An official has not compared your identity number yet."),
    IdentityState.RETURNED: N_("Your identity number came back with a remark. Give it again."),
}
NO_IDENTITY = N_("You have not given your identity number yet. An official then compares it with your card.")
RENAMED = N_("Your name has changed since your identity was verified. Give your identity number again.")


NOT_REPRESENTATIVE = N_(
    "Only the legal representative hands this signature on, by an authority that an official has verified (Civil Code, "
    "art. 169). Have an authority recorded for your colleague instead."
)
NOT_ACTING = N_("Whoever hands this signature on may no longer act for the unit.")


@dataclass(frozen=True)
class Matter:
    """What is to be signed, as far as it matters here; the amount in fen with tax, None for a royalty without any. `deal_id` None
    is an agreement about no deal."""

    deal_id: int | None
    amount_fen: int | None


@dataclass(frozen=True)
class Standing:
    """A person about to sign for a party. A gap is a msgid of what is missing, empty where nothing is; `authority_gap` is None
    for whoever signs for himself."""

    identity: Identity | None
    identity_gap: str
    organisation: Organisation | None = None
    authority: AuthorityRow | None = None
    authority_gap: str | None = None


def standing_of(uow: UnitOfWork, user_id: int | None, party_id: int, matter: Matter) -> Standing:
    """What a signature of today would rest on (民法典 art. 61, 161, 165)."""
    identity, gap = _identity(uow, user_id)
    organisation = uow.session.scalar(
        select(Organisation).join(Party, Party.organisation_id == Organisation.id).where(Party.id == party_id)
    )
    if organisation is None:
        return Standing(identity, gap)
    which = (Authority.organisation_id == organisation.id) & (Authority.user_id == user_id)
    judged = _judged(uow, which, matter)
    return Standing(identity, gap, organisation, _good(judged), nearest(said for said, _ in judged))


def giver_of(uow: UnitOfWork, user_id: int, party_id: int, matter: Matter) -> tuple[AuthorityRow | None, str]:
    """By which authority somebody hands a unit's signature on to a colleague, or as a msgid why he cannot.

    He is the legal representative, for an agent does not hand on what was given to him (民法典 art. 169), and could sign this
    himself: he acts for the unit, his identity is verified, and his authority covers it today.
    """
    standing = standing_of(uow, user_id, party_id, matter)
    if standing.organisation is None or not _acts(uow, user_id, standing.organisation.id):
        return None, NOT_ACTING
    which = (
        (Authority.organisation_id == standing.organisation.id)
        & (Authority.user_id == user_id)
        & (Authority.kind == AuthorityKind.LEGAL_REPRESENTATIVE)
    )
    judged = _judged(uow, which, matter)
    gap = nearest(said for said, _ in judged) if judged else NOT_REPRESENTATIVE
    return _good(judged), gap or standing.identity_gap


def carriers(uow: UnitOfWork, organisation_id: int, matter: Matter) -> frozenset[int]:
    """Whose authority to sign for the unit covers this today."""
    judged = _judged(uow, Authority.organisation_id == organisation_id, matter)
    return frozenset(row.authority.user_id for said, row in judged if not said)


_Judged = list[tuple[str, AuthorityRow]]


def _judged(uow: UnitOfWork, which: ColumnElement[bool], matter: Matter) -> _Judged:
    """Authorities with what is wrong with each for a signature of today."""
    day = china_day(uow.now())
    rows = authority_rows(uow.session, which)
    return [(flaw(row.cover, matter.deal_id, matter.amount_fen, day), row) for row in rows]


def _good(judged: _Judged) -> AuthorityRow | None:
    return next((row for said, row in judged if not said), None)


def _acts(uow: UnitOfWork, user_id: int, organisation_id: int) -> bool:
    """Whether his account is active and he is admitted to act for the unit."""
    acting = (
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id == user_id,
            User.state == UserState.ACTIVE,
            Membership.organisation_id == organisation_id,
            Membership.state == MembershipState.ADMITTED,
            Membership.role != MembershipRole.MEMBER,
        )
    )
    return uow.session.scalar(acting) is not None


def _identity(uow: UnitOfWork, user_id: int | None) -> tuple[Identity | None, str]:
    user = uow.session.get(User, user_id) if user_id is not None else None
    identity = live_identity(uow.session, user.id) if user else None
    if identity is None or user is None:
        return None, NO_IDENTITY
    if identity.state is not IdentityState.VERIFIED:
        return None, IDENTITY_GAPS[identity.state]
    return (identity, "") if identity.name == user.name else (None, RENAMED)


def hold(uow: UnitOfWork, party_id: int, user_id: int | None = None) -> None:
    """Keep what a signature of the actor, or of another person, will rest on as it is until this unit ends: who withdraws or
    revokes meanwhile waits. What was read before is read anew."""
    whose = user_id if user_id is not None else uow.actor.user_id
    identities = select(Identity).where(Identity.user_id == whose)
    uow.session.scalars(identities.with_for_update(read=True).execution_options(populate_existing=True)).all()
    for_party = (
        select(Authority.id)
        .join(Party, Party.organisation_id == Authority.organisation_id)
        .where(Party.id == party_id, Authority.user_id == whose)
    )
    uow.session.scalars(for_party.with_for_update(read=True, of=Authority)).all()


def hold_parties(uow: UnitOfWork, party_ids: Iterable[int]) -> None:
    """The same for what a text says of its parties: who changes a name, a number or a verification meanwhile waits.

    To be called before `hold`: whoever leaves a unit locks it before his place in it.
    """
    organisations = select(Organisation).join(Party, Party.organisation_id == Organisation.id).order_by(Organisation.id)
    people = select(User).join(Party, Party.user_id == User.id).order_by(User.id)
    identities = select(Identity).join(Party, Party.user_id == Identity.user_id).order_by(Identity.id)
    named = Party.id.in_(set(party_ids))
    for rows, model in ((organisations, Organisation), (people, User), (identities, Identity)):
        held = rows.where(named).with_for_update(read=True, of=model)
        uow.session.scalars(held.execution_options(populate_existing=True)).all()


def hold_giver(uow: UnitOfWork, party_id: int, user_id: int) -> None:
    """The same for whoever handed the signature over; his account and his place in the unit stay as they are too."""
    hold_parties(uow, (party_id,))
    account, place = select(User).where(User.id == user_id), select(Membership).where(Membership.user_id == user_id)
    uow.session.scalars(account.with_for_update(read=True).execution_options(populate_existing=True)).all()
    uow.session.scalars(place.with_for_update(read=True).execution_options(populate_existing=True)).all()
    hold(uow, party_id, user_id)


def freeze(uow: UnitOfWork, document_id: int, party_id: int, matter: Matter, given_by_id: int | None = None) -> None:
    """Write down what the actor's signature of a document rests on."""
    found = ground(uow, party_id, matter, given_by_id)
    uow.session.add(SignatureGround(document_id=document_id, party_id=party_id, **found))
    uow.flush()


def ground(uow: UnitOfWork, party_id: int, matter: Matter, given_by_id: int | None = None) -> dict[str, Any]:
    """The columns of a Ground for the actor's signature; its conditions were required before, so nothing is missing.

    Where somebody handed the signature over to him, the authority is that of the giver: of the unit's representative.
    """
    found = standing_of(uow, uow.actor.user_id, party_id, matter)
    identity, row, unit = found.identity, found.authority, found.organisation
    if given_by_id is not None:
        row, _ = giver_of(uow, given_by_id, party_id, matter)
    assert identity is not None
    return {
        "identity_id": identity.id,
        "masked": identity.masked,
        "verified_by_id": identity.verified_by_id,
        "verified_at": identity.verified_at,
        "credit_code": (unit.credit_code or "") if unit else "",
        "representative": (unit.representative or "") if unit else "",
        "authority_id": row.authority.id if row else None,
        "authority_kind": row.authority.kind if row else None,
        "authority_until": row.authority.valid_until if row else None,
    }
