"""The reading side: a person's identity, an organisation's authorities, and what a signature by somebody would rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, column, or_, select, table
from sqlalchemy.orm import Session

from marketplace.accounts.models import Consent, User
from marketplace.accounts.queries import names_of_users
from marketplace.identity.models import Authority, AuthorityStep, Identity, SignatureGround
from marketplace.identity.rules import CONSENT, AuthorityKind, AuthorityState, Cover, IdentityState
from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import MembershipRole, MembershipState

# Deals lie in a layer above; what an authority knows of them is which ones a unit has.
_deals = table("deals", column("id"), column("title"), column("seller_party_id"), column("buyer_party_id"))


@dataclass(frozen=True)
class AuthorityRow:
    """An authority with its agent, its newest step, and who recorded and decided it."""

    authority: Authority
    agent: str
    organisation: str
    representative: str
    step: AuthorityStep | None
    recorded_by: str
    decided_by: str
    verified: AuthorityStep | None
    verified_by: str

    @property
    def state(self) -> AuthorityState:
        """That of the newest step."""
        return self.step.state if self.step else AuthorityState.RECORDED

    @property
    def cover(self) -> Cover:
        """What it covers; a representative is one as long as the unit names him, and he is called so himself."""
        one = self.authority
        is_current = one.kind is AuthorityKind.POWER or one.principal == self.representative == self.agent
        return Cover(self.state, one.deal_id, one.limit_fen, one.valid_from, one.valid_until, is_current)


def live_identity(session: Session, user_id: int) -> Identity | None:
    """The identity that a person has given and not taken back, in whatever state."""
    return session.scalar(select(Identity).where(Identity.user_id == user_id, Identity.state != IdentityState.ENDED))


def consented_versions(session: Session, user_id: int) -> frozenset[str]:
    """The versions of the text on identity numbers to which a person has consented and still does."""
    given = (Consent.user_id == user_id, Consent.document == CONSENT, Consent.withdrawn_at.is_(None))
    return frozenset(session.scalars(select(Consent.version).where(*given)))


def verified_identities(session: Session, user_ids: Sequence[int]) -> dict[int, Identity]:
    """The verified identities of these people, by person; one whose name has changed since is left out."""
    of_people = select(Identity).join(User, (User.id == Identity.user_id) & (User.name == Identity.name))
    rows = session.scalars(of_people.where(Identity.user_id.in_(user_ids), Identity.state == IdentityState.VERIFIED))
    return {row.user_id: row for row in rows}


def authority_rows(session: Session, which: ColumnElement[bool]) -> list[AuthorityRow]:
    """Authorities of a condition on their columns, the newest first."""
    statement = (
        select(Authority, User.name, Organisation.name, Organisation.representative)
        .join(User, User.id == Authority.user_id)
        .join(Organisation, Organisation.id == Authority.organisation_id)
        .where(which)
        .order_by(Authority.id.desc())
    )
    found = session.execute(statement).all()
    ids = [row[0].id for row in found]
    steps: dict[int, list[AuthorityStep]] = {}
    taken = select(AuthorityStep).where(AuthorityStep.authority_id.in_(ids)).order_by(AuthorityStep.id)
    for step in session.scalars(taken):
        steps.setdefault(step.authority_id, []).append(step)
    names = names_of_users(
        session,
        [*(row[0].recorded_by_id for row in found), *(one.by_id for all_of in steps.values() for one in all_of)],
    )
    return [_row(*row, steps.get(row[0].id, []), names) for row in found]  # type: ignore[arg-type]


def _row(
    authority: Authority,
    agent: str,
    organisation: str,
    representative: str | None,
    steps: Sequence[AuthorityStep],
    names: dict[int | None, str],
) -> AuthorityRow:
    last = steps[-1] if steps else None
    verified = next((one for one in steps if one.state is AuthorityState.VERIFIED), None)
    return AuthorityRow(
        authority,
        agent,
        organisation,
        representative or "",
        last,
        names.get(authority.recorded_by_id, ""),
        names.get(last.by_id, "") if last else "",
        verified,
        names.get(verified.by_id, "") if verified else "",
    )


def agents_of(session: Session, organisation_id: int) -> Sequence[tuple[int, str]]:
    """Who may act for an organisation and so can be given an authority to sign: id and name."""
    statement = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.state == MembershipState.ADMITTED,
            Membership.role != MembershipRole.MEMBER,
        )
        .order_by(User.id)
    )
    return [(row.id, row.name) for row in session.execute(statement)]


def deals_of(session: Session, organisation_id: int) -> Sequence[tuple[int, str]]:
    """The deals of an organisation, the newest first: id and title."""
    is_its = or_(_deals.c.seller_party_id == Party.id, _deals.c.buyer_party_id == Party.id)
    statement = select(_deals.c.id, _deals.c.title).join(Party, is_its).where(Party.organisation_id == organisation_id)
    return [(row.id, row.title) for row in session.execute(statement.order_by(_deals.c.id.desc()))]


def grounds_of(session: Session, document_id: int) -> dict[int, SignatureGround]:
    """What the electronic signatures of a document rested on, by party."""
    rows = session.scalars(select(SignatureGround).where(SignatureGround.document_id == document_id))
    return {row.party_id: row for row in rows}
