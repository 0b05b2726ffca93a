"""Who is told what, once, in the inbox and by mail; never who did it himself."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from marketplace.accounts.models import User
from marketplace.contracts.events import DocumentMoved
from marketplace.deals.events import DealMoved, MessageSent, OfferMoved
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import NotFound
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ClaimMoved, ImportFinished, ListingMoved, ListingRevised, RevisionMoved
from marketplace.listings.models import Claim, Decision, ImportRun, Revision
from marketplace.listings.rules import ClaimState, ListingKind, RevisionState
from marketplace.matching import service as matching
from marketplace.matching.models import Interest
from marketplace.matching.rules import Origin, Side
from marketplace.notifications import handlers, queries, service
from marketplace.notifications.models import Notification
from marketplace.organisations.events import MembershipMoved, OrganisationMoved
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import party_of_organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.web.context import Runtime
from tests.factories import make_need, make_result
from tests.personas import People

Drain = Callable[[], int]


class Outbox:
    """A mailer that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, mail: Any) -> None:
        """Keep it."""
        self.sent.append(mail)


class Broken:
    """A mail server that is down."""

    def send(self, mail: Any) -> None:
        """Fail."""
        raise OSError("no route to host")


@pytest.fixture
def mails(runtime: Runtime) -> list[Any]:
    """What is sent by mail."""
    outbox = Outbox()
    runtime.factory.services.mailer = outbox
    return outbox.sent


def happen(factory: UnitOfWorkFactory, actor: Actor | None, *events: Event) -> None:
    with factory.writing(actor) if actor else factory.writing() as uow:
        for event in events:
            uow.emit(event)


def told(factory: UnitOfWorkFactory, people: People) -> dict[str, list[tuple[str, str]]]:
    """For each person of the tests who was told something: (message, url) in order."""
    names = {
        getattr(people, name).user_id: name
        for name in people.__annotations__
        if hasattr(getattr(people, name), "user_id")
    }
    found: dict[str, list[tuple[str, str]]] = {}
    with factory.reading() as uow:
        for row in uow.session.scalars(select(Notification).order_by(Notification.id)):
            found.setdefault(names[row.user_id], []).append((row.message % row.params, row.url))
    return found


def those(factory: UnitOfWorkFactory, people: People) -> set[str]:
    return set(told(factory, people))


def interest(factory: UnitOfWorkFactory, people: People, **need: Any) -> int:
    result_id, need_id = make_result(factory, people), make_need(factory, people, **need)
    with factory.writing(people.company) as uow:
        return matching.express(uow, Side.NEED, result_id, need_id, "想看现场", Origin.PAGE).id


def test_an_interest_reaches_author_and_unit(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    interest_id = interest(factory, people)
    drain()
    found = told(factory, people)
    assert set(found) == {"worker", "seller_contact"}
    ((text, url),) = found["worker"]
    assert "寿光蓝海化工有限公司" in text
    assert "变压器油箱自动焊接工装" in text
    assert url == f"/interests/{interest_id}"


def test_an_anonymous_company_is_not_named_to_the_other_side(
    factory: UnitOfWorkFactory, people: People, drain: Drain, mails: list[Any]
) -> None:
    interest(factory, people, anonymous=True)
    drain()
    assert len(mails) == 2
    with factory.reading() as uow:
        rows = uow.session.scalars(select(Notification)).all()
    assert not any("寿光蓝海" in f"{row.message} {row.params}" for row in rows)
    assert not any("寿光蓝海" in mail.subject + mail.text for mail in mails)


def test_an_anonymous_need_that_is_asked_is_not_named_in_a_refusal(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people, anonymous=True)
    with factory.writing(people.worker) as uow:
        interest_id = matching.express(uow, Side.RESULT, result_id, need_id, "我们能做", Origin.PAGE).id
    with factory.writing(people.company) as uow:
        matching.decline(uow, interest_id, "已解决")
    drain()
    with factory.reading() as uow:
        rows = uow.session.scalars(select(Notification).where(Notification.user_id == people.worker.user_id)).all()
    assert rows
    assert not any("寿光蓝海" in f"{row.message} {row.params}" for row in rows)


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_the_sender_hears_the_answer(factory: UnitOfWorkFactory, people: People, drain: Drain, action: str) -> None:
    interest_id = interest(factory, people)
    drain()
    with factory.writing(people.worker) as uow:
        matching.accept(uow, interest_id) if action == "accept" else matching.decline(uow, interest_id, "没有人手")
    drain()
    found = told(factory, people)
    for who in ("company", "company_admin"):
        text = found[who][0][0]
        assert ("accepted" if action == "accept" else "没有人手") in text
    assert len(found["worker"]) == 1, "who answered is not told of his own answer"


def test_where_nobody_of_the_unit_has_an_account_officials_are_told(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    with factory.writing() as uow:
        party = _party_of_nobody(uow)
    result_id = make_result(factory, people, party_id=party, author_id=None)
    with factory.writing(people.company) as uow:
        matching.express(uow, Side.NEED, result_id, None, "想看现场", Origin.PAGE, party_id=people.buyer_party)
    drain()
    assert those(factory, people) == {"county_official"}


def _party_of_nobody(uow: UnitOfWork) -> int:
    row = Organisation(name="某厂", name_key="某厂", state=OrganisationState.LISTED, created_at=uow.now())
    uow.session.add(row)
    uow.flush()
    return party_of_organisation(uow, row.id).id


REVIEWED = [
    ("ask_owner", "submitted", "owner_review", {"seller_contact"}, "/results/"),
    ("skip_owner", "submitted", "county_review", {"county_official"}, "/review/"),
    ("pass_to_official", "owner_review", "county_review", {"county_official", "worker", "seller_contact"}, "/"),
    ("approve", "county_review", "published", {"worker", "seller_contact"}, "/results/"),
    ("request_changes", "county_review", "changes_requested", {"worker", "seller_contact"}, "/results/"),
    ("object", "owner_review", "changes_requested", {"worker", "seller_contact"}, "/results/"),
    ("suspend", "published", "suspended", {"worker", "seller_contact"}, "/results/"),
    ("go_stale", "published", "stale", {"worker", "seller_contact"}, "/results/"),
    ("publish_imported", "draft", "published", set(), ""),
    ("pause", "published", "paused", set(), ""),
]


@pytest.mark.parametrize(("action", "source", "target", "who", "path"), REVIEWED, ids=[row[0] for row in REVIEWED])
def test_steps_of_a_listing(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    action: str,
    source: str,
    target: str,
    who: set[str],
    path: str,
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        words = {"action": action, "from_state": source, "to_state": target, "reason": "缺少检测报告"}
        uow.session.add(Decision(listing_id=result_id, at=uow.now(), **words))
    happen(factory, None, ListingMoved("result", result_id, action, source, target))
    drain()
    found = told(factory, people)
    assert set(found) == who
    for lines in found.values():
        ((text, url),) = lines
        assert url.startswith(path)
        assert "变压器油箱自动焊接工装" in text
        assert ("缺少检测报告" in text) == (action in {"request_changes", "object", "suspend"})


def test_a_need_in_review_waits_for_the_officials_of_the_city_where_a_county_has_none(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    need_id = make_need(factory, people)
    happen(factory, people.company, ListingMoved("need", need_id, "take_up", "submitted", "review"))
    drain()
    assert those(factory, people) == {"city_official"}


def test_revisions(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        revision = Revision(
            listing_id=result_id,
            state=RevisionState.PROPOSED,
            changes={},
            proposed_by_id=people.worker.user_id,
            proposed_at=uow.now(),
            note="数据没有来源",
        )
        uow.session.add(revision)
        uow.flush()
        revision_id = revision.id
    happen(factory, people.worker, RevisionMoved("result", result_id, revision_id, "propose"))
    drain()
    assert those(factory, people) == {"county_official"}
    happen(factory, people.county_official, RevisionMoved("result", result_id, revision_id, "return"))
    happen(factory, people.county_official, ListingRevised("result", result_id, revision_id))
    drain()
    texts = [text for text, _ in told(factory, people)["worker"]]
    assert "数据没有来源" in texts[0]
    assert "approved" in texts[1]


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [("make", "company", {"county_official"}), ("refuse", "county_official", {"company"})],
)
def test_claims(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        claim = Claim(
            listing_id=result_id,
            party_id=people.buyer_party,
            state=ClaimState.PENDING,
            note="是我们的",
            claimed_by_id=people.company.user_id,
            claimed_at=uow.now(),
        )
        uow.session.add(claim)
        uow.flush()
        claim_id = claim.id
    happen(factory, getattr(people, actor), ClaimMoved("result", result_id, claim_id, action))
    drain()
    assert those(factory, people) == who


def test_who_started_an_import_hears_of_its_end(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    with factory.writing() as uow:
        run = ImportRun(
            kind=ListingKind.RESULT,
            file_name="results.csv",
            sha256="0" * 64,
            dry_run=False,
            user_id=people.city_official.user_id,
            started_at=uow.now(),
        )
        uow.session.add(run)
        uow.flush()
        run_id = run.id
    happen(factory, people.city_official, ImportFinished(run_id, 12, 3, 1))
    drain()
    (((text, url),),) = told(factory, people).values()
    assert text == "The import of results.csv has finished: 12 created, 3 skipped as duplicates, 1 refused."
    assert url == f"/imports/{run_id}"


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [
        ("submit", "company_admin", {"city_official"}),
        ("verify", "city_official", {"company_admin"}),
        ("return", "city_official", {"company_admin"}),
        ("revoke", "city_official", {"company_admin"}),
    ],
)
def test_organisations(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    happen(factory, getattr(people, actor), OrganisationMoved(people.buyer_id, action))
    drain()
    assert those(factory, people) == who


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [
        ("request", "loner", {"company_admin"}),
        ("admit", "company_admin", {"loner"}),
        ("refuse", "company_admin", {"loner"}),
        ("leave", "company_admin", {"loner"}),
        ("leave", "loner", set()),
    ],
)
def test_members(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    loner = people.loner.user_id or 0
    happen(factory, getattr(people, actor), MembershipMoved(1, people.buyer_id, loner, action))
    drain()
    assert those(factory, people) == who


SELLERS, BUYERS = {"seller_contact"}, {"company", "company_admin"}


@pytest.fixture
def deal_id(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    """A deal of seller and buyer, with an empty inbox for everybody."""
    interest_id = interest(factory, people)
    with factory.writing() as uow:
        row = uow.session.get_one(Interest, interest_id)
        deal = Deal(
            title="油箱焊接工装",
            interest_id=interest_id,
            result_id=row.result_id,
            seller_party_id=people.seller_party,
            buyer_party_id=people.buyer_party,
            seller_county="qingzhou",
            buyer_county="shouguang",
            state=DealState.NEGOTIATING,
            opened_at=uow.now(),
            moved_at=uow.now(),
        )
        uow.session.add(deal)
        uow.flush()
        deal_id = deal.id
    drain()
    with factory.writing() as uow:
        uow.session.execute(delete(Notification))
    return deal_id


@pytest.mark.parametrize(
    ("make", "actor", "who"),
    [
        (lambda d, b, s: DealMoved(d, "enter_into_force", "signing", "in_force"), None, SELLERS | BUYERS | {"worker"}),
        (lambda d, b, s: DealMoved(d, "lose", "drafting", "lost", b), "company", SELLERS | {"company_admin"}),
        (lambda d, b, s: DealMoved(d, "send", "drafting", "signing", b), "company", set()),
        (lambda d, b, s: MessageSent(d, 1, s), "seller_contact", BUYERS),
        (lambda d, b, s: OfferMoved(d, 1, "make", b), "company", SELLERS),
        (lambda d, b, s: OfferMoved(d, 1, "accept", s), "seller_contact", BUYERS),
        (lambda d, b, s: OfferMoved(d, 1, "lapse", b), None, SELLERS | BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "send", "", s), "seller_contact", BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "complete", "", None), None, SELLERS | BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "letter_of_intent", "confirm", "", s), None, {"county_official"}),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "draft", "", s), "seller_contact", set()),
    ],
)
def test_deals(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    deal_id: int,
    make: Callable[[int, int, int], Event],
    actor: str | None,
    who: set[str],
) -> None:
    happen(factory, getattr(people, actor) if actor else None, make(deal_id, people.buyer_party, people.seller_party))
    drain()
    assert those(factory, people) == who


def test_a_line_comes_once_however_often_its_event_is_handled(
    factory: UnitOfWorkFactory, people: People, mails: list[Any], drain: Drain
) -> None:
    need_id = make_need(factory, people)
    event = ListingMoved("need", need_id, "approve", "review", "published")
    happen(factory, people.city_official, event)
    drain()
    with factory.writing() as uow:
        handlers.tell(uow, [event])
    drain()
    assert {who: len(lines) for who, lines in told(factory, people).items()} == {"company": 1, "company_admin": 1}
    assert len(mails) == 2


def test_mail_is_written_in_the_readers_language(
    factory: UnitOfWorkFactory, people: People, drain: Drain, mails: list[Any]
) -> None:
    with factory.writing() as uow:
        uow.session.get_one(User, people.worker.user_id).locale = "en"
    interest_id = interest(factory, people)
    drain()
    english, chinese = sorted((mail.subject + mail.text for mail in mails), key=lambda text: "by 2026-12-11" not in text)
    assert "Please answer by 2026-12-11" in english
    assert "2026年12月11日" in chinese
    assert f"http://127.0.0.1:8000/interests/{interest_id}" in english


def test_who_has_no_confirmed_address_gets_no_mail(
    factory: UnitOfWorkFactory, people: People, drain: Drain, mails: list[Any]
) -> None:
    with factory.writing() as uow:
        uow.session.get_one(User, people.worker.user_id).email_verified_at = None
    interest(factory, people)
    drain()
    assert len(mails) == 1
    assert "worker" in told(factory, people)


def test_a_mail_server_that_is_down_delays_the_mail_and_loses_nothing(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, mails: list[Any], clock: SetClock
) -> None:
    interest(factory, people)
    working, runtime.factory.services.mailer = runtime.factory.services.mailer, Broken()
    runtime.worker.drain()
    assert mails == []
    runtime.factory.services.mailer = working
    clock.forward(minutes=5)
    runtime.worker.drain()
    assert len(mails) == 2


def test_the_inbox_shows_what_is_unread_first(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    worker = people.worker.user_id or 0
    with factory.writing() as uow:
        for number in range(3):
            clock.forward(minutes=1)
            service.notify(uow, [worker], f"test:{number}", f"No. {number}", {}, f"/results/{number}", mail=False)
    with factory.writing(people.worker) as uow:
        newest = queries.inbox(uow.session, worker)[0]
        service.mark_read(uow, newest.id)
    with factory.reading(people.worker) as uow:
        assert [row.message for row in queries.inbox(uow.session, worker)] == ["No. 1", "No. 0", "No. 2"]
        assert queries.unread(uow.session, worker) == 2
    with factory.writing(people.worker) as uow:
        service.mark_all_read(uow)
        assert queries.unread(uow.session, worker) == 0


def test_an_inbox_is_private(factory: UnitOfWorkFactory, people: People) -> None:
    worker = people.worker.user_id or 0
    with factory.writing() as uow:
        service.notify(uow, [worker], "test", "For the worker", {}, "/", mail=False)
        (row,) = queries.inbox(uow.session, worker)
    with pytest.raises(NotFound), factory.writing(people.colleague) as uow:
        service.mark_read(uow, row.id)
    with factory.writing(people.colleague) as uow:
        service.mark_all_read(uow)
    with factory.reading() as uow:
        assert queries.unread(uow.session, worker) == 1
