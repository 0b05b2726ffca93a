"""The timeline of a deal: steps and messages, newest first, with the words for each kind of step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, DocumentKind
from marketplace.deals.models import Message, Step
from marketplace.deals.rules import StepKind
from marketplace.kernel.messages import N_

_OFFER = {
    "make": N_("Offer made"),
    "accept": N_("Offer accepted"),
    "counter": N_("Offer answered by a counter-offer"),
    "decline": N_("Offer declined"),
    "withdraw": N_("Offer withdrawn"),
    "lapse": N_("Offer lapsed"),
}
_DEAL = {
    "open": N_("Deal opened"),
    "draft": N_("Went on to the contract text"),
    "reopen": N_("Back to negotiating"),
    "send": N_("Went on to signing"),
    "enter_into_force": N_("Contract in force"),
    "lose": N_("Deal given up"),
    "perform": N_("Performance has begun"),
    "accept_delivery": N_("Delivery accepted"),
    "complete": N_("Deal completed"),
    "terminate": N_("Termination recorded"),
    "end_by_agreement": N_("Contract ended by agreement"),
    "end_use": N_("The buyer does not go on using it: contract ended, nothing to be paid"),
}
_ENVELOPE = {
    "hand_over": N_("Signature handed over by a written power"),
    "revoke": N_("Written power taken back"),
    "give_back": N_("Written power given back"),
    "expire": N_("Not signed in time: the text has expired"),
    "take_up": N_("Text taken up again"),
}
_CONTRACT = {
    **_ENVELOPE,
    "draft": N_("Contract text written"),
    "amend": N_("Contract text changed"),
    "tell": N_("Contributors told that they may buy first"),
    "waive": N_("A contributor does not buy"),
    "exercise": N_("A contributor wants to buy first"),
    "remind_of_use": N_("Buyer told that the use without payment ends soon"),
    "send": N_("Contract sent for signature"),
    "sign": N_("Contract signed"),
    "decline": N_("Signature of the contract declined"),
    "complete": N_("Contract signed by all parties"),
    "upload": N_("Scan of the signed contract uploaded"),
    "confirm": N_("Scan of the contract confirmed"),
    "verify": N_("Paper contract verified"),
    "reject": N_("Scan of the contract rejected"),
}
_LETTER = {
    **_ENVELOPE,
    "draft": N_("Letter of intent written"),
    "amend": N_("Letter of intent changed"),
    "send": N_("Letter of intent sent for signature"),
    "sign": N_("Letter of intent signed"),
    "decline": N_("Signature of the letter of intent declined"),
    "complete": N_("Letter of intent signed by all parties"),
    "upload": N_("Scan of the letter of intent uploaded"),
    "confirm": N_("Scan of the letter of intent confirmed"),
    "verify": N_("Paper letter of intent verified"),
    "reject": N_("Scan of the letter of intent rejected"),
}
_AMENDMENT = {
    **_ENVELOPE,
    "draft": N_("Amendment written"),
    "amend": N_("Amendment reworded"),
    "send": N_("Amendment sent for signature"),
    "sign": N_("Amendment signed"),
    "decline": N_("Signature of the amendment declined"),
    "void": N_("Amendment taken off the table"),
    "complete": N_("Amendment signed by all parties: the contract is changed"),
    "upload": N_("Scan of the amendment uploaded"),
    "confirm": N_("Scan of the amendment confirmed"),
    "verify": N_("Paper amendment verified"),
    "reject": N_("Scan of the amendment rejected"),
}
_TERMINATION = {
    **_ENVELOPE,
    "draft": N_("Termination agreement written"),
    "amend": N_("Termination agreement reworded"),
    "send": N_("Termination agreement sent for signature"),
    "sign": N_("Termination agreement signed"),
    "decline": N_("Signature of the termination agreement declined"),
    "void": N_("Termination agreement taken off the table"),
    "complete": N_("Termination agreement signed by all parties"),
    "upload": N_("Scan of the termination agreement uploaded"),
    "confirm": N_("Scan of the termination agreement confirmed"),
    "verify": N_("Paper termination agreement verified"),
    "reject": N_("Scan of the termination agreement rejected"),
}
_MILESTONE = {
    "fall_due": N_("Day of a payment set"),
    "invoice": N_("Invoice noted"),
}
_RECEIPT = {
    "report_payment": N_("Payment reported"),
    "report_refund": N_("Refund reported"),
    "confirm": N_("Arrival of the money confirmed"),
    "refuse": N_("Reported payment refused"),
    "withdraw": N_("Report of a payment withdrawn"),
    "verify": N_("Payment verified"),
    "reject": N_("Voucher rejected"),
    "pay_online": N_("Paid online, by the word of the payment processor"),
    "refund_online": N_("Refunded online, by the word of the payment processor"),
    "open_dispute": N_("The payer's bank disputes a payment"),
    "lift_dispute": N_("Dispute settled for the payee"),
    "lose_dispute": N_("Dispute settled for the payer"),
    "lose_payment": N_("Disputed payment sent back"),
    "undo": N_("Refund came back"),
}
_ROYALTY = {
    "state": N_("Figures of a royalty stated"),
    "agree": N_("Figures of a royalty agreed"),
    "object": N_("Figures of a royalty objected to"),
}
WORDS: Mapping[StepKind, Mapping[str, str]] = {
    StepKind.OFFER: _OFFER,
    StepKind.DEAL: _DEAL,
    StepKind.CONTRACT: _CONTRACT,
    StepKind.LETTER_OF_INTENT: _LETTER,
    StepKind.AMENDMENT: _AMENDMENT,
    StepKind.TERMINATION_AGREEMENT: _TERMINATION,
    StepKind.MILESTONE: _MILESTONE,
    StepKind.RECEIPT: _RECEIPT,
    StepKind.ROYALTY: _ROYALTY,
}
_ON_PAPER = {"enter_into_force": DocumentKind.CONTRACT, "end_by_agreement": DocumentKind.TERMINATION_AGREEMENT}
"""What a step of the deal rests on, which may be a paper."""

_GOOD = frozenset(
    {"accept", "sign", "complete", "enter_into_force", "accept_delivery", "verify", "pay_online", "lift_dispute"}
)
_BAD = frozenset(
    {"decline", "lose", "terminate", "end_by_agreement", "reject", "lapse", "expire", "withdraw", "refuse", "object"}
    | {"open_dispute", "lose_dispute", "end_use"}
)


@dataclass(frozen=True)
class Line:
    """One line of the timeline; `label` is a msgid, empty for a message, whose sender is its heading."""

    at: datetime
    label: str
    who: str
    text: str
    tone: str
    kind: StepKind | None = None
    object_id: int = 0
    file_name: str = ""
    file_size: int = 0
    day: date | None = None
    """From which day in China on it holds, of what came on record later: a paper holds from the day it was signed."""


def timeline(session: Session, deal_id: int) -> list[Line]:
    """Everything that happened in the room, newest first."""
    steps = select(Step, User.name).outerjoin(User, User.id == Step.user_id).where(Step.deal_id == deal_id)
    papers = _papers(session, deal_id)
    lines = [_of_step(step, name or "", papers) for step, name in session.execute(steps.order_by(Step.id))]
    messages = select(Message, User.name).join(User, User.id == Message.user_id).where(Message.deal_id == deal_id)
    lines += [_of_message(message, name) for message, name in session.execute(messages.order_by(Message.id))]
    lines.reverse()  # Sorting keeps the order of what happened in the same moment.
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _papers(session: Session, deal_id: int) -> dict[tuple[DocumentKind, int], date]:
    """The days on which papers of a deal were signed, by kind and id."""
    signed = (Document.deal_id == deal_id, Document.basis == Basis.PAPER, Document.signed_on.is_not(None))
    rows = session.execute(select(Document.kind, Document.id, Document.signed_on).where(*signed))
    return {(kind, id_): day for kind, id_, day in rows if day is not None}


def _day_of(step: Step, papers: Mapping[tuple[DocumentKind, int], date]) -> date | None:
    if step.action == "complete" and step.kind is not StepKind.DEAL:
        return papers.get((DocumentKind(step.kind.value), step.object_id))
    kind = _ON_PAPER.get(step.action) if step.kind is StepKind.DEAL else None
    return next((day for (of, _), day in papers.items() if of is kind), None)


def _of_step(step: Step, who: str, papers: Mapping[tuple[DocumentKind, int], date]) -> Line:
    tone = "good" if step.action in _GOOD else "bad" if step.action in _BAD else "calm"
    label = WORDS[step.kind][step.action]
    return Line(step.at, label, who, step.reason, tone, step.kind, step.object_id, day=_day_of(step, papers))


def _of_message(message: Message, who: str) -> Line:
    name, size = message.file_name or "", message.file_size or 0
    return Line(message.at, "", who, message.text, "calm", None, message.id, name, size)
