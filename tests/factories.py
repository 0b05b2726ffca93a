"""Shortest ways to a published listing, an interest, a deal or a signed contract, for tests of what comes after."""

import io
from datetime import UTC, date, datetime
from typing import Any

from marketplace.accounts import codes
from marketplace.accounts.rules import CodePurpose
from marketplace.contracts.models import Document
from marketplace.contracts.rules import METHOD, ContractType, PriceModel
from marketplace.contracts.signing_service import Confirmation, code_about
from marketplace.contracts.terms import Terms
from marketplace.deals import document_service, offer_service, payment_service, queries
from marketplace.deals.service import open_from_interest
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Category, Industry, Maturity
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.payments.models import Milestone
from marketplace.payments.plan import milestones
from marketplace.payments.service import Transferred
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, OwnerConsent, Ownership, ResultState
from tests.personas import PASSWORD, People

PUBLISHED = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


def make_result(factory: UnitOfWorkFactory, people: People, author: Actor | None = None, **values: Any) -> int:
    """A published service result of the seller, written by the worker; any column may be given. Returns its id."""
    fields: dict[str, Any] = {
        "title": "变压器油箱自动焊接工装",
        "problem": "人工焊接变压器油箱变形大，返修多。",
        "description": "用气动夹具分段压紧，焊枪沿导轨行走，分段退焊。",
        "summary": "压紧焊接，减少变形。",
        "metric": "单件焊接时间",
        "before": "42",
        "after": "18",
        "unit": "分钟",
        "category": Category.IMPROVEMENT,
        "maturity": Maturity.IN_USE,
        "industry": Industry.MACHINERY,
        "county": "qingzhou",
        "ways": ["licence", "service"],
        "party_id": people.seller_party,
        "author_id": (author or people.worker).user_id,
        "ownership": Ownership.SERVICE,
        "owner_consent": OwnerConsent.GIVEN,
        "disclosure": Disclosure.PATENT_FILED,
        "patent_number": "202610012345.6",
        "patent_filed_on": date(2026, 1, 15),
        "price_fen": 30_000_000,
        "state": ResultState.PUBLISHED,
    }
    return _save(factory, Result(**{**fields, **_moments(), **values}))


def make_need(factory: UnitOfWorkFactory, people: People, author: Actor | None = None, **values: Any) -> int:
    """A published need of the buyer; any column may be given. Returns its id."""
    fields: dict[str, Any] = {
        "title": "大型储罐焊接变形控制",
        "description": "我公司储罐壁板焊接后变形大，需要控制焊接变形的工装和工艺，返修率降到2%以下。",
        "industry": Industry.CHEMICAL,
        "county": "shouguang",
        "ways": ["licence", "development"],
        "budget_max_fen": 50_000_000,
        "deadline": date(2027, 6, 30),
        "party_id": people.buyer_party,
        "author_id": (author or people.company).user_id,
        "state": NeedState.PUBLISHED,
    }
    return _save(factory, Need(**{**fields, **_moments(), **values}))


TERMS = Terms(
    contract_type=ContractType.LICENCE,
    price_model=PriceModel.LUMP_SUM,
    amount_fen=18_000_000,
    delivery="合同生效后60天内交付工装图纸一套，现场指导安装。",
    acceptance="连续焊接20件，返修率不超过2%。",
)


def make_interest(factory: UnitOfWorkFactory, people: People, **values: Any) -> int:
    """An accepted interest of the buyer in the seller's result, about a result and a need unless told. Returns its id."""
    fields: dict[str, Any] = {
        "side": Side.NEED,
        "from_party_id": people.buyer_party,
        "to_party_id": people.seller_party,
        "from_user_id": people.company.user_id,
        "message": "想用这套工装，请来厂里看看。",
        "origin": Origin.PAGE,
        "state": InterestState.ACCEPTED,
        "created_at": PUBLISHED,
        "delivered_at": PUBLISHED,
        "due_on": date(2026, 10, 30),
        **values,
    }
    if "result_id" not in values and "need_id" not in values:
        fields |= {"result_id": make_result(factory, people), "need_id": make_need(factory, people)}
    if fields["state"] in {InterestState.ACCEPTED, InterestState.DECLINED}:
        fields.setdefault("answered_at", PUBLISHED)
    with factory.writing() as uow:
        interest = Interest(**fields)
        uow.session.add(interest)
        uow.flush()
        return interest.id


def make_deal(factory: UnitOfWorkFactory, people: People, **values: Any) -> int:
    """A deal in negotiation between seller and buyer; values are those of its interest. Returns its id."""
    interest_id = make_interest(factory, people, **values)
    with factory.writing() as uow:
        return open_from_interest(uow, interest_id).id


def make_contract(factory: UnitOfWorkFactory, people: People, deal_id: int, terms: Terms = TERMS) -> int:
    """Let seller and buyer agree on terms and send the contract for signature. Returns the document's id."""
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, terms).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.seller_contact) as uow:
        document_id = document_service.draft_contract(uow, deal_id).id
        document_service.send(uow, document_id)
        return document_id


def make_letter(factory: UnitOfWorkFactory, people: People, deal_id: int, amount_fen: int = 13_000_000) -> int:
    """A letter of intent that waits for both signatures. Returns the document's id."""
    with factory.writing(people.company) as uow:
        document_id = document_service.draft_letter(uow, deal_id, amount_fen).id
        document_service.send(uow, document_id)
        return document_id


def sign(factory: UnitOfWorkFactory, actor: Actor, document_id: int, party_id: int | None = None) -> None:
    """Sign the document as it is, with the password of the tests' people and a code that was sent for it."""
    with factory.writing(actor) as uow:
        document_service.send_signing_code(uow, document_id, party_id)
    with factory.writing(actor) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id), party_id)


def confirmation(uow: UnitOfWork, document_id: int) -> Confirmation:
    """What somebody sends who has read the text and the message with the code, and agrees."""
    shown = uow.session.get_one(Document, document_id).sha256
    return Confirmation(shown, METHOD, PASSWORD, code_sent(uow, document_id))


def code_sent(uow: UnitOfWork, document_id: int) -> str:
    """The digits of the code that was sent last to whoever acts for this document; none where there is none."""
    about = code_about(uow.session.get_one(Document, document_id).text)
    code = codes.latest(uow, uow.actor.user_id or 0, CodePurpose.SIGN, about)
    return codes.digits(code, uow.settings.secret_key) if code else ""


def make_signed(factory: UnitOfWorkFactory, people: People, terms: Terms = TERMS, **values: Any) -> int:
    """A deal in force, signed electronically by both today. Returns the deal's id."""
    deal_id = make_deal(factory, people, **values)
    document_id = make_contract(factory, people, deal_id, terms)
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)
    return deal_id


VOUCHER = b"%PDF-1.4\n% a bank's voucher\n%%EOF\n"


def transferred(fen: int, sent_on: date, reference: str = "2026112000001", voucher: bytes = VOUCHER) -> Transferred:
    """What the sender of a bank transfer says of it."""
    return Transferred(fen, sent_on, reference, Upload(io.BytesIO(voucher), "回单.pdf"))


def lines_of(factory: UnitOfWorkFactory, deal_id: int) -> list[Milestone]:
    """The lines of a deal's payment plan in their order."""
    with factory.reading() as uow:
        return milestones(uow, deal_id)


def make_payment(factory: UnitOfWorkFactory, people: People, milestone_id: int, fen: int, day: date) -> int:
    """A payment that was sent and arrived on a day, and is verified. Returns the receipt's id."""
    with factory.writing(people.company) as uow:
        receipt_id = payment_service.report_payment(uow, milestone_id, transferred(fen, day)).id
    with factory.writing(people.seller_contact) as uow:
        payment_service.confirm(uow, receipt_id, day)
    with factory.writing(people.county_official) as uow:
        payment_service.verify(uow, receipt_id)
    return receipt_id


def pay_everything(factory: UnitOfWorkFactory, people: People, deal_id: int, day: date) -> None:
    """Pay every line of a deal's plan in full."""
    for line in lines_of(factory, deal_id):
        make_payment(factory, people, line.id, line.fen, day)


def _moments() -> dict[str, Any]:
    names = ("created_at", "changed_at", "submitted_at", "stage_since", "published_at", "fresh_at")
    return dict.fromkeys(names, PUBLISHED)


def _save(factory: UnitOfWorkFactory, listing: Result | Need) -> int:
    with factory.writing() as uow:
        uow.session.add(listing)
        uow.flush()
        return listing.id


def stop_of(factory: UnitOfWorkFactory, people: People, deal_id: int, label: str) -> str:
    """How the track bar of a deal shows one stop to the buyer."""
    with factory.reading(people.company) as uow:
        return next(one.status for one in queries.room(uow, deal_id).stages if one.label == label)
