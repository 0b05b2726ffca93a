"""An app whose codes confirm signatures: set up with the password, accepted once, removed by its person or an administrator."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select, text

from marketplace.accounts.models import User
from marketplace.admin import service as admin
from marketplace.audit.models import AuditRow
from marketplace.contracts.confirming import ways_for
from marketplace.contracts.models import Document, Signature
from marketplace.deals import document_service
from marketplace.identity import authenticators, service
from marketplace.identity.factors import Factor
from marketplace.identity.models import Authenticator
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotPermitted, TooManyAttempts
from marketplace.kernel.permissions import Actor
from tests.authenticating import begun, code_at, kept_secret, set_up
from tests.crowd import run_at_once
from tests.factories import confirmation, make_contract, make_deal, sign
from tests.letters import Letterbox
from tests.personas import PASSWORD, People, another_administrator


def waiting(factory: UnitOfWorkFactory, people: People) -> int:
    """A text that waits for both signatures."""
    return make_contract(factory, people, make_deal(factory, people))


def sign_by_app(factory: UnitOfWorkFactory, actor: Actor, document_id: int, code: str) -> None:
    with factory.writing(actor) as uow:
        confirmed = replace(confirmation(uow, document_id), factor=Factor.TOTP, code=code)
        document_service.sign(uow, document_id, confirmed)


def factors_of(factory: UnitOfWorkFactory) -> list[str]:
    with factory.reading() as uow:
        return list(uow.session.scalars(select(Signature.factor).order_by(Signature.at, Signature.party_id)))


def offered(factory: UnitOfWorkFactory, actor: Actor, document_id: int) -> tuple[Factor, ...]:
    with factory.reading(actor) as uow:
        return ways_for(uow, uow.session.get_one(Document, document_id).text).factors


def test_the_signature_says_by_which_of_both_it_was_given(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = waiting(factory, people)
    assert offered(factory, people.company, document_id) == (Factor.CODE,)
    secret = set_up(factory, people.company)
    assert offered(factory, people.company, document_id) == (Factor.TOTP, Factor.CODE)
    sign_by_app(factory, people.company, document_id, code_at(factory, secret))
    sign(factory, people.seller_contact, document_id)
    assert sorted(factors_of(factory)) == ["code", "totp"]
    other = waiting(factory, people)
    sign(factory, people.company, other)
    assert sorted(factors_of(factory)) == ["code", "code", "totp"], "whoever has an app may still have a code sent"


def test_an_app_counts_once_a_code_of_it_was_given_within_the_time(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    document_id = waiting(factory, people)
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        authenticators.begin(uow, "not the password")
    secret = begun(factory, people.company)
    assert offered(factory, people.company, document_id) == (Factor.CODE,)
    with pytest.raises(InvalidInput):
        sign_by_app(factory, people.company, document_id, code_at(factory, secret))
    clock.forward(minutes=15)
    with factory.reading(people.company) as uow:
        assert authenticators.secret_to_show(uow) is None
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        authenticators.confirm(uow, code_at(factory, secret))
    set_up(factory, people.company)
    with factory.reading(people.company) as uow:
        assert authenticators.secret_to_show(uow) is None, "a secret that counts is never shown again"
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        authenticators.begin(uow, PASSWORD)


def test_the_secret_is_kept_encrypted_for_its_person_and_as_what_it_is(
    factory: UnitOfWorkFactory, people: People
) -> None:
    secret = set_up(factory, people.company)
    set_up(factory, people.seller_contact)
    with factory.writing() as uow:
        mine, theirs = uow.session.scalars(select(Authenticator).order_by(Authenticator.id))
        assert secret not in str(mine.sealed)
        mine.sealed, theirs.sealed = theirs.sealed, mine.sealed
    with pytest.raises(Conflict):
        kept_secret(factory, people.company)


def test_a_code_is_accepted_once(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    one, two = waiting(factory, people), waiting(factory, people)
    secret = set_up(factory, people.company)
    code = code_at(factory, secret)
    sign_by_app(factory, people.company, one, code)
    with pytest.raises(InvalidInput) as refused:
        sign_by_app(factory, people.company, two, code)
    assert refused.value.fields == {"code": authenticators.USED}
    with pytest.raises(InvalidInput):
        sign_by_app(factory, people.company, two, code_at(factory, secret, seconds=-30))
    clock.forward(seconds=30)
    sign_by_app(factory, people.company, two, code_at(factory, secret))
    assert factors_of(factory) == ["totp", "totp"]


def test_of_two_who_send_one_code_at_once_one_signs(factory: UnitOfWorkFactory, people: People) -> None:
    """Two tabs with two texts: neither waits for the other's deal, so only the app's own row keeps the code from both."""
    texts = [waiting(factory, people), waiting(factory, people)]
    code = code_at(factory, set_up(factory, people.company))
    outcomes: list[str] = []

    def press(document_id: int) -> None:
        try:
            sign_by_app(factory, people.company, document_id, code)
            outcomes.append("signed")
        except InvalidInput as error:
            outcomes.append(error.fields["code"])

    run_at_once([partial(press, one) for one in texts])
    assert sorted(outcomes) == sorted(["signed", authenticators.USED])
    assert factors_of(factory) == ["totp"]


@pytest.mark.parametrize(("seconds", "is_accepted"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_differ_by_one_step(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, seconds: int, is_accepted: bool
) -> None:
    document_id = waiting(factory, people)
    secret = set_up(factory, people.company)
    clock.forward(minutes=5)
    code = code_at(factory, secret, seconds)
    if is_accepted:
        sign_by_app(factory, people.company, document_id, code)
    else:
        with pytest.raises(InvalidInput):
            sign_by_app(factory, people.company, document_id, code)
    assert factors_of(factory) == (["totp"] if is_accepted else [])


def test_after_five_guesses_the_right_code_waits_too(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    document_id = waiting(factory, people)
    secret = set_up(factory, people.company)
    for number in range(5):
        wrong = f"{(int(code_at(factory, secret)) + 100_003 * (number + 1)) % 1_000_000:06d}"
        with pytest.raises(InvalidInput):
            sign_by_app(factory, people.company, document_id, wrong)
    with pytest.raises(TooManyAttempts):
        sign_by_app(factory, people.company, document_id, code_at(factory, secret))
    sign(factory, people.company, document_id)
    clock.forward(minutes=16)
    other = waiting(factory, people)
    sign_by_app(factory, people.company, other, code_at(factory, secret))


@pytest.mark.parametrize("typed", ["", "12345", "１２３４５６", "abcdef"])
def test_what_is_no_code_is_a_wrong_one(factory: UnitOfWorkFactory, people: People, typed: str) -> None:
    document_id = waiting(factory, people)
    set_up(factory, people.company)
    with pytest.raises(InvalidInput):
        sign_by_app(factory, people.company, document_id, typed)


def test_a_text_that_does_not_name_the_app_is_signed_by_a_code_that_is_sent(
    factory: UnitOfWorkFactory, people: People
) -> None:
    """Its parties agreed on that way of signing, and on no other (电子签名法 art. 13)."""
    document_id = waiting(factory, people)
    secret = set_up(factory, people.company)
    with factory.writing() as uow:
        document = uow.session.get_one(Document, document_id)
        other = document.text.replace("或者由其身份验证器生成", "")
        document.text = f"{other}\n乙方交付由其身份验证器生成的验证码样本。"
    assert offered(factory, people.company, document_id) == (Factor.CODE,)
    with pytest.raises(InvalidInput):
        sign_by_app(factory, people.company, document_id, code_at(factory, secret))
    sign(factory, people.company, document_id)


def test_it_is_removed_by_password_and_a_code_of_it(factory: UnitOfWorkFactory, people: People) -> None:
    secret = set_up(factory, people.company)
    for password, code in (("not the password", code_at(factory, secret)), (PASSWORD, "000000")):
        with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
            authenticators.remove(uow, password, Factor.TOTP, code)
    with factory.writing(people.company) as uow:
        authenticators.remove(uow, PASSWORD, Factor.TOTP, code_at(factory, secret))
    with factory.reading() as uow:
        row = uow.session.scalars(select(Authenticator)).one()
    assert (row.sealed, row.key_id, row.ended_at) == (None, None, factory.clock.now())
    set_up(factory, people.company)


def test_whoever_lost_the_phone_removes_it_by_a_code_that_is_sent_for_this(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    set_up(factory, people.company)
    document_id = waiting(factory, people)
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)
        to_sign = confirmation(uow, document_id).code
    letters.read()
    with factory.writing(people.company) as uow:
        contact = authenticators.send_removal_code(uow)
    code = letters.code(contact)
    if to_sign != code:
        with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
            authenticators.remove(uow, PASSWORD, Factor.CODE, to_sign)
    with factory.writing(people.company) as uow:
        authenticators.remove(uow, PASSWORD, Factor.CODE, code)
    told = [mail for mail in letters.read() if mail.to == contact]
    assert sum("身份验证器已从您的账号中移除" in mail.text for mail in told) == 1


def test_an_administrator_takes_it_away_for_a_reason_that_is_told(
    factory: UnitOfWorkFactory, people: People, letters: Letterbox
) -> None:
    set_up(factory, people.company)
    administrator = another_administrator(factory)
    tries: tuple[tuple[Actor, str, type[DomainError]], ...] = (
        (people.city_official, "手机丢失", NotPermitted),
        (people.company, "手机丢失", NotPermitted),
        (administrator, "  ", InvalidInput),
    )
    for actor, reason, error in tries:
        with pytest.raises(error), factory.writing(actor) as uow:
            admin.take_authenticator(uow, people.company.user_id or 0, reason)
    with factory.writing(administrator) as uow:
        admin.take_authenticator(uow, people.company.user_id or 0, "手机丢失，已核对身份证")
    with pytest.raises(Conflict), factory.writing(administrator) as uow:
        admin.take_authenticator(uow, people.company.user_id or 0, "再来一次")
    with factory.reading() as uow:
        mine = AuditRow.actor_id == administrator.user_id
        rows = uow.session.execute(select(AuditRow.action, AuditRow.object).where(mine).order_by(AuditRow.id)).all()
        address = uow.session.get_one(User, people.company.user_id).email
    assert {row.action for row in rows} == {"authenticator.moved", "admin.intervened"}
    assert any(mail.to == address and "手机丢失，已核对身份证" in mail.text for mail in letters.read())


def test_no_administrator_takes_away_his_own(factory: UnitOfWorkFactory, people: People) -> None:
    administrator = another_administrator(factory)
    set_up(factory, administrator)
    with pytest.raises(NotPermitted), factory.writing(administrator) as uow:
        admin.take_authenticator(uow, administrator.user_id or 0, "手机丢失")


def test_without_the_key_it_is_said_and_a_code_that_is_sent_goes_on(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = waiting(factory, people)
    secret = set_up(factory, people.company)
    file = factory.services.settings.identity_keys_file
    content = file.read_text()
    file.unlink()
    with pytest.raises(InvalidInput) as told:
        sign_by_app(factory, people.company, document_id, code_at(factory, secret))
    assert "identity_keys.json" in told.value.fields["code"]
    with pytest.raises(Conflict), factory.writing(people.seller_contact) as uow:
        authenticators.begin(uow, PASSWORD)
    assert not file.exists(), "new keys would hide that the old ones are lost"
    sign(factory, people.company, document_id)
    file.write_text(content)
    sign_by_app(factory, people.company, waiting(factory, people), code_at(factory, secret))


def test_a_rotation_reaches_the_secrets(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    secret = set_up(factory, people.company)
    for _ in range(2):  # The second drops the key under which it was kept before the first.
        with factory.writing() as uow:
            service.rotate_key(uow)
    assert kept_secret(factory, people.company) == secret
    sign_by_app(factory, people.company, waiting(factory, people), code_at(factory, secret))


def test_the_secret_of_a_set_up_that_was_abandoned_goes(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    secret = set_up(factory, people.worker)
    begun(factory, people.company)
    clock.forward(hours=2)
    begun(factory, people.colleague)
    with factory.writing() as uow:
        authenticators.forget_abandoned(uow)
        rows = {row.user_id: row.sealed is None for row in uow.session.scalars(select(Authenticator))}
    assert rows == {people.worker.user_id: False, people.company.user_id: True, people.colleague.user_id: False}
    assert kept_secret(factory, people.worker) == secret
    assert set_up(factory, people.company)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_set_up_and_a_rotation_at_once_do_not_wait_for_each_other(factory: UnitOfWorkFactory, people: People) -> None:
    """Both want the keys and the row of the set-up, and no database sees a lock on a file."""
    begun(factory, people.company)

    def rotate() -> None:
        with factory.writing() as uow:
            uow.session.execute(text("SET LOCAL lock_timeout = '5s'"))
            service.rotate_key(uow)

    with ThreadPoolExecutor() as threads:
        with factory.writing() as uow:
            uow.session.execute(select(Authenticator.id).with_for_update()).all()
            again = threads.submit(begun, factory, people.company)
            time.sleep(0.5)  # It waits for the row,
            rotation = threads.submit(rotate)
            time.sleep(0.5)  # and this waits behind it.
        secret = again.result()
        rotation.result()
    assert kept_secret(factory, people.company) == secret


def test_a_rotation_takes_the_keys_after_whoever_writes_already(factory: UnitOfWorkFactory, people: People) -> None:
    """SQLite's one write lock is no other lock than a row's."""

    def rotate() -> None:
        with factory.writing() as uow:
            service.rotate_key(uow)

    with ThreadPoolExecutor() as threads:
        with factory.writing(people.company) as uow:
            uow.session.connection()
            rotation = threads.submit(rotate)
            time.sleep(0.3)
            authenticators.begin(uow, PASSWORD)
        rotation.result()
