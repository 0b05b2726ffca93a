"""What officials see of registrations: the registered contracts of a period, to read and to report."""

from datetime import date

from flask import Response, render_template, request

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.registrations import export
from marketplace.registrations.blueprint import blueprint
from marketplace.registrations.page import as_workbook
from marketplace.registrations.queries import registered
from marketplace.web.access import official, requires
from marketplace.web.context import reading


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
    return as_workbook(lambda stream: export.registered_contracts(stream, rows, first, last), name)


def _period(uow: UnitOfWork) -> tuple[date, date]:
    """The days the address asks for; the year so far where it asks for none. Raises InvalidInput."""
    today = china_day(uow.now())
    first, last = _day("from", today.replace(month=1, day=1)), _day("to", today)
    if first > last:
        raise InvalidInput(N_("A period cannot end before it begins."), field="from")
    return first, last


def _day(name: str, usual: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name) or usual.isoformat())
    except ValueError:
        raise InvalidInput(N_("Write days like 2026-11-20."), field=name) from None
