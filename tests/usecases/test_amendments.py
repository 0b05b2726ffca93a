"""A contract in force is changed by an amendment both sign: the plan is replaced forward, the rest stays."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.contracts.changes import Amending
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals import change_service, document_service, payment_service, verification
from marketplace.deals.models import Deal, Entry
from marketplace.deals.payment_queries import payments_page
from marketplace.deals.queries import room
from marketplace.deals.rules import EntryKind
from marketplace.deals.standing import contract_standing
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import Instalment, MilestoneState, Trigger
from tests.amending import LOWERED, UNTIL, amend, sign_by_both, write_amendment, write_termination
from tests.factories import confirmation, lines_of, make_payment, make_signed, sign
from tests.papers import confirmed_by
from tests.paying import BY_PLAN, TODAY, received, refund, refused, report, take
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")

DUE, PLANNED, CANCELLED = MilestoneState.DUE, MilestoneState.PLANNED, MilestoneState.CANCELLED


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def plan(factory: UnitOfWorkFactory, deal_id: int) -> list[tuple[int, int, MilestoneState, date | None]]:
    return [(line.number, line.fen, line.state, line.due_on) for line in lines_of(factory, deal_id)]


def entries(factory: UnitOfWorkFactory) -> list[tuple[EntryKind, int]]:
    with factory.reading() as uow:
        return [(one.kind, one.amount_fen) for one in uow.session.scalars(select(Entry).order_by(Entry.id))]


def text(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def test_an_amendment_replaces_the_open_lines_and_books_the_difference(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    amend(factory, people, deal)
    assert plan(factory, deal) == [
        (1, 5_400_000, DUE, date(2026, 11, 30)),
        (2, 10_000_000, CANCELLED, None),
        (3, 2_600_000, CANCELLED, None),
        (4, 6_000_000, DUE, UNTIL),
        (5, 4_000_000, PLANNED, None),
    ]
    assert entries(factory) == [(EntryKind.IN_FORCE, 18_000_000), (EntryKind.AMENDMENT, -2_600_000)]
    assert received(factory, deal) == (5_400_000, 10_000_000)
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    assert plan(factory, deal)[4][2:] == (DUE, date(2026, 12, 20))
    for line in lines_of(factory, deal)[3:]:
        make_payment(factory, people, line.id, line.fen, TODAY)
    take(factory, people.company, deal, "complete")
    assert received(factory, deal) == (15_400_000, 0)


@pytest.mark.parametrize(
    ("lines", "difference"),
    [
        ((Instalment(14_600_000, "", Trigger.DAY, 0, UNTIL),), 2_000_000),
        ((Instalment(12_600_000, "", Trigger.DAY, 0, UNTIL),), 0),
        ((), -12_600_000),
    ],
)
def test_the_difference_may_have_any_sign(
    factory: UnitOfWorkFactory, people: People, deal: int, lines: tuple[Instalment, ...], difference: int
) -> None:
    amend(factory, people, deal, replace(LOWERED, lines=lines))
    assert entries(factory)[-1] == (EntryKind.AMENDMENT, difference)
    with factory.reading(people.company) as uow:
        assert room(uow, deal).row.amount_fen == 18_000_000 + difference
        page = payments_page(uow, deal)
    assert page.planned_fen == 18_000_000 + difference
    agreed_in = {line.agreed_in.kind for line in page.lines if line.agreed_in}
    assert agreed_in == ({DocumentKind.AMENDMENT} if lines else set())


def test_a_line_that_runs_from_what_has_happened_is_due_by_it(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    clock.forward(days=10)
    lines = (Instalment(2_600_000, "", Trigger.IN_FORCE, 90), Instalment(10_000_000, "", Trigger.ACCEPTANCE, 60))
    amend(factory, people, deal, replace(LOWERED, lines=lines))
    assert [due for *_, due in plan(factory, deal)[3:]] == [date(2027, 2, 18), date(2027, 1, 19)]


def test_the_text_names_the_contract_and_sets_old_and_new_side_by_side(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    with factory.reading(people.company) as uow:
        contract = contract_standing(uow, uow.session.get_one(Deal, deal))
    wording = "验收标准和方法：\n连续焊接30件，返修率不超过1%。"
    document = text(
        factory, write_amendment(factory, people.company, deal, replace(LOWERED, texts={"acceptance": wording}))
    )
    for said in (
        "技术许可合同补充协议",
        f"编号：JG-{deal:06d}-BC01",
        f"双方于2026年11月20日完成签署编号为{contract.reference}的《技术许可合同》（查验码：{contract.code}）",
        "“验收标准和方法”，原约定：",
        "连续焊接20件，返修率不超过2%。",
        "“验收标准和方法”，变更为：",
        "连续焊接30件，返修率不超过1%。",
        "人民币180,000.00元（大写：人民币壹拾捌万元整）",
        "人民币154,000.00元（大写：人民币壹拾伍万肆仟元整）",
        "第2期：人民币100,000.00元（大写：人民币壹拾万元整），验收合格后30日内支付。",
        "2027年1月31日前支付。",
        "原付款计划第1期不变：",
        "除本补充协议写明的变更以外，原合同的其他内容不变，继续有效",
    ):
        assert said in document.text, said
    assert (document.amount_fen, document.contract_type) == (15_400_000, contract_type(factory, contract.document_id))


def test_a_line_that_is_paid_is_not_promised_once_more(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first = lines_of(factory, deal)[0]
    make_payment(factory, people, first.id, first.fen, TODAY)
    document = text(factory, write_amendment(factory, people.company, deal))
    assert "第1期：人民币54,000.00元（大写：人民币伍万肆仟元整），合同生效后10日内支付（已付清）。" in document.text


def contract_type(factory: UnitOfWorkFactory, document_id: int) -> object:
    return text(factory, document_id).contract_type


def test_a_second_amendment_begins_where_the_first_ended(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    wording = "一次性交付全部图纸。"
    first = amend(factory, people, deal, replace(LOWERED, texts={"plan": wording}))
    second = Amending({}, (5,), (Instalment(5_000_000, "试运行三个月后支付"),), "试运行延长。")
    document = text(factory, amend(factory, people, deal, second))
    assert f"原合同已由编号为JG-{deal:06d}-BC01的补充协议变更。" in document.text
    assert text(factory, first).state is DocumentState.COMPLETE
    assert entries(factory)[-1] == (EntryKind.AMENDMENT, 1_000_000)
    with factory.reading(people.company) as uow:
        contract = contract_standing(uow, uow.session.get_one(Deal, deal))
    assert next(clause.text for clause in contract.clauses if clause.key == "plan") == wording
    assert [one.number for one in contract.lines] == [1, 4, 6]


def test_money_that_moves_goes_before_an_amendment(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    document_id = write_amendment(factory, people.seller_contact, deal)
    sign(factory, people.seller_contact, document_id)
    report(factory, people.company, lines_of(factory, deal)[1].id, 100)
    refused(lambda: sign(factory, people.company, document_id), Conflict)
    assert text(factory, document_id).state is DocumentState.SENT
    error = refused(lambda: write_amendment(factory, people.company, deal), InvalidInput)
    assert set(error.fields) == {"lines"} if isinstance(error, InvalidInput) else False
    amend(factory, people, deal, replace(LOWERED, dropped=(3,)))
    assert text(factory, document_id).state is DocumentState.VOID
    assert plan(factory, deal)[1][2] is PLANNED


def test_a_payment_of_a_line_that_stays_keeps_nobody_from_signing(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    document_id = write_amendment(factory, people.seller_contact, deal)
    payment_id = make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    sign_by_both(factory, people, document_id)
    refund(factory, people, payment_id, 5_400_000)
    assert received(factory, deal) == (0, 15_400_000)
    report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": " "},
        {"dropped": (), "lines": ()},
        {"dropped": (9,)},
        {"dropped": (1, 2, 3), "lines": ()},
        {"lines": (Instalment(0, "", Trigger.DAY, 0, UNTIL),)},
        {"lines": (Instalment(1, "", Trigger.DAY, 0, date(2026, 11, 19)),)},
        {"lines": (Instalment(1, "", Trigger.DAY),)},
        {"lines": (Instalment(1, "", Trigger.ACCEPTANCE, 0),)},
        {"lines": (Instalment(1, ""),)},
        {"texts": {"confidentiality": " "}},
        {"lines": (Instalment(1, "到货后"),) * 13},
    ],
)
def test_what_does_not_fit_is_refused(
    factory: UnitOfWorkFactory, people: People, deal: int, wrong: dict[str, object]
) -> None:
    amending = replace(LOWERED, **wrong)  # type: ignore[arg-type] # Each wrong value has the type of its field.
    refused(lambda: write_amendment(factory, people.company, deal, amending), InvalidInput)
    assert entries(factory) == [(EntryKind.IN_FORCE, 18_000_000)]


def test_a_locked_clause_stays(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    amending = replace(LOWERED, texts={"price": "分文不付。", "signing": "口头约定。"})
    assert "分文不付" not in text(factory, write_amendment(factory, people.company, deal, amending)).text


def test_only_the_parties_change_a_contract(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    for actor, kind in (
        (people.worker, NotPermitted),
        (people.county_official, NotPermitted),
        (people.stranger, NotFound),
    ):
        refused(lambda actor=actor: write_amendment(factory, actor, deal), kind)  # type: ignore[misc]
    document_id = write_amendment(factory, people.company, deal)
    for actor, kind in ((people.county_official, NotPermitted), (people.stranger, NotFound)):
        with factory.writing(actor) as uow:
            refused(lambda uow=uow: change_service.take_off(uow, document_id, "改日再议"), kind)  # type: ignore[misc]


def test_one_change_at_a_time(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first = write_amendment(factory, people.company, deal)
    refused(lambda: write_termination(factory, people.seller_contact, deal), Conflict)
    second = write_amendment(factory, people.seller_contact, deal, replace(LOWERED, reason="另一个原因。"))
    assert text(factory, first).state is DocumentState.VOID
    with factory.writing(people.company) as uow:
        change_service.take_off(uow, second, "改日再议")
    refused(lambda: sign(factory, people.company, second), Conflict)
    write_termination(factory, people.seller_contact, deal)


def test_a_declined_change_makes_room_for_another(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    declined = write_amendment(factory, people.company, deal)
    with factory.writing(people.seller_contact) as uow:
        document_service.decline(uow, declined, "价格太低")
    with factory.reading(people.company) as uow:
        assert room(uow, deal).can_change
    write_termination(factory, people.seller_contact, deal)
    with factory.writing(people.company) as uow:
        refused(lambda: document_service.amend(uow, declined, {"reason": "再商量。"}), Conflict)


def test_a_reworded_amendment_changes_the_same(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    first = write_amendment(factory, people.company, deal)
    with factory.writing(people.seller_contact) as uow:
        second = document_service.amend(uow, first, {"reason": "只装一台即可。", "changes": "不变。"}).id
        document_service.send(uow, second)
    sign_by_both(factory, people, second)
    assert "只装一台即可。" in text(factory, second).text
    assert entries(factory)[-1] == (EntryKind.AMENDMENT, -2_600_000)


def test_a_contract_that_is_not_in_force_is_not_amended(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    document_id = write_amendment(factory, people.company, deal)
    amend(factory, people, deal, Amending({}, (1, 2, 3), (Instalment(100, "", Trigger.DAY, 0, TODAY),), "象征性价款。"))
    assert text(factory, document_id).state is DocumentState.VOID
    make_payment(factory, people, lines_of(factory, deal)[3].id, 100, TODAY)
    waiting = write_amendment(factory, people.company, deal, Amending({"other": "另行商定。"}, (), (), "补充。"))
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery", "complete")
    assert text(factory, waiting).state is DocumentState.VOID
    refused(lambda: write_amendment(factory, people.company, deal), Conflict)


def test_an_amendment_on_paper_takes_effect_when_an_official_has_compared_it(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    document_id = write_amendment(factory, people.company, deal)
    scan_id = confirmed_by(factory, document_id, people.company, people.seller_contact)
    with factory.writing(people.company) as uow:
        refused(lambda: change_service.take_off(uow, document_id, "改日再议"), Conflict)
    receipt_id = report(factory, people.company, lines_of(factory, deal)[2].id, 100)
    with factory.writing(people.county_official) as uow:
        refused(lambda: document_service.verify_scan(uow, document_id, scan_id), Conflict)
    end_report(factory, people.company, receipt_id)
    with factory.writing(people.county_official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    assert entries(factory)[-1] == (EntryKind.AMENDMENT, -2_600_000)


def end_report(factory: UnitOfWorkFactory, actor: Actor, receipt_id: int) -> None:
    with factory.writing(actor) as uow:
        payment_service.end(uow, receipt_id, "withdraw")


def test_of_a_payment_and_a_last_signature_at_once_one_wins(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    document_id = write_amendment(factory, people.company, deal)
    sign(factory, people.seller_contact, document_id)
    with factory.writing(people.company) as uow:
        document_service.send_signing_code(uow, document_id)
    line = lines_of(factory, deal)[1]
    refusals: list[DomainError] = []

    def attempt(do: str) -> None:
        try:
            if do == "pay":
                report(factory, people.company, line.id, 100)
            else:
                with factory.writing(people.company) as uow:
                    document_service.sign(uow, document_id, confirmation(uow, document_id))
        except DomainError as error:
            refusals.append(error)

    threads = [threading.Thread(target=attempt, args=(do,)) for do in ("pay", "sign")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    is_amended = text(factory, document_id).state is DocumentState.COMPLETE
    assert (lines_of(factory, deal)[1].state is CANCELLED) == is_amended


def test_anybody_who_checks_the_contract_learns_that_it_was_changed(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    document = text(factory, amend(factory, people, deal))
    with factory.reading() as uow:
        contract = uow.session.scalars(select(Document).where(Document.kind == DocumentKind.CONTRACT)).one()
        found = verification.by_code(uow, contract.code or "")
        assert [(one.kind, one.reference) for one in found.changes] == [(document.kind, f"JG-{deal:06d}-BC01")]
        assert verification.by_code(uow, document.code or "").base == found.reference
