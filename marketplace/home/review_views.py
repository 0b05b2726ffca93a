"""Pages of officials: everything to decide in one queue, interests nobody answers, deals that do not move."""

from flask import render_template, request

from marketplace.home import addresses, oversight
from marketplace.home import review_queue as queue
from marketplace.home.blueprint import blueprint
from marketplace.home.review_queue import Wanted
from marketplace.home.rules import ReviewKind
from marketplace.kernel.permissions import Actor
from marketplace.web.access import official, requires
from marketplace.web.context import current_actor, reading
from marketplace.web.forms import is_member
from marketplace.web.paging import Paging, page_number
from marketplace.web.regions import county_choices

PER_PAGE = 50


@blueprint.get("/review")
@requires(official)
def review_queue() -> str:
    """The queue, oldest first, narrowed by kind and county."""
    wanted = _wanted()
    with reading() as uow:
        kinds = queue.by_kind(uow)
        paging = Paging(page_number(), PER_PAGE, queue.count(uow, wanted))
        rows = queue.listed(uow, wanted, paging.offset, PER_PAGE)
    return render_template(
        "home/review_queue.html",
        rows=rows,
        kinds=kinds,
        wanted=wanted,
        page=paging,
        counties=_counties(current_actor()),
        review_url=addresses.review_url,
    )


@blueprint.get("/review/silent")
@requires(official)
def silent() -> str:
    """Interests without an answer."""
    with reading() as uow:
        rows = oversight.silent_interests(uow)
    return render_template("home/silent.html", rows=rows)


@blueprint.get("/review/stalled")
@requires(official)
def stalled() -> str:
    """Deals that have not moved for their stage's time, and who owes the next step."""
    with reading() as uow:
        rows = oversight.stalled_deals(uow)
    return render_template("home/stalled.html", rows=rows)


def _wanted() -> Wanted:
    """What the address asks for; what it does not know is left out."""
    kind, county = request.args.get("kind", ""), request.args.get("county", "")
    return Wanted(
        kind=ReviewKind(kind) if is_member(ReviewKind, kind) else None,
        county=county if county in dict(county_choices()) else None,
    )


def _counties(actor: Actor) -> list[tuple[str, str]]:
    """The counties an official may choose from: all in the city, else his own."""
    return [(code, name) for code, name in county_choices() if actor.is_official_for(code)]
