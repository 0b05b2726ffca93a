"""What each figure means, in words, and by what it may be cut. The page, the export and the documents read from here."""

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled


class Rung(Labelled):
    """Rungs of the amount ladder that are reported so far; two rungs are never added."""

    A0 = "A0", N_("Intended amount (A0)")
    A1 = "A1", N_("Contracted amount (A1)")
    A4 = "A4", N_("Amount received (A4)")
    A6 = "A6", N_("Rewards paid to people (A6)")


class Dimension(Labelled):
    """What a figure is cut by. Seller's and buyer's county are two cuts of the same total."""

    SELLER = "seller", N_("County of the seller")
    BUYER = "buyer", N_("County of the buyer")
    INDUSTRY = "industry", N_("Industry of the result")
    MONTH = "month", N_("Month")
    BASIS = "basis", N_("Signed electronically or on paper")


@dataclass(frozen=True)
class Definition:
    """A figure in words: what is counted, and by which day."""

    rung: Rung
    formula: str
    dated_by: str
    counted: str
    taken_off: str
    """What a row that is taken off is called."""


DEFINITIONS = {
    Rung.A0: Definition(
        Rung.A0,
        N_(
            "Amounts named in letters of intent that both parties have signed; a later letter of the same deal replaces "
            "the earlier one from its own day on. A letter does not bind and is never counted as a signed contract."
        ),
        N_("Day of the last signature, in China"),
        N_("Letters of intent"),
        N_("Replaced by a later letter"),
    ),
    Rung.A1: Definition(
        Rung.A1,
        N_(
            "Fixed amounts, with tax, of binding contracts that came into force, each contract family once; a termination "
            "books a negative entry on its own day. The estimate of a royalty does not count."
        ),
        N_("Day of entry into force, or of the termination, in China"),
        N_("Contracts in force"),
        N_("Termination"),
    ),
    Rung.A4: Definition(
        Rung.A4,
        N_(
            "Payments, with tax, that the payee has confirmed and an official has compared with the bank's voucher, less the "
            "refunds that went the same way. What is agreed, due or only reported does not count."
        ),
        N_("Day the money arrived, by the statement of whom it was sent to, in China"),
        N_("Payments"),
        N_("Refund"),
    ),
    Rung.A6: Definition(
        Rung.A6,
        N_(
            "What units have paid to those who made a result or helped its conversion, before income tax, out of money that "
            "was received for it. What is only calculated, published or approved does not count."
        ),
        N_("Day of the payment to the person, in China"),
        N_("Payouts"),
        N_("Payout taken back"),
    ),
}


LONGEST_YEARS = 20


@dataclass(frozen=True)
class Period:
    """A span of days in China, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidInput(N_("The period must not end before it begins."), field="to")
        if self.last.year - self.first.year > LONGEST_YEARS:
            raise InvalidInput(N_("Choose a period of at most twenty years."), field="to")

    def months(self) -> list[str]:
        """Every month of the period as 2026-11, so that a month without deals is shown as zero."""
        month, last = self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month - 1
        return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(month, last + 1)]


def year_to(day: date) -> Period:
    """The calendar year of a day, up to that day."""
    return Period(date(day.year, 1, 1), day)
