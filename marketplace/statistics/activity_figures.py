"""What is counted beside the amounts, and the shares that tell how much became of it."""

from marketplace.kernel.messages import N_
from marketplace.statistics import activity, people, shares
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import DOCUMENTS, INTERESTS, LISTINGS, PAYOUTS, RECEIPTS, REGISTRATIONS, REWARDS
from marketplace.statistics.rows import DEAL_DIMENSIONS
from marketplace.statistics.rules import Dimension, FigureCode, Unit

ACTIVITY_FIGURES = (
    Definition(
        FigureCode.C1,
        1,
        Unit.COUNT,
        N_("Results that were shown to everybody for the first time, whatever became of them later."),
        N_("Day of publication, in China"),
        N_("Results"),
        activity.results_published,
        LISTINGS,
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
        LISTINGS | INTERESTS,
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
        INTERESTS,
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
        DOCUMENTS,
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
        N_("Contracts newly in force"),
        shares.received_of_contracts,
        DOCUMENTS | RECEIPTS,
        whole=N_("Contracted amount after changes and terminations"),
        above_whole=N_(
            "Where it is above 100 per cent, more has been received than stays payable after a termination or a lower price. "
            "What is too much counts until it is sent back."
        ),
    ),
    Definition(
        FigureCode.C6,
        1,
        Unit.COUNT,
        N_("People who were paid a reward, each once in a calendar year, by his first payment on record in it."),
        N_("Day of the payment to the person, in China"),
        N_("People"),
        people.people_paid,
        PAYOUTS,
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
        shares.share_awarded,
        REWARDS,
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
        N_("Contracts newly in force"),
        shares.contracts_registered,
        DOCUMENTS | REGISTRATIONS,
        whole=N_("Contracts newly in force"),
    ),
)
