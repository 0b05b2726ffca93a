"""What a crowd does to the same deals at the same moment: everybody presses whatever may be pressed, and more."""

import threading
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select

from marketplace.contracts.changes import Amending, Settling
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentState, EndReason
from marketplace.deals import change_service, document_service, payment_service, service
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import DomainError
from marketplace.kernel.permissions import Actor
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import Instalment, Trigger
from tests.factories import confirmation
from tests.paying import TODAY, numbered
from tests.personas import People

Act = Callable[[UnitOfWork], object]
WAYS = ("perform", "accept_delivery", "complete", "reopen", "lose")


@dataclass
class Crowd:
    """Who presses, on which deals, and what came of it: `done` by what it was about, `failures` that were no answer."""

    factory: UnitOfWorkFactory
    people: People
    deals: list[int]
    done: Counter[tuple[str, object]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def press_at_once(self, threads: int, presses: int, seed: int) -> None:
        """So many at once, each so often."""
        barrier = threading.Barrier(threads)

        def somebody(number: int) -> None:
            rng = Random(seed * 1000 + number)
            barrier.wait()
            for _ in range(presses):
                self._press(rng)

        crowd = [threading.Thread(target=somebody, args=(number,)) for number in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()

    def _press(self, rng: Random) -> None:
        deal_id = rng.choice(self.deals)
        often = [self._sign, self._sign, self._report, self._confirm, self._verify]
        seldom = [self._decline, self._replace, self._send, self._end, self._refund, self._go_on]
        seldom += [self._terminate, self._propose, self._fall_due]
        try:
            rng.choice([*often, *often, *seldom])(rng, deal_id)
        except LookupError:
            self.refused["nothing to press"] += 1
        except DomainError as error:
            self.refused[type(error).__name__] += 1
        except Exception:  # noqa: BLE001 - whatever it is, nobody may be told it
            self.failures.append(traceback.format_exc())

    def _do(self, who: Actor, name: str, about: object, act: Act) -> None:
        with self.factory.writing(who) as uow:
            act(uow)
        self.done[name, about] += 1

    def _party(self, rng: Random) -> Actor:
        return rng.choice([self.people.seller_contact, self.people.company, self.people.company_admin])

    def _some(self, rng: Random, column: Any, *of: Any) -> int:
        """The id of some row, mostly the newest. Raises LookupError where there is none."""
        with self.factory.reading() as uow:
            found = list(uow.session.scalars(select(column).where(*of).order_by(column)))
        return int(rng.choice([*found[-2:], *found[-2:], *found]))

    def _text(self, rng: Random, deal_id: int) -> int:
        """A text that waits for signatures; where there is none, somebody writes the contract and sends it."""
        try:
            return self._some(rng, Document.id, Document.deal_id == deal_id, Document.state == DocumentState.SENT)
        except LookupError:
            with self.factory.writing(self._party(rng)) as uow:
                return document_service.send(uow, document_service.draft_contract(uow, deal_id).id).id

    def _sign(self, rng: Random, deal_id: int) -> None:
        who, text = self._party(rng), self._text(rng, deal_id)
        with self.factory.writing(who) as uow:
            document_service.send_signing_code(uow, text)
        party = self.people.seller_party if who is self.people.seller_contact else self.people.buyer_party
        self._do(who, "sign", (text, party), lambda uow: document_service.sign(uow, text, confirmation(uow, text)))

    def _decline(self, rng: Random, deal_id: int) -> None:
        text = self._text(rng, deal_id)
        if rng.random() < 0.15:
            self._do(self._party(rng), "decline", text, lambda uow: document_service.decline(uow, text, "条款要改"))

    def _replace(self, rng: Random, deal_id: int) -> None:
        """Another text takes the place of what waits."""
        act: list[Act] = [partial(document_service.draft_contract, deal_id=deal_id)]
        text = self._some(rng, Document.id, Document.deal_id == deal_id)
        act += [lambda uow: document_service.amend(uow, text, {"disputes": f"由仲裁委员会仲裁（{rng.random()}）。"})]
        self._do(self._party(rng), "replace", deal_id, rng.choice(act))

    def _send(self, rng: Random, deal_id: int) -> None:
        text = self._some(rng, Document.id, Document.deal_id == deal_id, Document.state == DocumentState.DRAFT)
        self._do(self._party(rng), "send", text, lambda uow: document_service.send(uow, text))

    def _line(self, rng: Random, deal_id: int) -> int:
        return self._some(rng, Milestone.id, Milestone.deal_id == deal_id)

    def _receipt(self, rng: Random, deal_id: int) -> int:
        return self._some(rng, Receipt.id, Receipt.deal_id == deal_id)

    def _report(self, rng: Random, deal_id: int) -> None:
        line, fen = self._line(rng, deal_id), rng.choice([100, 1_000_000, 2_600_000, 5_400_000])
        who = self.people.company
        self._do(who, "report", line, lambda uow: payment_service.report_payment(uow, line, numbered(fen, TODAY)))

    def _refund(self, rng: Random, deal_id: int) -> None:
        receipt, fen = self._receipt(rng, deal_id), rng.choice([1, 100, 1_000_000])
        who = self.people.seller_contact
        self._do(who, "refund", receipt, lambda uow: payment_service.report_refund(uow, receipt, numbered(fen, TODAY)))

    def _confirm(self, rng: Random, deal_id: int) -> None:
        receipt = self._receipt(rng, deal_id)
        self._do(self._party(rng), "confirm", receipt, lambda uow: payment_service.confirm(uow, receipt, TODAY))

    def _verify(self, rng: Random, deal_id: int) -> None:
        receipt = self._receipt(rng, deal_id)
        who = rng.choice([self.people.county_official, self.people.city_official])
        self._do(who, "verify", receipt, lambda uow: payment_service.verify(uow, receipt))

    def _end(self, rng: Random, deal_id: int) -> None:
        receipt, action = self._receipt(rng, deal_id), rng.choice(["refuse", "withdraw", "reject"])
        who = rng.choice([self._party(rng), self.people.county_official])
        self._do(who, "end", receipt, lambda uow: payment_service.end(uow, receipt, action, "不符"))

    def _go_on(self, rng: Random, deal_id: int) -> None:
        action = rng.choice(WAYS[:3] if rng.random() < 0.8 else WAYS)
        self._do(
            self._party(rng), action, deal_id, lambda uow: service.take(uow, deal_id, action, "不做了", EndReason.PLANS)
        )

    def _terminate(self, rng: Random, deal_id: int) -> None:
        if rng.random() < 0.05:
            who = self.people.city_official
            self._do(
                who, "terminate", deal_id, lambda uow: service.terminate(uow, deal_id, "判决解除", 0, EndReason.BREACH)
            )

    def _propose(self, rng: Random, deal_id: int) -> None:
        """An amendment or the end, to be signed by both."""
        new = (Instalment(rng.randrange(1, 10**6), "", Trigger.DAY, 0, TODAY),)
        settling = Settling(rng.choice([0, 100]), TODAY, "协商解除", end_reason=EndReason.PLANS)

        def propose(uow: UnitOfWork) -> None:
            if rng.random() < 0.7:
                text = change_service.propose_amendment(uow, deal_id, Amending({}, (), new, "加一笔"))
            else:
                text = change_service.propose_termination(uow, deal_id, settling)
            document_service.send(uow, text.id)

        self._do(self._party(rng), "propose", deal_id, propose)

    def _fall_due(self, rng: Random, deal_id: int) -> None:
        line = self._line(rng, deal_id)
        self._do(self._party(rng), "fall due", line, lambda uow: payment_service.fall_due(uow, line, TODAY))
