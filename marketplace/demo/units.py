"""First act: people register, units are registered and verified, members are admitted, offices are given, bases recorded."""

from collections.abc import Iterator
from datetime import time

from marketplace.accounts import codes
from marketplace.accounts import service as accounts
from marketplace.accounts.offices import appoint
from marketplace.accounts.passwords import hash_password
from marketplace.accounts.rules import CodePurpose
from marketplace.accounts.service import NewUser
from marketplace.bases import service as bases
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.bases.service import BaseData
from marketplace.demo.cues import Cue, cue
from marketplace.demo.identities import establish
from marketplace.demo.specimen import specimen
from marketplace.demo.stage import IP, Stage
from marketplace.demo.story import Person, Place, Story, Unit
from marketplace.kernel.permissions import Office
from marketplace.listings.importing_units import NamedUnit, parties_of
from marketplace.listings.rules import Industry
from marketplace.organisations import members, papers, service
from marketplace.organisations.parties import party_of_organisation
from marketplace.organisations.rules import MembershipRole, OrganisationKind, OrganisationSize, Paper

OPENING = 460
"""How many days before the loading the city began."""

WAITING, NAMED = 6, 30
"""When the units came that are not verified."""

CITY_OFFICIAL = "official"
REASON = "平台启用时任命（示范）"
OFFICES = {role.value: role for role in Office}
ROLES = {
    "organisation_administrator": MembershipRole.ADMINISTRATOR,
    "company_contact": MembershipRole.CONTACT,
}


def open_the_house(stage: Stage, story: Story) -> None:
    """Everybody and every unit, as they stand before the first listing."""
    stage.clock.at = stage.moment(OPENING, time(9))
    hashed = hash_password(stage.password)
    for person in story.people:
        _register(stage, person, hashed)
    stage.settle()
    _appoint(stage, story)
    for place, unit in enumerate(one for one in story.organisations if one.state == "verified"):
        stage.clock.at = stage.moment(OPENING - 1 - place // 3, time(9 + place % 3 * 2))
        _found(stage, story, unit)
        stage.clock.forward(hours=1)
        _verify(stage, story, unit)
    stage.clock.at = stage.moment(OPENING - 12, time(15))
    for base in story.bases:
        _record(stage, base)
    establish(stage, story)
    stage.settle()


def unit_cues(stage: Stage, story: Story, unit: Unit) -> Iterator[Cue]:
    """Units that are not verified yet come late: one waits for an official, one was only named in a spreadsheet."""
    if unit.state == "submitted":
        yield cue(WAITING, time(10), lambda: _found(stage, story, unit))
    elif unit.state == "listed":
        yield cue(NAMED, time(10), lambda: _name(stage, unit))


def _register(stage: Stage, person: Person, hashed: str) -> None:
    data = NewUser(
        person.name, person.email, person.mobile, stage.password, person.county, consent=True, password_hash=hashed
    )
    with stage.visiting() as uow:
        stage.users[person.key] = accounts.register(uow, data, IP).id
    with stage.acting(person.key) as uow:
        code = codes.latest(uow, stage.users[person.key], CodePurpose.VERIFY)
        if code is None or accounts.verify_contact(uow, codes.digits(code, uow.settings.secret_key)) is None:
            raise RuntimeError(f"the code of {person.key} does not prove the contact")
    stage.clock.forward(minutes=2)


def _appoint(stage: Stage, story: Story) -> None:
    """The system appoints the first administrator, and he everybody else."""
    holders = sorted(
        (one for one in story.people if one.role in OFFICES), key=lambda one: one.role != Office.ADMINISTRATOR
    )
    for place, person in enumerate(holders):
        office = OFFICES[person.role]
        county = person.county if office is Office.COUNTY_OFFICIAL else None
        with stage.acting(holders[0].key) if place else stage.by_system() as uow:
            appoint(uow, stage.users[person.key], office, county, REASON)


def _found(stage: Stage, story: Story, unit: Unit) -> None:
    founder = story.person(story.administrator_of(unit.key))
    data = service.OrganisationData(
        name=unit.name,
        kind=OrganisationKind(unit.kind),
        credit_code=unit.credit_code,
        county=unit.county,
        industry=Industry(unit.industry),
        size=OrganisationSize(unit.size),
        representative=unit.representative,
    )
    with stage.acting(founder.key) as uow:
        organisation = service.register(uow, data)
        stage.organisations[unit.key] = organisation.id
        stage.parties[unit.key] = party_of_organisation(uow, organisation.id).id
    with stage.acting(founder.key) as uow:
        for paper in Paper:
            papers.save(uow, organisation.id, paper, specimen(paper.value.upper(), unit.credit_code))
        service.submit(uow, organisation.id)


def _name(stage: Stage, unit: Unit) -> None:
    """A unit that a spreadsheet named, and that nobody has registered."""
    named = NamedUnit(unit.name, unit.county)
    with stage.by_system() as uow:
        [stage.parties[unit.key]] = parties_of(uow, {named.key: named}).values()


def _verify(stage: Stage, story: Story, unit: Unit) -> None:
    """An official of the city verifies, another one than who founded the unit; then its people come in."""
    founder = story.person(story.administrator_of(unit.key))
    official = next(one for one in story.people if one.role == Office.CITY_OFFICIAL and one.key != founder.key)
    with stage.acting(official.key) as uow:
        service.verify(uow, stage.organisations[unit.key])
    for person in story.people:
        if person.organisation == unit.key and person.key != founder.key:
            with stage.acting(person.key) as uow:
                membership = members.request(uow, stage.organisations[unit.key])
            with stage.acting(founder.key) as uow:
                members.admit(uow, membership.id, ROLES.get(person.role, MembershipRole.MEMBER))


def _record(stage: Stage, base: Place) -> None:
    data = BaseData(
        name=base.name,
        kind=BaseKind(base.kind),
        level=BaseLevel(base.level),
        county=base.county,
        leader=base.leader,
        sector=base.sector,
        organisation_id=stage.organisations[base.organisation],
    )
    with stage.acting(CITY_OFFICIAL) as uow:
        stage.bases[base.key] = bases.register(uow, data).id
