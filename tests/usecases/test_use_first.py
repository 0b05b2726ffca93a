"""Use first, pay later: nothing is paid before the end of the agreed time, until then the buyer ends it alone, and then he pays.

Today is 20 November 2026 in China; 180 days later is 19 May 2027, and payment is due by 18 June.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from marketplace.contracts.changes import Amending
from marketplace.contracts.makers import SHARES_CLAUSE
from marketplace.contracts.models import Document, DocumentFile
from marketplace.contracts.rules import DocumentState, EndReason, PriceModel
from marketplace.deals import service
from marketplace.deals.history import timeline
from marketplace.deals.legal_terms import legal_terms
from marketplace.deals.models import Deal, Entry
from marketplace.deals.payment_queries import payments_page
from marketplace.deals.queries import room
from marketplace.deals.rules import DealState, EntryKind
from marketplace.deals.standing import contract_standing
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import TransferKind
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.rules import OrganisationSize
from marketplace.payments.rules import MilestoneState, Standing
from marketplace.registrations.filling import filled_in
from marketplace.registrations.official_form import form_on
from tests.amending import amend, write_amendment, write_termination
from tests.crowd import run_at_once
from tests.factories import TERMS, lines_of, make_contract, make_deal, make_payment, make_signed
from tests.inboxes import told
from tests.making import make_threefold, sign_by_all
from tests.papers import confirmed_by
from tests.paying import TODAY, received, refused, report, standings, take
from tests.pdfs import pdf_text
from tests.personas import PASSWORD, People

pytestmark = pytest.mark.usefixtures("both_ways_agree")

Drain = Callable[[], int]
FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)
LAST_DAY = date(2027, 5, 19)
DUE = date(2027, 6, 18)


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract in force of 180,000 yuan after 180 days of use without payment."""
    return make_signed(factory, people, FREE)


def end_use(factory: UnitOfWorkFactory, actor: Actor, deal_id: int, reason: str = "试用后节拍达不到要求") -> None:
    with factory.writing(actor) as uow:
        service.end_use(uow, deal_id, reason, PASSWORD, EndReason.TECHNOLOGY)


def state(factory: UnitOfWorkFactory, deal_id: int) -> DealState:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id).state


def may(factory: UnitOfWorkFactory, actor: Actor, deal_id: int) -> bool:
    with factory.reading(actor) as uow:
        return any(one.action == "end_use" for one in room(uow, deal_id).actions)


def test_the_whole_amount_is_one_line_thirty_days_after_the_use(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    (line,) = lines_of(factory, deal)
    assert (line.fen, line.due_on, line.words) == (18_000_000, DUE, "使用期（合同生效后180日）届满后三十日内")
    assert received(factory, deal) == (0, 18_000_000), "the contract counts from its entry into force on"
    clock.at = day_begins(DUE)
    assert standings(factory, people.company, deal) == [Standing.DUE]
    clock.forward(days=1)
    assert standings(factory, people.company, deal) == [Standing.OVERDUE]


def test_nobody_is_told_of_the_price_without_the_right_to_end_the_use(
    factory: UnitOfWorkFactory, people: People, deal: int, drain: Drain
) -> None:
    drain()
    (said,) = [text for text, _ in told(factory, people)["company_admin"] if "is to be paid by" in text]
    assert "the buyer can end it and pays nothing" in said
    assert (LAST_DAY.isoformat() in said, DUE.isoformat() in said) == (True, True)


def test_text_and_pdf_say_how_the_use_begins_and_ends(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people), FREE)
    drain()
    with factory.reading() as uow:
        text = uow.session.get_one(Document, document_id).text
        row = uow.session.scalars(select(DocumentFile).where(DocumentFile.document_id == document_id)).one()
    with factory.services.files.open(row.sha256) as file:
        pdf = pdf_text(file.read())
    for said in ("自本合同生效之日起180日为使用期", "不付价款", "甲方应当在使用期届满后三十日内一次付清价款"):
        assert said in text
        assert said in pdf


def test_the_buyer_ends_the_use_on_the_last_day_and_owes_nothing(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock, drain: Drain
) -> None:
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    clock.at = day_begins(LAST_DAY + timedelta(days=1)) - timedelta(seconds=1)
    assert may(factory, people.company, deal)
    end_use(factory, people.company, deal)
    drain()
    assert (state(factory, deal), received(factory, deal)) == (DealState.TERMINATED, (0, 0))
    (line,) = lines_of(factory, deal)
    assert line.state is MilestoneState.CANCELLED
    with factory.reading(people.seller_contact) as uow:
        entries = uow.session.scalars(select(Entry).order_by(Entry.id)).all()
        assert [(one.kind, one.amount_fen) for one in entries] == [
            (EntryKind.IN_FORCE, 18_000_000),
            (EntryKind.TERMINATION, -18_000_000),
        ]
        assert entries[-1].dated == LAST_DAY
        assert uow.session.scalars(select(Transfer.kind).order_by(Transfer.id)).all()[-1] is TransferKind.RELEASED
        ended = uow.session.get_one(Deal, deal)
        assert (ended.end_reason, ended.reason) == (EndReason.TECHNOLOGY, "试用后节拍达不到要求")
        newest = timeline(uow.session, deal)[0]
        assert (newest.label, newest.text) == (
            "The buyer does not go on using it: contract ended, nothing to be paid",
            "试用后节拍达不到要求",
        )
        step = room(uow, deal).row.next
        assert (step.who.value, step.due) == ("nobody", None)
    said = told(factory, people)
    for who in ("seller_contact", "company_admin"):
        assert "does not go on using it" in said[who][-1][0]


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("seller_contact", NotPermitted),
        ("county_official", NotPermitted),
        ("worker", NotPermitted),
        ("stranger", NotFound),
    ],
)
def test_nobody_but_the_buyer_ends_the_use(
    factory: UnitOfWorkFactory, people: People, deal: int, who: str, error: type[DomainError]
) -> None:
    refused(lambda: end_use(factory, getattr(people, who), deal), error)
    if error is NotPermitted:
        assert not may(factory, getattr(people, who), deal)
    assert state(factory, deal) is DealState.IN_FORCE


def test_after_the_last_day_it_is_too_late(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    clock.at = day_begins(LAST_DAY + timedelta(days=1))
    assert not may(factory, people.company, deal)
    error = refused(lambda: end_use(factory, people.company, deal), Conflict)
    assert "time of use without payment is over" in error.message
    assert received(factory, deal) == (0, 18_000_000)


@pytest.mark.parametrize("arrived", [False, True])
def test_whoever_pays_has_decided_to_go_on(
    factory: UnitOfWorkFactory, people: People, deal: int, arrived: bool
) -> None:
    (line,) = lines_of(factory, deal)
    if arrived:
        make_payment(factory, people, line.id, 1_000, TODAY)
    else:
        report(factory, people.company, line.id, 1_000)
    assert not may(factory, people.company, deal)
    error = refused(lambda: end_use(factory, people.company, deal), Conflict)
    assert "decided to go on" in error.message


def test_another_contract_is_not_ended_alone(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people, TERMS)
    assert not may(factory, people.company, deal_id)
    refused(lambda: end_use(factory, people.company, deal_id), Conflict)


def test_before_it_is_in_force_there_is_nothing_to_end(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_deal(factory, people)
    make_contract(factory, people, deal_id, FREE)
    refused(lambda: end_use(factory, people.company, deal_id), Conflict)


def test_why_is_asked(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    refused(lambda: end_use(factory, people.company, deal, " "), InvalidInput)

    def without_kind() -> None:
        with factory.writing(people.company) as uow:
            service.end_use(uow, deal, "不用了", PASSWORD)

    refused(without_kind, InvalidInput)


def test_of_two_tabs_one_ends_it(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    outcomes: list[str] = []

    def press(actor: Actor) -> None:
        try:
            end_use(factory, actor, deal)
            outcomes.append("ended")
        except Conflict:
            outcomes.append("too late")

    run_at_once([lambda: press(people.company), lambda: press(people.company_admin)])
    assert sorted(outcomes) == ["ended", "too late"]
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Entry.id)).where(Entry.kind == EntryKind.TERMINATION)) == 1


def test_payment_and_end_at_once_leave_one_of_them(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    (line,) = lines_of(factory, deal)
    done: list[str] = []

    def attempt(name: str, what: Callable[[], object]) -> None:
        try:
            what()
            done.append(name)
        except DomainError:
            pass

    run_at_once(
        [
            lambda: attempt("end", lambda: end_use(factory, people.company, deal)),
            lambda: attempt("pay", lambda: report(factory, people.company_admin, line.id, 18_000_000)),
        ]
    )
    assert len(done) == 1


def test_what_waits_for_signature_ends_with_it(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    change = write_termination(factory, people.seller_contact, deal)
    end_use(factory, people.company, deal)
    with factory.reading() as uow:
        assert uow.session.get_one(Document, change).state is DocumentState.VOID


def test_the_buyer_does_not_end_it_past_an_end_that_he_has_signed(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    change = write_termination(factory, people.seller_contact, deal)
    confirmed_by(factory, change, people.seller_contact, people.company)
    assert not may(factory, people.company, deal)
    refused(lambda: end_use(factory, people.company, deal), Conflict)
    with factory.reading(people.company) as uow:
        assert uow.session.get_one(Document, change).state is DocumentState.SENT
        assert room(uow, deal).is_end_awaited
        assert payments_page(uow, deal).use is None, "nobody is told of a right that cannot be used"
    clock.at = day_begins(LAST_DAY + timedelta(days=1))
    with factory.reading(people.company) as uow:
        assert not room(uow, deal).is_end_awaited, "nor of one that comes back when it is over"


def test_an_amendment_that_waits_for_an_official_takes_nothing_from_the_right(
    factory: UnitOfWorkFactory, people: People, deal: int, clock: SetClock
) -> None:
    new = Amending({"dispute": "提交潍坊仲裁委员会仲裁。"}, (), (), "改由仲裁解决争议。")
    change = write_amendment(factory, people.seller_contact, deal, new)
    confirmed_by(factory, change, people.seller_contact, people.company)
    clock.at = day_begins(LAST_DAY)
    assert may(factory, people.company, deal)
    end_use(factory, people.company, deal)
    assert (state(factory, deal), received(factory, deal)) == (DealState.TERMINATED, (0, 0))
    with factory.reading() as uow:
        assert uow.session.get_one(Document, change).state is DocumentState.VOID


def test_of_two_clauses_that_go_before_others_the_text_says_which_does(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = make_threefold(factory, people, terms=FREE)
    with factory.reading() as uow:
        document = uow.session.get_one(Document, document_id)
        (standing,) = [one["heading"] for one in document.clauses if one["key"] == SHARES_CLAUSE]
        (price,) = [one["text"] for one in document.clauses if one["key"] == "price"]
    assert f"“{standing}”一条中须由各方签署、以该条为准的约定不适用于该项解除" in price


def test_an_amendment_of_other_clauses_leaves_the_line_and_the_right(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    with factory.reading(people.company) as uow:
        contract = contract_standing(uow, uow.session.get_one(Deal, deal))
    (one,) = contract.lines
    assert one.line == FREE.checked().plan[0]
    amend(factory, people, deal, Amending({"dispute": "提交仲裁。"}, (), (), "改争议解决"))
    assert may(factory, people.company, deal)
    end_use(factory, people.company, deal)
    assert received(factory, deal) == (0, 0)


def test_the_makers_who_signed_too_are_not_asked_but_told(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    document_id = make_threefold(factory, people, terms=FREE)
    sign_by_all(factory, people, document_id)
    with factory.reading() as uow:
        deal_id = uow.session.get_one(Document, document_id).deal_id
    end_use(factory, people.company, deal_id)
    assert (state(factory, deal_id), received(factory, deal_id)) == (DealState.TERMINATED, (0, 0))


def test_the_term_of_the_law_runs_from_the_end_of_the_use(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    with factory.writing() as uow:
        for party, size in (
            (people.seller_party, OrganisationSize.SMALL),
            (people.buyer_party, OrganisationSize.LARGE),
        ):
            unit = uow.session.get_one(Organisation, uow.session.get_one(Party, party).organisation_id)
            unit.size = size
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    with factory.reading() as uow:
        (term,) = legal_terms(uow.session, [uow.session.get_one(Deal, deal)]).values()
    assert term.latest == LAST_DAY + timedelta(days=60)


def test_the_register_knows_it_as_a_price_paid_at_once(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    with factory.reading(people.seller_contact) as uow:
        contract = uow.session.scalars(select(Document).where(Document.deal_id == deal)).one()
        form = form_on(TODAY)
        assert filled_in(uow, uow.session.get_one(Deal, deal), contract, form)["price_model"] == "1"
