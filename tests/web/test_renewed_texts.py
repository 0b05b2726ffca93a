"""The page of a text that was not signed in time: what has changed since, and the ways on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from tests.amending import LOWERED, write_amendment
from tests.enveloping import expire, send_contract
from tests.factories import make_signed
from tests.paying import BY_PLAN, TODAY
from tests.personas import People
from tests.standard_texts import in_force

Browse = Callable[[Actor], FlaskClient]


def test_a_text_from_earlier_standard_texts_is_written_anew_by_one_button(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock
) -> None:
    document_id = send_contract(factory, people)
    in_force(factory, people)
    expire(factory, document_id, clock)
    browser = browse(people.company)
    page = browser.get(f"/documents/{document_id}").text
    assert "以下条款的标准文本已有更新" in page
    assert "本文本为第 1 版，现行为第 2 版" in page
    answer = browser.post(f"/documents/{document_id}/anew")
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "以下条款的标准文本已有更新" not in page
    assert "不少于五年" in page


def test_a_change_whose_day_has_passed_can_only_be_written_anew(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock
) -> None:
    soon = replace(LOWERED, lines=(replace(LOWERED.lines[0], day=TODAY + timedelta(days=1)), LOWERED.lines[1]))
    document_id = write_amendment(factory, people.company, make_signed(factory, people, BY_PLAN), soon)
    expire(factory, document_id, clock)
    browser = browse(people.company)
    page = browser.get(f"/documents/{document_id}").text
    assert "请重新起草：这些日期已过或已开始：2026年11月21日" in page
    assert f"/documents/{document_id}/take-up" not in page
    assert browser.post(f"/documents/{document_id}/take-up").status_code == 409
