"""Electronic signatures: both parties sign one text, and with the last signature the deal is in force."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.contracts.models import Document, Signature
from marketplace.contracts.rules import METHOD, Basis, DocumentKind, DocumentState, PriceModel
from marketplace.deals import document_service
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState, EntryKind
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, TooManyAttempts
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from tests.factories import TERMS, code_sent, confirmation, make_contract, make_deal, make_letter, make_signed, sign
from tests.personas import People


def waiting(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    deal_id = make_deal(factory, people)
    return deal_id, make_contract(factory, people, deal_id)


def entries(factory: UnitOfWorkFactory) -> list[tuple[EntryKind, Basis, int, date]]:
    columns = (Entry.kind, Entry.basis, Entry.amount_fen, Entry.dated)
    with factory.reading() as uow:
        return list(uow.session.execute(select(*columns).order_by(Entry.id)))


def state_of(factory: UnitOfWorkFactory, deal_id: int) -> DealState:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id).state


def test_the_second_signature_puts_the_deal_in_force(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id, document_id = waiting(factory, people)
    sign(factory, people.seller_contact, document_id)
    assert (state_of(factory, deal_id), entries(factory)) == (DealState.SIGNING, [])
    clock.forward(hours=15)  # 20 November, 17:00 UTC is the 21st in China
    sign(factory, people.company, document_id)
    assert state_of(factory, deal_id) is DealState.IN_FORCE
    assert entries(factory) == [(EntryKind.IN_FORCE, Basis.ELECTRONIC, 18_000_000, date(2026, 11, 21))]
    with factory.reading() as uow:
        document = uow.session.get_one(Document, document_id)
        assert (document.state, document.basis) == (DocumentState.COMPLETE, Basis.ELECTRONIC)
        assert document.completed_at == clock.now() == uow.session.get_one(Deal, deal_id).in_force_at


def test_a_signature_says_who_when_from_where_and_what(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    _, document_id = waiting(factory, people)
    sign(factory, people.company, document_id)
    with factory.reading() as uow:
        text = uow.session.get_one(Document, document_id).text
        signature = uow.session.scalars(select(Signature)).one()
    assert (signature.user_id, signature.party_id) == (people.company.user_id, people.buyer_party)
    assert (signature.signer_name, signature.at) == ("孙丽华", clock.now())
    assert (signature.ip, signature.user_agent) == ("127.0.0.1", "test browser")
    assert signature.sha256 == hashlib.sha256(text.encode()).hexdigest()


def refused_to_sign(
    factory: UnitOfWorkFactory, actor: Actor, document_id: int, **wrong: Any
) -> pytest.ExceptionInfo[DomainError]:
    """Somebody has a code sent and confirms all but what is wrong; nothing is signed."""
    with factory.writing(actor) as uow:
        document_service.send_signing_code(uow, document_id)
    with pytest.raises(DomainError) as refused, factory.writing(actor) as uow:
        document_service.sign(uow, document_id, replace(confirmation(uow, document_id), **wrong))
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Signature)) == 0
    return refused


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "not the password"}, "password"),
        ({"code": ""}, "code"),
        ({"code": "12345"}, "code"),
        ({"method": ""}, "agrees"),
        ({"method": "2026-11"}, "agrees"),
        ({"method": "2020-01"}, "agrees"),
    ],
)
def test_whoever_does_not_confirm_all_of_it_signs_nothing(
    factory: UnitOfWorkFactory, people: People, wrong: dict[str, str], field: str
) -> None:
    _, document_id = waiting(factory, people)
    refused = refused_to_sign(factory, people.company, document_id, **wrong)
    assert isinstance(refused.value, InvalidInput)
    assert field in refused.value.fields
    sign(factory, people.company, document_id)
    with factory.reading() as uow:
        signature = uow.session.scalars(select(Signature)).one()
    assert (signature.method, signature.factor) == (METHOD, "code")


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_another_text_than_the_one_shown_is_not_signed(factory: UnitOfWorkFactory, people: People, shown: str) -> None:
    _, document_id = waiting(factory, people)
    assert isinstance(refused_to_sign(factory, people.company, document_id, shown_sha256=shown).value, Conflict)


def test_a_code_is_good_for_the_document_it_was_sent_for_once_and_for_a_quarter_of_an_hour(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    _, one = waiting(factory, people)
    _, two = waiting(factory, people)
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, one)
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.sign(uow, two, confirmation(uow, two))
    with factory.reading(people.company) as uow:
        other_persons = confirmation(uow, one)
    with pytest.raises(InvalidInput), factory.writing(people.seller_contact) as uow:
        document_service.sign(uow, one, other_persons)
    clock.forward(minutes=15)
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.sign(uow, one, confirmation(uow, one))
    sign(factory, people.company, one)
    with factory.reading(people.company) as uow:
        used = code_sent(uow, one)
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.sign(uow, two, replace(confirmation(uow, two), code=used))


def test_after_five_guesses_the_code_is_worth_nothing_and_a_new_one_is_sent(
    factory: UnitOfWorkFactory, people: People
) -> None:
    _, document_id = waiting(factory, people)
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)
        right = confirmation(uow, document_id)
    for number in range(5):
        wrong = replace(right, code=f"{(int(right.code) + number + 1) % 1_000_000:06d}")
        with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
            document_service.sign(uow, document_id, wrong)
    with pytest.raises(TooManyAttempts), factory.writing(people.company) as uow:
        document_service.sign(uow, document_id, right)
    sign(factory, people.company, document_id)


def test_a_code_that_went_to_an_earlier_address_is_worth_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)
    with factory.writing() as uow:
        uow.session.get_one(User, people.company.user_id).email = "new@example.org"
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))


def test_codes_of_two_documents_stand_beside_each_other(factory: UnitOfWorkFactory, people: People) -> None:
    documents = [waiting(factory, people)[1] for _ in range(2)]
    for document_id in documents:
        with factory.writing(people.company) as uow:
            document_service.send_signing_code(uow, document_id)
    for document_id in documents:
        with factory.writing(people.company) as uow:
            document_service.sign(uow, document_id, confirmation(uow, document_id))


def test_the_message_with_the_code_names_what_is_signed(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    deal_id, document_id = waiting(factory, people)
    drain()
    capsys.readouterr()
    with factory.writing(people.company) as uow:
        contact = document_service.send_signing_code(uow, document_id)
        code = code_sent(uow, document_id)
    drain()
    letter = capsys.readouterr().out
    assert f"--- mail to {contact}" in letter
    assert code in letter
    assert letter.count(f"技术许可合同 JG-{deal_id:06d}-HT01") == 2


def test_whoever_has_no_confirmed_address_is_told_before_he_signs(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(User, people.company.user_id).email_verified_at = None
    with pytest.raises(NotPermitted, match="Confirm yours first"), factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)


def test_no_code_is_sent_to_whoever_cannot_sign(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    for actor, refusal in ((people.stranger, NotFound), (people.county_official, NotPermitted)):
        with pytest.raises(refusal), factory.writing(actor) as uow:
            document_service.send_signing_code(uow, document_id)


def test_nobody_signs_twice_or_for_both(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id, document_id = waiting(factory, people)
    sign(factory, people.company, document_id)
    for again in (people.company, people.company_admin):
        with pytest.raises(Conflict):
            sign(factory, again, document_id)
    both = replace(people.company, party_ids=people.company.party_ids | {people.seller_party})
    with pytest.raises(NotPermitted):
        sign(factory, both, document_id, people.seller_party)
    assert (state_of(factory, deal_id), entries(factory)) == (DealState.SIGNING, [])


@pytest.mark.parametrize("who", ["worker", "county_official", "city_official"])
def test_who_may_read_may_not_sign(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    _, document_id = waiting(factory, people)
    with pytest.raises(NotPermitted):
        sign(factory, getattr(people, who), document_id)


@pytest.mark.parametrize("unverified", ["seller_id", "buyer_id"])
def test_nobody_signs_with_an_unverified_organisation(
    factory: UnitOfWorkFactory, people: People, unverified: str
) -> None:
    _, document_id = waiting(factory, people)
    with factory.writing() as uow:
        organisation = uow.session.get_one(Organisation, getattr(people, unverified))
        organisation.state, organisation.verified_at = OrganisationState.RETURNED, None
    for actor in (people.company, people.seller_contact):
        with pytest.raises(NotPermitted):
            sign(factory, actor, document_id)


def test_a_draft_is_not_signed(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id, old_id = waiting(factory, people)
    with factory.writing(people.company) as uow:
        document_id = document_service.amend(uow, old_id, {"risk": "风险由甲方承担。"}).id
    with pytest.raises(Conflict):
        sign(factory, people.company, document_id)
    assert state_of(factory, deal_id) is DealState.DRAFTING


def test_what_is_signed_by_both_stays(factory: UnitOfWorkFactory, people: People) -> None:
    make_signed(factory, people)
    with factory.reading() as uow:
        document_id = uow.session.scalars(select(Document.id)).one()
    tries: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: document_service.decline(uow, document_id, "反悔"),
        lambda uow: document_service.amend(uow, document_id, {"risk": "风险由甲方承担。"}),
        lambda uow: document_service.send(uow, document_id),
    )
    for use_case in tries:
        with pytest.raises(Conflict), factory.writing(people.company) as uow:
            use_case(uow)


def test_two_sign_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    """Both signatures are recorded, and exactly one of them completes the contract."""
    deal_id, document_id = waiting(factory, people)
    start, failed = threading.Barrier(2), []

    def press(actor: Actor) -> None:
        start.wait()
        try:
            sign(factory, actor, document_id)
        except DomainError as error:
            failed.append(error)

    threads = [threading.Thread(target=press, args=(who,)) for who in (people.company, people.seller_contact)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert state_of(factory, deal_id) is DealState.IN_FORCE
    assert len(entries(factory)) == 1
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(Signature)) == 2


def test_two_of_one_party_sign_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    _, document_id = waiting(factory, people)
    start, outcomes = threading.Barrier(2), []

    def press(actor: Actor) -> None:
        start.wait()
        try:
            sign(factory, actor, document_id)
            outcomes.append("signed")
        except Conflict:
            outcomes.append("told")

    threads = [threading.Thread(target=press, args=(who,)) for who in (people.company, people.company_admin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["signed", "told"]


def test_a_pure_royalty_comes_into_force_with_nothing_on_the_ladder(factory: UnitOfWorkFactory, people: People) -> None:
    terms = replace(TERMS, price_model=PriceModel.ROYALTY, amount_fen=0, royalty_bp=350, royalty_base="年节约电费")
    deal_id = make_signed(factory, people, terms)
    assert state_of(factory, deal_id) is DealState.IN_FORCE
    assert [entry[2] for entry in entries(factory)] == [0], "the estimate of a royalty does not count"


def test_a_letter_of_intent_binds_nobody(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    letter_id = make_letter(factory, people, deal_id)
    sign(factory, people.company, letter_id)
    sign(factory, people.seller_contact, letter_id)
    with factory.reading() as uow:
        letter = uow.session.get_one(Document, letter_id)
    assert (letter.kind, letter.state) == (DocumentKind.LETTER_OF_INTENT, DocumentState.COMPLETE)
    assert (letter.amount_fen, letter.basis) == (13_000_000, Basis.ELECTRONIC)
    assert "对双方均不具有法律约束力" in letter.text
    assert "人民币壹拾叁万元整" in letter.text
    assert (state_of(factory, deal_id), entries(factory)) == (DealState.NEGOTIATING, [])


def test_its_nature_cannot_be_edited_away(factory: UnitOfWorkFactory, people: People) -> None:
    letter_id = make_letter(factory, people, make_deal(factory, people))
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.amend(uow, letter_id, {"nature": "本意向书具有约束力。", "amount": "一亿元"})


def test_a_letter_that_still_waits_is_void_once_the_contract_is_in_force(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal_id = make_deal(factory, people)
    letter_id = make_letter(factory, people, deal_id)
    document_id = make_contract(factory, people, deal_id)
    sign(factory, people.company, document_id)
    sign(factory, people.seller_contact, document_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Document, letter_id).state is DocumentState.VOID
