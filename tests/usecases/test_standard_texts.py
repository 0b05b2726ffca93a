"""Standard texts have versions: one person proposes, another approves, documents take the text valid on their day."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace.audit.models import AuditRow
from marketplace.contracts.changes import Amending
from marketplace.contracts.clauses import from_rows
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, firsts
from marketplace.deals import document_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.standards import queries, service
from marketplace.standards.models import ClauseProposal, ClauseText
from marketplace.standards.rules import ProposalState
from tests.amending import end, write_amendment
from tests.crowd import run_at_once
from tests.factories import make_contract, make_deal, make_letter, make_signed
from tests.personas import People, another_administrator, another_city_official
from tests.standard_texts import CONFIDENTIALITY, LONGER, TODAY, in_force, propose, typed_for
from tests.world import NOW

TOMORROW = TODAY + timedelta(days=1)
SIGNING = Slot(DocumentKind.CONTRACT, "signing")


def clause(factory: UnitOfWorkFactory, document_id: int, key: str) -> tuple[str, int]:
    """What a document says in a clause, and from which version."""
    with factory.reading() as uow:
        clauses = from_rows(uow.session.get_one(Document, document_id).clauses)
    return next((one.text, one.version) for one in clauses if one.key == key)


def state(factory: UnitOfWorkFactory, proposal_id: int) -> ProposalState:
    with factory.reading() as uow:
        return uow.session.get_one(ClauseProposal, proposal_id).state


def days(factory: UnitOfWorkFactory, slot: Slot = CONFIDENTIALITY) -> list[date | None]:
    """From when each version is valid, the newest first."""
    with factory.reading() as uow:
        return [one.valid_from for one in queries.versions_of(uow.session, slot)]


def test_a_document_takes_the_text_valid_on_its_day_in_china(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    in_force(factory, people, valid_from=TOMORROW)
    clock.at = datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)
    last_moment = make_contract(factory, people, make_deal(factory, people))
    clock.forward(seconds=1)
    midnight = make_contract(factory, people, make_deal(factory, people))
    assert clause(factory, last_moment, "confidentiality")[1] == 1
    assert clause(factory, midnight, "confidentiality") == (LONGER, 2)
    assert clause(factory, midnight, "risk")[1] == 1


def test_a_document_keeps_what_it_was_drafted_from(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = make_contract(factory, people, make_deal(factory, people))
    with factory.writing() as uow:
        document = uow.session.get_one(Document, document_id)
        # As it was written before there were versions.
        document.clauses = [{key: row[key] for key in row if key != "version"} for row in document.clauses]
        kept = (document.text, document.sha256)
    in_force(factory, people)
    assert clause(factory, document_id, "confidentiality")[1] == 1
    with factory.writing(people.company) as uow:
        reworded = document_service.amend(uow, document_id, {"dispute": "提交潍坊仲裁委员会仲裁。"}).id
    assert clause(factory, reworded, "confidentiality")[1] == 1
    assert "不少于三年" in clause(factory, reworded, "confidentiality")[0]
    with factory.reading() as uow:
        document = uow.session.get_one(Document, document_id)
        assert (document.text, document.sha256) == kept
        assert hashlib.sha256(document.text.encode()).hexdigest() == document.sha256


def test_letters_amendments_and_terminations_have_texts_of_their_own(
    factory: UnitOfWorkFactory, people: People
) -> None:
    wanted = {
        Slot(DocumentKind.LETTER_OF_INTENT, "confidentiality"): ("不少于三年", "不少于五年"),
        Slot(DocumentKind.AMENDMENT, "rest"): ("不变，继续有效", "均不变，继续有效"),
        Slot(DocumentKind.TERMINATION_AGREEMENT, "effect"): ("终止履行", "即行终止履行"),
    }
    for slot, (old, new) in wanted.items():
        in_force(factory, people, slot, firsts()[slot].wording.text.replace(old, new))
    letter = make_letter(factory, people, make_deal(factory, people))
    assert clause(factory, letter, "confidentiality")[1] == 2
    deal_id = make_signed(factory, people)
    amending = Amending({"dispute": "提交潍坊仲裁委员会仲裁。"}, (), (), "双方同意仲裁。")
    amendment = write_amendment(factory, people.company, deal_id, amending)
    assert clause(factory, amendment, "rest")[1] == 2
    assert clause(factory, amendment, "base")[1] == 1
    termination = end(factory, people, make_signed(factory, people))
    text, version = clause(factory, termination, "effect")
    assert ("即行终止履行" in text, version) == (True, 2)


def test_nobody_approves_his_own(factory: UnitOfWorkFactory, people: People) -> None:
    proposal_id = propose(factory, people)
    with factory.writing() as uow:
        row = uow.session.get_one(ClauseProposal, proposal_id)
        values = {column.key: getattr(row, column.key) for column in ClauseProposal.__table__.columns}
    with pytest.raises(NotPermitted), factory.writing(people.administrator) as uow:
        service.approve(uow, proposal_id)
    with pytest.raises(NotPermitted), factory.writing(people.administrator) as uow:
        service.give_back(uow, proposal_id, "另写")
    # Nor does the database let anybody write so.
    own = {"state": ProposalState.APPROVED, "answered_by_id": row.written_by_id, "answered_at": NOW}
    approved = update(ClauseProposal).where(ClauseProposal.id == proposal_id).values(own)
    copied = {key: values[key] for key in ("kind", "key", "variant", "heading", "text", "valid_from", "reason")}
    copied |= {"version": 2, "proposal_id": proposal_id, "approved_at": NOW}
    version = insert(ClauseText).values(copied | dict.fromkeys(("written_by_id", "approved_by_id"), row.written_by_id))
    for statement in (approved, version):
        with pytest.raises(IntegrityError), factory.writing() as uow:
            uow.session.execute(statement)
    assert state(factory, proposal_id) is ProposalState.PROPOSED


@pytest.mark.parametrize("who", ["another_administrator", "another_city_official"])
def test_another_administrator_or_a_city_official_approves(
    factory: UnitOfWorkFactory, people: People, who: str
) -> None:
    approver = {
        "another_administrator": another_administrator,
        "another_city_official": another_city_official,
    }[who](factory)
    proposal_id = propose(factory, people)
    with factory.writing(approver) as uow:
        service.approve(uow, proposal_id)
    with factory.reading(people.administrator) as uow:
        found = queries.history(uow, CONFIDENTIALITY)
    assert [one.wording.version for one in found.versions] == [2, 1]
    assert (found.valid.written_by, found.valid.approved_by) == ("卫管理", approver.name)
    assert found.valid.reason == "市律师协会建议延长保密期。"


def test_only_administrators_propose_and_others_know_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    typed, proposal_id = typed_for(factory, CONFIDENTIALITY), propose(factory, people)
    with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
        service.propose(uow, CONFIDENTIALITY, typed)
    for actor in (people.county_official, people.worker, people.company_admin):
        with pytest.raises(NotFound), factory.writing(actor) as uow:
            service.propose(uow, CONFIDENTIALITY, typed)
        with pytest.raises(NotFound), factory.writing(actor) as uow:
            service.approve(uow, proposal_id)
        with pytest.raises(NotFound), factory.reading(actor) as uow:
            queries.proposal(uow, proposal_id)
    with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
        service.withdraw(uow, proposal_id)


def test_what_is_approved_too_late_is_valid_from_that_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    proposal_id = propose(factory, people, valid_from=TODAY)
    clock.forward(days=3)
    with factory.writing(people.city_official) as uow:
        service.approve(uow, proposal_id)
    assert days(factory) == [TODAY + timedelta(days=3), None]


def test_versions_follow_each_other_and_none_reaches_back(factory: UnitOfWorkFactory, people: People) -> None:
    in_force(factory, people, valid_from=TOMORROW)
    again = LONGER.replace("五年", "十年")
    for day in (TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=800), None):
        typed = typed_for(factory, CONFIDENTIALITY, again, day)
        with pytest.raises(InvalidInput) as refused, factory.writing(people.administrator) as uow:
            service.propose(uow, CONFIDENTIALITY, typed)
        assert set(refused.value.fields) == {"valid_from"}
    in_force(factory, people, text=again, valid_from=TOMORROW)
    with factory.reading() as uow:
        valid = queries.standard_on(uow.session, DocumentKind.CONTRACT, TOMORROW).of(CONFIDENTIALITY)
        today = queries.standard_on(uow.session, DocumentKind.CONTRACT, TODAY).of(CONFIDENTIALITY)
    assert (valid.version, valid.text, today.version) == (3, again, 1)


def test_a_second_administrator_is_told_of_the_first(factory: UnitOfWorkFactory, people: People) -> None:
    second = another_administrator(factory)
    before = typed_for(factory, CONFIDENTIALITY, LONGER.replace("五年", "十年"))
    waits = propose(factory, people)
    with pytest.raises(InvalidInput, match="Somebody else"), factory.writing(second) as uow:
        service.propose(uow, CONFIDENTIALITY, before)
    with factory.writing(second) as uow:
        service.approve(uow, waits)
    with pytest.raises(InvalidInput, match="Somebody else"), factory.writing(second) as uow:
        service.propose(uow, CONFIDENTIALITY, before)
    with factory.writing(second) as uow:
        service.propose(uow, CONFIDENTIALITY, replace(before, base_version=2))


def test_of_two_who_propose_at_once_one_is_told(factory: UnitOfWorkFactory, people: People) -> None:
    typed, second = typed_for(factory, CONFIDENTIALITY), another_administrator(factory)
    outcomes: list[str] = []

    def press(actor: Actor) -> None:
        try:
            with factory.writing(actor) as uow:
                service.propose(uow, CONFIDENTIALITY, typed)
            outcomes.append("proposed")
        except InvalidInput:
            outcomes.append("told")

    run_at_once([lambda: press(people.administrator), lambda: press(second)])
    assert sorted(outcomes) == ["proposed", "told"]


def test_of_two_who_answer_at_once_one_is_told(factory: UnitOfWorkFactory, people: People) -> None:
    proposal_id, second = propose(factory, people), another_administrator(factory)
    outcomes: list[str] = []

    def press(actor: Actor) -> None:
        try:
            with factory.writing(actor) as uow:
                service.approve(uow, proposal_id)
            outcomes.append("approved")
        except Conflict:
            outcomes.append("told")

    run_at_once([lambda: press(people.city_official), lambda: press(second)])
    assert sorted(outcomes) == ["approved", "told"]
    assert days(factory) == [TODAY, None]


def test_a_proposal_is_returned_with_a_reason_or_withdrawn(factory: UnitOfWorkFactory, people: People) -> None:
    returned = propose(factory, people)
    with pytest.raises(InvalidInput), factory.writing(people.city_official) as uow:
        service.give_back(uow, returned, " ")
    with factory.writing(people.city_official) as uow:
        service.give_back(uow, returned, "期限应当可以协商。")
    withdrawn = propose(factory, people)
    with factory.writing(people.administrator) as uow:
        service.withdraw(uow, withdrawn)
    for proposal_id in (returned, withdrawn):
        with pytest.raises(Conflict), factory.writing(people.city_official) as uow:
            service.approve(uow, proposal_id)
    assert [state(factory, one) for one in (returned, withdrawn)] == [ProposalState.RETURNED, ProposalState.WITHDRAWN]
    assert days(factory) == [None]


def test_nothing_changes_a_version(factory: UnitOfWorkFactory, people: People) -> None:
    in_force(factory, people)
    for statement in (update(ClauseText).values(text="改过"), delete(ClauseText)):
        with pytest.raises(DBAPIError, match="only added to"), factory.writing() as uow:
            uow.session.execute(statement)
    with factory.reading() as uow:
        assert uow.session.scalars(select(ClauseText.text)).all() == [LONGER]


def test_what_the_platform_does_is_not_changed_by_words(factory: UnitOfWorkFactory, people: People) -> None:
    typed = typed_for(factory, SIGNING, "双方约定口头签署。")
    with pytest.raises(Conflict), factory.writing(people.administrator) as uow:
        service.propose(uow, SIGNING, typed)
    with pytest.raises(NotFound), factory.writing(people.administrator) as uow:
        service.propose(uow, Slot(DocumentKind.CONTRACT, "scope"), typed)


def test_every_step_stands_in_the_audit_log_without_the_words(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    in_force(factory, people)
    drain()
    with factory.reading() as uow:
        moves = select(AuditRow).where(AuditRow.action == "clause_proposal.moved").order_by(AuditRow.id)
        rows = uow.session.scalars(moves).all()
    assert [row.payload["action"] for row in rows] == ["propose", "approve"]
    assert all("不少于" not in str(row.payload) for row in rows)
