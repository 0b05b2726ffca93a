"""Two people of one unit answer in the same moment, and one company presses twice."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.permissions import Actor
from marketplace.matching import service
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from tests.factories import make_need, make_result
from tests.personas import People

Act = Callable[[UnitOfWork], object]


def at_once(factory: UnitOfWorkFactory, *acts: tuple[Actor, Act]) -> list[object]:
    """Run each in a thread of its own, all begun together; returns what each gave, or its Conflict."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[object] = []

    def run(actor: Actor, act: Act) -> None:
        try:
            barrier.wait(10)
            with factory.writing(actor) as uow:
                outcomes.append(act(uow))
        except Conflict as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=one) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == len(acts), "a thread failed with something else"
    return outcomes


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    return make_result(factory, people), make_need(factory, people)


def tell(pair: tuple[int, int]) -> Act:
    return lambda uow: service.express(uow, Side.NEED, *pair, "想看现场", Origin.PAGE).id


def test_of_two_answers_one_wins(factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]) -> None:
    with factory.writing(people.company) as uow:
        interest_id = service.express(uow, Side.NEED, *pair, "想看现场", Origin.PAGE).id
    outcomes = at_once(
        factory,
        (people.worker, lambda uow: service.accept(uow, interest_id)),
        (people.seller_contact, lambda uow: service.decline(uow, interest_id, "没有人手")),
    )
    assert sum(isinstance(one, Conflict) for one in outcomes) == 1
    with factory.reading() as uow:
        interest = uow.session.get_one(Interest, interest_id)
    winner = {InterestState.ACCEPTED: people.worker, InterestState.DECLINED: people.seller_contact}[interest.state]
    assert interest.answered_by_id == winner.user_id


def test_two_presses_make_one_interest(factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]) -> None:
    outcomes = at_once(factory, (people.company, tell(pair)), (people.company_admin, tell(pair)))
    assert len(set(outcomes)) == 1
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Interest.id))) == 1


def test_an_answer_at_the_last_moment_keeps_no_other_interest_open(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int], clock: SetClock
) -> None:
    with factory.writing(people.company) as uow:
        answered = service.express(uow, Side.NEED, *pair, "想看现场", Origin.PAGE).id
        silent = service.express(uow, Side.NEED, pair[0], None, "想看现场", Origin.PAGE).id
    clock.forward(days=90)

    def lapse() -> None:
        with factory.writing() as uow:
            service.lapse_overdue(uow)

    with factory.writing(people.worker) as uow:
        service.accept(uow, answered)
        other = threading.Thread(target=lapse)
        other.start()
        other.join(0.5)
    other.join(30)
    with factory.reading() as uow:
        states = [uow.session.get_one(Interest, one).state for one in (answered, silent)]
    assert states == [InterestState.ACCEPTED, InterestState.LAPSED]
