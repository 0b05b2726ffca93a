"""A unit hands one signature over to a colleague by a written power; he reads and signs that text and has no other right.

Of the seller's unit 李秀英 is a plain member without any part in the deal.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.models import Document, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.deals import document_queries, document_service, envelope_service, queries
from marketplace.home.rules import TaskKind
from marketplace.home.waiting import tasks
from marketplace.identity import service as identities
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Party
from marketplace.organisations.rules import MembershipRole
from marketplace.powers.rules import Standing
from tests.amending import write_amendment, write_termination
from tests.enveloping import LAST_DAY, POWER, document_of, expire, gone, hand_over, join, represented, send_contract
from tests.evidence.packages import exported, problem, unpacked
from tests.factories import confirmation, make_signed, sign
from tests.inboxes import told
from tests.paying import BY_PLAN
from tests.pdfs import pdf_text
from tests.personas import People

Drain = Callable[[], int]


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    return send_contract(factory, people)


def standing(factory: UnitOfWorkFactory, actor: Actor, document_id: int) -> list[Standing]:
    with factory.reading(actor) as uow:
        view = document_queries.document_page(uow, document_id).envelope
    assert view is not None
    return [one.standing for rows in view.powers.values() for one in rows]


def test_the_delegate_is_told_reads_the_text_and_signs_it(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain
) -> None:
    power_id = hand_over(factory, people.seller_contact, document_id, people.colleague)
    drain()
    [(line, url)] = told(factory, people)["colleague"]
    assert "your unit has handed its signature over to you" in line
    assert url == f"/documents/{document_id}"
    with factory.reading(people.colleague) as uow:
        [task] = tasks(uow, queries.mine(uow))
    assert (task.kind, task.target_id, task.due_on) == (TaskKind.DELEGATED, document_id, LAST_DAY)
    sign(factory, people.colleague, document_id)
    sign(factory, people.company, document_id)
    with factory.reading() as uow:
        signature = uow.session.get_one(Signature, (document_id, people.seller_party))
    assert (signature.user_id, signature.signer_name, signature.power_id) == (
        people.colleague.user_id,
        "李秀英",
        power_id,
    )
    assert document_of(factory, document_id).state is DocumentState.COMPLETE
    assert standing(factory, people.colleague, document_id) == [Standing.USED], "he goes on reading what he has signed"
    with factory.reading(people.colleague) as uow:
        assert tasks(uow, queries.mine(uow)) == []


def test_he_has_no_other_right_in_the_deal(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    deal_id = document_of(factory, document_id).deal_id
    tries: tuple[Callable[[UnitOfWork], object], ...] = (
        lambda uow: queries.room(uow, deal_id),
        lambda uow: document_service.decline(uow, document_id, "不同意"),
        lambda uow: document_service.amend(uow, document_id, {"risk": "风险由甲方承担。"}),
        lambda uow: envelope_service.awaited(uow, document_id),
    )
    for use_case in tries:
        with pytest.raises(NotFound), factory.writing(people.colleague) as uow:
            use_case(uow)
    with factory.reading(people.colleague) as uow:
        page = document_queries.document_page(uow, document_id)
    assert page.actions == {"sign"}
    assert (page.may_enter, page.to_confirm, page.paper_actions) == (False, (), frozenset())


def test_an_author_of_the_listing_signs_by_a_power_too(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    """He reads the room anyway; without the power he signs nothing."""
    with pytest.raises(NotPermitted):
        sign(factory, people.worker, document_id)
    hand_over(factory, people.seller_contact, document_id, people.worker)
    sign(factory, people.worker, document_id)
    assert standing(factory, people.worker, document_id) == [Standing.USED]


def test_who_can_be_given_a_power(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    for agent in (people.seller_contact, people.company, people.stranger, people.loner):
        with pytest.raises(InvalidInput) as refused:
            hand_over(factory, people.seller_contact, document_id, agent)
        assert set(refused.value.fields) == {"to"}
    join(factory, people.colleague, people.buyer_id, MembershipRole.MEMBER)
    with pytest.raises(InvalidInput):
        hand_over(factory, people.seller_contact, document_id, people.colleague)


def test_who_gives_one(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    for actor, kind in (
        (people.worker, NotPermitted),
        (people.county_official, NotPermitted),
        (people.stranger, NotFound),
        (people.colleague, NotFound),
    ):
        with pytest.raises(kind):
            hand_over(factory, actor, document_id, people.colleague)


@pytest.mark.parametrize(
    ("until", "paper", "field"),
    [
        (date(2026, 11, 19), POWER, "until"),
        (date(2027, 1, 20), POWER, "until"),
        (None, None, "file"),
        (None, b"not a scan at all", "file"),
    ],
)
def test_a_power_needs_its_paper_and_its_days(
    factory: UnitOfWorkFactory, people: People, document_id: int, until: date | None, paper: bytes | None, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        hand_over(factory, people.seller_contact, document_id, people.colleague, until, paper)
    assert set(refused.value.fields) == {field}


def test_one_power_at_a_time_and_the_unit_may_sign_itself(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    with pytest.raises(Conflict, match="handed over already"):
        hand_over(factory, people.seller_contact, document_id, people.worker)
    sign(factory, people.seller_contact, document_id)
    with pytest.raises(Conflict):
        hand_over(factory, people.seller_contact, document_id, people.worker)
    with pytest.raises(Conflict), factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)
    assert standing(factory, people.seller_contact, document_id) == [Standing.SPENT]


def test_a_person_signs_himself(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    with factory.writing() as uow:
        party = uow.session.scalars(select(Party).where(Party.user_id == people.loner.user_id)).one()
        document = uow.session.get_one(Document, document_id)
        statement = text("UPDATE document_parties SET party_id = :new WHERE document_id = :id AND party_id = :old")
        uow.session.execute(statement, {"new": party.id, "id": document_id, "old": people.seller_party})
        deal = text("UPDATE deals SET seller_party_id = :new WHERE id = :id")
        uow.session.execute(deal, {"new": party.id, "id": document.deal_id})
    with pytest.raises(NotPermitted, match="signs himself, or on paper"):
        hand_over(factory, people.loner, document_id, people.colleague)


def test_a_power_taken_back_between_page_and_signature_is_good_for_nothing(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain
) -> None:
    power_id = hand_over(factory, people.seller_contact, document_id, people.colleague)
    with factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)
        given = confirmation(uow, document_id)
    with pytest.raises(NotFound), factory.writing(people.stranger) as uow:
        envelope_service.revoke(uow, power_id)
    with factory.writing(people.seller_contact) as uow:
        envelope_service.revoke(uow, power_id)
    with pytest.raises(NotPermitted, match="taken the written power back"), factory.writing(people.colleague) as uow:
        document_service.sign(uow, document_id, given)
    with pytest.raises(NotPermitted), factory.reading(people.colleague) as uow:
        document_queries.document_page(uow, document_id)
    with pytest.raises(Conflict), factory.writing(people.seller_contact) as uow:
        envelope_service.revoke(uow, power_id)
    drain()
    assert "taken the written power back" in told(factory, people)["colleague"][-1][0]
    hand_over(factory, people.seller_contact, document_id, people.worker)
    assert standing(factory, people.company, document_id) == [Standing.REVOKED, Standing.GOOD]


def test_he_gives_it_back_with_a_reason_and_the_unit_decides(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain
) -> None:
    power_id = hand_over(factory, people.seller_contact, document_id, people.colleague)
    with pytest.raises(InvalidInput), factory.writing(people.colleague) as uow:
        envelope_service.give_back(uow, power_id, "")
    for actor in (people.seller_contact, people.company, people.stranger):
        with pytest.raises(NotFound), factory.writing(actor) as uow:
            envelope_service.give_back(uow, power_id, "不是我的")
    with factory.writing(people.colleague) as uow:
        envelope_service.give_back(uow, power_id, "出差在外，无法签署")
    drain()
    assert "李秀英 does not sign" in told(factory, people)["seller_contact"][-1][0]
    assert document_of(factory, document_id).state is DocumentState.SENT
    with pytest.raises(NotPermitted), factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)


def test_who_has_left_the_unit_signs_nothing(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    left = gone(factory, people.colleague)
    with pytest.raises(NotPermitted, match="no longer belong"), factory.writing(left) as uow:
        document_service.send_signing_code(uow, document_id)
    assert standing(factory, people.seller_contact, document_id) == [Standing.LEFT]


def test_who_has_come_to_belong_to_the_other_side_signs_nothing(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    join(factory, people.colleague, people.buyer_id, MembershipRole.MEMBER)
    with pytest.raises(NotPermitted, match="other side"), factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)


def test_a_power_holds_until_the_end_of_its_last_day(
    factory: UnitOfWorkFactory, people: People, document_id: int, clock: SetClock
) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague, until=date(2026, 11, 22))
    clock.at = day_begins(date(2026, 11, 23)) - timedelta(seconds=1)
    with factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)
    clock.forward(seconds=1)
    with pytest.raises(NotPermitted, match="run out"), factory.writing(people.colleague) as uow:
        document_service.sign(uow, document_id, confirmation(uow, document_id))
    expire(factory, document_id, clock)
    with pytest.raises(Conflict), factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)


def test_the_delegate_of_who_signs_second_waits_as_well(factory: UnitOfWorkFactory, people: People) -> None:
    document_id = send_contract(factory, people, Envelope(people.buyer_party))
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    with pytest.raises(Conflict, match="signs first"), factory.writing(people.colleague) as uow:
        document_service.send_signing_code(uow, document_id)
    with factory.reading(people.colleague) as uow:
        assert [one.kind for one in tasks(uow, queries.mine(uow))] == []
    sign(factory, people.company, document_id)
    with factory.reading(people.colleague) as uow:
        assert [one.kind for one in tasks(uow, queries.mine(uow))] == [TaskKind.DELEGATED]


@pytest.mark.parametrize("write", [write_amendment, write_termination])
def test_a_change_of_a_contract_takes_effect_by_a_delegates_signature(
    factory: UnitOfWorkFactory, people: People, write: Callable[..., int]
) -> None:
    deal_id = make_signed(factory, people, BY_PLAN)
    represented(factory, people)
    document_id = write(factory, people.company, deal_id)
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    sign(factory, people.company, document_id)
    sign(factory, people.colleague, document_id)
    assert document_of(factory, document_id).state is DocumentState.COMPLETE


def test_powers_are_only_added_to(factory: UnitOfWorkFactory, people: People, document_id: int) -> None:
    hand_over(factory, people.seller_contact, document_id, people.colleague)
    for statement in ("UPDATE signing_powers SET until = '2027-01-01'", "DELETE FROM signing_powers"):
        with pytest.raises(DBAPIError), factory.writing() as uow:
            uow.session.execute(text(statement))


def test_the_power_is_printed_beside_the_signature_and_stands_in_the_evidence(
    factory: UnitOfWorkFactory, people: People, document_id: int, drain: Drain, tmp_path: Path
) -> None:
    power_id = hand_over(factory, people.seller_contact, document_id, people.colleague)
    drain()
    sign(factory, people.colleague, document_id)
    sign(factory, people.company, document_id)
    drain()
    content = exported(factory, document_of(factory, document_id).deal_id)
    assert problem(tmp_path, content) == ""
    files = unpacked(content)
    printed = pdf_text(files["documents/contract-1-signature-2.pdf"])
    printed = printed.replace("\n", "")
    for said in (
        "李秀英",
        "授权委托书，至2026年12月05日",
        hashlib.sha256(POWER).hexdigest()[:12],
        "由赵文博（法定代表人）授权",
    ):
        assert said in printed, said
    (document,) = json.loads(files["documents.json"])["documents"]
    by_power, by_contact = document["signatures"]
    assert by_power["power"]["file"] == f"documents/contract-1-power-{power_id}.pdf"
    assert files[by_power["power"]["file"]] == POWER
    assert by_contact["power"] is None
    assert by_power["power"]["given_by"] == {"id": people.seller_contact.user_id, "name": "赵文博"}
    assert by_power["rests_on"]["authority"]["kind"] == "legal_representative"
    moved = [json.loads(line) for line in files["events.jsonl"].decode().splitlines()]
    assert [one["payload"]["action"] for one in moved if one["object"] == f"power:{power_id}"] == ["give"]


def test_a_power_taken_back_stays_so_once_somebody_else_has_signed(
    factory: UnitOfWorkFactory, people: People, document_id: int, clock: SetClock
) -> None:
    """That it was taken back, by whom and when is what the unit has to be able to show."""
    power_id = hand_over(factory, people.seller_contact, document_id, people.colleague)
    clock.forward(hours=1)
    with factory.writing(people.seller_contact) as uow:
        envelope_service.revoke(uow, power_id)
    at = clock.now()
    clock.forward(hours=1)
    sign(factory, people.seller_contact, document_id)
    sign(factory, people.company, document_id)
    with factory.reading(people.company) as uow:
        view = document_queries.document_page(uow, document_id).envelope
    assert view is not None
    [power] = view.powers[people.seller_party]
    assert (power.standing, power.ended_by, power.ended_at) == (Standing.REVOKED, "赵文博", at)


def test_an_agent_without_a_verified_identity_is_an_open_point(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    """Everything would seem settled, and he could not sign."""
    hand_over(factory, people.seller_contact, document_id, people.colleague)

    def of_agent() -> list[tuple[str, bool]]:
        with factory.reading(people.company) as uow:
            found = document_queries.document_page(uow, document_id).before
        return [(one.agent, one.is_met) for one in found if one.label == "Identity of the agent"]

    assert of_agent() == [("李秀英", True)]
    with factory.writing(people.colleague) as uow:
        identities.withdraw(uow)
    assert of_agent() == [("李秀英", False)]
