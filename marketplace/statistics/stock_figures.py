"""How things stand at the end of a day, as figures: what is current, late or stalled then."""

from marketplace.kernel.messages import N_
from marketplace.statistics import stocks
from marketplace.statistics.definition import Definition
from marketplace.statistics.heard import LISTINGS, MILESTONES, RECEIPTS, STEPS
from marketplace.statistics.rows import OPENING_DIMENSIONS, STOCK_DIMENSIONS
from marketplace.statistics.rules import FigureCode, Unit

STOCK_FIGURES = (
    Definition(
        FigureCode.C9,
        1,
        Unit.COUNT,
        N_(
            "Results that everybody sees at the end of the period and whose authors or units have said within 180 days that they "
            "still hold: published, and neither stale, paused, suspended, expired nor withdrawn."
        ),
        N_("Day on which a result was published, confirmed or shown again, or ceased to be current, in China"),
        N_("Results"),
        stocks.current_results,
        LISTINGS,
        (),
        taken_off=N_("No longer current"),
        is_stock=True,
        stands_alone=True,
    ),
    Definition(
        FigureCode.C10,
        1,
        Unit.FEN,
        N_(
            "Lines of payment plans whose last day is over at the end of the period: what of them an official has not verified "
            "as received by then. A payment that is only reported still counts as late; a line that is put off or cancelled does "
            "not."
        ),
        N_(
            "Day after the last day for the payment; the verification, or the day on which the line was put off or cancelled"
        ),
        N_("Lines of the payment plan"),
        stocks.overdue_payments,
        MILESTONES | RECEIPTS,
        STOCK_DIMENSIONS,
        taken_off=N_("Received, put off or cancelled"),
        is_stock=True,
        stands_alone=True,
    ),
    Definition(
        FigureCode.C11,
        1,
        Unit.COUNT,
        N_(
            "Open deals in which nobody had taken a step, at the end of the period, for longer than their stage allows: 30 days "
            "while negotiating, 15 while drafting or signing, 90 once in force, 180 while performing, 60 after acceptance. A "
            "message is no step."
        ),
        N_("Day on which the stage's days were over, or of the next step, in China"),
        N_("Deals"),
        stocks.stalled_deals,
        STEPS,
        OPENING_DIMENSIONS,
        taken_off=N_("Moved again"),
        is_stock=True,
        stands_alone=True,
    ),
)
