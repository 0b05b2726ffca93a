"""A whole instance of one size: the demo's people and units, and as many published listings as are asked for.

The listings are written into the tables at once, as years of publishing would leave them. What waits for review is published
by the measurements, through the pages.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from benchmarks.searching.corpus import SEED, Corpus, Text
from marketplace.accounts.models import User
from marketplace.app import build_runtime
from marketplace.demo.load import load
from marketplace.demo.story import read_story
from marketplace.infra import schema
from marketplace.kernel.clock import SystemClock
from marketplace.listings.models import Listing
from marketplace.listings.rules import Category, Industry, ListingKind, Maturity, Way
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.organisations.models import Membership, Party
from marketplace.organisations.regions import load_region
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, OwnerConsent, Ownership, ResultState
from marketplace.settings import Settings
from marketplace.web.context import Runtime

OFFICIAL, COMPANY, WORKER = "official@example.com", "company@example.com", "worker@example.com"

NEEDS = 200
"""Published needs of the company, who hears at once of what suits them."""

WAITING = 40
"""Results that wait for the official's approval, each nearly the text of one of the first needs."""

_CHUNK = 2_000
_OWNERSHIP = {
    "ownership": Ownership.SERVICE,
    "owner_consent": OwnerConsent.GIVEN,
    "disclosure": Disclosure.PATENT_FILED,
    "patent_number": "202610012345.6",
    "patent_filed_on": date(2026, 1, 15),
}


@dataclass(frozen=True)
class Waiting:
    """A result in review, and the need that it will suit."""

    result: int
    need: int
    title: str


@dataclass(frozen=True)
class Market:
    """A filled instance: the numbers of what is published, and what waits."""

    runtime: Runtime
    results: Sequence[int]
    needs: Sequence[int]
    waiting: Sequence[Waiting]


def filled(corpus: Corpus, results: int, folder: Path) -> Market:
    """An instance with so many published results; its indexes do not know them yet."""
    settings = Settings(data_dir=folder)
    schema.upgrade(settings.database)
    runtime = build_runtime(settings, SystemClock())
    load(runtime.factory, story=read_story().cast())
    runtime.worker.drain()
    asked = list(corpus.texts(NEEDS, SEED + 4))
    with runtime.factory.writing() as uow:
        worker, company = _Owner.of(uow.session, WORKER), _Owner.of(uow.session, COMPANY)
        published = _write(uow.session, Result, worker, map(_published, corpus.texts(results, SEED + 3)))
        needs = _write(uow.session, Need, company, map(_need, asked))
        waiting = [_waiting(text) for text in asked[:WAITING]]
        numbers = _write(uow.session, Result, worker, waiting)
    suited = [Waiting(number, need, row["title"]) for number, need, row in zip(numbers, needs, waiting, strict=False)]
    return Market(runtime, published, needs, suited)


@dataclass(frozen=True)
class _Owner:
    """A person of the demo, and the party he acts for."""

    user_id: int
    party_id: int

    @classmethod
    def of(cls, session: Session, email: str) -> "_Owner":
        joined = select(User.id, Party.id).join(Membership, Membership.user_id == User.id)
        parties = joined.join(Party, Party.organisation_id == Membership.organisation_id)
        user_id, party_id = session.execute(parties.where(User.email == email)).tuples().one()
        return cls(user_id, party_id)


def _write(session: Session, model: type[Listing], owner: _Owner, rows: Iterable[dict[str, Any]]) -> list[int]:
    """Write the rows in chunks, with numbers after those in use; returns the numbers."""
    first = (session.scalar(select(func.max(Listing.id))) or 0) + 1
    numbered = (_at(number, owner) | row for number, row in enumerate(rows, start=first))
    last = first
    while chunk := list(islice(numbered, _CHUNK)):
        session.execute(insert(model), chunk)
        last = chunk[-1]["id"] + 1
    return list(range(first, last))


def _at(number: int, owner: _Owner) -> dict[str, Any]:
    """What every listing has. Each lies a minute before the one with the number below."""
    names = ("created_at", "changed_at", "submitted_at", "stage_since", "published_at", "fresh_at")
    moments = dict.fromkeys(names, datetime.now(UTC) - timedelta(minutes=number))
    return {"id": number, "author_id": owner.user_id, "party_id": owner.party_id, **moments}


def _described(text: Text, kind: ListingKind) -> dict[str, Any]:
    """The text with facets that are as uneven as real ones, the same for the same text."""
    rng = random.Random(text.title)
    counties = [county.code for county in load_region("weifang").counties]
    return {
        "kind": kind,
        "title": text.title,
        "industry": _uneven(rng, list(Industry)),
        "county": _uneven(rng, counties),
        "ways": [_uneven(rng, list(Way)).value],
    }


def _uneven(rng: random.Random, values: Sequence[Any]) -> Any:
    return values[int(len(values) * rng.random() ** 2)]


def _published(text: Text) -> dict[str, Any]:
    rng = random.Random(text.body)
    return {
        **_described(text, ListingKind.RESULT),
        **_OWNERSHIP,
        "summary": text.body,
        "category": _uneven(rng, list(Category)),
        "maturity": _uneven(rng, list(Maturity)),
        "benefit_fen": rng.randint(0, 10**9),
        "state": ResultState.PUBLISHED,
    }


def _waiting(text: Text) -> dict[str, Any]:
    return _published(text) | {"title": f"{text.title}装置", "published_at": None, "state": ResultState.COUNTY_REVIEW}


def _need(text: Text) -> dict[str, Any]:
    return {**_described(text, ListingKind.NEED), "description": text.body, "state": NeedState.PUBLISHED}
