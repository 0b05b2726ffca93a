"""Pages of imports: for officials only."""

from flask import render_template

from marketplace.listings.blueprint import blueprint
from marketplace.web.access import official, requires


@blueprint.get("/imports")
@requires(official)
def imports() -> str:
    """The imports so far."""
    return render_template("_layout/base.html")
