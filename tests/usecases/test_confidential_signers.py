"""Who signs a confidentiality agreement is established before, and what his signature rested on is kept with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest

from marketplace.confidentiality import queries, service
from marketplace.confidentiality.models import Agreement
from marketplace.confidentiality.rules import ConfidentialityState
from marketplace.confidentiality.wording import Subject, written
from marketplace.contracts.clauses import PartyFacts, names_parties
from marketplace.identity import service as identities
from marketplace.identity.consent import text_of
from marketplace.identity.queries import consented_versions, live_identity
from marketplace.identity.rules import AuthorityKind, IdentityState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from tests.confiding import asked, confirmation, decline, in_force, make_talks, sign, signed_by_reader, state, unmet
from tests.factories import make_deal, make_signed
from tests.identifying import empower, identify, powerless
from tests.paying import refused
from tests.pdfs import pdf_text
from tests.personas import People
from tests.world import NOW


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A trade secret in which the buyer's interest was accepted."""
    return make_talks(factory, people)


def test_without_an_identity_nobody_signs(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    assert "identity" in unmet(factory, people.company, agreement_id)
    with pytest.raises(NotPermitted, match="not given your identity number"):
        sign(factory, people.company, agreement_id)


def test_the_owner_too_needs_an_identity(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    with factory.writing(people.seller_contact) as uow:
        identities.withdraw(uow)
    with pytest.raises(NotPermitted, match="not given your identity number"):
        sign(factory, people.seller_contact, agreement_id)


def test_whose_power_was_revoked_signs_nothing(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    powerless(factory, people)
    assert unmet(factory, people.company, agreement_id) == {"authority"}
    with pytest.raises(NotPermitted, match="was revoked"):
        sign(factory, people.company, agreement_id)


def test_a_power_that_has_expired_covers_nothing(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    clock.forward(days=731)
    agreement_id = asked(factory, people, result_id)
    assert unmet(factory, people.company, agreement_id) == {"authority"}


@pytest.mark.parametrize("limit", ["amount", "deal"])
def test_a_limited_power_covers_no_confidentiality_agreement(
    factory: UnitOfWorkFactory, people: People, result_id: int, limit: str
) -> None:
    limits: dict[str, Any] = (
        {"limit_fen": 10_000_000_00} if limit == "amount" else {"deal_id": make_deal(factory, people)}
    )
    agreement_id = asked(factory, people, result_id)
    powerless(factory, people)
    empower(factory, people, people.company, **limits)
    with pytest.raises(NotPermitted, match="limited to a deal or an amount"):
        sign(factory, people.company, agreement_id)
    empower(factory, people, people.company)
    sign(factory, people.company, agreement_id)


def test_the_legal_representative_signs(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    powerless(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "孙丽华"
    values: dict[str, Any] = {"kind": AuthorityKind.LEGAL_REPRESENTATIVE, "valid_until": None, "scan": None}
    empower(factory, people, people.company, **values)
    assert state(factory, signed_by_reader(factory, people, result_id)).value == "signed_by_reader"


def test_what_a_signature_rested_on_stays_as_it_was(
    factory: UnitOfWorkFactory, people: People, result_id: int, drain: Callable[[], int]
) -> None:
    agreement_id = in_force(factory, people, result_id)
    drain()
    with factory.reading() as uow:
        identity = live_identity(uow.session, people.company.user_id or 0)
        assert identity is not None
        before = identity.id, identity.masked
    powerless(factory, people)
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    with factory.reading(people.seller_contact) as uow:
        view = queries.agreement_view(uow, agreement_id)
        reader, owner = view.sides[1].ground, view.sides[0].ground
        assert view.file is not None
        printed = pdf_text(factory.services.files.path(view.file.sha256).read_bytes())
    assert reader is not None
    assert owner is not None
    assert (reader.identity_id, reader.masked) == before
    assert reader.authority_kind is AuthorityKind.POWER
    assert reader.credit_code
    assert reader.masked in printed.replace("\n", "")
    assert f"第{reader.authority_id}号" in printed.replace("\n", "")
    assert owner.masked in printed.replace("\n", "")


@pytest.mark.parametrize("what", ["identity", "the other side's name"])
def test_what_a_signature_rests_on_waits_until_it_is_written(
    factory: UnitOfWorkFactory, people: People, result_id: int, what: str
) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing(people.company) as uow:
        service.send_signing_code(uow, agreement_id)
    done = Event()

    def change() -> None:
        if what == "identity":
            with factory.writing(people.company) as uow:
                identities.withdraw(uow)
        else:
            rename(factory, people.seller_id, "改名后的机械厂")
        done.set()

    with factory.writing(people.company) as uow:
        service.sign(uow, agreement_id, confirmation(uow, agreement_id))
        other = Thread(target=change)
        other.start()
        assert not done.wait(0.5)
    other.join(20)
    assert done.is_set()


def test_the_reader_takes_back_what_he_has_not_signed(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    def withdraw(actor: Actor, agreement_id: int) -> None:
        with factory.writing(actor) as uow:
            service.withdraw(uow, agreement_id)

    first = asked(factory, people, result_id)
    refused(lambda: withdraw(people.seller_contact, first), NotPermitted)
    refused(lambda: withdraw(people.stranger, first), NotFound)
    withdraw(people.company_admin, first)
    assert state(factory, first) is ConfidentialityState.WITHDRAWN
    refused(lambda: sign(factory, people.company, first), Conflict)
    second = signed_by_reader(factory, people, result_id)
    assert second != first
    refused(lambda: withdraw(people.company, second), Conflict)


def rename(factory: UnitOfWorkFactory, organisation_id: int, name: str) -> None:
    """The unit is called otherwise from now on."""
    with factory.writing() as uow:
        uow.session.get_one(Organisation, organisation_id).name = name


def test_a_text_that_names_a_party_as_it_was_is_written_anew_before_it_is_signed(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    agreement_id = asked(factory, people, result_id)
    rename(factory, people.seller_id, "青州前程智造有限公司")
    assert unmet(factory, people.company, agreement_id) == {"named"}
    with pytest.raises(Conflict, match="names a party as it no longer is"):
        sign(factory, people.company, agreement_id)
    assert asked(factory, people, result_id) == agreement_id
    sign(factory, people.company, agreement_id)
    with factory.reading() as uow:
        assert "青州前程智造有限公司" in uow.session.get_one(Agreement, agreement_id).text


def test_the_owner_does_not_sign_for_a_reader_who_is_somebody_else_by_now(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    rename(factory, people.buyer_id, "寿光蓝海新材料有限公司")
    with pytest.raises(Conflict, match="Decline"):
        sign(factory, people.seller_contact, agreement_id)
    decline(factory, people.seller_contact, agreement_id)
    assert asked(factory, people, result_id) != agreement_id


def test_a_reader_who_takes_his_number_back_keeps_no_owner_from_signing() -> None:
    """Which block is whose, and a number that was right when it was written, are no reason to write the text anew."""
    owner = PartyFacts("青州前程机械有限公司", False, "91370781MA3C00001T", "潍坊市青州市", "")
    reader = PartyFacts("郑海", True, "", "潍坊市安丘市", "", "3799**********0010")
    text = written(Subject("JG-BM-000001-01", 1, "变压器油箱自动焊接工装", owner, reader, 3), NOW.date()).text
    assert names_parties(text, (owner, replace(reader, number="", place="潍坊市")))
    assert not names_parties(text, (owner, replace(reader, name="郑洋")))
    assert not names_parties(text, (owner, replace(reader, number="3799**********9999")))


def test_from_the_day_of_the_new_text_who_consented_to_the_old_one_is_asked_anew(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    identify(factory, people, people.company)
    agreement_id = asked(factory, people, result_id)
    assert unmet(factory, people.company, agreement_id) == set()
    clock.at = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    assert unmet(factory, people.company, agreement_id) == {"consent"}
    with pytest.raises(NotPermitted, match="Consent anew"):
        sign(factory, people.company, agreement_id)

    def consent(version: str) -> None:
        with factory.writing(people.company) as uow:
            identities.consent_anew(uow, version)

    refused(lambda: consent("2026-11"), InvalidInput)
    consent("2026-11-29")
    sign(factory, people.company, agreement_id)
    with factory.reading(people.company) as uow:
        newest = text_of(china_day(uow.now()))
        assert "保密协议" in newest.purpose
        identity = live_identity(uow.session, people.company.user_id or 0)
        assert identity is not None
        assert identity.state is IdentityState.VERIFIED
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    with factory.reading(people.company) as uow:
        assert consented_versions(uow.session, people.company.user_id or 0) == frozenset()
    refused(lambda: consent("2026-11-29"), Conflict)


def test_technology_contracts_go_on_under_the_old_text(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    identify(factory, people, people.company)
    clock.at = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    assert make_signed(factory, people)
