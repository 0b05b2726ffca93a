"""What is measured of the whole service: rebuilding from the database, pages over HTTP, publishing to alert, memory.

One gunicorn with one web process, as `make run` starts it. Each function is one section of the report.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from benchmarks.searching.market import COMPANY, OFFICIAL, Market, Waiting
from benchmarks.searching.memory import mapped_megabytes, private_megabytes
from benchmarks.searching.scene import Scene
from benchmarks.searching.timing import summary
from benchmarks.searching.visitor import Visitor
from marketplace.alerts.models import MatchAlert
from marketplace.listings.rules import ListingKind
from marketplace.results.labels import CHECKS
from marketplace.wiring import INDEXER

PAGES = 200
MIXED = 1_000
LOOK_EVERY = 0.03
"""Seconds between two looks whether something has happened."""

ALERT_SECONDS = 30.0
APPROVAL = {"decision": "approve", "reason": "", **{f"check_{code}": "y" for code in CHECKS}}

Report = dict[str, Any]


def rebuild(scene: Scene) -> Report:
    """Both indexes from the database, and beside it the reading of the results alone."""
    market = scene.market
    begun = time.perf_counter()
    with market.runtime.factory.reading() as uow:
        source = next(source for source in INDEXER.sources if source.kind is ListingKind.RESULT)
        ids = sorted(source.versions(uow.session))
        for at in range(0, len(ids), 500):
            source.documents(uow.session, ids[at : at + 500])
    reading = time.perf_counter() - begun
    for index in market.runtime.factory.services.catalogues.values():
        index.warm()
    begun = time.perf_counter()
    for kind in ListingKind:
        with market.runtime.factory.reading() as uow:
            INDEXER.rebuild(uow, kind, lambda _done, _all: None)
    seconds = time.perf_counter() - begun
    return {
        "seconds": round(seconds, 1),
        "documents_per_second": round(len(ids) / seconds),
        "of_which_reading_the_database_seconds": round(reading, 1),
    }


def result_page(scene: Scene) -> Report:
    """Pages over HTTP, one after the other on one connection, each asked for the first time."""
    visitor = scene.server.visitor()
    words = scene.corpus.keywords(2 * PAGES)
    visited: dict[str, Sequence[str]] = {
        "search": [f"/results?q={quote(word)}" for word in words[:PAGES]],
        "search_filtered": [f"/results?q={quote(word)}&county=weicheng" for word in words[PAGES:]],
        "result": [f"/results/{number}" for number in scene.market.results[-PAGES:]],
        "api": [f"/api/v1/results?q={quote(word)}" for word in words[:PAGES]],
        "floor": ["/healthz"] * PAGES,
    }
    times = {name: _times(visitor.get, paths) for name, paths in visited.items()}
    first = summary(times.pop("search"))
    return first | {name: summary(taken) for name, taken in times.items()}


def match_page(scene: Scene) -> Report:
    """The list of matches of a need with its reasons, over HTTP, as the company that asks sees it."""
    company = scene.server.visitor()
    company.sign_in(COMPANY)
    paths = [f"/needs/{need}/matches" for need in scene.market.needs[len(scene.market.waiting) :]]
    return summary(_times(company.get, paths))


def publish_to_alert(scene: Scene) -> Report:
    """From the official's click to the moment the result is found, and to the alert of the one whose need it suits."""
    official, reader = scene.server.visitor(), scene.server.visitor()
    official.sign_in(OFFICIAL)
    found, alerted = [], []
    for one in scene.market.waiting:
        page = official.get(f"/review/{one.result}")
        begun = time.perf_counter()
        official.post(f"/review/{one.result}", APPROVAL, page)
        found.append(_waited(begun, partial(_is_found, reader, one)))
        alerted.append(_waited(begun, partial(_is_alerted, scene.market, one)))
    return {"to_found": summary(found), "to_alert": summary(alerted), **summary(alerted)}


def web_memory(scene: Scene) -> Report:
    """Private memory of the web process, with its worker thread, before and after mixed requests."""
    visitor, company = scene.server.visitor(), scene.server.visitor()
    company.sign_in(COMPANY)
    visitor.get("/results")
    before = private_megabytes(scene.server.process)
    words = scene.corpus.keywords(MIXED)
    for number, word in enumerate(words):
        asked = _mixed(number, word, scene.market)
        (company if "matches" in asked else visitor).get(asked)
    return {
        "before_megabytes": before,
        "megabytes": private_megabytes(scene.server.process),
        "index_pages_megabytes": mapped_megabytes(scene.server.process),
        "requests": len(words),
    }


def _mixed(number: int, word: str, market: Market) -> str:
    """Seven searches, a completion, a page and a list of matches in every ten requests."""
    kinds = {
        7: f"/api/v1/suggestions?kind=result&q={quote(word[:2])}",
        8: f"/results/{market.results[number % len(market.results)]}",
        9: f"/needs/{market.needs[number % len(market.needs)]}/matches",
    }
    return kinds.get(number % 10, f"/results?q={quote(word)}")


def _times(get: Callable[[str], str], paths: Sequence[str]) -> list[float]:
    """Milliseconds of each path, after the first one was fetched once."""
    get(paths[0])
    times = []
    for path in paths:
        begun = time.perf_counter()
        get(path)
        times.append((time.perf_counter() - begun) * 1_000)
    return times


def _waited(begun: float, happened: Callable[[], bool]) -> float:
    """Milliseconds since `begun` until it happened. Raises TimeoutError."""
    while not happened():
        if time.perf_counter() - begun > ALERT_SECONDS:
            raise TimeoutError("what was published was neither found nor told")
        # Whoever looks without a pause takes from the worker, in the same process, what he waits for.
        time.sleep(LOOK_EVERY)
    return (time.perf_counter() - begun) * 1_000


def _is_found(reader: Visitor, one: Waiting) -> bool:
    return f"/results/{one.result}?" in reader.get(f"/results?q={quote(one.title)}")


def _is_alerted(market: Market, one: Waiting) -> bool:
    wanted = select(MatchAlert.id).where(MatchAlert.result_id == one.result, MatchAlert.need_id == one.need)
    with market.runtime.factory.reading() as uow:
        return uow.session.scalar(wanted.where(MatchAlert.message_id.is_not(None)).limit(1)) is not None
