"""Whatever seller, buyer, author, stranger and officials try in whatever order, the books stay right."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from marketplace.audit.service import verify
from marketplace.contracts.models import Document, Scan, Signature
from marketplace.contracts.rules import LIVE, Basis, DocumentKind, DocumentState, EndReason, PaperState, PriceModel
from marketplace.deals import document_service, offer_service, service
from marketplace.deals.models import Deal, Entry, Offer, Step
from marketplace.deals.rules import BEFORE_FORCE, DealState, OfferState, StepKind
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import DomainError
from tests.factories import TERMS, confirmation, make_deal
from tests.papers import scanned
from tests.personas import PASSWORD, People

WHO = ("seller_contact", "company", "company_admin", "worker", "stranger", "county_official", "city_official")
FAVOURED = (40, 40, 10, 3, 3, 10, 5)
FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)
Tries = Callable[[UnitOfWork, int, int, int, random.Random], object]

MOVES: dict[str, tuple[int, Tries]] = {
    "message": (1, lambda u, deal, offer, text, r: service.write(u, deal, "喂")),
    "offer": (8, lambda u, deal, offer, text, r: offer_service.make_offer(u, deal, r.choice([TERMS, FREE]))),
    "counter": (2, lambda u, deal, offer, text, r: offer_service.counter_offer(u, offer, TERMS)),
    "accept": (8, lambda u, deal, offer, text, r: offer_service.accept_offer(u, offer)),
    "decline": (1, lambda u, deal, offer, text, r: offer_service.decline_offer(u, offer, "不")),
    "withdraw": (1, lambda u, deal, offer, text, r: offer_service.withdraw_offer(u, offer)),
    "draft": (8, lambda u, deal, offer, text, r: document_service.draft_contract(u, deal)),
    "letter": (1, lambda u, deal, offer, text, r: document_service.draft_letter(u, deal, 100)),
    "amend": (1, lambda u, deal, offer, text, r: document_service.amend(u, text, {"confidentiality": str(r.random())})),
    "send": (8, lambda u, deal, offer, text, r: document_service.send(u, text)),
    "refuse": (1, lambda u, deal, offer, text, r: document_service.decline(u, text, "不")),
    "sign": (12, lambda u, deal, offer, text, r: _sign(u, text)),
    "upload": (
        4,
        lambda u, deal, offer, text, r: scanned(u, text),
    ),
    "confirm": (12, lambda u, deal, offer, text, r: document_service.confirm_scan(u, text, _scan(u, text))),
    "verify": (12, lambda u, deal, offer, text, r: document_service.verify_scan(u, text, _scan(u, text))),
    "reject": (1, lambda u, deal, offer, text, r: document_service.reject_scan(u, text, _scan(u, text), "不")),
    "reopen": (1, lambda u, deal, offer, text, r: service.take(u, deal, "reopen") if r.random() < 0.3 else None),
    "lose": (1, lambda u, deal, offer, text, r: _lose(u, deal) if r.random() < 0.02 else None),
    "perform": (2, lambda u, deal, offer, text, r: service.take(u, deal, "perform")),
    "deliver": (2, lambda u, deal, offer, text, r: service.take(u, deal, "accept_delivery")),
    "complete": (1, lambda u, deal, offer, text, r: service.take(u, deal, "complete")),
    "end_use": (2, lambda u, deal, offer, text, r: service.end_use(u, deal, "不", PASSWORD, EndReason.PLANS)),
    "terminate": (1, lambda u, deal, offer, text, r: service.terminate(u, deal, "不", 100, EndReason.PLANS)),
}


def _lose(uow: UnitOfWork, deal_id: int) -> None:
    service.take(uow, deal_id, "lose", "不", EndReason.PRICE)


def _sign(uow: UnitOfWork, text_id: int) -> None:
    if uow.session.get(Document, text_id) is not None:
        document_service.send_signing_code(uow, text_id)
        document_service.sign(uow, text_id, confirmation(uow, text_id))


def _scan(uow: UnitOfWork, text_id: int) -> int:
    return uow.session.scalar(select(func.max(Scan.id)).where(Scan.document_id == text_id)) or 0


@pytest.mark.parametrize(("seed", "never", "once"), [(0, "upload", "sign"), (5, "sign", "verify")])
def test_the_books_stay_right(factory: UnitOfWorkFactory, people: People, seed: int, never: str, once: str) -> None:
    rng = random.Random(seed)
    deal_ids = [make_deal(factory, people) for _ in range(2)]
    done: set[str] = set()
    for _ in range(400):
        (name,) = rng.choices(list(MOVES), [weight * (name != never) for name, (weight, _) in MOVES.items()])
        (who,) = rng.choices(WHO, FAVOURED)
        try:
            with factory.writing(getattr(people, who)) as uow:
                deal_id = rng.choice(deal_ids)
                MOVES[name][1](uow, deal_id, *_some(uow, deal_id, rng), rng)
            done.add(name)
        except DomainError:
            pass
    assert {"offer", "accept", "draft", "send", once} <= done, "otherwise nothing was tried"
    with factory.reading() as uow:
        assert uow.session.scalars(select(Entry)).all(), "otherwise nothing came into force"
        for deal_id in deal_ids:
            _check(uow, uow.session.get_one(Deal, deal_id))
        assert verify(uow.session) is None


def _some(uow: UnitOfWork, deal_id: int, rng: random.Random) -> tuple[int, int]:
    """The newest offer and some text of the deal, as a rule one that is not void; 0, which is none, before the first."""
    offer_id = uow.session.scalar(select(func.max(Offer.id)).where(Offer.deal_id == deal_id))
    of_deal = select(Document.id).where(Document.deal_id == deal_id).order_by(Document.id)
    texts = uow.session.scalars(of_deal).all()
    live = uow.session.scalars(of_deal.where(Document.state.in_(LIVE))).all()
    return offer_id or 0, rng.choice(live if live and rng.random() < 0.9 else texts or [0])


def _last_step(uow: UnitOfWork, deal_id: int) -> str:
    """What was done last with the deal itself."""
    steps = select(Step.action).where(Step.deal_id == deal_id, Step.kind == StepKind.DEAL)
    return uow.session.scalar(steps.order_by(Step.id.desc()).limit(1)) or ""


def _check(uow: UnitOfWork, deal: Deal) -> None:
    session = uow.session
    offers = session.scalars(select(Offer).where(Offer.deal_id == deal.id)).all()
    texts = session.scalars(select(Document).where(Document.deal_id == deal.id)).all()
    entries = session.scalars(select(Entry).where(Entry.deal_id == deal.id).order_by(Entry.id)).all()
    still_open = [offer for offer in offers if offer.state is OfferState.OPEN]
    complete = [text for text in texts if text.state is DocumentState.COMPLETE]
    contracts = [text for text in complete if text.kind is DocumentKind.CONTRACT]
    assert len(still_open) <= (1 if deal.state is DealState.NEGOTIATING else 0)
    has_force = deal.state not in BEFORE_FORCE | {DealState.LOST}
    assert len(contracts) == has_force == (deal.in_force_at is not None)
    last = _last_step(uow, deal.id)
    left = {"terminate": [100 - 18_000_000], "end_use": [-18_000_000]}.get(last, [])
    assert [entry.amount_fen for entry in entries] == [18_000_000] * has_force + left
    assert (deal.state is DealState.TERMINATED) == bool(left)
    if last == "end_use":
        assert contracts[0].price_model is PriceModel.USE_FIRST
    for text in complete:
        signed = session.scalars(select(Signature).where(Signature.document_id == text.id)).all()
        by_two = len({one.party_id for one in signed}) == len({one.user_id for one in signed}) == 2
        assert by_two if text.basis is Basis.ELECTRONIC else text.paper is PaperState.VERIFIED
        assert {one.sha256 for one in signed} <= {text.sha256}
