"""Authorisations of units that were verified before there were authorities: told honestly, or not at all."""

import io

from alembic import command
from PIL import Image
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.identity.models import Authority
from marketplace.identity.queries import AuthorityRow, authority_rows
from marketplace.identity.rules import AuthorityKind, AuthorityState
from marketplace.infra import schema
from marketplace.infra.schema import alembic_config
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.organisations import papers, service
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole, OrganisationKind, Paper
from marketplace.organisations.service import OrganisationData
from tests.downgrading import downgrade
from tests.personas import People, actor_in

BEFORE_IDENTITIES = "0025"


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    out.seek(0)
    return out


def now(factory: UnitOfWorkFactory, actor: Actor) -> Actor:
    """The person with what has become of him since."""
    with factory.reading() as uow:
        return actor_in(uow.session, uow.session.get_one(User, actor.user_id))


def verified_unit(factory: UnitOfWorkFactory, people: People) -> int:
    """A unit whose papers the loner has handed in, and an official has verified."""
    kind = OrganisationKind.ENTERPRISE
    data = OrganisationData("安丘新办机械有限公司", kind, "91350100M000100Y43", "anqiu", None, None, "石代表")
    with factory.writing(people.loner) as uow:
        unit_id = service.register(uow, data).id
    founder = now(factory, people.loner)
    for paper in Paper:
        with factory.writing(founder) as uow:
            papers.save(uow, unit_id, paper, picture())
    with factory.writing(founder) as uow:
        service.submit(uow, unit_id)
    with factory.writing(people.city_official) as uow:
        service.verify(uow, unit_id)
    return unit_id


def migrated(factory: UnitOfWorkFactory, url: str) -> list[AuthorityRow]:
    """The authorities there are once a database of before is upgraded."""
    downgrade(factory, url, BEFORE_IDENTITIES)
    command.upgrade(alembic_config(url), "head")
    with factory.reading() as uow:
        rows = authority_rows(uow.session, Authority.id > 0)
    schema.forget(factory.engine)
    return rows


def test_it_is_a_power_of_who_handed_it_in_and_still_administers_the_unit(
    factory: UnitOfWorkFactory, people: People, database_url: str
) -> None:
    unit_id = verified_unit(factory, people)
    (row,) = migrated(factory, database_url)
    one = row.authority
    assert (one.organisation_id, one.user_id, one.kind) == (unit_id, people.loner.user_id, AuthorityKind.POWER)
    assert (row.state, row.verified_by, one.is_carried_over, one.valid_until) == (
        AuthorityState.VERIFIED,
        "褚工会",
        True,
        None,
    )


def test_nothing_is_made_up_for_who_no_longer_administers_it(
    factory: UnitOfWorkFactory, people: People, database_url: str
) -> None:
    unit_id = verified_unit(factory, people)
    with factory.writing() as uow:
        of_unit = select(Membership).where(Membership.organisation_id == unit_id)
        uow.session.scalars(of_unit).one().role = MembershipRole.CONTACT
    assert migrated(factory, database_url) == []
