"""The contract text: written from the accepted offer, changed by the parties, hashed as it is."""

import hashlib
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.contracts.clauses import from_rows
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals import document_service, offer_service, service
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from tests.factories import TERMS, make_contract, make_deal, sign
from tests.personas import People


def read(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def state_of(factory: UnitOfWorkFactory, deal_id: int) -> DealState:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id).state


def test_the_text_says_who_what_and_how_much(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    document = read(factory, make_contract(factory, people, deal_id))
    for said in (
        "技术许可合同",
        "甲方（被许可人）：寿光蓝海化工有限公司",
        "乙方（许可人）：青州前程机械有限公司",
        "统一社会信用代码：91370783MA3C00002T",
        "所在地：潍坊市青州市",
        "所涉创新成果：变压器油箱自动焊接工装。",
        "所解决的技术需求：大型储罐焊接变形控制。",
        "人民币180,000.00元（大写：人民币壹拾捌万元整）",
        "连续焊接20件，返修率不超过2%。",
        "SHA-256",
    ):
        assert said in document.text
    assert document.sha256 == hashlib.sha256(document.text.encode("utf-8")).hexdigest()
    assert (document.amount_fen, document.state, document.number) == (18_000_000, DocumentState.SENT, 1)
    assert state_of(factory, deal_id) is DealState.SIGNING


def test_no_contract_without_an_accepted_offer(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        document_service.draft_contract(uow, deal_id)
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.seller_contact) as uow:
        offer_service.make_offer(uow, deal_id, replace(TERMS, amount_fen=1_000_000))
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        document_service.draft_contract(uow, deal_id)


def test_a_text_is_written_once(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    make_contract(factory, people, deal_id)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        document_service.draft_contract(uow, deal_id)


def test_an_amended_clause_is_a_new_text_and_the_old_one_is_void(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    old_id = make_contract(factory, people, deal_id)
    with factory.writing(people.company) as uow:
        new_id = document_service.amend(uow, old_id, {"dispute": "提交潍坊仲裁委员会仲裁。\r\n\r\n裁决是终局的。"}).id
    old, new = read(factory, old_id), read(factory, new_id)
    assert (old.state, new.state, new.number) == (DocumentState.VOID, DocumentState.DRAFT, 2)
    assert "提交潍坊仲裁委员会仲裁。\n11.2　裁决是终局的。" in new.text
    assert old.sha256 != new.sha256 == hashlib.sha256(new.text.encode()).hexdigest()
    assert [clause.key for clause in from_rows(new.clauses) if clause.is_amended] == ["dispute"]
    assert "人民法院" in next(c for c in from_rows(new.clauses) if c.key == "dispute").standard
    assert state_of(factory, deal_id) is DealState.DRAFTING


def test_a_price_is_changed_by_an_offer_only(factory: UnitOfWorkFactory, people: People) -> None:
    old_id = make_contract(factory, people, make_deal(factory, people))
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        document_service.amend(uow, old_id, {"price": "甲方支付一元。", "signing": "口头即可。"})
    assert read(factory, old_id).state is DocumentState.SENT


@pytest.mark.parametrize("text", ["", " \r\n\t", "长" * 8001])
def test_an_empty_or_endless_clause_is_refused(factory: UnitOfWorkFactory, people: People, text: str) -> None:
    old_id = make_contract(factory, people, make_deal(factory, people))
    with pytest.raises(InvalidInput) as refused, factory.writing(people.company) as uow:
        document_service.amend(uow, old_id, {"risk": text})
    assert set(refused.value.fields) == {"risk"}
    assert read(factory, old_id).state is DocumentState.SENT, "a refused change leaves the text as it was"


def test_two_who_amend_the_same_text(factory: UnitOfWorkFactory, people: People) -> None:
    old_id = make_contract(factory, people, make_deal(factory, people))
    with factory.writing(people.company) as uow:
        document_service.amend(uow, old_id, {"risk": "风险由甲方承担。"})
    with pytest.raises(Conflict), factory.writing(people.seller_contact) as uow:
        document_service.amend(uow, old_id, {"risk": "风险由乙方承担。"})


def test_a_signature_is_lost_with_the_text_it_stood_under(factory: UnitOfWorkFactory, people: People) -> None:
    old_id = make_contract(factory, people, make_deal(factory, people))
    sign(factory, people.seller_contact, old_id)
    with factory.writing(people.company) as uow:
        new_id = document_service.amend(uow, old_id, {"risk": "风险由甲方承担。"}).id
        document_service.send(uow, new_id)
    with pytest.raises(Conflict):
        sign(factory, people.company, old_id)
    sign(factory, people.company, new_id)
    assert read(factory, new_id).state is DocumentState.SENT
    sign(factory, people.seller_contact, new_id)
    assert read(factory, new_id).state is DocumentState.COMPLETE


def test_declining_to_sign_and_negotiating_again(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    document_id = make_contract(factory, people, deal_id)
    with factory.writing(people.company) as uow:
        document_service.decline(uow, document_id, "验收期太短")
    assert (read(factory, document_id).state, read(factory, document_id).note) == (DocumentState.DECLINED, "验收期太短")
    with factory.writing(people.seller_contact) as uow:
        service.take(uow, deal_id, "reopen")
    assert read(factory, document_id).state is DocumentState.VOID
    assert read(factory, make_contract(factory, people, deal_id)).number == 2


@pytest.mark.parametrize("who", ["worker", "county_official", "city_official"])
def test_readers_do_not_write_contracts(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    deal_id = make_deal(factory, people)
    actor = getattr(people, who)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        document_service.draft_contract(uow, deal_id)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        document_service.draft_letter(uow, deal_id, 100)
    document_id = make_contract(factory, people, deal_id)
    with pytest.raises(NotPermitted), factory.writing(actor) as uow:
        document_service.amend(uow, document_id, {"risk": "没有风险。"})


def test_others_do_not_know_of_it(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    for who in ("stranger", "loner", "colleague", "other_official", "administrator"):
        for known in (document_id, 999):
            with pytest.raises(NotFound), factory.writing(getattr(people, who)) as uow:
                document_service.decline(uow, known, "不签")


def test_a_person_as_a_party_is_named_without_a_credit_code(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people, to_party_id=people.worker.own_party_id)
    with factory.writing(people.worker) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
        text = document_service.draft_contract(uow, deal_id).text
    number = r"身份证件号码：3799\*{10}[0-9X]{4}"
    assert re.search(f"乙方（许可人）：王建国（自然人）\n{number}\n工作单位所在地：潍坊市青州市", text)


def test_one_live_text_of_a_kind_even_in_sql(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    make_contract(factory, people, deal_id)
    with factory.reading() as uow:
        kinds = uow.session.scalars(select(Document.kind).where(Document.deal_id == deal_id)).all()
    assert kinds == [DocumentKind.CONTRACT]
