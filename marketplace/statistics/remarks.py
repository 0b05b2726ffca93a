"""What has to be said beside a figure so that nobody misreads it: nothing, of most."""

from marketplace.kernel.messages import N_
from marketplace.statistics.definition import Definition
from marketplace.statistics.desk import Desk
from marketplace.statistics.rules import Figure, Period

YEAR_NOT_OVER = N_("counted when the year is over")
ABOVE_WHOLE = N_("More than the whole: look at the rows behind it.")


def remark(definition: Definition, figure: Figure, period: Period) -> str:
    """The words for a figure of a period, to be translated; empty where its value says it all."""
    if definition.is_dated_by_year and not period.ends_a_year:
        return YEAR_NOT_OVER
    return above_whole(definition) if is_above_whole(definition, figure) else ""


def desk_remark(desk: Desk) -> str:
    """The same of a figure with its tables: a part may need the words where the total does not."""
    found = remark(desk.definition, desk.total, desk.period)
    is_above = any(part is not None and is_above_whole(desk.definition, part) for part in desk.parts())
    return found or (above_whole(desk.definition) if is_above else "")


def above_whole(definition: Definition) -> str:
    """Why a share is more than all there is."""
    return definition.above_whole or ABOVE_WHOLE


def is_above_whole(definition: Definition, figure: Figure) -> bool:
    """Whether a share is more than 100 %, or of nothing at all."""
    return definition.is_share and figure.value > max(figure.whole, 0)
