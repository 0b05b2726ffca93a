"""Contracts on paper: a scan, the confirmation of both, the verification by an official."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from marketplace.contracts.conditions import SIGNED_ON_PAPER
from marketplace.contracts.models import Document
from marketplace.contracts.rules import OFFICIAL_AWAITED, Basis, DocumentState, EndReason, PaperState
from marketplace.deals import document_queries, document_service, queries, service
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor, Appointment, Office
from tests.factories import confirmation, make_contract, make_deal, make_letter, make_need, make_result, sign
from tests.papers import PAPER, scanned
from tests.personas import People


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    return make_contract(factory, people, make_deal(factory, people))


def upload(factory: UnitOfWorkFactory, actor: Actor, document_id: int, content: bytes = PAPER) -> int:
    with factory.writing(actor) as uow:
        return scanned(uow, document_id, content).id


def confirm(factory: UnitOfWorkFactory, actor: Actor, document_id: int, scan_id: int) -> None:
    with factory.writing(actor) as uow:
        document_service.confirm_scan(uow, document_id, scan_id)


def read(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def test_from_the_scan_to_a_contract_in_force(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    assert read(factory, document_id).paper is PaperState.UPLOADED
    confirm(factory, people.seller_contact, document_id, scan_id)
    assert read(factory, document_id).paper is PaperState.CONFIRMED
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    document = read(factory, document_id)
    assert (document.state, document.paper) == (DocumentState.COMPLETE, PaperState.VERIFIED)
    assert (document.basis, document.verified_by_id) == (Basis.PAPER, people.county_official.user_id)
    with factory.reading() as uow:
        assert uow.session.scalars(select(Deal.state)).one() is DealState.IN_FORCE
        entry = uow.session.scalars(select(Entry)).one()
    assert (entry.basis, entry.amount_fen) == (Basis.PAPER, 18_000_000)


def test_who_has_confirmed_his_paper_is_not_asked_to_sign_again(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    with factory.reading(people.company) as uow:
        page = document_queries.document_page(uow, document_id)
        assert (page.awaits_paper, page.is_my_turn) == (SIGNED_ON_PAPER, False)
    with factory.writing(people.company) as uow, pytest.raises(Conflict, match="signed this text on paper"):
        document_service.send_signing_code(uow, document_id)
    confirm(factory, people.seller_contact, document_id, scan_id)
    for actor in (people.company, people.seller_contact):
        with factory.reading(actor) as uow:
            page = document_queries.document_page(uow, document_id)
            assert (page.awaits_paper, page.is_my_turn) == (OFFICIAL_AWAITED, False)


def test_a_scan_nobody_has_confirmed_is_set_aside_once_all_have_signed_electronically(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    upload(factory, people.seller_contact, document_id)
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)
    document = read(factory, document_id)
    assert (document.state, document.basis, document.paper) == (
        DocumentState.COMPLETE,
        Basis.ELECTRONIC,
        PaperState.NONE,
    )


def test_a_new_scan_asks_both_again(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    first = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, first)
    second = upload(factory, people.company, document_id, PAPER + b" page 2")
    assert read(factory, document_id).paper is PaperState.UPLOADED
    for scan_id in (first, second):
        with pytest.raises(Conflict), factory.writing(people.county_official) as uow:
            document_service.verify_scan(uow, document_id, scan_id)
    with pytest.raises(Conflict):
        confirm(factory, people.company, document_id, first)
    confirm(factory, people.seller_contact, document_id, second)
    assert read(factory, document_id).paper is PaperState.UPLOADED, "confirmations of the first scan do not count"


def take_back(uow: UnitOfWork, document_id: int) -> dict[str, Callable[[], object]]:
    """Everything by which one party alone could undo a paper that both have confirmed."""
    deal_id = uow.session.get_one(Document, document_id).deal_id
    return {
        "amend": lambda: document_service.amend(uow, document_id, {"risk": "风险由对方承担。"}),
        "decline": lambda: document_service.decline(uow, document_id, "反悔"),
        "upload": lambda: scanned(uow, document_id, PAPER + b"!"),
        "code": lambda: document_service.send_signing_code(uow, document_id),
        "sign": lambda: document_service.sign(uow, document_id, confirmation(uow, document_id)),
        "reopen": lambda: service.take(uow, deal_id, "reopen"),
        "lose": lambda: service.take(uow, deal_id, "lose", "反悔", EndReason.PRICE),
    }


@pytest.mark.parametrize("how", ["amend", "decline", "upload", "code", "sign", "reopen", "lose"])
def test_what_both_have_confirmed_no_party_takes_back(
    factory: UnitOfWorkFactory, people: People, document_id: int, how: str
) -> None:
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    confirm(factory, people.seller_contact, document_id, scan_id)
    with pytest.raises(Conflict, match="Only an official"), factory.writing(people.company) as uow:
        take_back(uow, document_id)[how]()
    with factory.reading(people.company) as uow:
        page = document_queries.document_page(uow, document_id)
        offered = page.actions | page.paper_actions | {one.action for one in queries.room(uow, page.deal.id).actions}
    assert not offered & {"void", "decline", "upload", "reopen", "lose"}
    with factory.writing(people.county_official) as uow:
        document_service.reject_scan(uow, document_id, scan_id, "缺少第三页")
    with factory.writing(people.company) as uow:
        take_back(uow, document_id)[how]()


def test_a_letter_both_have_confirmed_binds_nobody_to_the_deal(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    letter_id = make_letter(factory, people, deal_id)
    scan_id = upload(factory, people.seller_contact, letter_id)
    confirm(factory, people.company, letter_id, scan_id)
    confirm(factory, people.seller_contact, letter_id, scan_id)
    with factory.writing(people.company) as uow:
        service.take(uow, deal_id, "lose", "预算取消", EndReason.PRICE)
    assert read(factory, letter_id).state is DocumentState.VOID


def test_one_party_confirms_once_and_one_person_for_one_party(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    with pytest.raises(Conflict):
        confirm(factory, people.company_admin, document_id, scan_id)
    both = replace(people.company, party_ids=people.company.party_ids | {people.seller_party})
    with pytest.raises(NotPermitted), factory.writing(both) as uow:
        document_service.confirm_scan(uow, document_id, scan_id, people.seller_party)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"PK\x03\x04 no pdf", "不是扫描件".encode()])
def test_only_pdf_jpeg_and_png_are_scans(
    factory: UnitOfWorkFactory, people: People, document_id: int, content: bytes
) -> None:
    with pytest.raises(InvalidInput):
        upload(factory, people.company, document_id, content)


def test_a_scan_above_the_limit(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    with factory.reading() as uow:
        limit = uow.settings.upload_limit
    with pytest.raises(InvalidInput):
        upload(factory, people.company, document_id, PAPER.ljust(limit + 1, b"."))


def test_an_official_rejects_with_a_reason(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    with pytest.raises(InvalidInput), factory.writing(people.city_official) as uow:
        document_service.reject_scan(uow, document_id, scan_id, "")
    with factory.writing(people.city_official) as uow:
        document_service.reject_scan(uow, document_id, scan_id, "缺少第三页")
    document = read(factory, document_id)
    assert (document.paper, document.note, document.state) == (PaperState.NONE, "缺少第三页", DocumentState.SENT)
    with pytest.raises(Conflict):
        confirm(factory, people.company, document_id, scan_id)
    upload(factory, people.seller_contact, document_id)


def test_parties_do_not_verify_and_officials_do_not_confirm(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    for who in ("county_official", "worker"):
        with pytest.raises(NotPermitted):
            confirm(factory, getattr(people, who), document_id, scan_id)
        with pytest.raises(NotPermitted):
            upload(factory, getattr(people, who), document_id)
    confirm(factory, people.company, document_id, scan_id)
    confirm(factory, people.seller_contact, document_id, scan_id)
    for who in ("company", "seller_contact", "worker"):
        with pytest.raises(NotPermitted), factory.writing(getattr(people, who)) as uow:
            document_service.verify_scan(uow, document_id, scan_id)
    with pytest.raises(NotFound), factory.writing(people.other_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)


def test_who_is_a_party_verifies_nothing_even_as_an_official(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    confirm(factory, people.seller_contact, document_id, scan_id)
    biased = replace(people.company, appointments=frozenset({Appointment(Office.CITY_OFFICIAL)}))
    with pytest.raises(NotPermitted), factory.writing(biased) as uow:
        document_service.verify_scan(uow, document_id, scan_id)


@pytest.mark.parametrize("side", ["seller", "buyer"])
def test_a_plain_member_of_either_party_verifies_and_ends_nothing_as_an_official(
    factory: UnitOfWorkFactory, people: People, document_id: int, side: str
) -> None:
    biased = replace(people.city_official, organisation_ids=frozenset({getattr(people, f"{side}_id")}))
    refuse_as_official(factory, people, document_id, biased)


@pytest.mark.parametrize("is_member", [True, False])
@pytest.mark.parametrize("listing", ["result", "need"])
def test_who_wrote_the_listing_verifies_and_ends_nothing_as_an_official(
    factory: UnitOfWorkFactory, people: People, listing: str, is_member: bool
) -> None:
    result_id = make_result(factory, people, people.city_official if listing == "result" else None)
    need_id = make_need(factory, people, people.city_official if listing == "need" else None)
    deal_id = make_deal(factory, people, result_id=result_id, need_id=need_id)
    unit = people.seller_id if listing == "result" else people.buyer_id
    biased = replace(people.city_official, organisation_ids=frozenset({unit} if is_member else ()))
    refuse_as_official(factory, people, make_contract(factory, people, deal_id), biased)


def refuse_as_official(factory: UnitOfWorkFactory, people: People, document_id: int, biased: Actor) -> None:
    """Neither verify, nor have it in a list as one's to verify, nor record a termination; another official may."""
    deal_id = read(factory, document_id).deal_id
    scan_id = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan_id)
    confirm(factory, people.seller_contact, document_id, scan_id)
    refused = pytest.raises((NotFound, NotPermitted))
    with refused, factory.writing(biased) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    with factory.reading(biased) as uow:
        assert queries.in_office(uow) == ()
        assert [row.owed_by_me for row in queries.mine(uow)] in ([], [False])
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    with refused, factory.writing(biased) as uow:
        service.terminate(uow, deal_id, "双方协商终止", 0, EndReason.PLANS)


def test_what_was_signed_electronically_takes_no_scan(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    scan_id = upload(factory, people.seller_contact, document_id)
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)
    with pytest.raises(Conflict):
        upload(factory, people.company, document_id)
    with pytest.raises(Conflict):
        confirm(factory, people.company, document_id, scan_id)
    with factory.reading() as uow:
        assert len(uow.session.scalars(select(Entry)).all()) == 1


def test_a_letter_on_paper_puts_nothing_in_force(factory: UnitOfWorkFactory, people: People) -> None:
    letter_id = make_letter(factory, people, make_deal(factory, people))
    scan_id = upload(factory, people.seller_contact, letter_id)
    confirm(factory, people.company, letter_id, scan_id)
    confirm(factory, people.seller_contact, letter_id, scan_id)
    with factory.writing(people.city_official) as uow:
        document_service.verify_scan(uow, letter_id, scan_id)
    assert read(factory, letter_id).basis is Basis.PAPER
    with factory.reading() as uow:
        assert uow.session.scalars(select(Deal.state)).one() is DealState.NEGOTIATING
        assert uow.session.scalars(select(Entry)).all() == []
