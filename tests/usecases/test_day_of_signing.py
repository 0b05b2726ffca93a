"""A paper holds from the day on which its last party signed, whenever an official comes to compare it.

Texts are sent on 20 November 2026 in China, signed on paper on the 25th and compared on 3 December.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from marketplace.contracts.changes import Amending
from marketplace.contracts.models import Document, Scan
from marketplace.contracts.rules import PriceModel
from marketplace.deals import document_service, payment_service
from marketplace.deals.document_queries import document_page
from marketplace.deals.history import timeline
from marketplace.deals.models import Deal, Entry
from marketplace.deals.standing import contract_standing
from marketplace.deals.use_first import free_use
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins, end_of
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.payments.models import Receipt
from marketplace.payments.royalties import Figures
from marketplace.payments.rules import Instalment, Standing, Trigger
from marketplace.rewards.rules import Basis
from marketplace.rewards.unit_rules import rule_for
from marketplace.statistics.adding import total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode, Period
from tests.amending import amend, write_amendment, write_termination
from tests.factories import TERMS, lines_of, make_contract, make_deal, make_letter, make_payment, make_signed
from tests.papers import confirmed_by, scanned
from tests.paying import BY_PLAN, BY_ROYALTY, refused, standings
from tests.personas import People
from tests.rewarding import file_rule

pytestmark = pytest.mark.usefixtures("both_ways_agree")

SENT, SIGNED, COMPARED = date(2026, 11, 20), date(2026, 11, 25), date(2026, 12, 3)
NOVEMBER, DECEMBER = Period(date(2026, 11, 1), date(2026, 11, 30)), Period(date(2026, 12, 1), date(2026, 12, 31))
Sign = Callable[[int], None]


@pytest.fixture
def sign_on_paper(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> Sign:
    """Both confirm a scan of a text the day after the 25th; an official compares it a week later."""

    def sign(document_id: int) -> None:
        clock.at = day_begins(SIGNED + timedelta(days=1))
        scan_id = confirmed_by(factory, document_id, people.seller_contact, people.company, signed_on=SIGNED)
        clock.at = day_begins(COMPARED)
        with factory.writing(people.county_official) as uow:
            document_service.verify_scan(uow, document_id, scan_id)

    return sign


def deal_of(factory: UnitOfWorkFactory) -> Deal:
    with factory.reading() as uow:
        return uow.session.scalars(select(Deal)).one()


def figure(factory: UnitOfWorkFactory, people: People, code: FigureCode, period: Period, known_on: date) -> Figure:
    """A figure of a month, by what was known at the end of a day."""
    with factory.reading(people.city_official) as uow:
        return total(uow, Filter(DEFINITIONS[code], period, end_of(known_on)))


def test_a_contract_is_in_force_and_counted_from_the_day_on_which_it_was_signed(
    factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign
) -> None:
    sign_on_paper(make_contract(factory, people, make_deal(factory, people)))
    assert deal_of(factory).in_force_on == SIGNED
    with factory.reading() as uow:
        days = {line.label: line.day for line in timeline(uow.session, 1) if line.day}
    assert days == {"Contract in force": SIGNED, "Contract signed by all parties": SIGNED}
    assert figure(factory, people, FigureCode.A1, NOVEMBER, COMPARED) == Figure(18_000_000, 1)
    assert figure(factory, people, FigureCode.A1, DECEMBER, COMPARED) == Figure()
    before = COMPARED - timedelta(days=1)
    assert figure(factory, people, FigureCode.A1, NOVEMBER, before) == Figure(), (
        "what was shown by then can be shown again"
    )


def test_days_of_payment_run_from_it(factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign) -> None:
    deal_id = make_deal(factory, people)
    sign_on_paper(make_contract(factory, people, deal_id, BY_PLAN))
    first = lines_of(factory, deal_id)[0]
    assert first.due_on == SIGNED + timedelta(days=10)
    make_payment(factory, people, first.id, first.fen, SIGNED + timedelta(days=1))
    assert standings(factory, people.company, deal_id)[0] is Standing.PAID


def test_those_of_use_without_payment_run_from_the_check_as_the_text_says(
    factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign
) -> None:
    document_id = make_contract(
        factory, people, make_deal(factory, people), replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=30)
    )
    sign_on_paper(document_id)
    deal = deal_of(factory)
    with factory.reading() as uow:
        use = free_use(uow.session, deal)
        assert (
            "纸质签署的，使用期以平台记录的核验之日为本合同生效之日" in uow.session.get_one(Document, document_id).text
        )
    assert use is not None
    assert (deal.in_force_on, use.last_day) == (SIGNED, COMPARED + timedelta(days=30))
    (line,) = lines_of(factory, deal.id)
    assert line.due_on == use.last_day + timedelta(days=30)


def test_an_amendment_names_the_day_of_its_contract_and_is_booked_on_its_own(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, sign_on_paper: Sign
) -> None:
    deal_id = make_deal(factory, people)
    sign_on_paper(make_contract(factory, people, deal_id, BY_PLAN))
    amendment_id = write_amendment(factory, people.company, deal_id)
    clock.forward(days=5)
    scan_id = confirmed_by(factory, amendment_id, people.company, people.seller_contact, signed_on=COMPARED)
    clock.forward(days=2)
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, amendment_id, scan_id)
    with factory.reading() as uow:
        assert [one.dated for one in uow.session.scalars(select(Entry).order_by(Entry.id))] == [SIGNED, COMPARED]
        assert "双方于2026年11月25日完成签署" in uow.session.get_one(Document, amendment_id).text
        assert contract_standing(uow, deal_of(factory)).signed_on == SIGNED


def test_an_agreement_ends_the_contract_on_the_day_on_which_it_was_signed(
    factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign
) -> None:
    deal_id = make_signed(factory, people, BY_PLAN)
    sign_on_paper(write_termination(factory, people.company, deal_id))
    assert deal_of(factory).ended_on == SIGNED
    with factory.reading() as uow:
        assert {line.day for line in timeline(uow.session, deal_id) if line.day} == {SIGNED}
    assert figure(factory, people, FigureCode.A1, NOVEMBER, COMPARED) == Figure(6_000_000, 1)
    assert figure(factory, people, FigureCode.C13, NOVEMBER, COMPARED).value == 1
    assert figure(factory, people, FigureCode.C13, NOVEMBER, COMPARED - timedelta(days=1)).value == 0


def test_a_letter_of_intent_counts_on_its_day(factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign) -> None:
    sign_on_paper(make_letter(factory, people, make_deal(factory, people)))
    assert figure(factory, people, FigureCode.A0, NOVEMBER, COMPARED) == Figure(13_000_000, 1)
    assert figure(factory, people, FigureCode.A0, DECEMBER, COMPARED) == Figure()


@pytest.mark.parametrize("day", [SENT - timedelta(days=1), SIGNED + timedelta(days=2)])
def test_nobody_has_signed_before_the_text_was_sent_or_tomorrow(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, day: date
) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    clock.at = day_begins(SIGNED + timedelta(days=1))
    with factory.writing(people.company) as uow:
        with pytest.raises(InvalidInput) as error:
            scanned(uow, document_id, signed_on=day)
        assert set(error.value.fields) == {"signed_on"}
        assert uow.session.scalar(select(Scan.id)) is None


def test_a_scan_of_before_days_were_asked_for_is_uploaded_again_with_its_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, sign_on_paper: Sign
) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    scan_id = confirmed_by(factory, document_id, people.seller_contact, people.company)
    with factory.writing() as uow:
        uow.session.execute(update(Scan).values(signed_on=None))
    with factory.reading(people.county_official) as uow:
        page = document_page(uow, document_id)
        assert (page.lacks_day, page.paper_actions) == (True, frozenset({"reject"}))
    with factory.writing(people.county_official) as uow:
        refused(lambda: document_service.verify_scan(uow, document_id, scan_id), Conflict)
        document_service.reject_scan(uow, document_id, scan_id, "请注明最后一方签署的日期")
    sign_on_paper(document_id)
    assert deal_of(factory).in_force_on == SIGNED


@pytest.mark.parametrize("hours", [-1, 20, 25])
def test_only_a_rule_filed_before_the_day_of_the_paper_counts_since_it_says_no_hour(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, sign_on_paper: Sign, hours: int
) -> None:
    deal_id = make_deal(factory, people)
    document_id = make_contract(factory, people, deal_id)
    clock.at = day_begins(SIGNED) + timedelta(hours=hours)
    file_rule(factory, people, Basis.UNIT_RULE, 1000)
    sign_on_paper(document_id)
    receipt_id = make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, COMPARED)
    with factory.reading() as uow:
        found = rule_for(uow, uow.session.get_one(Receipt, receipt_id))
    assert found is not None
    assert found.basis is (Basis.UNIT_RULE if hours < 0 else Basis.STATUTORY)


def test_lines_that_an_amendment_brings_run_from_the_signature_also_where_the_use_comes_first(
    factory: UnitOfWorkFactory, people: People, sign_on_paper: Sign
) -> None:
    deal_id = make_deal(factory, people)
    sign_on_paper(
        make_contract(factory, people, deal_id, replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=30))
    )
    amend(
        factory,
        people,
        deal_id,
        Amending({}, (1,), (Instalment(18_000_000, "", Trigger.IN_FORCE, 60),), "改为一次付清"),
    )
    assert lines_of(factory, deal_id)[-1].due_on == SIGNED + timedelta(days=60)


def test_figures_of_a_royalty_that_reach_past_an_end_on_paper_are_not_agreed_to_any_more(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    deal_id = make_signed(factory, people, BY_ROYALTY)
    end_id = write_termination(factory, people.company, deal_id)
    clock.at = day_begins(SIGNED + timedelta(days=1))
    scan_id = confirmed_by(factory, end_id, people.seller_contact, people.company, signed_on=SIGNED)
    clock.at = day_begins(COMPARED)
    with factory.writing(people.company) as uow:
        figures = Figures(SENT, date(2026, 11, 30), 100_000_000)
        statement_id = payment_service.state_royalty(uow, deal_id, figures).id
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, end_id, scan_id)
    with factory.writing(people.seller_contact) as uow, pytest.raises(InvalidInput, match="The contract ended"):
        payment_service.answer_royalty(uow, statement_id, "agree")
    with factory.writing(people.seller_contact) as uow:
        payment_service.answer_royalty(uow, statement_id, "object", "合同已于11月25日解除")
    with factory.writing(people.company) as uow:
        payment_service.state_royalty(uow, deal_id, replace(figures, last_on=SIGNED))
