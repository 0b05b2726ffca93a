"""Third act: interests are expressed and answered, or lapse; deals are talked over, written, signed, lost and ended."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts import codes
from marketplace.accounts.rules import CodePurpose
from marketplace.contracts.envelope import Envelope
from marketplace.contracts.makers import Maker
from marketplace.contracts.models import Document
from marketplace.contracts.queries import newest_scan
from marketplace.contracts.rules import METHOD, ContractType, DocumentKind, PriceModel
from marketplace.contracts.signing_service import Confirmation, code_about
from marketplace.contracts.terms import Terms
from marketplace.deals import document_service as documents
from marketplace.deals import offer_service as offers
from marketplace.deals import service as deals
from marketplace.deals.models import Deal, Offer
from marketplace.deals.rules import OfferState
from marketplace.demo.apps import code_of_new_app
from marketplace.demo.changes import CHANGE_STEPS
from marketplace.demo.cues import Cue, cue, office_hour
from marketplace.demo.money import MONEY_STEPS
from marketplace.demo.papers import PAPER_STEPS
from marketplace.demo.shares import SHARE_STEPS
from marketplace.demo.specimen import specimen
from marketplace.demo.stage import Stage
from marketplace.demo.story import DealTold, InterestTold, StepTold, Story
from marketplace.identity.factors import Factor
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.money import parse_percent
from marketplace.matching import service as matching
from marketplace.matching.rules import Origin, Side

SIDES = {"result_side": Side.RESULT, "need_side": Side.NEED}
SIMPLE = frozenset(deals.SIMPLE_ACTIONS)
FOLLOWING = {**CHANGE_STEPS, **MONEY_STEPS, **SHARE_STEPS, **PAPER_STEPS}


def interest_cues(stage: Stage, story: Story, told: InterestTold) -> Iterator[Cue]:
    """An interest and its answer; one that nobody answers the calendar ends."""
    yield cue(told.days_ago, office_hour(told.key), lambda: _express(stage, story, told))
    if told.answered_by is not None and told.answered_days_ago is not None:
        answerer = told.answered_by
        yield cue(told.answered_days_ago, office_hour(told.key, 10), lambda: _answer(stage, told, answerer))


def _express(stage: Stage, story: Story, told: InterestTold) -> None:
    side = SIDES[told.by]
    own = told.result if side is Side.RESULT else told.need
    unit = story.person(told.person).organisation
    with stage.acting(told.person) as uow:
        interest = matching.express(
            uow,
            side,
            stage.results[told.result] if told.result else None,
            stage.needs[told.need] if told.need else None,
            told.message,
            Origin(told.origin.kind),
            str(stage.listings.get(told.origin.ref, told.origin.ref)),
            None if own else stage.parties[unit],
        )
        stage.interests[told.key] = interest.id


def _answer(stage: Stage, told: InterestTold, by: str) -> None:
    with stage.acting(by) as uow:
        if told.state == "declined":
            matching.decline(uow, stage.interests[told.key], told.reason)
        else:
            matching.accept(uow, stage.interests[told.key])


def deal_cues(stage: Stage, told: DealTold) -> Iterator[Cue]:
    """The steps of a deal."""
    for step in told.steps:
        at = office_hour(f"{told.interest}{step.action}", 9)
        yield cue(step.days_ago, at, _bound(stage, told, step))


def _bound(stage: Stage, told: DealTold, step: StepTold) -> Callable[[], None]:
    def do() -> None:
        with stage.acting(step.by) as uow:
            deal = uow.session.scalars(select(Deal).where(Deal.interest_id == stage.interests[told.interest])).one()
            _take(uow, Scene(deal.id, stage.password, stage.users), step)

    return do


@dataclass(frozen=True)
class Scene:
    """The deal in which a step is taken, the password signers give again, and everybody's id by his key."""

    deal_id: int
    password: str
    users: Mapping[str, int]

    def offer(self, uow: UnitOfWork) -> int:
        """The open offer."""
        return uow.session.scalars(
            select(Offer.id).where(Offer.deal_id == self.deal_id, Offer.state == OfferState.OPEN)
        ).one()

    def text(self, uow: UnitOfWork, kind: DocumentKind = DocumentKind.CONTRACT) -> Document:
        """The text in hand."""
        document = documents.live_document(uow, self.deal_id, kind)
        if document is None:
            raise RuntimeError(f"deal {self.deal_id} has no {kind}")
        return document

    def scan(self, uow: UnitOfWork) -> int:
        """The scan that counts."""
        scan = newest_scan(uow, self.text(uow).id)
        if scan is None:
            raise RuntimeError(f"deal {self.deal_id} has no scan")
        return scan.id


def _take(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    if step.action in SIMPLE:
        deals.take(uow, scene.deal_id, step.action, step.reason, step.end_reason)
    elif step.action in FOLLOWING:
        FOLLOWING[step.action](uow, scene.deal_id, step)
    else:
        STEPS[step.action](uow, scene, step)


def _message(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    deals.write(uow, scene.deal_id, step.text)


def _offer(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    valid = china_day(uow.now()) + timedelta(days=step.valid_days or uow.settings.offer_days)
    if step.action == "counter":
        offers.counter_offer(uow, scene.offer(uow), _terms(scene, step), valid)
    else:
        offers.make_offer(uow, scene.deal_id, _terms(scene, step), valid)


def _terms(scene: Scene, step: StepTold) -> Terms:
    return Terms(
        contract_type=ContractType(step.contract_type),
        price_model=PriceModel(step.price_model),
        amount_fen=step.amount_yuan * 100,
        delivery=step.delivery,
        acceptance=step.acceptance,
        royalty_bp=parse_percent(step.royalty_percent) if step.royalty_percent else None,
        royalty_base=step.royalty_base,
        use_days=step.use_days,
        makers=tuple(Maker(scene.users[key], parse_percent(share)) for key, share in step.shares.items()),
    )


def _accept_offer(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    offers.accept_offer(uow, scene.offer(uow))


def _draft_contract(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    documents.draft_contract(uow, scene.deal_id)


def _reword(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    documents.amend(uow, scene.text(uow).id, step.clauses)


def _send(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    deal = uow.session.get_one(Deal, scene.deal_id)
    first = {"seller": deal.seller_party_id, "buyer": deal.buyer_party_id}.get(step.signs_first)
    sign_by = china_day(uow.now()) + timedelta(days=step.sign_days) if step.sign_days else None
    documents.send(uow, scene.text(uow).id, Envelope(first, sign_by))


SIGNED = {
    "sign": DocumentKind.CONTRACT,
    "sign_letter": DocumentKind.LETTER_OF_INTENT,
    "sign_amendment": DocumentKind.AMENDMENT,
    "sign_termination": DocumentKind.TERMINATION_AGREEMENT,
}


def _sign(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    """Sign as somebody does who has read the message with the code, or has just set up an app."""
    text = scene.text(uow, SIGNED[step.action])
    if step.by_app:
        code = code_of_new_app(uow, scene.password)
        documents.sign(uow, text.id, Confirmation(text.sha256, METHOD, scene.password, code, Factor.TOTP))
        return
    documents.send_signing_code(uow, text.id)
    sent = codes.latest(uow, uow.actor.user_id or 0, CodePurpose.SIGN, code_about(text.text))
    digits = codes.digits(sent, uow.settings.secret_key) if sent else ""
    documents.sign(uow, text.id, Confirmation(text.sha256, METHOD, scene.password, digits))


def _letter(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    documents.send(uow, documents.draft_letter(uow, scene.deal_id, step.amount_yuan * 100).id)


def _take_up_letter(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    documents.take_up(uow, scene.text(uow, DocumentKind.LETTER_OF_INTENT).id)


def _upload_scan(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    text = scene.text(uow)
    page = specimen("SIGNED CONTRACT", f"{text.sha256[:16]}", "PDF")
    documents.upload_scan(
        uow, text.id, Upload(page, "盖章合同扫描件（示范）.pdf"), china_day(uow.now()) - timedelta(days=1)
    )


def _confirm_scan(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    documents.confirm_scan(uow, scene.text(uow).id, scene.scan(uow))


def _verify_scan(uow: UnitOfWork, scene: Scene, _step: StepTold) -> None:
    documents.verify_scan(uow, scene.text(uow).id, scene.scan(uow))


def _terminate(uow: UnitOfWork, scene: Scene, step: StepTold) -> None:
    deals.terminate(uow, scene.deal_id, step.reason, step.payable_yuan * 100, step.end_reason)


STEPS: dict[str, Callable[[UnitOfWork, Scene, StepTold], None]] = {
    "message": _message,
    "offer": _offer,
    "counter": _offer,
    "accept_offer": _accept_offer,
    "draft_contract": _draft_contract,
    "reword": _reword,
    "send": _send,
    "letter_of_intent": _letter,
    "take_up_letter": _take_up_letter,
    **dict.fromkeys(SIGNED, _sign),
    "upload_scan": _upload_scan,
    "confirm_scan": _confirm_scan,
    "verify_scan": _verify_scan,
    "terminate": _terminate,
}
