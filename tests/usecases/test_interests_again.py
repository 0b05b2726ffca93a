"""Once the deal of an accepted interest has ended, in whatever way, the same two may begin again; not before."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, MetaData, Table, select, text

from marketplace.contracts.rules import EndReason
from marketplace.deals import service as deals
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.database import make_engine
from marketplace.infra.schema import alembic_config
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.permissions import Actor
from marketplace.matching import interest_queries, service
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from tests.factories import PUBLISHED, make_interest, make_need, make_result, make_signed, pay_everything
from tests.personas import People
from tests.usecases.test_migrations import empty_database

__all__ = ["empty_database"]

Pair = dict[str, int]


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> Pair:
    return {"result_id": make_result(factory, people), "need_id": make_need(factory, people)}


def tell(factory: UnitOfWorkFactory, actor: Actor, pair: Pair, side: Side = Side.NEED) -> int:
    with factory.writing(actor) as uow:
        return service.express(uow, side, pair["result_id"], pair["need_id"], "再谈一次", Origin.PAGE).id


def deal_from(factory: UnitOfWorkFactory, actor: Actor, interest_id: int) -> int:
    with factory.writing(actor) as uow:
        service.accept(uow, interest_id)
    with factory.writing() as uow:
        return deals.open_from_interest(uow, interest_id).id


def lose(factory: UnitOfWorkFactory, people: People, deal_id: int) -> None:
    with factory.writing(people.company) as uow:
        deals.take(uow, deal_id, "lose", "价格谈不拢", EndReason.PRICE)


def test_a_lost_deal_lets_the_sender_write_again(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: Pair
) -> None:
    first = tell(factory, people.company, pair)
    first_deal = deal_from(factory, people.seller_contact, first)
    assert tell(factory, people.company, pair) == first
    lose(factory, people, first_deal)
    clock.forward(days=1)
    again = tell(factory, people.company, pair)
    assert again != first
    assert tell(factory, people.company, pair) == again
    clock.forward(hours=1)
    assert deal_from(factory, people.seller_contact, again) != first_deal
    with factory.reading() as uow:
        assert deals.deal_of(uow.session, uow.session.get_one(Interest, first)).id == first_deal  # type: ignore[union-attr]


@pytest.mark.parametrize("ending", ["terminate", "complete"])
def test_so_does_a_contract_that_ended(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: Pair, ending: str
) -> None:
    deal_id = make_signed(factory, people, result_id=pair["result_id"], need_id=pair["need_id"])
    with pytest.raises(InvalidInput):
        tell(factory, people.company, pair)
    if ending == "terminate":
        with factory.writing(people.city_official) as uow:
            deals.terminate(uow, deal_id, "双方协商终止", 0, EndReason.PLANS)
    else:
        pay_everything(factory, people, deal_id, china_day(clock.now()))
        for actor, action in (
            (people.seller_contact, "perform"),
            (people.company, "accept_delivery"),
            (people.company, "complete"),
        ):
            with factory.writing(actor) as uow:
                deals.take(uow, deal_id, action)
    assert tell(factory, people.company, pair) != the_interest(factory, deal_id)


def the_interest(factory: UnitOfWorkFactory, deal_id: int) -> int:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id).interest_id


def test_interests_each_way_end_with_their_one_deal(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, pair: Pair
) -> None:
    ours, theirs = tell(factory, people.company, pair), tell(factory, people.worker, pair, Side.RESULT)
    deal_id = deal_from(factory, people.seller_contact, ours)
    assert deal_from(factory, people.company, theirs) == deal_id
    other = make_interest(
        factory, people, **pair, from_party_id=people.stranger_party, from_user_id=people.stranger.user_id
    )
    lose(factory, people, deal_id)
    with factory.reading() as uow:
        ended = dict(uow.session.execute(select(Interest.id, Interest.ended_at)).all())
    assert ended == {ours: clock.now(), theirs: clock.now(), other: None}


def test_its_sender_sees_that_it_is_over_and_may_write_again(
    factory: UnitOfWorkFactory, people: People, pair: Pair
) -> None:
    first = tell(factory, people.company, pair)
    lose(factory, people, deal_from(factory, people.seller_contact, first))
    seen = {who: view(factory, getattr(people, who), first) for who in ("company", "seller_contact", "city_official")}
    assert {who: one.may_renew for who, one in seen.items()} == {
        "company": True,
        "seller_contact": False,
        "city_official": False,
    }
    assert all(one.ended_at for one in seen.values())


def view(factory: UnitOfWorkFactory, actor: Actor, id_: int) -> interest_queries.InterestView:
    with factory.reading(actor) as uow:
        return interest_queries.view(uow, id_)


@pytest.mark.parametrize(
    ("state", "may"),
    [(InterestState.ACCEPTED, False), (InterestState.DELIVERED, False), (InterestState.LAPSED, True)],
)
def test_only_what_is_over_is_renewed(
    factory: UnitOfWorkFactory, people: People, state: InterestState, may: bool
) -> None:
    assert view(factory, people.company, make_interest(factory, people, state=state)).may_renew is may


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_interests_whose_deal_ended_before_are_free_after_the_upgrade(empty_database: str) -> None:
    """And what the one row of a pair kept is with the interest, the dismissal, and both sides."""
    command.upgrade(alembic_config(empty_database), "0002")
    engine = make_engine(empty_database)
    with engine.begin() as connection:
        _fill(connection)
    command.upgrade(alembic_config(empty_database), "head")
    assert _rows(engine, "SELECT id FROM interests WHERE ended_at IS NOT NULL") == [(1,)]
    assert _rows(engine, "SELECT count(*) FROM interests WHERE explained_at IS NOT NULL") == [(2,)]
    assert _rows(engine, "SELECT side, count(*) FROM match_reasons GROUP BY side ORDER BY side") == [
        ("need", 2),
        ("result", 2),
    ]
    assert _rows(engine, "SELECT count(*) FROM match_dismissals WHERE explained_at IS NOT NULL") == [(1,)]
    command.downgrade(alembic_config(empty_database), "0002")
    assert _rows(engine, "SELECT count(*) FROM matches WHERE computed_at IS NOT NULL") == [(2,)]
    engine.dispose()


def _fill(connection: Connection) -> None:
    """Two accepted interests of yesterday, the first with a lost deal; the pair's row, and one side put it away."""
    _insert(connection, "users", id=1, name="王建国", email="w@example.com", state="active")
    for id_ in (1, 2):
        _insert(
            connection, "organisations", id=id_, name=f"厂{id_}", name_key=f"厂{id_}", kind="enterprise", state="draft"
        )
        _insert(connection, "parties", id=id_, kind="organisation", organisation_id=id_)
    for id_, kind in ((1, "result"), (2, "need"), (3, "need")):
        _insert(connection, "listings", id=id_, kind=kind, party_id=1, version=1, state="draft", title=f"标题{id_}")
        _insert(connection, f"{kind}s", id=id_, **({"owner_consent": "not_asked"} if kind == "result" else {}))
    for id_, need in ((1, 2), (2, 3)):
        _insert(
            connection, "interests", id=id_, side="need", result_id=1, need_id=need, from_party_id=2, to_party_id=1,
            from_user_id=1, origin="page", state="accepted", answered_at=PUBLISHED,
        )  # fmt: skip
        _insert(connection, "matches", id=id_, result_id=1, need_id=need)
    _insert(connection, "match_dismissals", id=1, match_id=1, side="need", reason="known", user_id=1)
    _insert(
        connection, "deals", id=1, interest_id=1, result_id=1, need_id=2, seller_party_id=1, buyer_party_id=2,
        state=DealState.LOST.value, reason="价格", ended_at=PUBLISHED + timedelta(days=3),
    )  # fmt: skip


def _insert(connection: Connection, table_name: str, /, **values: Any) -> None:
    """A row of a table as it was then; what must be filled and is not given is empty."""
    table = Table(table_name, MetaData(), autoload_with=connection, resolve_fks=False)
    empty: dict[type, Any] = {int: 0, str: "", bool: False, datetime: PUBLISHED, date: PUBLISHED.date(), object: {}}
    needed = {column.name: column for column in table.columns if not column.nullable and column.name not in values}
    connection.execute(
        table.insert().values(values | {key: empty[column.type.python_type] for key, column in needed.items()})
    )


def _rows(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]
