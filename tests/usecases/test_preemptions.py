"""Those who made a service result may buy it first on equal terms (民法典 art. 847): told, heard, and never passed over."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from marketplace.contracts.clauses import from_rows
from marketplace.contracts.models import Document
from marketplace.contracts.rules import ContractType, DocumentState
from marketplace.deals import document_service, offer_service, preemption_service
from marketplace.deals.document_queries import document_page
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.preemptions.queries import told
from marketplace.results.models import Contributor
from marketplace.results.rules import Ownership
from tests.crowd import run_at_once
from tests.factories import TERMS, VOUCHER, make_deal, make_result
from tests.paying import refused
from tests.personas import People
from tests.registering import ASSIGNED


def drafted(
    factory: UnitOfWorkFactory, people: People, *made: tuple[str, Actor | None], licence: bool = False, **values: Any
) -> int:
    """The draft of a contract on a result that these people made. Returns the document's id."""
    result_id = make_result(factory, people, **values)
    with factory.writing() as uow:
        for place, (name, actor) in enumerate(made, 1):
            user_id = actor.user_id if actor else None
            uow.session.add(Contributor(result_id=result_id, place=place, name=name, user_id=user_id))
    deal_id = make_deal(factory, people, result_id=result_id)
    terms = replace(TERMS, contract_type=ContractType.LICENCE) if licence else ASSIGNED
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, terms).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    with factory.writing(people.seller_contact) as uow:
        return document_service.draft_contract(uow, deal_id).id


@pytest.fixture
def document(factory: UnitOfWorkFactory, people: People) -> int:
    """The draft of an assignment of what worker and colleague made."""
    return drafted(factory, people, ("王建国", people.worker), ("李秀英", people.colleague))


def tell(factory: UnitOfWorkFactory, people: People, document_id: int) -> list[int]:
    with factory.writing(people.seller_contact) as uow:
        preemption_service.tell(uow, document_id)
        return [row.id for row in told(uow, document_id)]


def say(factory: UnitOfWorkFactory, actor: Actor, preemption_id: int, action: str = "waive") -> None:
    with factory.writing(actor) as uow:
        preemption_service.answer(uow, preemption_id, action)


def send(factory: UnitOfWorkFactory, people: People, document_id: int) -> DocumentState:
    with factory.writing(people.company) as uow:
        return document_service.send(uow, document_id).state


def missing(factory: UnitOfWorkFactory, people: People, document_id: int) -> list[str]:
    with factory.reading(people.company) as uow:
        return [one.key for one in document_page(uow, document_id).sending if not one.is_met]


def test_it_is_sent_once_everybody_has_waived(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    assert missing(factory, people, document) == ["told"]
    refused(lambda: send(factory, people, document), Conflict)
    first, second = tell(factory, people, document)
    say(factory, people.worker, first)
    assert missing(factory, people, document) == ["time"]
    refused(lambda: send(factory, people, document), Conflict)
    say(factory, people.colleague, second)
    assert missing(factory, people, document) == []
    assert send(factory, people, document) is DocumentState.SENT


def test_who_is_silent_does_not_buy(factory: UnitOfWorkFactory, people: People, clock: SetClock, document: int) -> None:
    first, _second = tell(factory, people, document)
    clock.forward(days=15)
    refused(lambda: send(factory, people, document), Conflict)
    clock.forward(days=1)
    refused(lambda: say(factory, people.worker, first, "exercise"), Conflict)
    assert send(factory, people, document) is DocumentState.SENT
    refused(lambda: say(factory, people.worker, first), Conflict)


def test_who_wants_to_buy_stops_it_for_as_long_as_he_does(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, document: int
) -> None:
    first, second = tell(factory, people, document)
    say(factory, people.worker, first, "exercise")
    say(factory, people.colleague, second)
    clock.forward(days=40)
    assert missing(factory, people, document) == ["wanted"]
    refused(lambda: send(factory, people, document), Conflict)
    say(factory, people.worker, first)
    assert send(factory, people, document) is DocumentState.SENT


def test_another_text_needs_a_notice_of_its_own(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    first, second = tell(factory, people, document)
    for actor, row in ((people.worker, first), (people.colleague, second)):
        say(factory, actor, row)
    with factory.writing(people.company) as uow:
        clauses = from_rows(uow.session.get_one(Document, document).clauses)
        changed = next(clause for clause in clauses if not clause.is_locked)
        other = document_service.amend(uow, document, {changed.key: f"{changed.text}另附图纸。"}).id
    assert missing(factory, people, other) == ["told"]
    refused(lambda: send(factory, people, other), Conflict)


def test_who_has_no_account_answers_on_paper(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    document = drafted(factory, people, ("夏广智", None))
    (row,) = tell(factory, people, document)
    clock.forward(days=40)
    assert missing(factory, people, document) == ["paper"]

    def record(action: str, paper: Upload | None, actor: Actor = people.seller_contact) -> None:
        with factory.writing(actor) as uow:
            preemption_service.record_paper(uow, row, action, paper)

    refused(lambda: record("waive", None), InvalidInput)
    refused(lambda: record("waive", signed(), people.company), NotPermitted)
    record("exercise", signed())
    assert missing(factory, people, document) == ["wanted"]
    record("waive", signed())
    assert send(factory, people, document) is DocumentState.SENT


def signed() -> Upload:
    return Upload(io.BytesIO(VOUCHER), "放弃优先受让声明.pdf")


def test_nobody_answers_for_another(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    first, _second = tell(factory, people, document)
    for who in ("colleague", "seller_contact", "company", "county_official", "stranger", "administrator"):
        refused(lambda who=who: say(factory, getattr(people, who), first), NotFound)  # type: ignore[misc]
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: preemption_service.record_paper(uow, first, "waive", signed()), NotPermitted)


@pytest.mark.parametrize(
    ("who", "kind"),
    [("company", NotPermitted), ("worker", NotPermitted), ("county_official", NotPermitted), ("stranger", NotFound)],
)
def test_only_the_seller_tells(
    factory: UnitOfWorkFactory, people: People, document: int, who: str, kind: type[NotFound]
) -> None:
    with factory.writing(getattr(people, who)) as uow:
        refused(lambda: preemption_service.tell(uow, document), kind)


def test_it_is_told_once(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    tell(factory, people, document)
    refused(lambda: tell(factory, people, document), Conflict)


def test_a_contributor_who_is_named_later_is_told_too(
    factory: UnitOfWorkFactory, people: People, document: int
) -> None:
    tell(factory, people, document)
    with factory.writing() as uow:
        result_id = uow.session.scalar(text("SELECT MAX(result_id) FROM contributors"))
        uow.session.add(Contributor(result_id=result_id, place=3, name="郑海", user_id=people.loner.user_id))
    assert "told" in missing(factory, people, document)
    assert len(tell(factory, people, document)) == 3


@pytest.mark.parametrize("case", ["licence", "own result", "shared result", "nobody named"])
def test_where_nobody_has_the_right_nothing_is_asked(factory: UnitOfWorkFactory, people: People, case: str) -> None:
    made = () if case == "nobody named" else (("王建国", people.worker),)
    owned = {"own result": Ownership.NON_SERVICE, "shared result": Ownership.SHARED}.get(case, Ownership.SERVICE)
    document = drafted(factory, people, *made, licence=case == "licence", ownership=owned)
    with factory.reading(people.company) as uow:
        shown = document_page(uow, document).sending
    assert [one.key for one in shown] == (["nobody_named"] if case == "nobody named" else [])
    refused(lambda: tell(factory, people, document), Conflict)
    assert send(factory, people, document) is DocumentState.SENT


def test_two_presses_tell_everybody_once(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    outcomes: list[str] = []

    def press() -> None:
        try:
            tell(factory, people, document)
            outcomes.append("told")
        except Conflict:
            outcomes.append("known")

    run_at_once([press, press])
    assert sorted(outcomes) == ["known", "told"]
    with factory.reading() as uow:
        assert len(told(uow, document)) == 2


def test_of_an_answer_and_a_sending_at_once_one_wins(factory: UnitOfWorkFactory, people: People, document: int) -> None:
    """Whoever is first: a text that a contributor wants to buy by is not sent, one that is sent is not wanted any more."""
    first, second = tell(factory, people, document)
    say(factory, people.colleague, second)
    say(factory, people.worker, first, "exercise")
    outcomes: list[str] = []

    def press(name: str, do: Callable[[], object]) -> None:
        try:
            do()
            outcomes.append(name)
        except Conflict:
            outcomes.append(f"no {name}")

    run_at_once(
        [
            lambda: press("waived", lambda: say(factory, people.worker, first)),
            lambda: press("sent", lambda: send(factory, people, document)),
        ]
    )
    assert "waived" in outcomes
    with factory.reading() as uow:
        state = uow.session.get_one(Document, document).state
    assert state is (DocumentState.SENT if "sent" in outcomes else DocumentState.DRAFT)


def test_who_is_told(factory: UnitOfWorkFactory, people: People, document: int, drain: Callable[[], int]) -> None:
    first, _second = tell(factory, people, document)
    say(factory, people.worker, first, "exercise")
    drain()
    query = text("SELECT url FROM notifications WHERE user_id = :user AND url LIKE :like ORDER BY id")

    def urls(actor: Actor, like: str) -> list[str]:
        with factory.reading() as uow:
            return list(uow.session.scalars(query, {"user": actor.user_id, "like": like}))

    assert urls(people.worker, "/preemptions/%") == [f"/preemptions/{first}"]
    assert len(urls(people.colleague, "/preemptions/%")) == 1
    assert urls(people.company, "/documents/%") == [f"/documents/{document}"]
    assert urls(people.seller_contact, "/documents/%") == [f"/documents/{document}"]
