"""Pages of officials: everything to decide in one queue, interests nobody answers, deals that do not move, payments overdue."""

from flask import render_template, request

from marketplace.home import addresses, chasing, overdue, oversight
from marketplace.home import review_queue as queue
from marketplace.home.blueprint import blueprint
from marketplace.home.chase_views import chase_of
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
        late = [(row.kind, row.target_id) for row in rows if row.age.overdue]
        chase = chase_of(uow, {one: chasing.about_review(*one) for one in late})
    return render_template(
        "home/review_queue.html",
        rows=rows,
        chase=chase,
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
        chase = chase_of(uow, {row.interest_id: chasing.about_interest(row.interest_id) for row in rows})
    return render_template("home/silent.html", rows=rows, chase=chase)


@blueprint.get("/review/stalled")
@requires(official)
def stalled() -> str:
    """Deals that have not moved for their stage's time, and who owes the next step."""
    with reading() as uow:
        rows = oversight.stalled_deals(uow)
        chase = chase_of(uow, {row.deal.id: chasing.about_deal(row.deal.id) for row in rows})
    return render_template("home/stalled.html", rows=rows, chase=chase)


@blueprint.get("/review/overdue")
@requires(official)
def overdue_payments() -> str:
    """Payments that are overdue: who owes whom how much, since when, and what comes next."""
    with reading() as uow:
        rows = overdue.overdue_payments(uow)
        total = overdue.count_overdue(uow) if len(rows) == overdue.SHOWN else len(rows)
        chase = chase_of(uow, {row.milestone_id: chasing.about_payment(row.milestone_id) for row in rows})
    return render_template("home/overdue.html", rows=rows, total=total, chase=chase)


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
