"""The home page of everybody, the search box of the header, and the way in to publishing."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.home import addresses, chase_views, pages, queries, review_views
from marketplace.home.blueprint import blueprint
from marketplace.web.access import public
from marketplace.web.context import reading
from marketplace.web.formats import wan
from marketplace.web.regions import county_codes

__all__ = ["blueprint", "chase_views", "pages", "review_views"]

CATALOGUES = {"results": "results.catalogue", "needs": "needs.catalogue"}


@blueprint.get("/")
@public
def index() -> str:
    """Who looks decides what stands here: the market, what waits for me, what waits for the union."""
    with reading() as uow:
        page = queries.home(uow, county_codes())
    return render_template(
        "home/index.html",
        page=page,
        task_url=addresses.task_url,
        task_action=addresses.task_action,
        signed_amount=_signed_amount,
    )


@blueprint.get("/search")
@public
def search() -> Response:
    """Hand the words over to a catalogue, that of results unless needs are asked for."""
    endpoint = CATALOGUES.get(request.args.get("in", ""), "results.catalogue")
    words = request.args.get("q", "").strip()
    return redirect(url_for(endpoint, q=words) if words else url_for(endpoint), code=303)


@blueprint.get("/publish")
@public
def publish() -> str:
    """Result or need: what each takes, and what happens then."""
    return render_template("home/publish.html", what=request.args.get("what", ""))


def _signed_amount(fen: int) -> str:
    """A change in fen with its sign: +12 万元."""
    return f"+{wan(fen)}" if fen > 0 else wan(fen)
