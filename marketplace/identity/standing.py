"""What an electronic signature of a person for a party would rest on, what is missing for it, and what it did rest on."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.identity.models import Authority, Identity, SignatureGround
from marketplace.identity.queries import AuthorityRow, authority_rows, live_identity
from marketplace.identity.rules import IdentityState, flaw, nearest
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Organisation, Party

IDENTITY_GAPS = {
    IdentityState.DECLARED: N_("An official has not compared your identity number yet."),
    IdentityState.RETURNED: N_("Your identity number came back with a remark. Give it again."),
}
NO_IDENTITY = N_("You have not given your identity number yet. An official then compares it with your card.")
RENAMED = N_("Your name has changed since your identity was verified. Give your identity number again.")


@dataclass(frozen=True)
class Matter:
    """What is to be signed, as far as it matters here; the amount in fen with tax. `deal_id` None is an
    agreement about no deal."""

    deal_id: int | None
    amount_fen: int


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
    day = china_day(uow.now())
    judged = [
        (flaw(row.cover, matter.deal_id, matter.amount_fen, day), row) for row in authority_rows(uow.session, which)
    ]
    good = next((row for said, row in judged if not said), None)
    return Standing(identity, gap, organisation, good, nearest(said for said, _ in judged))


def _identity(uow: UnitOfWork, user_id: int | None) -> tuple[Identity | None, str]:
    user = uow.session.get(User, user_id) if user_id is not None else None
    identity = live_identity(uow.session, user.id) if user else None
    if identity is None or user is None:
        return None, NO_IDENTITY
    if identity.state is not IdentityState.VERIFIED:
        return None, IDENTITY_GAPS[identity.state]
    return (identity, "") if identity.name == user.name else (None, RENAMED)


def hold(uow: UnitOfWork, party_id: int) -> None:
    """Keep what the actor's signature will rest on as it is until this unit ends: who withdraws or revokes meanwhile waits."""
    of_actor = Identity.user_id == uow.actor.user_id
    uow.session.scalars(select(Identity.id).where(of_actor).with_for_update(read=True)).all()
    for_party = (
        select(Authority.id)
        .join(Party, Party.organisation_id == Authority.organisation_id)
        .where(Party.id == party_id, Authority.user_id == uow.actor.user_id)
    )
    uow.session.scalars(for_party.with_for_update(read=True, of=Authority)).all()


def freeze(uow: UnitOfWork, document_id: int, party_id: int, matter: Matter) -> None:
    """Write down what the actor's signature of a document rests on."""
    uow.session.add(SignatureGround(document_id=document_id, party_id=party_id, **ground(uow, party_id, matter)))
    uow.flush()


def ground(uow: UnitOfWork, party_id: int, matter: Matter) -> dict[str, Any]:
    """The columns of a Ground for the actor's signature; its conditions were required before, so nothing is missing."""
    found = standing_of(uow, uow.actor.user_id, party_id, matter)
    identity, row, unit = found.identity, found.authority, found.organisation
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
