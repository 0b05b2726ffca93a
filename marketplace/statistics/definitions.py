"""Every figure as one object: what it means in words, its rows in SQL, its unit, by which day it counts, and how it may be cut.

The desk, reports, exports, the API and the documents read from here. A definition that is changed gets a new version, and the old
one stays in RETIRED: a report that was frozen by it is checked by it.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marketplace.kernel.messages import N_
from marketplace.statistics import activity, amounts
from marketplace.statistics.rows import DEAL_DIMENSIONS, FACTS, LETTER_DIMENSIONS, Rows
from marketplace.statistics.rules import Dimension, FigureCode, Unit


@dataclass(frozen=True)
class Definition:
    """A figure. `heard` are the events that may change its rows. `counted` is what one row is called, `taken_off` one that
    corrects; `whole` what a share is a share of."""

    code: FigureCode
    version: int
    unit: Unit
    formula: str
    dated_by: str
    counted: str
    rows: Callable[[], Rows]
    heard: frozenset[str]
    dimensions: tuple[Dimension, ...] = DEAL_DIMENSIONS
    taken_off: str = N_("Correction")
    whole: str = ""
    across_deals: bool = False
    """Whether a row of one deal depends on others."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows, in their order."""
        return (*FACTS, *(one.value for one in self.dimensions))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its words, unit and dimensions: whoever changes one of them without a new version is found out by every
        snapshot."""
        said = (self.code.value, self.version, self.unit.value, self.formula, self.dated_by, *self.columns)
        return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()

    @property
    def is_share(self) -> bool:
        """A quotient of two sums."""
        return self.unit in {Unit.SHARE_OF_COUNT, Unit.SHARE_OF_FEN}

    @property
    def is_amount(self) -> bool:
        """Its value is in fen."""
        return self.unit in {Unit.FEN, Unit.SHARE_OF_FEN}


_DOCUMENTS = frozenset({"deal.moved", "document.moved"})
_RECEIPTS = frozenset({"receipt.moved"})
_REWARDS = frozenset({"reward.moved"})
_PAYOUTS = frozenset({"payout.moved"})
_LISTINGS = frozenset({"listing.moved"})
_INTERESTS = frozenset({"interest.moved"})
_REGISTRATIONS = frozenset({"registration.record_moved"})

_CURRENT = (
    Definition(
        FigureCode.A0,
        1,
        Unit.FEN,
        N_(
            "Amounts named in letters of intent that both parties have signed; a later letter of the same deal replaces "
            "the earlier one from its own day on. A letter does not bind and is never counted as a signed contract."
        ),
        N_("Day of the last signature, in China"),
        N_("Letters of intent"),
        amounts.letters,
        _DOCUMENTS,
        LETTER_DIMENSIONS,
        taken_off=N_("Replaced by a later letter"),
    ),
    Definition(
        FigureCode.A1,
        1,
        Unit.FEN,
        N_(
            "Fixed amounts, with tax, of binding contracts that came into force, each contract family once; an amendment books "
            "the difference and a termination a negative entry, each on its own day. The estimate of a royalty does not count."
        ),
        N_("Day of entry into force, of the amendment or of the termination, in China"),
        N_("Contracts in force"),
        amounts.contracts,
        _DOCUMENTS,
        taken_off=N_("Termination or lower price"),
    ),
    Definition(
        FigureCode.A2,
        1,
        Unit.FEN,
        N_(
            "Totals on the certificates of registered technology contracts, verified by an official against the scan; a change "
            "or cancellation by the registrar books the difference on its own day."
        ),
        N_("Day on the registrar's paper, in China"),
        N_("Registrations"),
        amounts.registered_totals,
        _REGISTRATIONS,
        taken_off=N_("Changed or cancelled by the registrar"),
    ),
    Definition(
        FigureCode.A3,
        1,
        Unit.FEN,
        N_(
            "Of the registered totals: what is paid for technology, without equipment and materials; never more than the total."
        ),
        N_("Day on the registrar's paper, in China"),
        N_("Registrations"),
        amounts.registered_technology,
        _REGISTRATIONS,
        taken_off=N_("Changed or cancelled by the registrar"),
    ),
    Definition(
        FigureCode.A4,
        1,
        Unit.FEN,
        N_(
            "Payments, with tax, that the payee has confirmed and an official has compared with the bank's voucher, less the "
            "refunds that went the same way. What is agreed, due or only reported does not count."
        ),
        N_("Day the money arrived, by the statement of whom it was sent to, in China"),
        N_("Payments received"),
        amounts.receipts,
        _RECEIPTS,
        taken_off=N_("Refund"),
    ),
    Definition(
        FigureCode.A4R,
        1,
        Unit.FEN,
        N_("Of the amount received: payments of the royalty of a period, less their refunds."),
        N_("Day the money arrived, by the statement of whom it was sent to, in China"),
        N_("Payments received"),
        amounts.royalties,
        _RECEIPTS,
        taken_off=N_("Refund"),
    ),
    Definition(
        FigureCode.A5,
        1,
        Unit.FEN,
        N_(
            "The amount received, less the costs of the conversion that were listed and agreed to when the reward for it was "
            "approved. Where no reward is due or approved yet, nothing has been taken off."
        ),
        N_("Day the money arrived, by the statement of whom it was sent to, in China"),
        N_("Payments received"),
        amounts.net_income,
        _RECEIPTS | _REWARDS,
        taken_off=N_("Refund or cost"),
    ),
    Definition(
        FigureCode.A6,
        1,
        Unit.FEN,
        N_(
            "What units have paid to those who made a result or helped its conversion, before income tax, out of money that "
            "was received for it. What is only calculated, published or approved does not count."
        ),
        N_("Day of the payment to the person, in China"),
        N_("Payouts"),
        amounts.payouts,
        _PAYOUTS,
        taken_off=N_("Payout taken back"),
    ),
    Definition(
        FigureCode.C1,
        1,
        Unit.COUNT,
        N_("Results that were shown to everybody for the first time, whatever became of them later."),
        N_("Day of publication, in China"),
        N_("Results"),
        activity.results_published,
        _LISTINGS,
        (Dimension.MONTH,),
    ),
    Definition(
        FigureCode.C2,
        1,
        Unit.SHARE_OF_COUNT,
        N_(
            "Of the needs that were published, those somebody expressed interest in within 30 days. A need counts once its "
            "30 days are over."
        ),
        N_("Day of publication, in China"),
        N_("Needs"),
        activity.needs_answered,
        _LISTINGS | _INTERESTS,
        (Dimension.MONTH,),
        whole=N_("Needs published"),
    ),
    Definition(
        FigureCode.C3,
        1,
        Unit.COUNT,
        N_("Expressions of interest that the other side accepted."),
        N_("Day of the answer, in China"),
        N_("Interests"),
        activity.interests_accepted,
        _INTERESTS,
        (Dimension.ORIGIN, Dimension.MONTH),
    ),
    Definition(
        FigureCode.C4,
        1,
        Unit.COUNT,
        N_("Results with a binding contract in force, each result once, with its first contract."),
        N_("Day of entry into force, in China"),
        N_("Results"),
        activity.results_converted,
        _DOCUMENTS,
        across_deals=True,
    ),
    Definition(
        FigureCode.C5,
        1,
        Unit.SHARE_OF_FEN,
        N_(
            "Of the fixed amounts of the contracts that came into force in the period, after terminations, what has been "
            "received so far, less refunds. Contract and payment are those of the same deals; royalties are left out."
        ),
        N_("Day of entry into force, in China"),
        N_("Contracts in force"),
        activity.received_of_contracts,
        _DOCUMENTS | _RECEIPTS,
        whole=N_("Contracted amount after changes and terminations"),
    ),
    Definition(
        FigureCode.C6,
        1,
        Unit.COUNT,
        N_("People who were paid a reward, each once in a calendar year, by his first payment on record in it."),
        N_("Day of the payment to the person, in China"),
        N_("People"),
        activity.people_paid,
        _PAYOUTS,
        across_deals=True,
        taken_off=N_("Payout taken back"),
    ),
    Definition(
        FigureCode.C7,
        1,
        Unit.SHARE_OF_FEN,
        N_(
            "Of the net income of rewards that were approved, what was awarded to people; what was revoked unpaid is taken "
            "off again."
        ),
        N_("Day of the approval, in China"),
        N_("Rewards"),
        activity.share_awarded,
        _REWARDS,
        (Dimension.RULE, *DEAL_DIMENSIONS),
        taken_off=N_("Reward taken back"),
        whole=N_("Net income"),
    ),
    Definition(
        FigureCode.C8,
        1,
        Unit.SHARE_OF_COUNT,
        N_(
            "Of the contracts that came into force in the period, those that are registered by now; contract and registration "
            "are those of the same deals."
        ),
        N_("Day of entry into force, in China"),
        N_("Contracts in force"),
        activity.contracts_registered,
        _DOCUMENTS | _REGISTRATIONS,
        whole=N_("Contracts in force"),
    ),
)

DEFINITIONS: Mapping[FigureCode, Definition] = {one.code: one for one in _CURRENT}
"""The definition of each figure that is in force, in the order in which they are shown."""

RETIRED: tuple[Definition, ...] = ()
"""Definitions that were in force once, for the reports that were frozen by them."""

VERSIONS: Mapping[tuple[FigureCode, int], Definition] = {(one.code, one.version): one for one in (*RETIRED, *_CURRENT)}
"""Every definition there ever was, by code and version."""
