"""The people of the tests: a seller's side, a buyer's side, officials, and an outsider of each kind."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import Consent, OfficeHolding, User
from marketplace.accounts.rules import PRIVACY
from marketplace.identity import keys
from marketplace.identity.models import Authority, AuthorityStep, Identity
from marketplace.identity.rules import (
    CONSENT,
    AuthorityKind,
    AuthorityState,
    IdentityState,
    Means,
    check_character,
    masked,
)
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor, Office
from marketplace.organisations.actors import actor_of
from marketplace.organisations.models import Membership, Organisation, Party
from marketplace.organisations.rules import (
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationState,
    PartyKind,
)

PASSWORD = "a plain long password"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""The parameters stand in the hash: this one takes no time to compare, which every signature does."""


@dataclass(frozen=True)
class People:
    """`seller` (机械厂, 青州) employs worker and colleague; `buyer` (化工厂, 寿光) is the company; `stranger` is a third firm."""

    worker: Actor
    colleague: Actor
    seller_contact: Actor
    company: Actor
    company_admin: Actor
    stranger: Actor
    loner: Actor
    county_official: Actor
    other_official: Actor
    city_official: Actor
    administrator: Actor
    seller_id: int
    buyer_id: int
    stranger_id: int
    seller_party: int
    buyer_party: int
    stranger_party: int
    union_party: int


def make_people(factory: UnitOfWorkFactory) -> People:
    """Write everybody into the database, as if they had registered and been verified long ago."""
    with factory.writing() as uow:
        seller, seller_party = _organisation(uow, "青州前程机械有限公司", "qingzhou", "91370781MA3C00001T")
        buyer, buyer_party = _organisation(uow, "寿光蓝海化工有限公司", "shouguang", "91370783MA3C00002T")
        third, third_party = _organisation(uow, "诸城远山纺织有限公司", "zhucheng", "91370782MA3C00003F")
        union, union_party = _organisation(uow, "示范市总工会", None, "81370700MC0000004D", OrganisationKind.UNION)
        member, contact, admin = MembershipRole.MEMBER, MembershipRole.CONTACT, MembershipRole.ADMINISTRATOR
        users = {
            "worker": _user(uow, "王建国", "qingzhou", (seller, member)),
            "colleague": _user(uow, "李秀英", "qingzhou", (seller, member)),
            "seller_contact": _user(uow, "赵文博", "qingzhou", (seller, contact)),
            "company": _user(uow, "孙丽华", "shouguang", (buyer, contact)),
            "company_admin": _user(uow, "周强", "shouguang", (buyer, admin)),
            "stranger": _user(uow, "吴敏", "zhucheng", (third, admin)),
            "loner": _user(uow, "郑海", "anqiu"),
            "county_official": _user(uow, "冯工会", "qingzhou", office=(Office.COUNTY_OFFICIAL, "qingzhou")),
            "other_official": _user(uow, "陈工会", "gaomi", office=(Office.COUNTY_OFFICIAL, "gaomi")),
            "city_official": _user(uow, "褚工会", None, (union, contact), office=(Office.CITY_OFFICIAL, None)),
            "administrator": _user(uow, "卫管理", None, office=(Office.ADMINISTRATOR, None)),
        }
        for key, user in users.items():
            establish(uow, user, users["county_official" if key == "city_official" else "city_official"])
    with factory.reading() as uow:
        actors = {key: actor_in(uow.session, user) for key, user in users.items()}
    return People(
        **actors,
        seller_id=seller.id,
        buyer_id=buyer.id,
        stranger_id=third.id,
        seller_party=seller_party,
        buyer_party=buyer_party,
        stranger_party=third_party,
        union_party=union_party,
    )


def another_city_official(factory: UnitOfWorkFactory) -> Actor:
    """A second official of the city, for what takes two."""
    with factory.writing() as uow:
        user = _user(uow, "沈工会", None, office=(Office.CITY_OFFICIAL, None))
    with factory.reading() as uow:
        return actor_in(uow.session, user)


def another_administrator(factory: UnitOfWorkFactory) -> Actor:
    """A second administrator, likewise."""
    with factory.writing() as uow:
        user = _user(uow, "秦管理", None, office=(Office.ADMINISTRATOR, None))
    with factory.reading() as uow:
        return actor_in(uow.session, user)


def made_up_number(order: int) -> str:
    """An identity number that is right by the rule and nobody's: no place in China has the code 379999."""
    first = f"37999919900101{order:03d}"
    return first + check_character(first)


def establish(uow: UnitOfWork, user: User, official: User) -> None:
    """What everybody needs before he signs: a verified identity, and a power for every organisation he may act for."""
    file, number, at = uow.settings.identity_keys_file, made_up_number(user.id), uow.now()
    if not file.exists():
        keys.create(file, "tests")
    ring = keys.read(file)
    consent = Consent(user_id=user.id, document=CONSENT, version="2026-11-29", at=at)
    uow.session.add(consent)
    uow.flush()
    identity = Identity(
        user_id=user.id,
        state=IdentityState.VERIFIED,
        name=user.name,
        masked=masked(number),
        sealed=ring.seal(number, user.id),
        key_id=ring.current,
        digest=ring.digest(number),
        consent_id=consent.id,
        declared_at=at,
        verified_at=at,
        verified_by_id=official.id,
        means=Means.CARD,
    )
    uow.session.add(identity)
    acts = (Membership.user_id == user.id) & (Membership.role != MembershipRole.MEMBER)
    for organisation_id in uow.session.scalars(select(Membership.organisation_id).where(acts)):
        authorise(uow, user, organisation_id, official)


def authorise(uow: UnitOfWork, user: User, organisation_id: int, official: User, **values: Any) -> int:
    """A verified power to sign everything for an organisation, for three years; any column may be given. Returns its id."""
    today, at = china_day(uow.now()), uow.now()
    fields: dict[str, Any] = {
        "kind": AuthorityKind.POWER,
        "principal": "厉代表",
        "matters": "签署技术合同、保密协议",
        "valid_from": today - timedelta(days=365),
        "valid_until": today + timedelta(days=730),
        "sha256": "0" * 64,
        **values,
    }
    row = Authority(organisation_id=organisation_id, user_id=user.id, recorded_by_id=user.id, recorded_at=at, **fields)
    uow.session.add(row)
    uow.flush()
    verified = AuthorityState.VERIFIED
    uow.session.add(AuthorityStep(authority_id=row.id, state=verified, by_id=official.id, dated=today, at=at))
    return row.id


def actor_in(session: Session, user: User) -> Actor:
    """The actor as a request would have him."""
    return actor_of(session, user, "127.0.0.1", "test browser")


def _organisation(
    uow: UnitOfWork,
    name: str,
    county: str | None,
    code: str,
    kind: OrganisationKind = OrganisationKind.ENTERPRISE,
) -> tuple[Organisation, int]:
    row = Organisation(
        name=name,
        name_key=name,
        kind=kind,
        credit_code=code,
        county=county,
        state=OrganisationState.VERIFIED,
        created_at=uow.now(),
        verified_at=uow.now(),
    )
    uow.session.add(row)
    uow.flush()
    party = Party(kind=PartyKind.ORGANISATION, organisation_id=row.id)
    uow.session.add(party)
    uow.flush()
    return row, party.id


def _user(
    uow: UnitOfWork,
    name: str,
    county: str | None,
    membership: tuple[Organisation, MembershipRole] | None = None,
    office: tuple[Office, str | None] | None = None,
) -> User:
    number = len(uow.session.identity_map)
    user = User(
        name=name,
        email=f"person{number}@example.com",
        password_hash=PASSWORD_HASH,
        county=county,
        created_at=uow.now(),
        email_verified_at=uow.now(),
    )
    uow.session.add(user)
    uow.flush()
    uow.session.add(Party(kind=PartyKind.PERSON, user_id=user.id))
    version = uow.settings.privacy_version
    uow.session.add(Consent(user_id=user.id, document=PRIVACY, version=version, at=uow.now()))
    if membership:
        organisation, role = membership
        uow.session.add(
            Membership(
                organisation_id=organisation.id,
                user_id=user.id,
                role=role,
                state=MembershipState.ADMITTED,
                requested_at=uow.now(),
            )
        )
    if office:
        kind, place = office
        uow.session.add(
            OfficeHolding(user_id=user.id, office=kind, county=place, reason="test", appointed_at=uow.now())
        )
    uow.flush()
    return user
