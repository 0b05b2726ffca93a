"""Who reads that those who made a result cannot sign, reads whose account or word is missing, if he may know who they are."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.results.models import Contributor
from tests.factories import make_deal
from tests.making import made_by
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


def seen_by(browse: Browse, who: Actor, deal_id: int) -> str:
    """What the form says about those who made the result."""
    form = browse(who).get(f"/deals/{deal_id}/offer").text
    return form.split("完成人一并签署", maxsplit=1)[1].split("</fieldset>", maxsplit=1)[0]


def test_who_lacks_an_account_is_named_as_the_result_names_him(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    result_id = made_by(factory, people, people.worker)
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing() as uow:
        uow.session.add(Contributor(result_id=result_id, place=2, name="没有账号的人", user_id=None))
    for who in (people.seller_contact, people.company):
        said = seen_by(browse, who, deal_id)
        assert "涉及：没有账号的人。" in said
        assert people.worker.name not in said, "he has one"


def test_who_has_not_agreed_to_be_named_is_not_named_to_the_buyer(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_deal(factory, people, result_id=made_by(factory, people, people.worker, people.colleague))
    with factory.writing() as uow:
        for one in uow.session.scalars(select(Contributor).where(Contributor.user_id == people.colleague.user_id)):
            one.consented_at = None
    assert f"涉及：{people.colleague.name}。" in seen_by(browse, people.seller_contact, deal_id)
    said = seen_by(browse, people.company, deal_id)
    assert "尚未同意" in said
    assert people.colleague.name not in said
