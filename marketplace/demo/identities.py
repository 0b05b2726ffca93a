"""Who is who in the demo, and who signs for the units: numbers by the rule that belong to nobody, and powers that say so."""

from collections.abc import Iterable
from datetime import date, timedelta

from marketplace.demo.specimen import specimen
from marketplace.demo.stage import Stage
from marketplace.demo.story import Person, Story
from marketplace.identity import authorities, service
from marketplace.identity.authorities import Granted
from marketplace.identity.consent import text_of
from marketplace.identity.rules import AuthorityKind, Means, check_character
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.organisations.rules import OrganisationState

AGENTS = ("organisation_administrator", "company_contact")
MATTERS = "代表本单位洽谈、签署技术合同及其补充协议、终止协议，签署保密协议（示范）"
CITY_OFFICIAL = "official"
LIMIT_FEN = 5_000_000_00
YEARS = timedelta(days=3 * 365)
STILL_WAITING = ("tingzhou_admin", "qihe_admin")
"""Their numbers and powers came a few days ago, and wait for the officials of their counties."""

CAME_LATE = 3


def made_up_number(order: int) -> str:
    """An identity number that is right by the rule and nobody's: no place in China has the code 379999."""
    first = f"379999{1970 + order % 30}{1 + order % 12:02d}{1 + order % 28:02d}{order:03d}"
    return first + check_character(first)


def establish(stage: Stage, story: Story) -> None:
    """Everybody who signs, some days after his unit was verified."""
    for order, person in _agents(story):
        if person.key not in STILL_WAITING:
            identity_id, authority_id = _hand_in(stage, story, person, order)
            with stage.acting(CITY_OFFICIAL) as uow:
                service.verify(uow, identity_id, made_up_number(order), Means.CARD)
                authorities.verify(uow, authority_id)
            stage.clock.forward(minutes=3)
    for order, person in _makers(story):
        with stage.acting(person.key) as uow:
            identity_id = service.declare(uow, made_up_number(order), text_of(china_day(uow.now())).version).id
        with stage.acting(CITY_OFFICIAL) as uow:
            service.verify(uow, identity_id, made_up_number(order), Means.CARD)
        stage.clock.forward(minutes=3)


def come_late(stage: Stage, story: Story) -> None:
    """Those who wait."""
    for order, person in _agents(story):
        if person.key in STILL_WAITING:
            _hand_in(stage, story, person, order)


def _agents(story: Story) -> Iterable[tuple[int, Person]]:
    verified = {unit.key for unit in story.organisations if unit.state == OrganisationState.VERIFIED}
    for order, person in enumerate(story.people, start=1):
        if person.role in AGENTS and person.organisation in verified:
            yield order, person


def _makers(story: Story) -> Iterable[tuple[int, Person]]:
    """Those who sign a contract for themselves, because they made the result."""
    signing = {key for deal in story.deals for step in deal.steps for key in step.shares}
    return ((order, person) for order, person in enumerate(story.people, start=1) if person.key in signing)


def _hand_in(stage: Stage, story: Story, person: Person, order: int) -> tuple[int, int]:
    """He gives his number, and the administrator of his unit records his power. Returns both ids."""
    with stage.acting(person.key) as uow:
        identity_id = service.declare(uow, made_up_number(order), text_of(china_day(uow.now())).version).id
    with stage.acting(story.administrator_of(person.organisation)) as uow:
        today = china_day(uow.now())
        told = _representative(stage, person, today) if _represents(story, person) else _power(stage, person, today)
        return identity_id, authorities.record(uow, stage.organisations[person.organisation], told).id


def _represents(story: Story, person: Person) -> bool:
    """Whether his unit names him as its legal representative; he alone hands a signature on."""
    return any(unit.key == person.organisation and unit.representative == person.name for unit in story.organisations)


def _representative(stage: Stage, person: Person, today: date) -> Granted:
    return Granted(stage.users[person.key], AuthorityKind.LEGAL_REPRESENTATIVE, today, None)


def _power(stage: Stage, person: Person, today: date) -> Granted:
    """Only those who wait have a limit: no limit covers a royalty without a fixed amount."""
    scan = Upload(specimen("POWER OF ATTORNEY", person.email, "PDF"), "授权委托书（示范）.pdf")
    limit = LIMIT_FEN if person.key in STILL_WAITING else None
    until, agent = today + YEARS, stage.users[person.key]
    return Granted(agent, AuthorityKind.POWER, today, until, MATTERS, limit_fen=limit, scan=scan)
