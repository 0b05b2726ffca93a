"""Pages of targets: the table of one figure and year, and the sheet in which the city sets them."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.statistics.asking import moment_of
from marketplace.statistics.definition import Definition
from marketplace.statistics.rules import FigureCode
from marketplace.targets import outlook, queries, service
from marketplace.targets.blueprint import blueprint
from marketplace.targets.forms import targets_form
from marketplace.targets.policy import county_dimension, require_target, targets_for
from marketplace.targets.queries import Asked
from marketplace.targets.rules import require_year
from marketplace.web.access import city_official, official, requires
from marketplace.web.arguments import day_asked
from marketplace.web.context import reading
from marketplace.web.forms import is_member
from marketplace.web.regions import county_codes
from marketplace.web.submission import submitted

__all__ = ["blueprint"]


@blueprint.get("/targets")
@requires(official)
def overview() -> str:
    """Target, what is reached of it, and where the year may end, by county."""
    with reading() as uow:
        asked = _asked(uow)
        page = queries.targets_page(uow, asked, county_codes())
        figures = targets_for(uow.actor)
        today = china_day(uow.now())
    return render_template(
        "targets/overview.html",
        page=page,
        asked=asked,
        figures=figures,
        today=today,
        figure_url=lambda code: url_for(
            "targets.overview", figure=code.value, year=asked.year, as_of=request.args.get("as_of")
        ),
        made_of=outlook,
    )


@blueprint.route("/targets/<figure>/<int:year>", methods=["GET", "POST"])
@requires(city_official)
def sheet(figure: str, year: int) -> str | Response:
    """An official of the city sets the targets of a figure and year."""
    with reading() as uow:
        definition = _definition(uow, figure)
        require_year(year, china_day(uow.now()))
        targets = queries.current(uow.session, Asked(definition, year, china_day(uow.now()), uow.now()))
        seen = queries.newest_id(uow.session, year, definition.code)
    places: list[str | None] = [None, *(county_codes() if county_dimension(definition) else [])]
    form = targets_form(definition, places)
    if request.method == "GET":
        form.fill_from(places, targets, seen)
    back = url_for("targets.overview", figure=definition.code.value, year=year)
    done = submitted(
        form,
        lambda uow: service.set_targets(
            uow, year, definition.code, form.read(places), form.reason.data, form.read_seen()
        ),
    )
    if done is not None:
        flash(_("The targets are set."), "success")
        return redirect(back, code=303)
    return render_template(
        "targets/sheet.html", form=form, definition=definition, year=year, places=_fields(form, places), back=back
    )


def _fields(form: Any, places: list[str | None]) -> list[Any]:
    return [form[service.place_name(place)] for place in places]


def _definition(uow: UnitOfWork, figure: str) -> Definition:
    if not is_member(FigureCode, figure):
        raise NotFound(N_("There is no such figure."))
    return require_target(uow.actor, FigureCode(figure))


def _asked(uow: UnitOfWork) -> Asked:
    """What the query string asks for; the contracts of this year, as known now, where it asks for nothing."""
    today = china_day(uow.now())
    definition = _definition(uow, request.args.get("figure", FigureCode.A1.value))
    day = day_asked("as_of", today)
    text = request.args.get("year", "")
    if text and not (text.isascii() and text.isdigit() and len(text) == 4):
        raise InvalidInput(N_("Write a year as 2026."), field="year")
    year = int(text) if text else day.year
    require_year(year, today)
    return Asked(definition, year, day, moment_of(uow.now(), day, today))
