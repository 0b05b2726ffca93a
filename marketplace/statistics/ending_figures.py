"""What came to nothing, as figures: deals that were given up and contracts that were ended, by reason."""

from marketplace.kernel.messages import N_
from marketplace.statistics import endings
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import DEALS
from marketplace.statistics.rows import DEAL_DIMENSIONS, OPENING_DIMENSIONS
from marketplace.statistics.rules import Dimension, FigureCode, Unit

ENDING_FIGURES = (
    Definition(
        FigureCode.C12,
        1,
        Unit.COUNT,
        N_(
            "Deals that a party gave up before there was a contract, by the reason it chose. Deals that ended before reasons "
            "could be chosen stand under “Not given”."
        ),
        N_("Day of the ending, in China"),
        N_("Deals"),
        endings.deals_lost,
        DEALS,
        (Dimension.REASON, *OPENING_DIMENSIONS, Dimension.MONTH),
        stands_alone=True,
    ),
    Definition(
        FigureCode.C13,
        1,
        Unit.COUNT,
        N_(
            "Contracts that were ended before they were fulfilled, by agreement of the parties or on the record of an official, "
            "by the reason that was chosen. Contracts that ended before reasons could be chosen stand under “Not given”."
        ),
        N_("Day of the ending, in China"),
        N_("Contracts"),
        endings.contracts_terminated,
        DEALS,
        (Dimension.REASON, *DEAL_DIMENSIONS),
        stands_alone=True,
    ),
)
