"""Texts that time overtakes: a paper rejected late, days that have passed, standard texts that have changed since."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.contracts.standard import Slot, firsts
from marketplace.deals import change_service, document_queries, document_service, envelope_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.errors import Conflict
from tests.amending import LOWERED, SETTLED, UNTIL, write_amendment, write_termination
from tests.enveloping import LAST_DAY, document_of, expire, send_contract
from tests.factories import make_contract, make_deal, make_letter, make_signed
from tests.inboxes import told
from tests.paying import BY_PLAN
from tests.personas import People
from tests.standard_texts import TODAY, in_force
from tests.usecases.test_contracts_paper import confirm, upload
from tests.usecases.test_standard_texts import clause

Drain = Callable[[], int]


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def text(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def test_days_that_have_passed_are_not_sent_or_taken_up(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    """A line due before anybody could sign it would be overdue at once."""
    soon = replace(LOWERED, lines=(replace(LOWERED.lines[0], day=TODAY), LOWERED.lines[1]))
    document_id = write_amendment(factory, people.company, deal, soon)
    expire(factory, document_id, clock)
    for attempt in (
        document_service.take_up,
        lambda uow, id_: document_service.amend(uow, id_, {"reason": "另行约定"}),
    ):
        with (
            pytest.raises(Conflict, match=f"these days have passed or begun: {TODAY}"),
            factory.writing(people.company) as uow,
        ):
            attempt(uow, document_id)
    with factory.reading(people.company) as uow:
        page = document_queries.document_page(uow, document_id)
    assert (page.can_take_up, page.passed) == (False, (TODAY,))
    again = write_amendment(factory, people.company, deal)
    assert text(factory, again).state is DocumentState.SENT


def test_an_amendment_left_as_a_draft_is_not_sent_with_a_day_that_has_passed(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    with factory.writing(people.company) as uow:
        document_id = change_service.propose_amendment(uow, deal, LOWERED).id
    clock.at = day_begins(UNTIL + timedelta(days=1))
    with pytest.raises(Conflict, match="have passed"), factory.writing(people.company) as uow:
        document_service.send(uow, document_id)


def test_a_termination_agreement_is_not_taken_up_after_its_day_to_settle(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    document_id = write_termination(factory, people.company, deal, replace(SETTLED, settle_on=TODAY))
    expire(factory, document_id, clock)
    with pytest.raises(Conflict, match="have passed"), factory.writing(people.company) as uow:
        document_service.take_up(uow, document_id)


def test_a_letter_taken_up_after_the_day_it_lapses_names_another(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    letter = make_letter(factory, people, make_deal(factory, people))
    assert "在2027年5月19日前" in document_of(factory, letter).text
    expire(factory, letter, clock)
    clock.at = day_begins(date(2027, 5, 20))
    with factory.writing(people.company) as uow:
        again = document_service.take_up(uow, letter)
        assert "在2027年11月16日前" in again.text
        assert "2027年5月19日" not in again.text
    clock.at = day_begins(date(2027, 11, 17))
    with pytest.raises(Conflict, match="have passed"), factory.writing(people.company) as uow:
        document_service.send(uow, again.id)


def test_a_paper_rejected_after_the_last_day_is_scanned_again_and_not_lost(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Drain
) -> None:
    """It was signed in time, and what is printed on it is the text that is open."""
    document_id = send_contract(factory, people)
    scan = upload(factory, people.seller_contact, document_id)
    for actor in (people.company, people.seller_contact):
        confirm(factory, actor, document_id, scan)
    expire(factory, document_id, clock)
    rejected_on = LAST_DAY + timedelta(days=1)
    drain()
    with factory.writing(people.county_official) as uow:
        document_service.reject_scan(uow, document_id, scan, "缺少第三页")
    drain()
    assert document_of(factory, document_id).sign_by == rejected_on + timedelta(days=15)
    assert "2026-12-21" in told(factory, people)["company"][-1][0]
    with factory.writing() as uow:
        envelope_service.expire_overdue(uow)
    scan = upload(factory, people.seller_contact, document_id)
    for actor in (people.company, people.seller_contact):
        confirm(factory, actor, document_id, scan)
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan)
    assert document_of(factory, document_id).state is DocumentState.COMPLETE


def test_a_rejection_shortens_no_time(factory: UnitOfWorkFactory, people: People) -> None:
    later = LAST_DAY + timedelta(days=20)
    document_id = send_contract(factory, people, Envelope(sign_by=later))
    scan = upload(factory, people.seller_contact, document_id)
    for actor in (people.company, people.seller_contact):
        confirm(factory, actor, document_id, scan)
    with factory.writing(people.county_official) as uow:
        document_service.reject_scan(uow, document_id, scan, "缺少第三页")
    assert document_of(factory, document_id).sign_by == later


def test_a_text_taken_up_tells_of_newer_standard_texts_and_is_written_anew_from_them(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    old = make_contract(factory, people, make_deal(factory, people))
    in_force(factory, people)
    expire(factory, old, clock)
    with factory.writing(people.company) as uow:
        draft = document_service.take_up(uow, old).id
    assert "不少于五年" not in clause(factory, draft, "confidentiality")[0]
    with factory.reading(people.company) as uow:
        newer = document_queries.document_page(uow, draft).newer
    assert [(one.clause.key, one.clause.version, one.version) for one in newer] == [("confidentiality", 1, 2)]
    with factory.writing(people.company) as uow:
        again = document_service.write_anew(uow, draft).id
        document_service.send(uow, again)
    text, version = clause(factory, again, "confidentiality")
    assert ("不少于五年" in text, version) == (True, 2)
    assert clause(factory, again, "price") == clause(factory, old, "price")
    with factory.reading(people.company) as uow:
        assert document_queries.document_page(uow, again).newer == ()
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        document_service.write_anew(uow, again)


def test_a_letter_is_written_anew_from_the_texts_of_the_day(factory: UnitOfWorkFactory, people: People) -> None:
    slot = Slot(DocumentKind.LETTER_OF_INTENT, "confidentiality")
    deal_id = make_deal(factory, people)
    with factory.writing(people.company) as uow:
        letter = document_service.draft_letter(uow, deal_id, 100).id
    in_force(factory, people, slot, firsts()[slot].wording.text + "\n保密期限为五年。")
    with factory.writing(people.company) as uow:
        again = document_service.write_anew(uow, letter).id
    assert clause(factory, again, "confidentiality")[0].endswith("保密期限为五年。")
