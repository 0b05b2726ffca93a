"""Addresses are remembered, and still say what Flask says."""

import inspect
from typing import Any

import pytest
from flask import Blueprint, Flask, render_template_string, url_for

from marketplace.web.links import init_links


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    for name in ("results", "needs"):
        blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
        blueprint.add_url_rule("/<number>", "page", str)
        app.register_blueprint(blueprint)
    init_links(app)
    return app


def shown(app: Flask, at: str, endpoint: str, base: str = "http://localhost", **values: Any) -> str:
    with app.test_request_context(at, base_url=base):
        return render_template_string("{{ url_for(endpoint, **values) | safe }}", endpoint=endpoint, values=values)


@pytest.mark.parametrize("values", [{"number": 1}, {"number": True}, {"number": 1.0}, {"number": 1, "q": ["a", "b"]}])
def test_it_says_what_flask_says_however_often_it_is_asked(app: Flask, values: dict[str, Any]) -> None:
    for other in (1, True, 1.0):
        shown(app, "/needs/1", "results.page", number=other)
    with app.test_request_context("/needs/1"):
        expected = url_for("results.page", **values)
    assert [shown(app, "/needs/1", "results.page", **values) for _ in range(2)] == [expected] * 2


def test_an_endpoint_without_blueprint_is_one_of_the_page_that_asks(app: Flask) -> None:
    assert shown(app, "/results/1", ".page", number=2) == "/results/2"
    assert shown(app, "/needs/1", ".page", number=2) == "/needs/2"


def test_it_stands_below_wherever_the_service_is_served(app: Flask) -> None:
    assert shown(app, "/", "results.page", "http://localhost/jiangguo", number=2) == "/jiangguo/results/2"
    assert shown(app, "/", "results.page", number=2) == "/results/2"


def test_a_whole_address_names_the_host_that_was_asked(app: Flask) -> None:
    for host in ("https://a.example", "https://b.example"):
        assert shown(app, "/", "results.page", host, number=2, _external=True) == f"{host}/results/2"


def test_what_a_visitor_typed_does_not_stay_in_memory(app: Flask) -> None:
    address = app.jinja_env.globals["url_for"]
    assert callable(address)
    kept = inspect.getclosurevars(address).nonlocals["kept"]
    for number in range(5):
        for typed in ({"next": f"/{number}"}, {"q": f"词{number}"}, {"said": f"{number}" * 41}, {"said": {number}}):
            shown(app, "/", "results.page", number=1, **typed)
    assert kept.cache_info().currsize == 0
    shown(app, "/", "results.page", number=1)
    assert kept.cache_info().currsize == 1
