"""An organisation is registered or taken over, shows its papers, and is verified by an official of its county."""

import io
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations import papers, queries, service
from marketplace.organisations.actors import actor_of
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.parties import name_of, party_of_organisation
from marketplace.organisations.rules import (
    Industry,
    MembershipState,
    OrganisationKind,
    OrganisationSize,
    OrganisationState,
    Paper,
    name_key,
)
from marketplace.organisations.service import OrganisationData
from tests.crowd import run_at_once
from tests.factories import make_result
from tests.personas import People

FACTORY = OrganisationData(
    "青州 新程机械有限公司",
    OrganisationKind.ENTERPRISE,
    "91350100m000100y43",
    "qingzhou",
    Industry.MACHINERY,
    OrganisationSize.SMALL,
    "程 新",
)
PDF = b"%PDF-1.4\n%%EOF"


def now(factory: UnitOfWorkFactory, actor: Actor) -> Actor:
    """The person as the next request would have him."""
    with factory.reading() as uow:
        return actor_of(uow.session, uow.session.get_one(User, actor.user_id), "127.0.0.1")


def registered(factory: UnitOfWorkFactory, who: Actor, data: OrganisationData = FACTORY) -> int:
    with factory.writing(who) as uow:
        return service.register(uow, data).id


def submitted(factory: UnitOfWorkFactory, who: Actor, data: OrganisationData = FACTORY) -> int:
    organisation_id = registered(factory, who, data)
    hand_in(factory, now(factory, who), organisation_id)
    return organisation_id


def hand_in(factory: UnitOfWorkFactory, who: Actor, organisation_id: int) -> None:
    with factory.writing(who) as uow:
        for paper in Paper:
            papers.save(uow, organisation_id, paper, io.BytesIO(PDF))
        service.submit(uow, organisation_id)


def row(factory: UnitOfWorkFactory, organisation_id: int) -> Organisation:
    with factory.reading() as uow:
        return uow.session.get_one(Organisation, organisation_id)


def listed_unit(factory: UnitOfWorkFactory, name: str = "青州新程机械有限公司", county: str | None = None) -> int:
    """A unit as an import leaves it."""
    with factory.writing() as uow:
        unit = Organisation(
            name=name, name_key=name_key(name), county=county, state=OrganisationState.LISTED, created_at=uow.now()
        )
        uow.session.add(unit)
        uow.flush()
        party_of_organisation(uow, unit.id)
        return unit.id


def test_who_registers_one_administers_it_but_it_cannot_sign(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)
    actor = now(factory, people.loner)
    organisation = row(factory, organisation_id)
    assert (organisation.name, organisation.credit_code) == ("青州 新程机械有限公司", "91350100M000100Y43")
    assert organisation_id in actor.administered_ids
    with factory.writing() as uow:
        party = party_of_organisation(uow, organisation_id)
        assert actor.acts_for(party.id)
        assert not name_of(uow.session, party.id).is_verified


def test_from_papers_to_verified(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = submitted(factory, people.loner)
    with factory.reading(people.county_official) as uow:
        assert [one.id for one in queries.waiting(uow)] == [organisation_id]
    with factory.writing(people.county_official) as uow:
        service.verify(uow, organisation_id)
    organisation = row(factory, organisation_id)
    assert organisation.state is OrganisationState.VERIFIED
    assert organisation.verified_by_id == people.county_official.user_id
    with factory.reading(people.county_official) as uow:
        assert queries.waiting(uow) == []
        moves = select(AuditRow.payload).where(AuditRow.action == "organisation.moved").order_by(AuditRow.id)
        done = uow.session.scalars(moves).all()
        assert [payload["action"] for payload in done] == ["register", "submit", "verify"]


@pytest.mark.parametrize("who", ["other_official", "administrator", "stranger", "loner"])
def test_only_an_official_of_the_county_verifies(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    organisation_id = submitted(factory, people.loner)
    with pytest.raises((NotPermitted, NotFound)), factory.writing(getattr(people, who)) as uow:
        service.verify(uow, organisation_id)
    assert row(factory, organisation_id).state is OrganisationState.SUBMITTED


def test_an_official_does_not_verify_what_he_registered_or_belongs_to(
    factory: UnitOfWorkFactory, people: People
) -> None:
    founded = submitted(factory, people.county_official)
    with pytest.raises(NotPermitted), factory.writing(now(factory, people.county_official)) as uow:
        service.verify(uow, founded)
    member = replace(people.city_official, organisation_ids=frozenset({founded}))
    with pytest.raises(NotPermitted), factory.writing(member) as uow:
        service.verify(uow, founded)
    with factory.writing(people.city_official) as uow:
        service.verify(uow, founded)


def test_an_official_sees_only_what_waits_in_his_county(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = submitted(factory, people.loner)
    with factory.reading(people.other_official) as uow:
        assert queries.waiting(uow) == []
    with factory.reading(people.city_official) as uow:
        assert [one.id for one in queries.waiting(uow)] == [organisation_id]


def test_it_comes_back_with_a_reason_and_is_handed_in_again(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = submitted(factory, people.loner)
    with pytest.raises(InvalidInput) as refused, factory.writing(people.county_official) as uow:
        service.return_with_reason(uow, organisation_id, "  ")
    assert "reason" in refused.value.fields
    with factory.writing(people.county_official) as uow:
        service.return_with_reason(uow, organisation_id, "执照已过期")
    assert row(factory, organisation_id).note == "执照已过期"
    hand_in(factory, now(factory, people.loner), organisation_id)
    assert row(factory, organisation_id).state is OrganisationState.SUBMITTED


def test_both_papers_are_needed(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)
    with factory.writing(now(factory, people.loner)) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, io.BytesIO(PDF))
    with pytest.raises(InvalidInput) as refused, factory.writing(now(factory, people.loner)) as uow:
        service.submit(uow, organisation_id)
    assert list(refused.value.fields) == ["authorisation"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"credit_code": "91350100M000100Y4Z"}, "credit_code"),
        ({"name": "青州前程机械有限公司"}, "name"),  # the seller's
        ({"credit_code": "91370781MA3C00001T"}, "credit_code"),
    ],
)
def test_what_cannot_be_registered(
    factory: UnitOfWorkFactory, people: People, change: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, factory.writing(people.loner) as uow:
        service.register(uow, replace(FACTORY, **change))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


def test_the_same_form_sent_twice_is_one_organisation(factory: UnitOfWorkFactory, people: People) -> None:
    first = registered(factory, people.loner)
    assert registered(factory, now(factory, people.loner)) == first
    with pytest.raises(InvalidInput), factory.writing(people.stranger) as uow:
        service.register(uow, FACTORY)


def test_of_two_who_register_at_once_one_is_told_clearly(factory: UnitOfWorkFactory, people: People) -> None:
    outcomes: list[str] = []

    def attempt(who: Actor, code: str) -> None:
        try:
            registered(factory, who, replace(FACTORY, credit_code=code))
            outcomes.append("registered")
        except InvalidInput as error:
            outcomes.extend(error.fields)

    run_at_once(
        [
            lambda: attempt(people.loner, "91350100M000100Y43"),
            lambda: attempt(people.stranger, "914403001922038216"),
        ]
    )
    assert sorted(outcomes) == ["name", "registered"]


def test_who_takes_over_a_named_unit_acts_for_it_only_when_verified(factory: UnitOfWorkFactory, people: People) -> None:
    """Its imported listings are not his before an official has seen that he speaks for it."""
    unit = listed_unit(factory)
    assert submitted(factory, people.loner) == unit
    applicant = now(factory, people.loner)
    with factory.writing() as uow:
        party = party_of_organisation(uow, unit).id
    assert not applicant.acts_for(party)
    assert unit not in applicant.administered_ids | applicant.organisation_ids
    with factory.writing(people.county_official) as uow:
        service.verify(uow, unit)
    assert now(factory, people.loner).acts_for(party)


def test_a_unit_is_taken_over_by_one_at_a_time(factory: UnitOfWorkFactory, people: People) -> None:
    unit = listed_unit(factory)
    assert registered(factory, people.loner) == unit
    with pytest.raises(InvalidInput) as refused, factory.writing(people.stranger) as uow:
        service.register(uow, replace(FACTORY, credit_code="914403001922038216"))
    assert "name" in refused.value.fields
    with pytest.raises(NotFound), factory.writing(people.stranger) as uow:
        papers.save(uow, unit, Paper.LICENCE, io.BytesIO(PDF))


def test_a_name_the_wrong_people_hold_is_released(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)
    with factory.writing(people.county_official) as uow:
        service.release(uow, organisation_id, "冒名登记")
    assert organisation_id not in now(factory, people.loner).administered_ids
    freed = row(factory, organisation_id)
    assert (freed.state, freed.credit_code, freed.licence_sha256) == (OrganisationState.LISTED, None, None)
    assert registered(factory, people.stranger) == organisation_id
    with factory.reading() as uow:
        place = select(Membership.state).where(Membership.user_id == people.loner.user_id)
        assert uow.session.scalars(place).all() == [MembershipState.LEFT]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "青州前程重工有限公司"},
        {"credit_code": "914403001922038216"},
        {"county": "gaomi"},
        {"representative": "钱新来"},
    ],
)
def test_another_identity_is_verified_anew(factory: UnitOfWorkFactory, people: People, change: dict[str, str]) -> None:
    before = row(factory, people.buyer_id)
    same = OrganisationData(before.name, before.kind, before.credit_code or "", before.county or "", None, None, "周强")
    same = replace(same, credit_code="91350100M000100Y43")
    with factory.writing() as uow:
        unit = uow.session.get_one(Organisation, people.buyer_id)
        unit.credit_code, unit.representative = "91350100M000100Y43", "周强"
    with factory.writing(people.company_admin) as uow:
        service.change(uow, people.buyer_id, same)
    assert row(factory, people.buyer_id).state is OrganisationState.VERIFIED
    with factory.writing(people.company_admin) as uow:
        service.change(uow, people.buyer_id, replace(same, **change))  # type: ignore[arg-type]
    after = row(factory, people.buyer_id)
    assert (after.state, after.verified_at, after.licence_sha256) == (OrganisationState.DRAFT, None, None)


def test_nothing_is_changed_while_an_official_looks_at_it(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = submitted(factory, people.loner)
    who = now(factory, people.loner)
    with pytest.raises(Conflict), factory.writing(who) as uow:
        service.change(uow, organisation_id, FACTORY)
    with pytest.raises(Conflict), factory.writing(who) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, io.BytesIO(PDF))


def test_a_revoked_verification_takes_the_right_to_sign(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing(people.county_official) as uow:
        service.revoke(uow, people.seller_id, "执照被吊销")
    with factory.reading() as uow:
        assert not name_of(uow.session, people.seller_party).is_verified


@pytest.mark.parametrize("who", ["stranger", "worker", "other_official", "administrator"])
def test_papers_of_others_are_not_there(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    organisation_id = submitted(factory, people.loner)
    with pytest.raises(NotFound), factory.reading(getattr(people, who)) as uow:
        papers.open_paper(uow, organisation_id, Paper.LICENCE)
    with (
        factory.reading(people.county_official) as uow,
        papers.open_paper(uow, organisation_id, Paper.LICENCE).stream as stream,
    ):
        assert stream.read() == PDF


def test_a_scan_keeps_its_pixels_and_nothing_else(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)
    scan = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken in the kitchen"
    Image.new("RGB", (60, 40), "white").save(scan, "JPEG", exif=exif)
    with factory.writing(now(factory, people.loner)) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, scan)
        with papers.open_paper(uow, organisation_id, Paper.LICENCE).stream as stream:
            assert b"kitchen" not in stream.read()


@pytest.mark.parametrize("content", [b"PK\x03\x04 no scan", b"<html>", b"", b"GIF89a"])
def test_another_kind_of_file_is_no_paper(factory: UnitOfWorkFactory, people: People, content: bytes) -> None:
    organisation_id = registered(factory, people.loner)
    with pytest.raises(InvalidInput) as refused, factory.writing(now(factory, people.loner)) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, io.BytesIO(content))
    assert "file" in refused.value.fields


def test_a_file_over_the_limit_is_no_paper(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)
    huge = io.BytesIO(PDF + b"\0" * (20 * 1024 * 1024))
    with pytest.raises(InvalidInput) as refused, factory.writing(now(factory, people.loner)) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, huge)
    assert refused.value.params == {"limit": 20}


def test_organisations_are_found_by_name_code_and_county(factory: UnitOfWorkFactory, people: People) -> None:
    def names(text: str, county: str | None = None) -> list[str]:
        with factory.reading() as uow:
            return [one.name for one in queries.listed(uow.session, queries.found(text, county), 0, 10)]

    assert names("前程 机械") == ["青州前程机械有限公司"]
    assert names("91370783ma3c00002t") == ["寿光蓝海化工有限公司"]
    assert names("%") == names("") != []
    assert names("", "zhucheng") == ["诸城远山纺织有限公司"]
    assert names("前程", "zhucheng") == []


def test_its_page_counts_published_results_only(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people)
    make_result(factory, people, state="draft", published_at=None)
    with factory.reading() as uow:
        assert queries.published_results(uow.session, people.seller_id) == 1
        assert queries.published_results(uow.session, people.buyer_id) == 0
