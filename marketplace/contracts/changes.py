"""What parties agree about a contract in force: other terms, or its end. Pure; amounts are in fen with tax.

An amendment changes clauses, those lines of the payment plan of which nothing is paid or reported, and the royalty of quarters
to come (民法典 art. 543-544); what it does not name stays. A termination agreement says what is paid in the end (art. 562,
566-567).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from marketplace.contracts.clauses import Clause
from marketplace.contracts.royalties import RoyaltyChange, Schedule
from marketplace.contracts.rules import (
    LONGEST_CLAUSE,
    LONGEST_REASON,
    WHY_CONTRACT_ENDED,
    DocumentKind,
    EndReason,
    required_reason,
)
from marketplace.contracts.terms import LONGEST_LINE, MOST_INSTALMENTS
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.kernel.texts import clean, required
from marketplace.payments.rules import LONGEST_DAYS, Instalment, Trigger

LONGEST_WAIT = timedelta(days=5 * 366)
"""A day in a contract is not further away."""


@dataclass(frozen=True)
class PlanLine:
    """A line of the plan that is not cancelled; `is_open` while nothing of it is paid or reported, so that it can be changed,
    `is_paid` once all of it is verified."""

    number: int
    line: Instalment
    is_open: bool
    is_paid: bool = False


@dataclass(frozen=True)
class ContractInForce:
    """A contract in force as it stands today: how it is called, its clauses with all amendments, its fixed amount, and its plan.

    `earlier` are the references of its amendments; `received_fen` is what was received of the fixed price, less refunds;
    `royalty` is None where none is agreed.
    """

    document_id: int
    name: str
    reference: str
    code: str
    signed_on: date
    earlier: tuple[str, ...]
    clauses: tuple[Clause, ...]
    amount_fen: int
    lines: tuple[PlanLine, ...]
    received_fen: int
    royalty: Schedule | None

    @property
    def changeable(self) -> tuple[PlanLine, ...]:
        """The lines an amendment can replace."""
        return tuple(one for one in self.lines if one.is_open)

    @property
    def kept(self) -> tuple[PlanLine, ...]:
        """The lines no amendment touches, because they are paid, in part or in full, or reported so."""
        return tuple(one for one in self.lines if not one.is_open)


@dataclass(frozen=True)
class Amending:
    """What one side proposes: new texts by the key of the clause, the numbers of the lines that go, those that come, why, and
    another royalty, if any."""

    texts: Mapping[str, str]
    dropped: tuple[int, ...]
    lines: tuple[Instalment, ...]
    reason: str
    royalty: RoyaltyChange | None = None

    def amount_after(self, contract: ContractInForce) -> int:
        """The fixed amount from there on, in fen."""
        gone = sum(one.line.fen for one in contract.lines if one.number in self.dropped)
        return contract.amount_fen - gone + sum(line.fen for line in self.lines)

    def checked(self, contract: ContractInForce, today: date) -> "Amending":
        """The same, cleaned: clauses that say what they said before are left out, and so is a royalty that stays.

        Raises InvalidInput beside what does not fit, also when a line that goes was paid or reported meanwhile.
        """
        known = {clause.key: clause.text for clause in contract.clauses if not clause.is_locked}
        typed = {key: required(text, key, LONGEST_CLAUSE) for key, text in self.texts.items() if key in known}
        cleaned = replace(
            self,
            texts={key: text for key, text in typed.items() if text != known[key]},
            lines=tuple(replace(line, when=clean(line.when)) for line in self.lines),
            reason=required(self.reason, "reason", LONGEST_REASON),
            royalty=self.royalty.checked(contract.royalty, today) if self.royalty else None,
        )
        cleaned._require_possible(contract, today)
        return cleaned

    def _require_possible(self, contract: ContractInForce, today: date) -> None:
        if not set(self.dropped) <= {one.number for one in contract.changeable}:
            raise InvalidInput(
                N_(
                    "A line you change was paid meanwhile, or is reported as paid, and stays. Reload the page to see it."
                ),
                field="lines",
            )
        if len(self.lines) > MOST_INSTALMENTS or not all(_is_whole(line, today) for line in self.lines):
            raise InvalidInput(
                N_(
                    "Every line needs an amount and when it is paid: days after an event, a day from today on, or words."
                ),
                field="lines",
            )
        if not (self.texts or self.dropped or self.lines or self.royalty):
            raise InvalidInput(
                N_("Nothing is changed yet. Change a clause, a line of the payment plan or the royalty.")
            )
        after = self.amount_after(contract)
        if after > LARGEST_FEN or (after == 0 and contract.amount_fen):
            raise InvalidInput(
                N_("The amount from there on has to be more than nothing. Whoever wants to end the contract ends it."),
                field="lines",
            )


@dataclass(frozen=True)
class Settling:
    """How a contract is ended: what of the fixed price is paid in the end, until when that is settled, why, and what else."""

    payable_fen: int
    settle_on: date | None
    reason: str
    arrangements: str = ""
    end_reason: EndReason | None = None

    def checked(self, contract: ContractInForce, today: date) -> "Settling":
        """The same, cleaned; a day is left out where nothing is left to settle. Raises InvalidInput beside what does not fit."""
        if not 0 <= self.payable_fen <= contract.amount_fen:
            raise InvalidInput(N_("What stays payable cannot be more than the contract's amount."), field="payable")
        is_even = self.payable_fen == contract.received_fen
        if not is_even and (self.settle_on is None or not today <= self.settle_on <= today + LONGEST_WAIT):
            raise InvalidInput(N_("Say until which day it is settled: a day from today on."), field="settle_on")
        return Settling(
            self.payable_fen,
            None if is_even else self.settle_on,
            required(self.reason, "reason", LONGEST_REASON),
            clean(self.arrangements)[:LONGEST_CLAUSE],
            required_reason(self.end_reason, WHY_CONTRACT_ENDED),
        )


OVERTAKEN = {
    DocumentKind.AMENDMENT: N_(
        "A payment was reported for a line that this amendment replaces, so its text no longer fits. Money goes first: write the "
        "amendment anew from the plan as it is now."
    ),
    DocumentKind.TERMINATION_AGREEMENT: N_(
        "Money has moved since this termination agreement was written, or is on its way. Wait until it is verified, then write "
        "the agreement anew."
    ),
}
"""What is said when a text no longer fits the money, by the kind of document."""


def _is_whole(line: Instalment, today: date) -> bool:
    if not 0 < line.fen <= LARGEST_FEN:
        return False
    if line.trigger is Trigger.DAY:
        return line.day is not None and today <= line.day <= today + LONGEST_WAIT
    if line.trigger is Trigger.OTHER:
        return 0 < len(line.when) <= LONGEST_LINE
    return 0 < line.days <= LONGEST_DAYS


def rows_of(lines: Sequence[Instalment]) -> list[dict[str, Any]]:
    """For the JSON column of an amendment."""
    return [asdict(line) | {"day": line.day.isoformat() if line.day else None} for line in lines]


def lines_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Instalment, ...]:
    """From the JSON column of an amendment."""
    return tuple(
        Instalment(
            row["fen"],
            row["when"],
            Trigger(row["trigger"]),
            row["days"],
            date.fromisoformat(row["day"]) if row["day"] else None,
        )
        for row in rows
    )
