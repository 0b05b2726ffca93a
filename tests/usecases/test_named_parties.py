"""What a text says of its parties is what holds when it is signed, or it is written anew."""

import threading

import pytest
from sqlalchemy import update

from marketplace.accounts import service as accounts
from marketplace.accounts.models import User
from marketplace.contracts.clauses import PartyFacts
from marketplace.deals import document_queries, document_service, offer_service
from marketplace.identity import service as identities
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from tests.enveloping import document_of, send_contract
from tests.factories import TERMS, confirmation, make_deal, make_result, sign
from tests.identifying import identify
from tests.personas import People, actor_in, made_up_number


def of_a_person(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract in which the worker sells in his own name, sent for signature."""
    own = people.worker.own_party_id
    deal_id = make_deal(factory, people, result_id=make_result(factory, people, party_id=own), to_party_id=own)
    with factory.writing(people.worker) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.worker) as uow:
        document_id = document_service.draft_contract(uow, deal_id).id
        document_service.send(uow, document_id)
        return document_id


def call(factory: UnitOfWorkFactory, actor: Actor, name: str) -> Actor:
    """Have somebody change his name; gives him as the next request has him."""
    with factory.writing(actor) as uow:
        accounts.change_profile(uow, name, "qingzhou", "zh_CN", recommendations=True)
    with factory.reading() as uow:
        return actor_in(uow.session, uow.session.get_one(User, actor.user_id))


def represent(factory: UnitOfWorkFactory, unit: int, name: str) -> None:
    with factory.writing() as uow:
        uow.session.execute(update(Organisation).where(Organisation.id == unit).values(representative=name))


def test_who_bears_another_name_and_number_than_the_text_says_signs_another_text(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = of_a_person(factory, people)
    worker = call(factory, people.worker, "王改名")
    identify(factory, people, worker, made_up_number(888))
    for actor in (worker, people.company):
        with pytest.raises(Conflict, match="names a party as it no longer is"):
            sign(factory, actor, document_id)
    with factory.reading(worker) as uow:
        assert document_queries.document_page(uow, document_id).is_outdated
    with factory.writing(worker) as uow:
        anew = document_service.amend(uow, document_id, {}).id
        document_service.send(uow, anew)
    old, new = document_of(factory, document_id), document_of(factory, anew)
    assert new.clauses == old.clauses
    assert "：王改名（自然人）\n" in new.text
    sign(factory, worker, anew)
    sign(factory, people.company, anew)


def test_another_number_under_the_same_name_is_another_text_too(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = of_a_person(factory, people)
    identify(factory, people, people.worker, made_up_number(888))
    with pytest.raises(Conflict, match="names a party as it no longer is"):
        sign(factory, people.worker, document_id)


def test_who_takes_his_number_back_after_signing_keeps_nobody_from_signing(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = of_a_person(factory, people)
    sign(factory, people.worker, document_id)
    with factory.writing(people.worker) as uow:
        identities.withdraw(uow)
    sign(factory, people.company, document_id)


def test_a_text_that_names_another_representative_is_not_signed(factory: UnitOfWorkFactory, people: People) -> None:
    represent(factory, people.buyer_id, "厉代表")
    document_id = send_contract(factory, people)
    represent(factory, people.buyer_id, "新代表")
    with pytest.raises(Conflict, match="names a party as it no longer is"):
        sign(factory, people.company, document_id)
    represent(factory, people.buyer_id, "厉代表")
    sign(factory, people.company, document_id)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("who", ["unit", "person"])
def test_no_party_changes_its_name_under_a_signature_that_is_being_written(
    factory: UnitOfWorkFactory, people: People, who: str
) -> None:
    document_id = of_a_person(factory, people)
    changed = threading.Event()

    def change() -> None:
        if who == "unit":
            represent(factory, people.buyer_id, "新代表")
        else:
            call(factory, people.worker, "王改名")
        changed.set()

    signer = people.worker if who == "unit" else people.company
    with factory.writing(signer) as uow:
        document_service.send_signing_code(uow, document_id)
    other = threading.Thread(target=change)
    with factory.writing(signer) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))
        other.start()
        assert not changed.wait(0.7), "it names another party already before it is written"
    other.join(10)
    assert changed.is_set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_last_signature_waits_for_a_change_that_began_before_it(factory: UnitOfWorkFactory, people: People) -> None:
    represent(factory, people.buyer_id, "厉代表")
    document_id = send_contract(factory, people)
    sign(factory, people.company, document_id)
    with factory.writing(people.seller_contact) as uow:
        document_service.send_signing_code(uow, document_id)
    refused = list[str]()

    def put_name() -> None:
        try:
            with factory.writing(people.seller_contact) as uow:
                document_service.sign(uow, document_id, confirmation(uow, document_id))
        except Conflict as error:
            refused.append(error.message)

    other = threading.Thread(target=put_name)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).representative = "新代表"
        uow.flush()
        other.start()
        other.join(0.7)
        assert other.is_alive(), "it completes a text that names the buyer's representative of before"
    other.join(10)
    assert len(refused) == 1
    assert "names a party as it no longer is" in refused[0]


def test_nothing_is_written_anew_that_is_right(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = send_contract(factory, people)
    with factory.reading(people.company) as uow:
        assert not document_queries.document_page(uow, document_id).is_outdated
    with pytest.raises(InvalidInput, match="changed nothing"), factory.writing(people.company) as uow:
        document_service.amend(uow, document_id, {})


def test_an_older_text_is_judged_by_the_lines_it_has() -> None:
    worker = PartyFacts("王建国", True, "", "示范市", "", "3799**********0010")
    assert worker.is_named_in("乙方（转让人）：王建国（自然人）\n工作单位所在地：别处")
    assert not worker.is_named_in("乙方（转让人）：王建国（自然人）\n身份证件号码：3799**********9999")
    unit = PartyFacts("机械厂", False, "91370781MA3C00001T", "示范市", "厉代表")
    assert unit.is_named_in("乙方：机械厂\n统一社会信用代码：91370781MA3C00001T\n所在地：别处")
    assert not unit.is_named_in("乙方：机械厂\n统一社会信用代码：未登记")
