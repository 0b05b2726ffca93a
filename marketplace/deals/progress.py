"""Where a deal stands on its track, and who owes the next step by when. Computed from what is there, never stored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from marketplace.contracts.envelope import TOGETHER, turn
from marketplace.contracts.rules import DOCUMENT_STATES, LIVE, PAPER_STATES, DocumentState, PaperState
from marketplace.deals.rules import DEAL_STATES, DealState, OfferState
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.wording import Params
from marketplace.payments.rules import RECEIPT_STATES, ReceiptState


class Who(Labelled):
    """Who owes the next step."""

    SELLER = "seller", N_("Seller")
    BUYER = "buyer", N_("Buyer")
    BOTH = "both", N_("Both parties")
    MAKERS = "makers", N_("Makers of the result")
    SELLER_AND_MAKERS = "seller_and_makers", N_("Seller and makers of the result")
    BUYER_AND_MAKERS = "buyer_and_makers", N_("Buyer and makers of the result")
    ALL = "all", N_("All parties")
    OFFICIAL = "official", N_("Union official")
    NOBODY = "nobody", N_("Nobody")


@dataclass(frozen=True)
class OfferFacts:
    """The newest offer: its state, the side that made it, and the last day on which it may be accepted."""

    state: OfferState
    side: Who
    valid_until: date


@dataclass(frozen=True)
class DocumentFacts:
    """The newest text of a kind: who wrote it, which sides have signed or confirmed the scan, in which order they sign, and the
    last day for it (None: the usual days).

    In the form of three parties all makers of the result are one side, at the place of the first who has not signed; they have
    signed once all of them have.
    """

    state: DocumentState
    paper: PaperState
    written_by: Who
    signed: frozenset[Who] = frozenset()
    confirmed: frozenset[Who] = frozenset()
    order: Mapping[Who, int] = field(default_factory=lambda: {Who.SELLER: TOGETHER, Who.BUYER: TOGETHER})
    sign_by: date | None = None


@dataclass(frozen=True)
class ReceiptFacts:
    """The payment or refund that has waited longest: which side has to confirm it, or the official; and since which day."""

    waits_for: Who
    since: date


@dataclass(frozen=True)
class MoneyFacts:
    """What is not settled: a payment that waits for somebody, the next day on which a line is due, whether any is left, and
    whether the seller has to send something back."""

    receipt: ReceiptFacts | None = None
    due_on: date | None = None
    is_all_paid: bool = True
    is_overpaid: bool = False


@dataclass(frozen=True)
class Situation:
    """All that the next step depends on; `moved_on` is the day (in China) of the last step, `settle_on` that until which the
    parties settle a contract they have ended."""

    state: DealState
    moved_on: date
    offer: OfferFacts | None = None
    contract: DocumentFacts | None = None
    letter: DocumentFacts | None = None
    money: MoneyFacts = MoneyFacts()
    amendment: DocumentFacts | None = None
    termination: DocumentFacts | None = None
    settle_on: date | None = None


@dataclass(frozen=True)
class NextStep:
    """Who should do what, and by which day; `due` is None when nothing is owed."""

    who: Who
    label: str
    due: date | None


@dataclass(frozen=True)
class Stage:
    """One stop of the track bar; `missing` is a sentence of the step it waits for, where one is known."""

    label: str
    status: str
    missing: str = ""
    params: Params = field(default_factory=dict)


SETTLE_DAYS = 30
"""Within which both sides settle after a termination, where no other day is set."""

SIDES: Mapping[Who, frozenset[Who]] = {
    Who.SELLER: frozenset({Who.SELLER}),
    Who.BUYER: frozenset({Who.BUYER}),
    Who.BOTH: frozenset({Who.SELLER, Who.BUYER}),
    Who.MAKERS: frozenset({Who.MAKERS}),
    Who.SELLER_AND_MAKERS: frozenset({Who.SELLER, Who.MAKERS}),
    Who.BUYER_AND_MAKERS: frozenset({Who.BUYER, Who.MAKERS}),
    Who.ALL: frozenset({Who.SELLER, Who.BUYER, Who.MAKERS}),
    Who.OFFICIAL: frozenset(),
    Who.NOBODY: frozenset(),
}
"""The sides of the table that owe a step."""

_TOGETHER = {sides: who for who, sides in SIDES.items() if sides}
_LATER: Mapping[DealState, tuple[Who, str]] = {
    DealState.IN_FORCE: (Who.SELLER, N_("Begin the performance")),
    DealState.PERFORMING: (Who.SELLER, N_("Deliver what was agreed; the buyer then accepts the delivery")),
    DealState.ACCEPTED: (Who.BOTH, N_("Complete the deal once everything is paid")),
}
REGISTRATION, REWARD = N_("Registration"), N_("Reward")
"""The stops that registrations and rewards say how far they have come of (`stops.py`)."""
_STAGES = (N_("Talks"), N_("Contract"), N_("Signature"), N_("Payment"), REGISTRATION, REWARD)
_REACHED: Mapping[DealState, int] = {
    DealState.NEGOTIATING: 0,
    DealState.DRAFTING: 1,
    DealState.SIGNING: 2,
    DealState.COMPLETED: 4,
}


def next_step(at: Situation) -> NextStep:
    """Who owes the next step of a deal."""
    if at.state is DealState.NEGOTIATING:
        return _negotiating(at)
    if at.state in {DealState.DRAFTING, DealState.SIGNING} and at.contract is not None:
        return _contracting(at, at.contract)
    if at.money.receipt is not None:
        return _paying(at.money.receipt)
    if at.state in _LATER:
        return _in_force(at)
    if at.state is DealState.TERMINATED:
        return _settling(at)
    return NextStep(Who.NOBODY, N_("Nothing more to do"), None)


def _settling(at: Situation) -> NextStep:
    """After a termination: what it leaves payable is paid, what was paid beyond it is sent back."""
    by = at.settle_on or at.moved_on + timedelta(days=SETTLE_DAYS)
    if at.money.is_overpaid:
        return NextStep(Who.SELLER, N_("Send back what was paid too much"), by)
    if not at.money.is_all_paid:
        return NextStep(Who.BUYER, N_("Pay what the termination leaves payable"), at.money.due_on or by)
    return NextStep(Who.NOBODY, N_("Nothing more to do"), None)


def _paying(receipt: ReceiptFacts) -> NextStep:
    """Money that is said to be on its way goes before everything else."""
    state = ReceiptState.CONFIRMED if receipt.waits_for is Who.OFFICIAL else ReceiptState.REPORTED
    label = N_("Verify the payment") if receipt.waits_for is Who.OFFICIAL else N_("Confirm that the money has arrived")
    days = RECEIPT_STATES.days_allowed(state) or 0
    return NextStep(receipt.waits_for, label, receipt.since + timedelta(days=days))


def _in_force(at: Situation) -> NextStep:
    """A change that is out for signature goes before the performance, for what is due may be another thing afterwards; one that
    is only written waits its turn."""
    changes = (
        (at.termination, N_("Sign the termination agreement")),
        (at.amendment, N_("Sign the amendment")),
    )
    step = _performing(at)
    for change, label in changes:
        if change is not None and change.state is DocumentState.SENT:
            return _signing(at, change, label)
        if change is not None and change.state in LIVE:
            due = _due(at, DEAL_STATES.days_allowed(DealState.DRAFTING))
            text = NextStep(change.written_by, N_("Check the text and send it for signature"), due)
            return min(step, text, key=lambda one: one.due or date.max)
    return step


def _performing(at: Situation) -> NextStep:
    """What is due first: the next payment, or the next step of the performance."""
    who, label = _LATER[at.state]
    step = NextStep(who, label, _due(at, DEAL_STATES.days_allowed(at.state)))
    payment = NextStep(Who.BUYER, N_("Pay what is due"), at.money.due_on)
    if payment.due is not None and (step.due is None or payment.due <= step.due):
        return payment
    if at.state is DealState.ACCEPTED and not at.money.is_all_paid:
        return payment if payment.due else NextStep(Who.BOTH, N_("Set the day of the next payment"), step.due)
    return step


def _negotiating(at: Situation) -> NextStep:
    days = DEAL_STATES.days_allowed(at.state)
    if at.offer is not None and at.offer.state is OfferState.OPEN:
        return NextStep(other(at.offer.side), N_("Answer the offer"), at.offer.valid_until)
    if at.letter is not None and at.letter.state is DocumentState.SENT:
        return _signing(at, at.letter, N_("Sign the letter of intent"))
    if at.offer is None:
        return NextStep(Who.SELLER, N_("Make an offer"), _due(at, days))
    if at.offer.state is OfferState.ACCEPTED:
        return NextStep(at.offer.side, N_("Write the contract text"), _due(at, days))
    return NextStep(at.offer.side, N_("Make a new offer"), _due(at, days))


def _contracting(at: Situation, contract: DocumentFacts) -> NextStep:
    if contract.state is DocumentState.SENT:
        return _signing(at, contract, N_("Sign the contract"))
    days = DEAL_STATES.days_allowed(DealState.DRAFTING)
    if contract.state is DocumentState.DRAFT:
        return NextStep(contract.written_by, N_("Check the text and send it for signature"), _due(at, days))
    return NextStep(contract.written_by, N_("Write a new text, or negotiate again"), _due(at, days))


def _signing(at: Situation, document: DocumentFacts, label: str) -> NextStep:
    paper_days = PAPER_STATES.days_allowed(document.paper)
    if document.paper is PaperState.CONFIRMED:
        return NextStep(Who.OFFICIAL, N_("Verify the paper"), _due(at, paper_days))
    if document.paper is PaperState.UPLOADED:
        days = [day for day in (_due(at, paper_days), document.sign_by) if day is not None]
        return NextStep(
            _TOGETHER[frozenset(document.order) - document.confirmed],
            N_("Confirm the scan of the paper"),
            min(days, default=None),
        )
    due = document.sign_by or _due(at, DOCUMENT_STATES.days_allowed(document.state))
    return NextStep(_TOGETHER[turn(document.order, document.signed)], label, due)


def _due(at: Situation, days: int | None) -> date | None:
    return None if days is None else at.moved_on + timedelta(days=days)


def other(side: Who) -> Who:
    """The side across the table."""
    return Who.BUYER if side is Who.SELLER else Who.SELLER


def track(at: Situation) -> tuple[Stage, ...]:
    """The stops of the track bar. Registration and reward are tracks of their own: here they only wait."""
    failed = at.state in {DealState.LOST, DealState.TERMINATED}
    reached = _lost_at(at) if at.state is DealState.LOST else _REACHED.get(at.state, 3)
    now = "failed" if failed else "current"
    completed = at.state is DealState.COMPLETED
    marks = ["done"] * reached + (["waiting"] if completed else [now])
    marks += ["waiting"] * (len(_STAGES) - len(marks))
    return tuple(Stage(label, mark) for label, mark in zip(_STAGES, marks, strict=True))


def _lost_at(at: Situation) -> int:
    """Where a lost deal had come to."""
    if at.contract is None:
        return 0
    return 1 if at.contract.state is DocumentState.DRAFT else 2
