"""Pages of saved searches: keep the search of a catalogue page, change it, delete it."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.alerts import searches
from marketplace.alerts.blueprint import blueprint
from marketplace.alerts.forms import SearchForm
from marketplace.alerts.models import SavedSearch
from marketplace.alerts.rules import NAME_LENGTH, Frequency
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.rules import ListingKind
from marketplace.listings.search import FACETS, Criteria
from marketplace.listings.search_page import CATALOGUES, label_of, read_criteria
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import is_member
from marketplace.web.submission import submitted


@blueprint.route("/alerts/searches/new", methods=["GET", "POST"])
@requires(signed_in)
def new_search() -> str | Response:
    """Name the search that the address carries."""
    named = request.args.get("kind", "")
    if not is_member(ListingKind, named):
        abort(404)
    criteria = read_criteria(ListingKind(named), strict=False)
    words = words_of(criteria)
    form = SearchForm(name="、".join(words)[:NAME_LENGTH], frequency=Frequency.INSTANT.value)
    saved = submitted(form, lambda uow: searches.save(uow, criteria, form.name.data or "", _frequency(form)))
    if saved is not None:
        flash(_("The search is saved. You will hear of what it finds from now on."), "success")
        return redirect(url_for("alerts.overview"), code=303)
    back = _page_of(criteria)
    return render_template("alerts/search.html", form=form, words=words, kind=criteria.kind, back=back, row=None)


@blueprint.route("/alerts/searches/<int:search_id>", methods=["GET", "POST"])
@requires(signed_in)
def search(search_id: int) -> str | Response:
    """Another name or frequency."""
    with reading() as uow:
        row = searches.own(uow, search_id)
        words, back = described(uow, row)
    form = SearchForm(name=row.name, frequency=row.frequency.value)
    if submitted(form, lambda uow: searches.change(uow, search_id, form.name.data or "", _frequency(form))) is not None:
        flash(_("Saved."), "success")
        return redirect(url_for("alerts.overview"), code=303)
    return render_template("alerts/search.html", form=form, words=words, kind=row.kind, back=back, row=row)


@blueprint.post("/alerts/searches/<int:search_id>/delete")
@requires(signed_in)
def delete_search(search_id: int) -> Response:
    """Forget it."""
    with writing() as uow:
        searches.delete_one(uow, search_id)
    flash(_("The saved search is deleted."), "success")
    return redirect(url_for("alerts.overview"), code=303)


def described(uow: UnitOfWork, row: SavedSearch) -> tuple[tuple[str, ...], str]:
    """What a saved search asks for in words, and the address of its page, the newest first."""
    criteria = searches.criteria_of(uow, row)
    return words_of(criteria), _page_of(criteria)


def words_of(criteria: Criteria) -> tuple[str, ...]:
    """The text, then the filters as a person reads them."""
    filters = (
        label_of(facet, value)
        for facet in FACETS[criteria.kind]
        for value in sorted(criteria.filters.get(facet.name, ()))
    )
    return (criteria.text, *filters) if criteria.text else tuple(filters)


def _page_of(criteria: Criteria) -> str:
    """The catalogue page of a search, the newest first."""
    arguments: dict[str, Any] = {**searches.arguments_of(criteria), "sort": "newest"}
    return url_for(CATALOGUES[criteria.kind], **arguments)


def _frequency(form: SearchForm) -> Frequency:
    return Frequency(form.frequency.data)
