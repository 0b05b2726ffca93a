"""The states of an account, a payment page and a dispute, and what becomes of an event of the processor. Pure; amounts in fen."""

from datetime import timedelta

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow

LARGEST_FEN = 99_999_999
"""The most that one payment page takes: the processor counts in eight digits."""

PAGE_LASTS = timedelta(hours=2)
"""For so long a payment page can be paid; the processor allows no less than half an hour."""

OPENS_WITHIN = timedelta(minutes=15)
"""A page that was asked for and not opened within this time (the process died) is asked for anew, not again."""


class AccountState(Labelled):
    """The payee's account at the processor, from the word of the organisation to that of the processor."""

    NAMED = "named", N_("Named, being checked")
    CONNECTED = "connected", N_("Connected")
    REFUSED = "refused", N_("Cannot be paid")
    ENDED = "ended", N_("Ended")


class PageState(Labelled):
    """A payment page; whether the money is there, a receipt says."""

    ASKED = "asked", N_("Being opened")
    OPEN = "open", N_("Open, not paid as far as we know")
    PAID = "paid", N_("Paid")
    EXPIRED = "expired", N_("Expired")
    FAILED = "failed", N_("Could not be opened")


class DisputeState(Labelled):
    """What the payer's bank contests."""

    OPEN = "open", N_("In dispute")
    LIFTED = "lifted", N_("Dispute settled for the payee")
    LOST = "lost", N_("Dispute settled for the payer")


class Outcome(Labelled):
    """What became of an event."""

    WAITING = "waiting", N_("Waits to be looked at")
    FOLLOWED = "followed", N_("Followed")
    NOT_OURS = "not_ours", N_("About something that did not begin here")
    OTHER_ACCOUNT = "other_account", N_("Of another account than the page was opened on")
    DIFFERS = "differs", N_("The amount or currency is another than was asked for")


R, A, P, D = Relation, AccountState, PageState, DisputeState

ACCOUNT_STATES = StateTable(
    "online_account",
    A.NAMED,
    (
        arrow("connect", {A.NAMED, A.REFUSED}, A.CONNECTED, {R.SYSTEM}, N_("Connect")),
        arrow("refuse", {A.NAMED, A.CONNECTED}, A.REFUSED, {R.SYSTEM}, N_("Refuse")),
        arrow("end", {A.NAMED, A.CONNECTED, A.REFUSED}, A.ENDED, {R.OWNER}, N_("Disconnect the account")),
    ),
)

PAGE_STATES = StateTable(
    "payment_page",
    P.ASKED,
    (
        arrow("open", {P.ASKED}, P.OPEN, {R.BUYER}, N_("Open")),
        arrow("fail", {P.ASKED}, P.FAILED, {R.BUYER}, N_("Fail")),
        arrow("expire", {P.ASKED, P.OPEN}, P.EXPIRED, {R.BUYER, R.SYSTEM}, N_("Expire")),
        arrow("pay", {P.ASKED, P.OPEN, P.EXPIRED, P.FAILED}, P.PAID, {R.SYSTEM}, N_("Pay")),
    ),
)

DISPUTE_STATES = StateTable(
    "dispute",
    D.OPEN,
    (
        arrow("lift", {D.OPEN, D.LOST}, D.LIFTED, {R.SYSTEM}, N_("Settle for the payee")),
        arrow("lose", {D.OPEN}, D.LOST, {R.SYSTEM}, N_("Settle for the payer")),
    ),
)

COUNTS = frozenset({A.NAMED, A.CONNECTED, A.REFUSED})
"""An organisation has one of these at most, and an account belongs to one organisation."""

_SETTLED = {"won": "lift", "warning_closed": "lift", "prevented": "lift", "lost": "lose"}


def settled(status: str) -> str | None:
    """The action that a dispute's status at the processor asks for; None while it is open, an inquiry included.

    An appeal after a lost dispute changes nothing until it is won.
    """
    return _SETTLED.get(status)
