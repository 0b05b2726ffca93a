"""What officials see of registrations: the registered contracts of a period, to read and to report."""

from datetime import date

from flask import Response, render_template

from marketplace.infra.media import XLSX
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.registrations import export
from marketplace.registrations.blueprint import blueprint
from marketplace.registrations.queries import registered
from marketplace.web.access import official, requires
from marketplace.web.arguments import day_asked
from marketplace.web.context import reading
from marketplace.web.sending import send_written


@blueprint.get("/registrations")
@requires(official)
def of_period() -> str:
    """Contracts that were registered in a period, with what they stood at on its last day."""
    with reading() as uow:
        first, last = _period(uow)
        rows = registered(uow, first, last)
    return render_template(
        "registrations/of_period.html",
        rows=rows,
        first=first,
        last=last,
        a2_fen=sum(row.a2_fen for row in rows),
        a3_fen=sum(row.a3_fen for row in rows),
    )


@blueprint.get("/registrations/contracts.xlsx")
@requires(official)
def export_period() -> Response:
    """The same with every field of the registrar's form."""
    with reading() as uow:
        first, last = _period(uow)
        rows = registered(uow, first, last)
    name = f"registrations-{first}-{last}.xlsx"
    return send_written(lambda stream: export.registered_contracts(stream, rows, first, last), XLSX, name)


def _period(uow: UnitOfWork) -> tuple[date, date]:
    """The days the address asks for; the year so far where it asks for none. Raises InvalidInput."""
    today = china_day(uow.now())
    first, last = day_asked("from", today.replace(month=1, day=1)), day_asked("to", today)
    if first > last:
        raise InvalidInput(N_("A period cannot end before it begins."), field="from")
    return first, last
