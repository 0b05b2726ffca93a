"""The lines of a payment plan, and what becomes of a payment. Pure; amounts are in fen with tax."""

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.money import WHOLE_BP
from marketplace.kernel.states import Relation, StateTable, arrow


class Trigger(Labelled):
    """What makes a line of the plan due."""

    IN_FORCE = "in_force", N_("Entry into force")
    ACCEPTANCE = "acceptance", N_("Acceptance of the delivery")
    DAY = "day", N_("A fixed day")
    OTHER = "other", N_("Another event, in words")


NEGOTIATED = (Trigger.IN_FORCE, Trigger.ACCEPTANCE, Trigger.OTHER)
"""What an offer can name. When a contract will be signed nobody knows, so a day is named only in what changes one in force."""

_AFTER = {Trigger.IN_FORCE: "合同生效后{days}日内", Trigger.ACCEPTANCE: "验收合格后{days}日内"}
LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Instalment:
    """One line as the parties agree on it: `when` is how the contract says it, where the trigger alone does not; `days` are
    counted from the trigger; `day` is the last day in China where a fixed one is agreed."""

    fen: int
    when: str = ""
    trigger: Trigger = Trigger.OTHER
    days: int = 0
    day: date | None = None

    @property
    def words(self) -> str:
        """When it is paid, in the words of the contract."""
        if self.day is not None:
            return f"{day_words(self.day)}前"
        if self.when or self.trigger not in _AFTER:
            return self.when
        return _AFTER[self.trigger].format(days=self.days)


def day_words(day: date) -> str:
    """A day as a Chinese contract writes it: 2026年1月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


class MilestoneKind(Labelled):
    """What a line is for."""

    FIXED = "fixed", N_("Part of the fixed price")
    ROYALTY = "royalty", N_("Royalty of a period")


class MilestoneState(Labelled):
    """A line of the plan. Whether it is paid or late is reckoned from its payments, never stored."""

    PLANNED = "planned", N_("Planned")
    DUE = "due", N_("Due")
    CANCELLED = "cancelled", N_("Cancelled")


class Standing(Labelled):
    """What a reader is told of a line: its state together with what has been paid."""

    PLANNED = "planned", N_("Planned")
    DUE = "due", N_("Due")
    OVERDUE = "overdue", N_("Overdue")
    ON_ITS_WAY = "on_its_way", N_("Money on its way")
    PARTLY = "partly", N_("Partly paid")
    PAID = "paid", N_("Paid")
    CANCELLED = "cancelled", N_("Cancelled")


class ReceiptKind(Labelled):
    """Which way the money went."""

    PAYMENT = "payment", N_("Payment")
    REFUND = "refund", N_("Refund")


class Channel(Labelled):
    """How the money went, and so whose word it is that it arrived."""

    TRANSFER = "transfer", N_("Bank transfer")
    ONLINE = "online", N_("Online payment")


class ReceiptState(Labelled):
    """One payment or refund, from the word of who sent it to that of an official."""

    REPORTED = "reported", N_("Reported, waiting for the other side")
    CONFIRMED = "confirmed", N_("Arrived, waiting for an official")
    VERIFIED = "verified", N_("Verified by the voucher")
    REFUSED = "refused", N_("Said not to have arrived")
    REJECTED = "rejected", N_("Voucher not accepted")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class StatementState(Labelled):
    """The buyer's figures for a royalty of one period, and what the seller says of them."""

    STATED = "stated", N_("Stated, waiting for the seller")
    AGREED = "agreed", N_("Agreed")
    OBJECTED = "objected", N_("Objected to")


R, M, S = Relation, MilestoneState, ReceiptState

MILESTONE_STATES = StateTable(
    "milestone",
    M.PLANNED,
    (
        arrow("fall_due", {M.PLANNED}, M.DUE, {R.SELLER, R.SYSTEM}, N_("The event has happened: set the day")),
        arrow("put_off", {M.DUE}, M.DUE, {R.SELLER}, N_("Set another day")),
        arrow("cancel", {M.PLANNED, M.DUE}, M.CANCELLED, {R.SYSTEM}, N_("Cancel")),
    ),
)

RECEIPT_STATES = StateTable(
    "receipt",
    S.REPORTED,
    (
        arrow("confirm", {S.REPORTED}, S.CONFIRMED, {R.OTHER_SIDE}, N_("Confirm that it has arrived")),
        arrow("refuse", {S.REPORTED}, S.REFUSED, {R.OTHER_SIDE}, N_("It has not arrived"), reason=True),
        arrow("withdraw", {S.REPORTED}, S.WITHDRAWN, {R.OWNER}, N_("Withdraw the report")),
        arrow("verify", {S.CONFIRMED}, S.VERIFIED, {R.OFFICIAL}, N_("Verify the voucher")),
        arrow("reject", {S.CONFIRMED}, S.REJECTED, {R.OFFICIAL}, N_("Reject the voucher"), reason=True),
        arrow("undo", {S.CONFIRMED}, S.REJECTED, {R.SYSTEM}, N_("Taken back by the payment processor"), reason=True),
    ),
    timers=((S.REPORTED, 7), (S.CONFIRMED, 7)),
)

STATEMENT_STATES = StateTable(
    "royalty_statement",
    StatementState.STATED,
    (
        arrow("agree", {StatementState.STATED}, StatementState.AGREED, {R.SELLER}, N_("Agree to the figures")),
        arrow(
            "object",
            {StatementState.STATED},
            StatementState.OBJECTED,
            {R.SELLER},
            N_("Object to the figures"),
            reason=True,
        ),
    ),
    timers=((StatementState.STATED, 15),),
)

LIVE = frozenset({S.REPORTED, S.CONFIRMED, S.VERIFIED})
"""Receipts that take up a part of their line: what is on its way is not paid a second time."""


@dataclass(frozen=True)
class Paid:
    """Of a line, in fen: what is verified, and what is verified or on its way."""

    verified: int
    with_reported: int


UNPAID = Paid(0, 0)


def standing(state: MilestoneState, fen: int, paid: Paid, due_on: date | None, today: date) -> Standing:
    """What to call a line. What is on its way is not late: whoever has it to confirm or to verify is."""
    if paid.verified >= fen:
        return Standing.PAID
    if state is M.CANCELLED:
        return Standing.CANCELLED
    if paid.with_reported >= fen:
        return Standing.ON_ITS_WAY
    if due_on is not None and due_on < today:
        return Standing.OVERDUE
    if paid.verified > 0:
        return Standing.PARTLY
    return Standing.DUE if state is M.DUE else Standing.PLANNED


ROYALTY_DAYS = 30
"""A royalty is paid within so many days after its period, as the clause on the price says."""


def royalty_of(base_fen: int, royalty_bp: int) -> int:
    """The royalty for what it is taken of, in fen: rounded to the nearest, halves up."""
    return (base_fen * royalty_bp + WHOLE_BP // 2) // WHOLE_BP


def royalty_words(first_on: date, last_on: date) -> str:
    """What the line of a period is called in the plan."""
    return f"{first_on:%Y.%m.%d}—{last_on:%Y.%m.%d} 提成"
