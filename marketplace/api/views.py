"""The JSON API, version 1: what it offers, and nothing that the pages do not show to the same reader."""

from flask import Blueprint, Response, jsonify, url_for

from marketplace.api.needs import need, needs
from marketplace.api.results import result, results
from marketplace.api.snapshots import snapshot, snapshots
from marketplace.api.suggestions import suggestions
from marketplace.web.access import public

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
blueprint.add_url_rule("/results", view_func=results)
blueprint.add_url_rule("/results/<int:result_id>", view_func=result)
blueprint.add_url_rule("/needs", view_func=needs)
blueprint.add_url_rule("/needs/<int:need_id>", view_func=need)
blueprint.add_url_rule("/suggestions", view_func=suggestions)
blueprint.add_url_rule("/snapshots", view_func=snapshots)
blueprint.add_url_rule("/snapshots/<number>", view_func=snapshot)


@blueprint.get("/", strict_slashes=False)
@public
def index() -> Response:
    """The end points."""
    return jsonify(
        version="1",
        endpoints={
            "results": url_for("api.results"),
            "result": f"{url_for('api.results')}/{{id}}",
            "needs": url_for("api.needs"),
            "need": f"{url_for('api.needs')}/{{id}}",
            "suggestions": url_for("api.suggestions"),
            "snapshots": url_for("api.snapshots"),
            "snapshot": f"{url_for('api.snapshots')}/{{number}}",
        },
    )
