"""The form of three parties: whoever made the result signs the contract too, by a click or on paper; nothing binds without."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.contracts.rules import Basis, DocumentState, PaperState
from marketplace.contracts.signing_service import whose_turn
from marketplace.deals import document_service, offer_service
from marketplace.deals.document_queries import document_page
from marketplace.deals.models import Deal
from marketplace.deals.progress import Who
from marketplace.deals.queries import room, rows
from marketplace.deals.rules import DealState
from marketplace.home import chasing
from marketplace.home.rules import TaskKind
from marketplace.home.waiting import tasks
from marketplace.identity.rules import masked
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.notifications.models import Notification
from marketplace.results import service as results
from tests.amending import LOWERED, write_amendment, write_termination
from tests.enveloping import expire, hand_over, represented
from tests.factories import TERMS, make_deal, make_letter, sign
from tests.making import himself, made_by, make_threefold, shared, sign_by_all, written
from tests.papers import confirmed_by
from tests.paying import BY_PLAN
from tests.personas import People, made_up_number

SCAN = b"%PDF-1.4 a signed paper\n%%EOF\n"


def document_of(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def owed_by(factory: UnitOfWorkFactory, people: People, document_id: int) -> Who:
    with factory.reading(people.company) as uow:
        deal_id = uow.session.get_one(Document, document_id).deal_id
        (row,) = rows(uow, Deal.id == deal_id, 1)
    return row.next.who


def waits_for(factory: UnitOfWorkFactory, who: Actor) -> list[TaskKind]:
    with factory.reading(himself(factory, who)) as uow:
        return [task.kind for task in tasks(uow, ()) if task.kind is TaskKind.MADE]


def test_the_text_names_all_parties_and_what_each_gets_in_figures_and_words(
    factory: UnitOfWorkFactory, people: People
) -> None:
    text = document_of(factory, make_threefold(factory, people)).text
    assert "丙方一（成果完成人）：王建国（自然人）" in text
    assert f"身份证件号码：{masked(made_up_number(people.worker.user_id or 0))}" in text
    assert "丙方一（王建国）：净收入的12.5%（百分之十二点五）；" in text
    assert "丙方二（李秀英）：净收入的7.5%（百分之七点五）；" in text
    assert "合计：净收入的20%（百分之二十）。" in text
    assert text.rstrip().split("\n")[-1].startswith("丙方二（签字、盖章）：")


def test_a_contract_of_two_parties_says_nothing_of_others(factory: UnitOfWorkFactory, people: People) -> None:
    """The clause is there only where somebody has a share."""
    deal_id = make_deal(factory, people, result_id=made_by(factory, people, people.worker))
    document = document_of(factory, written(factory, people, deal_id, TERMS))
    assert "丙方" not in document.text
    assert "makers" not in [clause["key"] for clause in document.clauses]


def test_all_four_have_to_sign_before_anything_binds(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_threefold(factory, people)
    assert owed_by(factory, people, document_id) is Who.ALL
    for who, left in (
        (people.seller_contact, Who.BUYER_AND_MAKERS),
        (people.company, Who.MAKERS),
        (people.worker, Who.MAKERS),
    ):
        sign(factory, himself(factory, who), document_id)
        assert document_of(factory, document_id).state is DocumentState.SENT
        assert owed_by(factory, people, document_id) is left
    sign(factory, himself(factory, people.colleague), document_id)
    signed = document_of(factory, document_id)
    assert (signed.state, signed.basis) == (DocumentState.COMPLETE, Basis.ELECTRONIC)
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, signed.deal_id).state is DealState.IN_FORCE


def test_a_maker_may_be_the_first_to_sign(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = made_by(factory, people, people.worker, people.colleague)
    deal_id = make_deal(factory, people, result_id=result_id)
    document_id = written(factory, people, deal_id, shared((people.worker, 1250), (people.colleague, 750)))
    worker = himself(factory, people.worker)
    with factory.writing(people.seller_contact) as uow:
        again = document_service.amend(uow, document_id, {"risk": "双方各自承担。"}).id
        document_service.send(uow, again, Envelope(worker.own_party_id))
    assert owed_by(factory, people, again) is Who.MAKERS
    with pytest.raises(Conflict):
        sign(factory, people.company, again)
    assert (waits_for(factory, people.worker), waits_for(factory, people.colleague)) == ([TaskKind.MADE], [])
    sign(factory, worker, again)
    assert owed_by(factory, people, again) is Who.ALL
    with factory.reading() as uow:
        assert len(whose_turn(uow, again)) == 3
    assert waits_for(factory, people.worker) == []


def test_nobody_signs_for_a_maker_and_nobody_for_two_parties(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_threefold(factory, people)
    worker = himself(factory, people.worker)
    for other in (people.company, people.seller_contact, himself(factory, people.colleague)):
        with pytest.raises((NotPermitted, NotFound)):
            sign(factory, other, document_id, worker.own_party_id)
    sign(factory, worker, document_id)
    both = replace(worker, party_ids=worker.party_ids | {people.seller_party})
    with pytest.raises(NotPermitted):
        sign(factory, both, document_id, people.seller_party)


def test_a_maker_reads_the_text_he_is_a_party_of_and_nothing_else_of_the_deal(
    factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = made_by(factory, people, people.worker, people.loner)
    deal_id = make_deal(factory, people, result_id=result_id)
    letter_id = make_letter(factory, people, deal_id)
    terms = shared((people.worker, 1000), (people.loner, 1000))
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, terms).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.seller_contact) as uow:
        document_id = document_service.draft_contract(uow, deal_id).id
    maker = himself(factory, people.loner)
    for unseen in (document_id, letter_id):
        with factory.reading(maker) as uow, pytest.raises(NotFound):
            document_page(uow, unseen)
    with factory.writing(people.seller_contact) as uow:
        document_service.send(uow, document_id)
    with factory.reading(maker) as uow:
        page = document_page(uow, document_id)
        assert (page.may_enter, [one.role for one in page.to_sign]) == (False, ["maker"])
        assert page.actions == {"sign", "decline"}
        with pytest.raises(NotFound):
            room(uow, deal_id)
    with factory.writing(maker) as uow, pytest.raises(NotPermitted):
        document_service.amend(uow, document_id, {"risk": "丙方改写。"})
    with factory.writing(people.stranger) as uow, pytest.raises(NotFound):
        document_service.decline(uow, document_id, "与我无关。")


def test_a_maker_declines_and_the_text_is_no_longer_open(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_threefold(factory, people)
    sign(factory, people.company, document_id)
    with factory.writing(himself(factory, people.colleague)) as uow:
        document_service.decline(uow, document_id, "份额与班组商定的不同。")
    declined = document_of(factory, document_id)
    assert (declined.state, declined.note) == (DocumentState.DECLINED, "份额与班组商定的不同。")
    with pytest.raises(Conflict):
        sign(factory, himself(factory, people.worker), document_id)


def test_on_paper_an_official_looks_at_it_once_all_four_have_confirmed_the_same_scan(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = make_threefold(factory, people)
    with factory.writing(people.seller_contact) as uow:
        scan_id = document_service.upload_scan(
            uow, document_id, Upload(io.BytesIO(SCAN), "合同.pdf"), china_day(uow.now())
        ).id
    assert owed_by(factory, people, document_id) is Who.ALL
    for who in (people.seller_contact, people.company, people.worker, people.colleague):
        assert document_of(factory, document_id).paper is PaperState.UPLOADED
        with factory.writing(himself(factory, who)) as uow:
            document_service.confirm_scan(uow, document_id, scan_id)
    assert document_of(factory, document_id).paper is PaperState.CONFIRMED
    assert owed_by(factory, people, document_id) is Who.OFFICIAL
    with factory.writing(people.city_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    assert document_of(factory, document_id).basis is Basis.PAPER


def test_an_official_with_a_share_does_not_verify_the_paper_that_gives_it(
    factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = made_by(factory, people, people.worker, people.city_official)
    deal_id = make_deal(factory, people, result_id=result_id)
    document_id = written(factory, people, deal_id, shared((people.worker, 1000), (people.city_official, 2000)))
    with factory.writing(people.city_official) as uow:
        results.agree(uow, result_id, agreed=False)
    scan_id = confirmed_by(
        factory,
        document_id,
        *(
            himself(factory, one)
            for one in (people.seller_contact, people.company, people.worker, people.city_official)
        ),
    )
    with factory.writing(himself(factory, people.city_official)) as uow, pytest.raises((NotPermitted, NotFound)):
        document_service.verify_scan(uow, document_id, scan_id)
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)


def test_an_amendment_has_the_same_parties_and_needs_all_their_signatures(
    factory: UnitOfWorkFactory, people: People
) -> None:
    contract_id = make_threefold(factory, people, terms=BY_PLAN)
    sign_by_all(factory, people, contract_id)
    deal_id = document_of(factory, contract_id).deal_id
    amendment_id = write_amendment(factory, people.company, deal_id)
    text = document_of(factory, amendment_id).text
    assert "丙方二（成果完成人）：李秀英（自然人）" in text
    assert "收益份额不因本补充协议而改变" in text
    sign(factory, people.seller_contact, amendment_id)
    sign(factory, people.company, amendment_id)
    assert document_of(factory, amendment_id).state is DocumentState.SENT
    sign(factory, himself(factory, people.worker), amendment_id)
    sign(factory, himself(factory, people.colleague), amendment_id)
    assert document_of(factory, amendment_id).state is DocumentState.COMPLETE


def test_no_amendment_changes_the_shares(factory: UnitOfWorkFactory, people: People) -> None:
    contract_id = make_threefold(factory, people, terms=BY_PLAN)
    sign_by_all(factory, people, contract_id)
    deal_id = document_of(factory, contract_id).deal_id
    amending = replace(LOWERED, texts={"makers": "丙方不再取得任何收益。"})
    text = document_of(factory, write_amendment(factory, people.company, deal_id, amending)).text
    assert "不再取得" not in text


def test_a_contract_of_three_parties_ends_by_the_agreement_of_all(factory: UnitOfWorkFactory, people: People) -> None:
    contract_id = make_threefold(factory, people)
    sign_by_all(factory, people, contract_id)
    deal_id = document_of(factory, contract_id).deal_id
    agreement_id = write_termination(factory, people.seller_contact, deal_id)
    for who in (people.seller_contact, people.company, people.worker):
        sign(factory, himself(factory, who), agreement_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.IN_FORCE
    sign(factory, himself(factory, people.colleague), agreement_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.TERMINATED


def test_a_letter_of_intent_stays_one_of_two(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people, result_id=made_by(factory, people, people.worker))
    with factory.writing(people.seller_contact) as uow:
        offer_service.make_offer(uow, deal_id, shared((people.worker, 1000)))
    letter_id = make_letter(factory, people, deal_id)
    sign(factory, people.seller_contact, letter_id)
    sign(factory, people.company, letter_id)
    assert document_of(factory, letter_id).state is DocumentState.COMPLETE


def test_a_text_that_is_written_again_keeps_its_parties_and_shares(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """Taken up after its last day, and from the standard texts of the day."""
    document_id = make_threefold(factory, people)
    expire(factory, document_id, clock)
    with factory.writing(people.company) as uow:
        taken_up = document_service.take_up(uow, document_id).id
    with factory.writing(people.seller_contact) as uow:
        anew = document_service.write_anew(uow, taken_up).id
    with factory.reading() as uow:
        found = [[one.share_bp for one in makers_of(uow.session, one_id)] for one_id in (document_id, taken_up, anew)]
    assert found == [[1250, 750]] * 3
    texts = [document_of(factory, one_id).text for one_id in (document_id, taken_up, anew)]
    assert texts[1].replace("HT02", "HT01") == texts[0] == texts[2].replace("HT03", "HT01")


def test_a_unit_hands_its_signature_to_no_maker(factory: UnitOfWorkFactory, people: People) -> None:
    """He is a party himself, and nobody signs for two."""
    represented(factory, people)
    document_id = make_threefold(factory, people)
    with pytest.raises(InvalidInput) as error:
        hand_over(factory, people.seller_contact, document_id, people.worker)
    assert "to" in error.value.fields


def test_an_official_reminds_the_makers_where_they_are_waited_for(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Callable[[], int]
) -> None:
    """By the address of the text, for they do not see the deal."""
    document_id = make_threefold(factory, people)
    for who in (people.seller_contact, people.company, people.worker):
        sign(factory, himself(factory, who), document_id)
    clock.forward(days=16)
    drain()
    with factory.writing(people.city_official) as uow:
        chasing.remind_of_deal(uow, document_of(factory, document_id).deal_id)
    drain()
    with factory.reading() as uow:
        newest = select(Notification).order_by(Notification.id.desc()).limit(1)
        told = uow.session.scalars(newest).one()
    assert (told.user_id, told.url) == (people.colleague.user_id, f"/documents/{document_id}")


def test_makers_hear_that_a_text_no_longer_waits_for_them(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    document_id = make_threefold(factory, people)
    sign(factory, himself(factory, people.worker), document_id)
    with factory.writing(people.company) as uow:
        document_service.amend(uow, document_id, {"risk": "风险由双方各半承担。"})
    drain()
    with factory.reading() as uow:
        told = uow.session.scalars(select(Notification).order_by(Notification.id)).all()
    said = {one.user_id: one.message for one in told}
    assert "which you have signed, is void" in said[people.worker.user_id or 0]
    assert "waited for your signature, is void" in said[people.colleague.user_id or 0]
