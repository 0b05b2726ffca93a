"""Who is told what, once, in the inbox and by mail; never who did it himself."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import NotFound
from marketplace.listings.events import ListingMoved
from marketplace.matching import service as matching
from marketplace.matching.rules import Origin, Side
from marketplace.notifications import handlers, queries, service
from marketplace.notifications.models import Notification
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import party_of_organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.web.context import Runtime
from tests.factories import make_need, make_result
from tests.inboxes import happen, those, told
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
    english, chinese = sorted(
        (mail.subject + mail.text for mail in mails), key=lambda text: "by 2026-12-11" not in text
    )
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


def test_while_a_mail_is_on_its_way_others_can_write(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain
) -> None:
    written: list[str] = []

    class Slow:
        """A mail server so slow that somebody else saves his profile meanwhile."""

        def send(self, mail: Any) -> None:
            """Let the other one write."""
            with factory.writing() as uow:
                uow.session.get_one(User, people.loner.user_id).name = f"赵{len(written)}"
            written.append(mail.to)

    runtime.factory.services.mailer = Slow()
    interest(factory, people)
    drain()
    assert len(written) == 2
    with factory.reading() as uow:
        assert all(row.mailed_at for row in uow.session.scalars(select(Notification)))


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
