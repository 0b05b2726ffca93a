"""The envelope in the browser: order and last day when a text is sent, the block on its page, a signature handed over."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.rules import DocumentState
from marketplace.deals import document_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation
from tests.enveloping import POWER, document_of, expire, hand_over, send_contract
from tests.factories import code_sent, sign
from tests.personas import PASSWORD, People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def draft(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract's text that is not sent yet."""
    first = send_contract(factory, people)
    with factory.writing(people.seller_contact) as uow:
        return document_service.amend(uow, first, {"risk": "风险由双方各半承担。"}).id


def test_a_text_is_sent_in_an_order_and_until_a_day(
    factory: UnitOfWorkFactory, people: People, browse: Browse, draft: int
) -> None:
    seller, buyer = browse(people.seller_contact), browse(people.company)
    page = seller.get(f"/documents/{draft}").text
    assert 'value="2026-12-05"' in page
    assert "寿光蓝海化工有限公司先签" in page
    wrong = {"order": str(people.buyer_party), "sign_by": "2027-03-01"}
    refused = seller.post(f"/documents/{draft}/send", data=wrong)
    assert "请选择从明天起60天内的日期" in refused.text
    assert f'<option selected value="{people.buyer_party}">' in refused.text, "nothing typed is lost"
    assert 'value="2027-03-01"' in refused.text
    right = wrong | {"sign_by": "2026-12-10"}
    assert seller.post(f"/documents/{draft}/send", data=right).status_code == 303
    assert "由另一方先签" in seller.get(f"/documents/{draft}").text
    envelope = buyer.get(f"/documents/{draft}").text.split('id="envelope"')[1]
    for said in ("依次签署", "2026年12月10日", "轮到该方签署", "待另一方先签"):
        assert said in envelope, said
    assert f"/documents/{draft}/signature" in buyer.get(f"/documents/{draft}").text


def test_a_party_that_waits_reminds_the_other(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = send_contract(factory, people, Envelope(people.buyer_party))
    seller = browse(people.seller_contact)
    assert f"/documents/{document_id}/reminder" in seller.get(f"/documents/{document_id}").text
    assert seller.post(f"/documents/{document_id}/reminder").location == f"/documents/{document_id}"
    page = seller.get(f"/documents/{document_id}").text
    assert "赵文博已提醒" in page
    assert f"/documents/{document_id}/reminder" not in page
    assert browse(people.stranger).post(f"/documents/{document_id}/reminder").status_code == 404


def test_an_expired_text_is_taken_up_by_one_click(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock
) -> None:
    document_id = send_contract(factory, people)
    expire(factory, document_id, clock)
    seller = browse(people.seller_contact)
    page = seller.get(f"/documents/{document_id}").text
    assert "截至2026年12月5日未全部签署" in page
    assert f"/documents/{document_id}/signature" not in page
    location = seller.post(f"/documents/{document_id}/take-up").location
    assert "发起签署" in seller.get(location).text
    assert document_of(factory, document_id).state is DocumentState.VOID


def test_a_signature_is_handed_over_and_given(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = send_contract(factory, people)
    seller, agent = browse(people.seller_contact), browse(people.colleague)
    assert agent.get(f"/documents/{document_id}").status_code == 404
    path = f"/documents/{document_id}/power"
    assert 'value="2026-12-05"' in seller.get(path).text
    missing = seller.post(path, data={"to": str(people.colleague.user_id), "until": "2026-12-01"})
    assert "请上传已签字或盖章的授权委托书" in missing.text
    assert 'value="2026-12-01"' in missing.text
    given = {"to": str(people.colleague.user_id), "until": "2026-12-01", "file": (BytesIO(POWER), "授权委托书.pdf")}
    assert seller.post(path, data=given).status_code == 303
    page = agent.get(f"/documents/{document_id}").text
    assert f'href="/deals/{document_of(factory, document_id).deal_id}"' not in page
    assert f"/documents/{document_id}/decline" not in page
    paper = re.search(r'href="(/powers/\d+/paper)"', page)
    assert paper
    for reader in (agent, browse(people.company)):
        with reader.get(paper[1]) as file:
            assert file.data == POWER
    assert browse(people.stranger).get(paper[1]).status_code == 404
    agent.post(f"/documents/{document_id}/signature/code", data={"party": str(people.seller_party)})
    with factory.reading(people.colleague) as uow:
        code = code_sent(uow, document_id)
    sha256 = document_of(factory, document_id).sha256
    form = {"party": str(people.seller_party), "sha256": sha256, "agrees": "y", "code": code, "password": PASSWORD}
    assert agent.post(f"/documents/{document_id}/signature", data=form).status_code == 303
    signed = browse(people.company).get(f"/documents/{document_id}").text
    assert "凭单位授权委托书签署" in signed
    assert "已凭此签署" in signed


def test_a_power_is_taken_back_and_given_back(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = send_contract(factory, people)
    seller, agent = browse(people.seller_contact), browse(people.colleague)
    power = hand_over(factory, people.seller_contact, document_id, people.colleague)
    assert "请填写" in agent.post(f"/powers/{power}/return", data={"reason": ""}).text
    assert agent.post(f"/powers/{power}/return", data={"reason": "出差在外"}).location == "/"
    assert "出差在外" in seller.get(f"/documents/{document_id}").text
    assert "出差在外" not in browse(people.company).get(f"/documents/{document_id}").text, (
        "that is the unit's own matter"
    )
    assert agent.get(f"/documents/{document_id}").status_code == 403
    again = hand_over(factory, people.seller_contact, document_id, people.colleague)
    assert seller.post(f"/powers/{again}/revoke").location == f"/documents/{document_id}"
    refused = agent.get(f"/documents/{document_id}/signature")
    assert refused.status_code == 403
    assert "单位已撤回授权委托书" in refused.text


def test_a_void_text_tells_whoever_has_signed_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = send_contract(factory, people)
    sign(factory, people.company, document_id)
    with factory.writing(people.seller_contact) as uow:
        document_service.amend(uow, document_id, {"risk": "风险由甲方承担。"})
    assert (
        "寿光蓝海化工有限公司此前已签署，该签署不再有效" in browse(people.company).get(f"/documents/{document_id}").text
    )


def test_a_text_that_names_a_party_as_it_was_is_written_anew_by_one_click(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    document_id = send_contract(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).representative = "新代表"
    company = browse(people.company)
    page = company.get(f"/documents/{document_id}").text
    assert "文本所载一方的信息已经变更" in page
    assert f'action="/documents/{document_id}/present-names"' in page
    location = company.post(f"/documents/{document_id}/present-names").location
    anew = company.get(location).text
    assert "新代表" in anew
    assert "文本所载一方的信息已经变更" not in anew
    assert document_of(factory, document_id).state is DocumentState.VOID


def test_only_who_may_hand_over_is_offered_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = send_contract(factory, people)
    path = f"/documents/{document_id}/power"
    assert path in browse(people.seller_contact).get(f"/documents/{document_id}").text
    agent = browse(people.company)
    assert path not in agent.get(f"/documents/{document_id}").text
    refused = agent.get(path)
    assert refused.status_code == 403
    assert "请改为给同事登记签署权限" in refused.text
