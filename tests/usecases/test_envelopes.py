"""The envelope of a text out for signature: order, last day, reminders, and what is said of a text that is void.

Today is Friday 20 November 2026 in China; fifteen days later is 5 December.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.models import Document, DocumentParty
from marketplace.contracts.rules import DocumentKind, DocumentState, PaperState
from marketplace.deals import change_service, document_queries, document_service, envelope_service, queries
from marketplace.deals.models import Deal
from marketplace.deals.progress import Who, next_step
from marketplace.deals.rules import DealState
from marketplace.deals.situations import situations
from marketplace.home.rules import TaskKind
from marketplace.home.waiting import tasks
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from tests.amending import write_amendment, write_termination
from tests.crowd import run_at_once
from tests.enveloping import LAST_DAY, document_of, expire, last_second, send_contract
from tests.factories import confirmation, make_deal, make_letter, make_signed, sign
from tests.inboxes import told
from tests.paying import BY_PLAN
from tests.personas import People
from tests.usecases.test_contracts_paper import confirm, upload

Drain = Callable[[], int]


@pytest.fixture
def in_order(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract that the buyer signs first."""
    return send_contract(factory, people, Envelope(people.buyer_party))


def next_of(factory: UnitOfWorkFactory, deal_id: int) -> tuple[Who, date | None]:
    with factory.reading() as uow:
        deal = uow.session.get_one(Deal, deal_id)
        step = next_step(situations(uow.session, [deal])[deal_id])
    return step.who, step.due


def waits_for(factory: UnitOfWorkFactory, actor: Actor) -> list[str]:
    with factory.reading(actor) as uow:
        return [task.step for task in tasks(uow, queries.mine(uow)) if task.kind is TaskKind.DEAL]


def test_who_signs_second_has_to_wait(factory: UnitOfWorkFactory, people: People, in_order: int) -> None:
    with pytest.raises(Conflict, match="signs first"), factory.writing(people.seller_contact) as uow:
        document_service.send_signing_code(uow, in_order)
    with pytest.raises(Conflict, match="signs first"), factory.writing(people.seller_contact) as uow:
        document_service.sign(uow, in_order, confirmation(uow, in_order))
    sign(factory, people.company, in_order)
    sign(factory, people.seller_contact, in_order)
    assert document_of(factory, in_order).state is DocumentState.COMPLETE


def test_one_rule_says_whose_turn_it_is(factory: UnitOfWorkFactory, people: People, in_order: int) -> None:
    deal_id = document_of(factory, in_order).deal_id
    assert next_of(factory, deal_id) == (Who.BUYER, LAST_DAY)
    assert waits_for(factory, people.company) == ["Sign the contract"]
    assert waits_for(factory, people.seller_contact) == []
    with factory.reading(people.seller_contact) as uow:
        page = document_queries.document_page(uow, in_order)
        conditions = document_queries.signing_conditions(uow, page.document, people.seller_party)
    assert not page.is_my_turn
    assert [one.key for one in conditions if not one.is_met] == ["turn"]
    sign(factory, people.company, in_order)
    assert next_of(factory, deal_id) == (Who.SELLER, LAST_DAY)
    assert waits_for(factory, people.seller_contact) == ["Sign the contract"]


def test_who_is_told_what_when_one_signs_after_the_other(
    factory: UnitOfWorkFactory, people: People, in_order: int, drain: Drain
) -> None:
    drain()
    assert told(factory, people)["company"][-1][0].endswith("ready to be signed. Please read and sign it.")
    sign(factory, people.company, in_order)
    drain()
    assert told(factory, people)["seller_contact"][-1][0].endswith("another party has signed. It is your turn now.")
    later = send_contract(factory, people, Envelope(people.seller_party))
    drain()
    assert "Another party signs first" in told(factory, people)["company"][-1][0]
    assert document_of(factory, later).state is DocumentState.SENT


def test_a_sender_who_says_nothing_has_both_sign_together_within_fifteen_days(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = send_contract(factory, people)
    with factory.reading() as uow:
        assert set(uow.session.scalars(select(DocumentParty.position))) == {1}
    document = document_of(factory, document_id)
    assert document.sign_by == LAST_DAY
    assert next_of(factory, document.deal_id) == (Who.BOTH, LAST_DAY)


@pytest.mark.parametrize(("days", "is_taken"), [(-1, False), (0, False), (1, True), (60, True), (61, False)])
def test_the_last_day_is_one_of_the_next_sixty(
    factory: UnitOfWorkFactory, people: People, days: int, is_taken: bool
) -> None:
    envelope = Envelope(sign_by=date(2026, 11, 20) + timedelta(days=days))
    if is_taken:
        assert document_of(factory, send_contract(factory, people, envelope)).sign_by == envelope.sign_by
        return
    with pytest.raises(InvalidInput) as refused:
        send_contract(factory, people, envelope)
    assert set(refused.value.fields) == {"sign_by"}


def test_only_a_party_can_sign_first(factory: UnitOfWorkFactory, people: People) -> None:
    with pytest.raises(InvalidInput):
        send_contract(factory, people, Envelope(people.stranger_party))


def test_the_last_second_of_the_last_day_counts_and_the_next_does_not(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """The day decides, whether the worker has come by or not."""
    document_id = send_contract(factory, people)
    clock.at = last_second(LAST_DAY)
    with factory.writing() as uow:
        envelope_service.expire_overdue(uow)
    sign(factory, people.company, document_id)
    clock.forward(seconds=1)
    for press in (
        lambda uow: document_service.send_signing_code(uow, document_id),
        lambda uow: document_service.sign(uow, document_id, confirmation(uow, document_id)),
    ):
        with pytest.raises(Conflict, match="last day"), factory.writing(people.seller_contact) as uow:
            press(uow)
    with factory.writing() as uow:
        envelope_service.expire_overdue(uow)
    assert document_of(factory, document_id).state is DocumentState.EXPIRED


def test_both_are_told_and_the_text_is_taken_up_again_word_for_word(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, drain: Drain
) -> None:
    first = send_contract(factory, people)
    with factory.writing(people.company) as uow:
        document_id = document_service.amend(uow, first, {"risk": "风险由双方各半承担。"}).id
        document_service.send(uow, document_id)
    sign(factory, people.company, document_id)
    expire(factory, document_id, clock)
    drain()
    for side in ("seller_contact", "company"):
        assert "was not signed in time and has expired" in told(factory, people)[side][-1][0]
    with factory.writing(people.seller_contact) as uow:
        again = document_service.take_up(uow, document_id)
        old = uow.session.get_one(Document, document_id)
        assert (old.state, again.state) == (DocumentState.VOID, DocumentState.DRAFT)
        assert [one["text"] for one in again.clauses] == [one["text"] for one in old.clauses]
        assert (again.amount_fen, again.number) == (old.amount_fen, old.number + 1)
        assert uow.session.get_one(Deal, old.deal_id).state is DealState.DRAFTING
        document_service.send(uow, again.id)
        new_id = again.id
    sign(factory, people.company, new_id)
    sign(factory, people.seller_contact, new_id)
    assert document_of(factory, new_id).state is DocumentState.COMPLETE


def test_only_what_has_expired_is_taken_up_and_only_by_a_party(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    document_id = send_contract(factory, people)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        document_service.take_up(uow, document_id)
    expire(factory, document_id, clock)
    for actor, kind in (
        (people.stranger, NotFound),
        (people.worker, NotPermitted),
        (people.county_official, NotPermitted),
    ):
        with pytest.raises(kind), factory.writing(actor) as uow:
            document_service.take_up(uow, document_id)
    outcomes: list[str] = []

    def press(actor: Actor) -> None:
        try:
            with factory.writing(actor) as uow:
                document_service.take_up(uow, document_id)
            outcomes.append("taken up")
        except DomainError:
            outcomes.append("told")

    run_at_once([lambda: press(people.company), lambda: press(people.seller_contact)])
    assert sorted(outcomes) == ["taken up", "told"]


@pytest.mark.parametrize("write", [write_amendment, write_termination])
def test_a_change_of_a_contract_expires_and_is_taken_up_with_what_it_changes(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, write: Callable[..., int]
) -> None:
    deal_id = make_signed(factory, people, BY_PLAN)
    document_id = write(factory, people.company, deal_id)
    expire(factory, document_id, clock)
    with factory.writing(people.company) as uow:
        again = document_service.take_up(uow, document_id).id
        document_service.send(uow, again)
    sign(factory, people.seller_contact, again)
    sign(factory, people.company, again)
    with factory.reading() as uow:
        is_ended = document_of(factory, again).kind is DocumentKind.TERMINATION_AGREEMENT
        expected = DealState.TERMINATED if is_ended else DealState.IN_FORCE
        assert uow.session.get_one(Deal, deal_id).state is expected


def test_a_letter_of_intent_expires_and_has_no_place_beside_a_contract(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id = make_deal(factory, people)
    letter = make_letter(factory, people, deal_id)
    expire(factory, letter, clock)
    with factory.writing(people.company) as uow:
        assert document_service.take_up(uow, letter).state is DocumentState.DRAFT


def test_a_paper_confirmed_on_the_last_day_waits_for_the_official(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    document_id = send_contract(factory, people)
    clock.at = last_second(LAST_DAY)
    scan = upload(factory, people.seller_contact, document_id)
    for actor in (people.company, people.seller_contact):
        confirm(factory, actor, document_id, scan)
    expire(factory, document_id, clock)
    assert document_of(factory, document_id).paper is PaperState.CONFIRMED
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan)
    assert document_of(factory, document_id).state is DocumentState.COMPLETE


def test_a_paper_confirmed_by_one_does_not_stop_the_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    document_id = send_contract(factory, people)
    scan = upload(factory, people.seller_contact, document_id)
    confirm(factory, people.company, document_id, scan)
    clock.at = last_second(LAST_DAY) + timedelta(seconds=1)
    with pytest.raises(Conflict, match="last day"):
        confirm(factory, people.seller_contact, document_id, scan)
    with pytest.raises(Conflict, match="last day"):
        upload(factory, people.seller_contact, document_id)
    expire(factory, document_id, clock)
    assert document_of(factory, document_id).state is DocumentState.EXPIRED


def test_two_workers_and_a_signature_at_the_same_moment(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """The signer began in the last second, the workers a second later: either is first, and both cannot be."""
    document_id = send_contract(factory, people)
    sign(factory, people.company, document_id)
    clock.at = last_second(LAST_DAY)
    with factory.writing(people.seller_contact) as uow:
        document_service.send_signing_code(uow, document_id)
    outcomes: list[str] = []

    def press() -> None:
        try:
            with factory.writing(people.seller_contact) as uow:
                document_service.sign(uow, document_id, confirmation(uow, document_id))
            outcomes.append("signed")
        except Conflict:
            outcomes.append("told")

    def work() -> None:
        clock.at = day_begins(LAST_DAY + timedelta(days=1))
        with factory.writing() as uow:
            envelope_service.expire_overdue(uow)

    run_at_once([press, work, work])
    state = document_of(factory, document_id).state
    assert (state, outcomes) in [(DocumentState.COMPLETE, ["signed"]), (DocumentState.EXPIRED, ["told"])]


def test_two_tabs_of_one_signer_sign_once(factory: UnitOfWorkFactory, people: People, in_order: int) -> None:
    sign(factory, people.company, in_order)
    with pytest.raises(Conflict), factory.writing(people.company_admin) as uow:
        document_service.send_signing_code(uow, in_order)
    with factory.writing(people.seller_contact) as uow:
        document_service.send_signing_code(uow, in_order)
        given = confirmation(uow, in_order)
    outcomes: list[str] = []

    def press() -> None:
        try:
            with factory.writing(people.seller_contact) as uow:
                document_service.sign(uow, in_order, given)
            outcomes.append("signed")
        except DomainError:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["signed", "told"]


def test_whoever_has_signed_a_text_is_told_that_it_is_void(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    document_id = send_contract(factory, people)
    sign(factory, people.company, document_id)
    with factory.writing(people.seller_contact) as uow:
        document_service.amend(uow, document_id, {"risk": "风险由甲方承担。"})
    drain()
    assert any("your signature counts for nothing" in line for line, _ in told(factory, people)["company"])


def test_a_change_is_taken_off_with_a_reason_the_other_side_reads(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    document_id = write_amendment(factory, people.company, make_signed(factory, people, BY_PLAN))
    with pytest.raises(InvalidInput), factory.writing(people.company) as uow:
        change_service.take_off(uow, document_id, " ")
    with factory.writing(people.company) as uow:
        change_service.take_off(uow, document_id, "二号线恢复生产")
    drain()
    assert told(factory, people)["seller_contact"][-1][0].endswith("Reason: 二号线恢复生产")
    assert document_of(factory, document_id).note == "二号线恢复生产"
