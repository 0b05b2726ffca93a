"""The wall screen: a page that renews its own figures, and what it asks for to do so."""

from flask import Response, get_template_attribute, jsonify, render_template, request
from flask_babel import get_locale
from markupsafe import Markup

from marketplace import __version__
from marketplace.statistics.blueprint import blueprint
from marketplace.statistics.wall import Wall, validator, wall
from marketplace.statistics.wall_tiles import chart, column_unit, in_unit, tiles
from marketplace.statistics.wording import Wording
from marketplace.web.access import official, requires
from marketplace.web.context import reading, runtime
from marketplace.web.fetched import fetched_url
from marketplace.web.regions import county_codes, county_name

CHARTS = "echarts.simple.min.js"
KNOWN_AT = "X-Known-At"
"""The moment as of which an answer tells the figures; also one that says that nothing has changed."""

_PARTS = ("scope", "figures", "months", "sellers", "published")
"""What is renewed, each a macro of statistics/_wall.html."""


@blueprint.get("/wall")
@requires(official)
def wall_screen() -> str:
    """The year so far on a screen on the wall, readable from five metres."""
    with reading() as uow:
        shown = wall(uow, county_codes())
    return render_template(
        "statistics/wall.html",
        wall=shown,
        parts=_parts(shown),
        chart=chart(shown),
        unit=column_unit(),
        charts_url=fetched_url(CHARTS),
        refresh=runtime().settings.wall_refresh_seconds,
    )


@blueprint.get("/wall.json")
@requires(official)
def wall_figures() -> Response:
    """The same figures, for the page to renew itself by; 304 as long as nothing has changed."""
    with reading() as uow:
        tag = validator(uow, str(get_locale()), __version__)
        # A proxy that compresses makes a weak tag of it; the figures are the same.
        if request.if_none_match.contains_weak(tag):
            answer = Response(status=304)
        else:
            shown = wall(uow, county_codes())
            answer = jsonify(parts=_parts(shown), chart=chart(shown))
        answer.set_etag(tag)
        answer.headers[KNOWN_AT] = uow.now().isoformat(timespec="seconds")
    return answer


def _parts(shown: Wall) -> dict[str, Markup]:
    context = {
        "wall": shown,
        "tiles": tiles(shown),
        "counties": ", ".join(sorted(county_name(code) or code for code in shown.counties or ())),
        "said": Wording(),
        "in_unit": in_unit,
        "unit": column_unit(),
    }
    return {name: get_template_attribute("statistics/_wall.html", name)(context) for name in _PARTS}
