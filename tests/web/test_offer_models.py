"""The offer form knows which price model knows what: what an earlier offer said falls away with its model, what was typed is
never dropped in silence."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.contracts.rules import PriceModel
from marketplace.contracts.terms import OF_MODELS, Terms
from marketplace.deals import offer_service
from marketplace.deals.models import Offer
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import Instalment, Trigger
from tests.factories import TERMS, make_deal
from tests.personas import People
from tests.web.test_amended_royalty_pages import shown

Browse = Callable[[Actor], FlaskClient]
LINES = (Instalment(6_000_000, "", Trigger.IN_FORCE, 10), Instalment(12_000_000, "图纸交付之日起三十日内"))
BY_LINES = replace(TERMS, price_model=PriceModel.INSTALMENTS, instalments=LINES)
BY_ROYALTY = replace(TERMS, price_model=PriceModel.ENTRY_AND_ROYALTY, royalty_bp=350, royalty_base="季度销售额")
FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)


def countering(factory: UnitOfWorkFactory, people: People, browse: Browse, before: Terms) -> tuple[str, dict[str, str]]:
    """The address of the form that answers such an offer, and what stands in it."""
    deal_id = make_deal(factory, people)
    with factory.writing(people.seller_contact) as uow:
        offer_service.make_offer(uow, deal_id, before)
    path = f"/deals/{deal_id}/offer"
    return path, shown(browse(people.company).get(path).text)


def newest(factory: UnitOfWorkFactory) -> Terms:
    with factory.reading() as uow:
        return uow.session.scalars(select(Offer).order_by(Offer.number.desc())).all()[0].terms


@pytest.mark.parametrize(
    ("before", "model"),
    [(BY_LINES, "lump_sum"), (BY_ROYALTY, "lump_sum"), (FREE, "instalments"), (BY_ROYALTY, "royalty")],
)
def test_what_the_earlier_offer_said_falls_away_with_its_price_model(
    factory: UnitOfWorkFactory, people: People, browse: Browse, before: Terms, model: str
) -> None:
    path, shown = countering(factory, people, browse, before)
    assert browse(people.company).post(path, data={**shown, "price_model": model}).status_code == 303
    terms = newest(factory)
    assert terms.price_model == model
    assert all(not getattr(terms, one.name) for one in OF_MODELS.values() if terms.price_model not in one.models)


@pytest.mark.parametrize(
    ("before", "typed", "field"),
    [
        (BY_LINES, {"instalments-1-days": "30", "instalments-1-trigger": "acceptance"}, "instalments"),
        (BY_LINES, {"instalments-2-amount": "1万"}, "instalments"),
        (BY_ROYALTY, {"royalty": "4"}, "royalty"),
        (FREE, {"use_days": "90"}, "use_days"),
        (TERMS, {"royalty_base": "季度销售额"}, "royalty_base"),
    ],
)
def test_what_was_typed_is_refused_beside_its_field_and_stays_in_sight(
    factory: UnitOfWorkFactory, people: People, browse: Browse, before: Terms, typed: Mapping[str, str], field: str
) -> None:
    path, shown = countering(factory, people, browse, before)
    answer = browse(people.company).post(path, data={**shown, **typed, "price_model": "lump_sum"})
    assert answer.status_code == 200
    assert f'href="#{field}"' in answer.text
    models = " ".join(sorted(OF_MODELS[field].models))
    assert f'data-models="{models}" data-typed' in answer.text


def test_who_answers_an_offer_has_read_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    path, typed = countering(factory, people, browse, TERMS)
    with factory.writing(people.seller_contact) as uow:
        offer_service.withdraw_offer(uow, 1)
        offer_service.make_offer(uow, 1, replace(TERMS, amount_fen=25_000_000))
    typed |= {"amount": "150000", "delivery": "图纸两套。"}
    answer = browse(people.company).post(path, data=typed)
    assert answer.status_code == 200
    assert "您打开本页后又有新的报价" in answer.text
    assert "图纸两套。" in answer.text
    assert newest(factory).amount_fen == 25_000_000
    assert browse(people.company).post(path, data=shown(answer.text)).status_code == 303
    assert newest(factory).amount_fen == 15_000_000


def test_each_part_names_the_models_that_know_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    page = browse(people.seller_contact).get(f"/deals/{deal_id}/offer").text
    assert re.findall(r'data-models="([a-z_ ]+)"', page) == [
        "entry_and_royalty instalments lump_sum use_first",
        "entry_and_royalty royalty",
        "use_first",
        "instalments",
    ]
    assert "data-typed" not in page
