"""The reading side of written powers: who could be given one, which there are of a document, and whether one still holds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.contracts.models import Document, DocumentParty, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.contracts.signing_service import matter_of
from marketplace.identity.standing import carriers
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.organisations.models import Membership, Party
from marketplace.organisations.rules import MembershipRole, MembershipState
from marketplace.powers.models import PowerEnding, SigningPower
from marketplace.powers.rules import Standing


@dataclass(frozen=True)
class Agent:
    """A member of a unit who could be given a power."""

    id: int
    name: str


@dataclass(frozen=True)
class Power:
    """A written power as a page shows it; `reason` is why it was given back, the last two say who ended it and when."""

    row: SigningPower
    given_by: str
    agent: str
    standing: Standing
    reason: str
    ended_by: str = ""
    ended_at: datetime | None = None

    @property
    def is_good(self) -> bool:
        """Whether the signature can rest on it now."""
        return self.standing is Standing.GOOD


def agents(uow: UnitOfWork, document: Document, party_id: int, other_party_ids: Collection[int]) -> tuple[Agent, ...]:
    """Members of the party's unit with no part in the other side, by name; who may sign this text anyway needs none."""
    members = (
        select(User.id, User.name, Membership.role, Membership.organisation_id)
        .join(Membership, Membership.user_id == User.id)
        .join(Party, Party.organisation_id == Membership.organisation_id)
        .where(
            Party.id == party_id,
            Membership.state == MembershipState.ADMITTED,
            User.state == UserState.ACTIVE,
            ~_belongs(User.id, other_party_ids),
        )
    )
    found = uow.session.execute(members.order_by(User.name, User.id)).all()
    matter = matter_of(uow.session, document)
    able = carriers(uow, found[0].organisation_id, matter) if found else frozenset()
    return tuple(Agent(row.id, row.name) for row in found if row.role is MembershipRole.MEMBER or row.id not in able)


def _belongs(user_id: InstrumentedAttribute[int], party_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether the person is one of the parties, or an admitted member of its unit."""
    member, party = aliased(Membership), aliased(Party)
    is_member = and_(member.organisation_id == party.organisation_id, member.state == MembershipState.ADMITTED)
    as_member = exists().where(party.id.in_(party_ids), is_member, member.user_id == user_id)
    himself = aliased(Party)
    return or_(as_member, exists().where(himself.id.in_(party_ids), himself.user_id == user_id))


def powers_of(session: Session, document: Document, today: date) -> tuple[Power, ...]:
    """Every power there was of a document, in the order in which they were given."""
    giver, agent, ender = aliased(User), aliased(User), aliased(User)
    rows = (
        select(SigningPower, giver.name, agent.name, PowerEnding, ender.name)
        .join(giver, giver.id == SigningPower.from_id)
        .join(agent, agent.id == SigningPower.to_id)
        .outerjoin(PowerEnding, PowerEnding.power_id == SigningPower.id)
        .outerjoin(ender, ender.id == PowerEnding.by_id)
        .where(SigningPower.document_id == document.id)
        .order_by(SigningPower.id)
    )
    return tuple(
        Power(
            row,
            given_by,
            name,
            standing(session, row, document, today),
            ending.reason if ending else "",
            ended_by or "",
            ending.at if ending else None,
        )
        for row, given_by, name, ending, ended_by in session.execute(rows)
    )


def newest_given_to(session: Session, document_id: int, user_id: int | None) -> SigningPower | None:
    """The last power of a document that this person was given, whatever became of it."""
    given = select(SigningPower).where(SigningPower.document_id == document_id, SigningPower.to_id == user_id)
    return session.scalar(given.order_by(SigningPower.id.desc()).limit(1)) if user_id else None


def standing(session: Session, power: SigningPower, document: Document, today: date) -> Standing:
    """Whether a signature can rest on it now, by what is true today of the text, the agent and the paper."""
    signed = session.get(Signature, (document.id, power.party_id))
    if signed is not None and signed.power_id == power.id:
        return Standing.USED
    ending = session.get(PowerEnding, power.id)
    if ending is not None:
        return Standing(ending.ending.value)
    if signed is not None or document.state is not DocumentState.SENT:
        return Standing.SPENT
    return _of_the_agent(session, power, today)


def _of_the_agent(session: Session, power: SigningPower, today: date) -> Standing:
    if today > power.until:
        return Standing.RUN_OUT
    if not _holds(session, _belongs_to(power, [power.party_id])):
        return Standing.LEFT
    of_document = select(DocumentParty.party_id).where(DocumentParty.document_id == power.document_id)
    others = session.scalars(of_document.where(DocumentParty.party_id != power.party_id)).all()
    return Standing.OTHER_SIDE if _holds(session, _belongs_to(power, others)) else Standing.GOOD


def _belongs_to(power: SigningPower, party_ids: Collection[int]) -> ColumnElement[bool]:
    return and_(User.id == power.to_id, _belongs(User.id, party_ids))


def _holds(session: Session, which: ColumnElement[bool]) -> bool:
    return session.scalar(select(User.id).where(which)) is not None


def holders(session: Session, document: Document, party_ids: Collection[int], today: date) -> frozenset[int]:
    """Who holds a good power to sign the document for one of these parties."""
    given = select(SigningPower).where(
        SigningPower.document_id == document.id, SigningPower.party_id.in_(party_ids), SigningPower.until >= today
    )
    rows: Sequence[SigningPower] = session.scalars(given).all()
    return frozenset(row.to_id for row in rows if standing(session, row, document, today) is Standing.GOOD)


def next_number(session: Session, document_id: int, party_id: int) -> int:
    """The number of the party's next power for this document."""
    of_party = (SigningPower.document_id == document_id, SigningPower.party_id == party_id)
    return (session.scalar(select(func.max(SigningPower.number)).where(*of_party)) or 0) + 1
