"""A contract is signed, paid for and its reward agreed on while a process dies at one of its writes, and is started again.

Whoever gets no answer presses again. In the end nothing is lost and nothing has happened twice.
"""

import json
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine, func, select

from marketplace.accounts.models import User
from marketplace.accounts.sign_ins import open_sign_in
from marketplace.app import build_runtime
from marketplace.audit.service import verify as verify_audit
from marketplace.contracts.models import Document, Seal, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.deals import offer_service
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.ledger.models import Transfer
from marketplace.notifications.models import Notification
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import ReceiptState
from marketplace.results.models import Contributor
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.rules import RewardState
from marketplace.settings import Settings
from marketplace.statistics.ledger_check import check
from marketplace.web.context import EXTENSION
from tests.crash.dying import Fate, serve, work
from tests.crash.starting import STARTING, process_of
from tests.evidence.packages import exported, problem
from tests.factories import TERMS, VOUCHER, code_sent, make_deal, make_result
from tests.personas import PASSWORD, People, make_people
from tests.world import NOW

AGAIN = timedelta(minutes=11)
"""A process that starts again comes so much later: what the dead one had taken is free by then."""

SEED = int(os.environ.get("JIANGGUO_CRASH_SEED", time.time_ns() % 1_000_000))
"""Which moments of all are tried; another one each time, and JIANGGUO_CRASH_SEED repeats a failure."""

SPLIT = {
    "round": "0",
    "costs-0-kind": "tax",
    "costs-0-amount": "10000.01",
    "costs-0-note": "增值税，发票 26370001",
    "shares-0-weight": "2",
    "shares-1-weight": "1",
    **{f"costs-{place}-kind": "tax" for place in (1, 2, 3)},
    **{f"shares-{place}-role": "supporter" for place in (2, 3, 4)},
}


@dataclass
class House:
    """The processes of the service, and the people at their browsers."""

    settings: Settings
    factory: UnitOfWorkFactory
    app: Flask
    web: Fate
    worker: Fate
    now: datetime = NOW
    deaths: int = 0
    address: str = ""
    server: Any = None
    cookies: dict[int, str] = field(default_factory=dict)

    def start(self) -> None:
        """The web process; it answers as soon as this returns."""
        here, there = STARTING.Pipe()
        self.server = process_of(serve, self.settings, self.now, self.web, there)
        self.server.start()
        there.close()
        assert here.poll(30), "the pages do not come up"
        self.address = f"http://127.0.0.1:{here.recv()}"

    def stop(self) -> None:
        """At the end."""
        self.server.kill()
        self.server.join()

    def press(self, act: Callable[[], None]) -> None:
        """Do something in a browser; where no answer comes, once more after the process is up again."""
        try:
            act()
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            self.server.join()
            self._died(self.server.exitcode)
            self.start()
            act()

    def drain(self) -> None:
        """Let the worker do what waits, as often as it takes."""
        process = process_of(work, self.settings, self.now, self.worker)
        process.start()
        process.join(240)
        if process.exitcode != 0:
            self._died(process.exitcode)
            self.drain()

    def ask(self, actor: Actor, path: str, data: dict[str, Any] | None = None, **more: Any) -> requests.Response:
        """A page, or what is sent with a form; whatever comes is an answer and no failure of the service."""
        cookies = {"session": self.cookies.setdefault(actor.user_id or 0, self._signed_in(actor))}
        method = "GET" if data is None else "POST"
        answer = requests.request(
            method, self.address + path, data=data, cookies=cookies, timeout=120, allow_redirects=False, **more
        )
        assert answer.status_code < 500, (path, answer.status_code)
        return answer

    def _signed_in(self, actor: Actor) -> str:
        client = self.app.test_client()
        with self.factory.writing() as uow:
            token = open_sign_in(uow, uow.session.get_one(User, actor.user_id), "127.0.0.1", "test")
        with client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True)
        cookie = client.get_cookie("session")
        assert cookie is not None
        return cookie.value

    def _died(self, exitcode: int | None) -> None:
        assert exitcode == -9, exitcode
        self.deaths += 1
        self.now += AGAIN


@dataclass
class Story:
    """What the people do, step by step; each step may be pressed again."""

    house: House
    people: People
    deal_id: int

    def tell(self) -> None:
        """From the contract to the confirmed reward."""
        press, people, drain = self.house.press, self.people, self.house.drain
        press(self.draft)
        press(self.send)
        press(partial(self.sign, people.seller_contact))
        press(partial(self.sign, people.company))
        drain()
        press(self.report)
        press(self.confirm)
        press(self.verify)
        drain()
        press(self.calculate)
        for place, who in enumerate((people.worker, people.colleague)):
            press(partial(self.agree, who, place))
        drain()

    def draft(self) -> None:
        self.house.ask(self.people.seller_contact, f"/deals/{self.deal_id}/contract", {})

    def send(self) -> None:
        self.house.ask(self.people.seller_contact, f"/documents/{self._one(Document.id)}/send", {})

    def sign(self, who: Actor) -> None:
        document_id = self._one(Document.id)
        path = f"/documents/{document_id}/signature"
        page = self.house.ask(who, path).text
        shown = dict(re.findall(r'<input id="(sha256|party)" name="\1" type="hidden" value="([^"]*)"', page))
        if not shown:
            return  # Signed already: the page offers nothing to sign.
        self.house.ask(who, f"{path}/code", {"party": shown["party"]})
        with self.house.factory.reading(who) as uow:
            code = code_sent(uow, document_id)
        self.house.ask(who, path, {**shown, "password": PASSWORD, "agrees": "y", "code": code})

    def report(self) -> None:
        told = {"amount": "180000", "sent_on": "2026-11-20", "bank_reference": "2026112000001"}
        path = f"/milestones/{self._one(Milestone.id)}/payment"
        self.house.ask(self.people.company, path, told, files={"file": ("回单.pdf", VOUCHER)})

    def confirm(self) -> None:
        path = f"/receipts/{self._one(Receipt.id)}/confirm"
        self.house.ask(self.people.seller_contact, path, {"day": "2026-11-20"})

    def verify(self) -> None:
        self.house.ask(self.people.county_official, f"/receipts/{self._one(Receipt.id)}/verify", {})

    def calculate(self) -> None:
        self.house.ask(self.people.seller_contact, f"/rewards/{self._one(Reward.id)}/calculation", SPLIT)

    def agree(self, who: Actor, place: int) -> None:
        with self.house.factory.reading() as uow:
            lines = list(uow.session.scalars(select(RewardLine.id).order_by(RewardLine.id)))
        self.house.ask(who, f"/rewards/lines/{lines[place]}/confirm", {})

    def _one(self, column: Any) -> int:
        """The id of the only one there is."""
        with self.house.factory.reading() as uow:
            found: int = uow.session.scalars(select(column)).one()
            return found


@dataclass(frozen=True)
class Told:
    """What everybody has been told in the end."""

    inbox: Counter[tuple[int, str, str]]
    mails: Counter[tuple[str, str]]


@pytest.fixture
def begin(
    tmp_path: Path, settings: Settings, app: Flask, empty_sqlite: Path, empty_indexes: Path, authority_file: Path
) -> Iterator[Callable[[Fate, Fate], Story]]:
    """A city of its own each time, with a deal whose terms are agreed on, about a result of worker and colleague."""
    engines: list[Engine] = []

    def start(web: Fate, worker: Fate) -> Story:
        folder = tmp_path / f"city{len(engines)}"
        folder.mkdir()
        shutil.copy(empty_sqlite, folder / "city.sqlite")
        where = {"data_dir": folder, "database_url": f"sqlite:///{folder / 'city.sqlite'}"}
        here = settings.model_copy(update=where)
        shutil.copytree(empty_indexes, here.index_dir)
        shutil.copy(authority_file, here.authority_file)
        runtime = build_runtime(here, SetClock(NOW))
        engines.append(runtime.factory.engine)
        app.config["SECRET_KEY"] = here.secret_key
        app.extensions[EXTENSION] = runtime
        return _agreed(House(here, runtime.factory, app, web, worker))

    yield start
    for engine in engines:
        engine.dispose()


def _agreed(house: House) -> Story:
    factory, people = house.factory, make_people(house.factory)
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        for place, who in enumerate((people.worker, people.colleague), 1):
            uow.session.add(Contributor(result_id=result_id, place=place, name=who.name, user_id=who.user_id))
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    with factory.writing(people.company) as uow:
        offer_service.accept_offer(uow, offer_id)
    return Story(house, people, deal_id)


def told(story: Story) -> Told:
    lines = (story.house.settings.data_dir / "mails").read_text().splitlines()
    with story.house.factory.reading() as uow:
        lines_of_inboxes = uow.session.scalars(select(Notification))
        inbox = Counter((one.user_id, one.message, json.dumps(one.params, sort_keys=True)) for one in lines_of_inboxes)
    return Told(inbox, Counter((to, subject) for to, subject in map(json.loads, lines)))


def is_whole(story: Story, folder: Path) -> None:
    """Everything has happened, and all of it once."""
    factory = story.house.factory
    with factory.reading() as uow:
        session = uow.session

        def number(table: Any) -> int:
            return session.scalar(select(func.count()).select_from(table)) or 0

        assert session.scalars(select(Document.state)).all() == [DocumentState.COMPLETE]
        assert session.scalars(select(Deal.state)).all() == [DealState.IN_FORCE]
        assert (number(Signature), number(Seal), number(Entry)) == (2, 2, 1)
        assert session.scalars(select(Receipt.state)).all() == [ReceiptState.VERIFIED]
        reward = session.scalars(select(Reward)).one()
        lines = session.scalars(select(RewardLine)).all()
        assert (reward.state, len(lines)) == (RewardState.PUBLISHED, 2)
        assert all(line.confirmed_at for line in lines)
        assert number(Transfer) == len(session.execute(select(Transfer.source, Transfer.kind).distinct()).all())
        assert check(session).is_balanced
        assert verify_audit(session) is None
        for sha256 in (*session.scalars(select(Seal.sha256)), session.scalars(select(Receipt.voucher_sha256)).one()):
            assert uow.services.files.path(sha256).exists()
    assert problem(folder, exported(factory, story.deal_id)) == ""


def lived(begin: Callable[[Fate, Fate], Story], folder: Path, web: Fate, worker: Fate) -> Told:
    """The whole story, through whatever deaths are due; what everybody has been told."""
    story = begin(web, worker)
    story.house.start()
    try:
        story.tell()
    finally:
        story.house.stop()
    assert story.house.deaths == sum(fate.at is not None for fate in (web, worker))
    is_whole(story, folder)
    return told(story)


def same(found: Told, whole: Told, where: str) -> None:
    """Each line stands in an inbox once. A mail may go out again where its sender dies before he has noted it; none is lost."""
    assert found.inbox == whole.inbox, where
    assert not whole.mails - found.mails, where
    again = found.mails - whole.mails
    assert again.total() <= 1, (where, again)


def sweep(begin: Callable[[Fate, Fate], Story], folder: Path, web_every: int = 1, worker_every: int = 1) -> None:
    """Tell the story once to count its moments, then once for each of them, or for some, with a death at it."""
    web, worker = Fate(), Fate()
    whole = lived(begin, folder, web, worker)
    for name, moments, every in (("web", web.lived.value, web_every), ("worker", worker.lived.value, worker_every)):
        for at in range(1 + SEED % every, moments + 1, every):
            fates = (Fate(at), Fate()) if name == "web" else (Fate(), Fate(at))
            same(lived(begin, folder, *fates), whole, f"JIANGGUO_CRASH_SEED={SEED}: {name} at {at} of {moments}")


def test_whoever_dies_at_a_write_leaves_nothing_lost_or_done_twice(
    begin: Callable[[Fate, Fate], Story], tmp_path: Path
) -> None:
    sweep(begin, tmp_path, web_every=9, worker_every=97)


@pytest.mark.soak
def test_whoever_dies_at_any_write_leaves_nothing_lost_or_done_twice(
    begin: Callable[[Fate, Fate], Story], tmp_path: Path
) -> None:
    sweep(begin, tmp_path)
