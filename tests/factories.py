"""Shortest ways to a published listing, an interest or a deal, for tests of what comes after."""

from datetime import UTC, date, datetime
from typing import Any

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Category, Industry, Maturity
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, OwnerConsent, Ownership, ResultState
from tests.personas import People

PUBLISHED = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)


def make_result(factory: UnitOfWorkFactory, people: People, author: Actor | None = None, **values: Any) -> int:
    """A published service result of the seller, written by the worker; any column may be given. Returns its id."""
    fields: dict[str, Any] = {
        "title": "变压器油箱自动焊接工装",
        "problem": "人工焊接变压器油箱变形大，返修多。",
        "description": "用气动夹具分段压紧，焊枪沿导轨行走，分段退焊。",
        "summary": "压紧焊接，减少变形。",
        "metric": "单件焊接时间",
        "before": "42",
        "after": "18",
        "unit": "分钟",
        "category": Category.IMPROVEMENT,
        "maturity": Maturity.IN_USE,
        "industry": Industry.MACHINERY,
        "county": "qingzhou",
        "ways": ["licence", "service"],
        "party_id": people.seller_party,
        "author_id": (author or people.worker).user_id,
        "ownership": Ownership.SERVICE,
        "owner_consent": OwnerConsent.GIVEN,
        "disclosure": Disclosure.PATENT_FILED,
        "patent_number": "202610012345.6",
        "patent_filed_on": date(2026, 1, 15),
        "price_fen": 30_000_000,
        "state": ResultState.PUBLISHED,
    }
    return _save(factory, Result(**{**fields, **_moments(), **values}))


def make_need(factory: UnitOfWorkFactory, people: People, author: Actor | None = None, **values: Any) -> int:
    """A published need of the buyer; any column may be given. Returns its id."""
    fields: dict[str, Any] = {
        "title": "大型储罐焊接变形控制",
        "description": "我公司储罐壁板焊接后变形大，需要控制焊接变形的工装和工艺，返修率降到2%以下。",
        "industry": Industry.CHEMICAL,
        "county": "shouguang",
        "ways": ["licence", "development"],
        "budget_max_fen": 50_000_000,
        "deadline": date(2027, 6, 30),
        "party_id": people.buyer_party,
        "author_id": (author or people.company).user_id,
        "state": NeedState.PUBLISHED,
    }
    return _save(factory, Need(**{**fields, **_moments(), **values}))


def _moments() -> dict[str, Any]:
    names = ("created_at", "changed_at", "submitted_at", "stage_since", "published_at", "fresh_at")
    return dict.fromkeys(names, PUBLISHED)


def _save(factory: UnitOfWorkFactory, listing: Result | Need) -> int:
    with factory.writing() as uow:
        uow.session.add(listing)
        uow.flush()
        return listing.id
