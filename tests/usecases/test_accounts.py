"""A person registers, proves a contact, signs in, and looks after the account."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from marketplace.accounts import queries, service
from marketplace.accounts.models import Consent, SignIn, User
from marketplace.accounts.service import NewUser
from marketplace.accounts.sign_ins import hash_token, revoke, user_of
from marketplace.audit.models import AuditRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, SignInRequired
from marketplace.kernel.permissions import VISITOR, Actor
from marketplace.organisations.actors import actor_of
from tests.letters import Letterbox
from tests.personas import PASSWORD, People

WANG = NewUser("王新民", "Wang@Example.com", "138 0000 0201", PASSWORD, "qingzhou", consent=True, locale="en")


def registered(factory: UnitOfWorkFactory, data: NewUser = WANG) -> Actor:
    with factory.writing(VISITOR) as uow:
        user = service.register(uow, data, "127.0.0.1")
    return now(factory, user.id)


def now(factory: UnitOfWorkFactory, user_id: int) -> Actor:
    """The person as the next request would have him."""
    with factory.reading() as uow:
        return actor_of(uow.session, uow.session.get_one(User, user_id), "127.0.0.1")


def token_of(factory: UnitOfWorkFactory, contact: str = "wang@example.com", password: str = PASSWORD) -> str | None:
    with factory.writing(VISITOR) as uow:
        opened = service.sign_in(uow, contact, password, "127.0.0.1", "test")
    return opened.token if opened else None


def test_registering_keeps_consent_with_its_version_and_mails_a_code(
    factory: UnitOfWorkFactory, letters: Letterbox
) -> None:
    actor = registered(factory)
    with factory.reading() as uow:
        user = uow.session.get_one(User, actor.user_id)
        consent = uow.session.scalars(select(Consent)).one()
        assert (user.email, user.mobile, user.is_contact_verified) == ("wang@example.com", "13800000201", False)
        assert (consent.document, consent.version) == ("privacy", uow.settings.privacy_version)
        assert PASSWORD not in user.password_hash
    (mail,) = letters.read()
    assert mail.to == "wang@example.com"
    assert letters.code(mail.to) in mail.subject
    assert "王新民" in mail.text


def test_everybody_who_registers_gets_a_party_of_his_own(factory: UnitOfWorkFactory, letters: Letterbox) -> None:
    actor = registered(factory)
    letters.read()
    own = now(factory, actor.user_id or 0).own_party_id
    assert own is not None


def test_a_code_proves_the_contact_once(factory: UnitOfWorkFactory, letters: Letterbox) -> None:
    actor = registered(factory)
    code = letters.code("wang@example.com")
    with factory.writing(actor) as uow:
        assert service.verify_contact(uow, f" {code[:3]} {code[3:]} ") == "wang@example.com"
    with factory.writing(actor) as uow:
        assert service.verify_contact(uow, code) is None
        assert service.waiting_contact(uow) is None
        assert service.me(uow).is_contact_verified
    with pytest.raises(Conflict), factory.writing(actor) as uow:
        service.resend_code(uow)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"consent": False}, "consent"),
        ({"name": " "}, "name"),
        ({"email": "wang"}, "email"),
        ({"mobile": "123"}, "mobile"),
        ({"email": "", "mobile": ""}, "email"),
        ({"email": ""}, "email"),  # A code cannot be sent by text message so far.
        ({"password": "short"}, "password"),
        ({"password": "王新民王新民王新民王"}, "password"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    factory: UnitOfWorkFactory, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused, factory.writing(VISITOR) as uow:
        service.register(uow, replace(WANG, **change))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(User.id))) == 0


@pytest.mark.parametrize(("change", "field"), [({"mobile": ""}, "email"), ({"email": "other@example.com"}, "mobile")])
def test_a_contact_is_registered_once(
    factory: UnitOfWorkFactory, letters: Letterbox, change: dict[str, str], field: str
) -> None:
    registered(factory)
    with pytest.raises(InvalidInput) as refused, factory.writing(VISITOR) as uow:
        service.register(uow, replace(WANG, **change))  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("contact", ["WANG@example.com", "+86 13800000201"])
def test_one_signs_in_by_mail_address_or_mobile_number(
    factory: UnitOfWorkFactory, letters: Letterbox, contact: str
) -> None:
    actor = registered(factory)
    token = token_of(factory, contact)
    with factory.reading() as uow:
        user = user_of(uow, token or "")
        assert user is not None
        assert user.id == actor.user_id
        assert uow.session.scalar(select(SignIn.token_hash)) == hash_token(token or "") != token


def test_a_newer_privacy_text_is_asked_about_at_the_next_sign_in(
    factory: UnitOfWorkFactory, letters: Letterbox
) -> None:
    actor = registered(factory)
    factory.services.settings.privacy_version = "2027-01"
    with factory.writing(VISITOR) as uow:
        opened = service.sign_in(uow, "wang@example.com", PASSWORD, "127.0.0.1", "test")
        assert opened is not None
        assert opened.must_consent
    with factory.writing(actor) as uow:
        service.consent_again(uow)
    with factory.reading() as uow:
        assert queries.agreed_version(uow.session, actor.user_id or 0) == "2027-01"


def test_a_sign_in_ends_when_it_is_revoked_and_others_stay(factory: UnitOfWorkFactory, letters: Letterbox) -> None:
    actor = registered(factory)
    phone, desk, lost = (token_of(factory) or "" for _ in range(3))
    with factory.reading(actor) as uow:
        rows = queries.open_sign_ins(uow, actor.user_id or 0, hash_token(desk))
        assert [row.is_this for row in rows] == [False, True, False]
    with factory.writing(actor) as uow:
        revoke(uow, actor.user_id or 0, sign_in_id=rows[0].id)
    with factory.reading() as uow:
        assert [user_of(uow, token) is not None for token in (phone, desk, lost)] == [True, True, False]
    with factory.writing(actor) as uow:
        revoke(uow, actor.user_id or 0, all_but=desk)
    with factory.reading() as uow:
        assert [user_of(uow, token) is not None for token in (phone, desk, lost)] == [False, True, False]


def test_nobody_ends_the_sign_in_of_somebody_else(
    factory: UnitOfWorkFactory, letters: Letterbox, people: People
) -> None:
    actor = registered(factory)
    token = token_of(factory) or ""
    with factory.reading(actor) as uow:
        (row,) = queries.open_sign_ins(uow, actor.user_id or 0, "")
    with factory.writing(people.stranger) as uow:
        revoke(uow, people.stranger.user_id or 0, sign_in_id=row.id)
    with factory.reading() as uow:
        assert user_of(uow, token) is not None


def test_a_sign_in_ends_by_itself(factory: UnitOfWorkFactory, letters: Letterbox, clock: SetClock) -> None:
    registered(factory)
    token = token_of(factory) or ""
    clock.forward(days=30, seconds=1)
    with factory.reading() as uow:
        assert user_of(uow, token) is None


def test_a_new_address_counts_once_it_is_proved(factory: UnitOfWorkFactory, letters: Letterbox) -> None:
    actor = registered(factory)
    with factory.writing(actor) as uow:
        service.propose_email(uow, "new@example.com", PASSWORD)
    assert token_of(factory, "new@example.com") is None
    with factory.writing(actor) as uow:
        assert service.verify_contact(uow, letters.code("new@example.com")) == "new@example.com"
    assert token_of(factory, "new@example.com")
    assert token_of(factory, "wang@example.com") is None


def test_an_address_somebody_registered_meanwhile_is_not_taken_over(
    factory: UnitOfWorkFactory, letters: Letterbox
) -> None:
    actor = registered(factory)
    with factory.writing(actor) as uow:
        service.propose_email(uow, "new@example.com", PASSWORD)
    code = letters.code("new@example.com")
    registered(factory, replace(WANG, email="new@example.com", mobile=""))
    with pytest.raises(InvalidInput), factory.writing(actor) as uow:
        service.verify_contact(uow, code)


def test_the_last_contact_stays(factory: UnitOfWorkFactory, people: People, letters: Letterbox) -> None:
    actor = registered(factory)
    with factory.writing(actor) as uow:
        assert service.set_mobile(uow, "", PASSWORD).mobile is None
    with factory.writing() as uow:
        user = uow.session.get_one(User, actor.user_id)
        user.email, user.mobile = None, "13800000299"
    with pytest.raises(InvalidInput) as refused, factory.writing(actor) as uow:
        service.set_mobile(uow, "", PASSWORD)
    assert "mobile" in refused.value.fields


def test_a_profile_is_changed_and_only_the_names_of_fields_are_audited(
    factory: UnitOfWorkFactory, people: People
) -> None:
    with factory.writing(people.worker) as uow:
        service.change_profile(uow, "王建国", "gaomi", "en", recommendations=False)
    with factory.reading(people.worker) as uow:
        user = service.me(uow)
        assert (user.county, user.locale, user.recommendations) == ("gaomi", "en", False)
        row = uow.session.scalars(select(AuditRow).where(AuditRow.action == "user.profile_changed")).one()
        assert row.payload == {"user_id": user.id, "fields": ["county", "locale", "recommendations"]}


def test_a_visitor_has_no_account(factory: UnitOfWorkFactory) -> None:
    with pytest.raises(SignInRequired), factory.writing(VISITOR) as uow:
        service.change_profile(uow, "x", None, "en", recommendations=True)
