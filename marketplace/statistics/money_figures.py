"""The rungs of the amount ladder as figures. Two of them are never added."""

from marketplace.kernel.messages import N_
from marketplace.statistics import amounts, own_use
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import BENEFITS, DOCUMENTS, PAYOUTS, RECEIPTS, REGISTRATIONS, REWARDS
from marketplace.statistics.rows import LETTER_DIMENSIONS
from marketplace.statistics.rules import FigureCode, Span, Unit

MONEY_FIGURES = (
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
        DOCUMENTS,
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
        N_("Contracts newly in force"),
        amounts.contracts,
        DOCUMENTS,
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
        REGISTRATIONS,
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
        REGISTRATIONS,
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
        RECEIPTS,
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
        RECEIPTS,
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
        RECEIPTS | REWARDS,
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
        PAYOUTS,
        taken_off=N_("Payout taken back"),
    ),
    Definition(
        FigureCode.B1,
        1,
        Unit.FEN,
        N_(
            "What units have declared that they saved or gained in a calendar year by using results of their own or of their "
            "workers themselves, after costs, and an official has checked against its proof. It is never part of the amounts of "
            "contracts. A correction books the difference in the year it is of, on record from the day of its verification."
        ),
        N_("Last day of the calendar year the benefit is of"),
        N_("Verified declarations"),
        own_use.benefits,
        BENEFITS,
        own_use.OWN_USE_DIMENSIONS,
        taken_off=N_("Corrected to less"),
        span=Span.YEAR,
        stands_alone=True,
    ),
)
