"""Why a pair was offered is kept as the side that looked saw it, written once, and read back as it was."""

from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.matching import interest_queries, queries, recalling, recording, service
from marketplace.matching.models import Dismissal, Interest, Match, ShownReasons
from marketplace.matching.recording import Showing
from marketplace.matching.rules import DismissReason, Origin, Side, Strength
from marketplace.needs.models import Need
from marketplace.results.models import Result
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import WHOLE, index_everything


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """A result and a need that match, in the index."""
    ids = make_result(factory, people, description=WHOLE), make_need(factory, people)
    index_everything(factory)
    return ids


def look(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int], side: Side = Side.NEED
) -> tuple[Showing, ...]:
    """Read the list of one side, and record what is due, as the page does."""
    with factory.reading(people.company if side is Side.NEED else people.worker) as uow:
        rows = queries.matches_for_need(uow, pair[1]) if side is Side.NEED else queries.matches_for_result(uow, pair[0])
        shown = recording.unrecorded(uow, rows, side)
    recording.record_aside(factory, shown)
    return shown


def kept(factory: UnitOfWorkFactory, side: Side) -> ShownReasons:
    with factory.reading() as uow:
        return uow.session.scalars(select(ShownReasons).where(ShownReasons.side == side)).one()


def change(factory: UnitOfWorkFactory, model: type[Result] | type[Need], id_: int, **values: Any) -> None:
    with factory.writing() as uow:
        listing = uow.session.get_one(model, id_)
        listing.version += 1
        for name, value in values.items():
            setattr(listing, name, value)


def test_a_list_is_recorded_once_and_again_after_a_change(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: tuple[int, int]
) -> None:
    first = clock.now()
    assert len(look(factory, people, pair)) == 1
    clock.forward(days=1)
    assert look(factory, people, pair) == ()
    assert kept(factory, Side.NEED).shown_at == first
    change(factory, Result, pair[0], price_fen=90_000_000)
    assert len(look(factory, people, pair)) == 1
    again = kept(factory, Side.NEED)
    assert again.shown_at == clock.now()
    assert [remark["message"] for remark in again.explanation["conflicts"]] == [
        "The price of %(price)s is above the budget of %(budget)s."
    ]


def test_each_side_has_its_own(factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]) -> None:
    look(factory, people, pair)
    look(factory, people, pair, Side.RESULT)
    scores = {side: kept(factory, side).explanation["score"] for side in Side}
    assert scores[Side.NEED] != scores[Side.RESULT]
    assert look(factory, people, pair) == look(factory, people, pair, Side.RESULT) == ()
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Match.id))) == 1


def test_two_who_look_at_once_both_come_through(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]
) -> None:
    with factory.reading(people.company) as uow:
        shown = recording.unrecorded(uow, queries.matches_for_need(uow, pair[1]), Side.NEED)
    for _ in range(2):
        recording.record_aside(factory, shown)
    assert kept(factory, Side.NEED).explanation["strength"] in set(Strength)


def test_a_database_that_fails_hurts_nobody_who_looks(
    factory: UnitOfWorkFactory, people: People, pair: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    def locked(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO matches"):
            raise OperationalError(statement, {}, Exception("database is locked"))

    event.listen(factory.engine, "before_cursor_execute", locked)
    assert len(look(factory, people, pair)) == 1
    event.remove(factory.engine, "before_cursor_execute", locked)
    assert "were not recorded" in caplog.text
    assert len(look(factory, people, pair)) == 1


def test_an_interest_keeps_what_its_sender_saw(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: tuple[int, int]
) -> None:
    look(factory, people, pair)
    seen = clock.now()
    clock.forward(days=2)
    with factory.writing(people.company) as uow:
        id_ = service.express(uow, Side.NEED, *pair, "想看现场", Origin.MATCH).id
    change(factory, Result, pair[0], title="别的东西", price_fen=90_000_000)
    clock.forward(days=2)
    look(factory, people, pair)
    for actor in (people.company, people.worker, people.city_official):
        with factory.reading(actor) as uow:
            why = interest_queries.view(uow, id_).why
        assert why is not None
        assert (why.at, why.conflicts) == (seen, ())
        assert why.strength in set(Strength)
        assert any("焊接" in word.text for word in why.why)


def test_what_was_never_shown_is_explained_when_it_is_sent(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: tuple[int, int]
) -> None:
    with factory.writing(people.company) as uow:
        sent = service.express(uow, Side.NEED, *pair, "想看现场", Origin.PAGE)
        alone = service.express(uow, Side.NEED, pair[0], None, "再说一次", Origin.PAGE, party_id=people.buyer_party)
    why = recalling.of_interest(sent)
    assert why is not None
    assert (why.at, why.strength, bool(why.why)) == (clock.now(), None, True)
    assert recalling.of_interest(alone) is None


def test_what_was_put_away_says_why_it_had_been_offered(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: tuple[int, int]
) -> None:
    look(factory, people, pair)
    seen = clock.now()
    clock.forward(days=1)
    with factory.writing(people.company) as uow:
        service.dismiss(uow, *pair, Side.NEED, DismissReason.KNOWN)
    look(factory, people, pair, Side.RESULT)
    assert put_away(factory, people, pair)[pair].at == seen
    with factory.writing(people.company) as uow:
        service.restore(uow, *pair, Side.NEED)
    assert put_away(factory, people, pair) == {}


def put_away(factory: UnitOfWorkFactory, people: People, pair: tuple[int, int]) -> dict[tuple[int, int], Any]:
    with factory.reading(people.company) as uow:
        return recalling.put_away(uow, uow.session.get_one(Need, pair[1]))


def test_reasons_of_an_older_house_are_read_as_far_as_they_go(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: tuple[int, int]
) -> None:
    with factory.writing(people.company) as uow:
        service.dismiss(uow, *pair, Side.NEED, DismissReason.KNOWN)
    with factory.writing() as uow:
        row = uow.session.scalars(select(Dismissal)).one()
        row.explanation = {"score": 1.0, "terms": [{"text": "焊接", "field": "unheard of", "share": 1.0}]}
    why = put_away(factory, people, pair)[pair]
    assert (why.why, why.missing, why.conflicts, why.strength) == ((), (), (), None)


def test_nothing_is_recorded_for_an_empty_list(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.reading(people.company) as uow:
        assert recording.unrecorded(uow, (), Side.NEED) == ()
    recording.record_aside(factory, ())
    assert count(factory, Match) == 0


def count(factory: UnitOfWorkFactory, model: type[Match] | type[Interest]) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.count()).select_from(model)) or 0
