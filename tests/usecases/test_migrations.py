"""The migrations make exactly the schema that the models describe, on both databases, and can be taken back."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import CheckConstraint, Connection, func, inspect, select, text
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.alerts.queries import preference_of
from marketplace.alerts.rules import Frequency
from marketplace.confidentiality.models import Agreement
from marketplace.contracts.changes import Amending
from marketplace.contracts.models import AmendedRoyalty, DocumentParty
from marketplace.contracts.royalties import Royalty, RoyaltyChange, quarter_after
from marketplace.deals.models import Offer
from marketplace.identity.models import Authenticator, Authority, SignatureGround
from marketplace.infra import schema
from marketplace.infra.database import Base, make_engine
from marketplace.infra.schema import alembic_config
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.payments.models import DueMove, Receipt
from marketplace.payments.rules import Channel, ReceiptKind
from marketplace.rewards.models import Reward
from marketplace.schema import whole_schema
from marketplace.standards.models import ClauseText
from marketplace.statistics.ledger_check import check
from tests import confiding
from tests.amending import write_amendment
from tests.authenticating import set_up
from tests.downgrading import downgrade
from tests.factories import make_contract, make_deal, make_signed, sign
from tests.making import make_threefold
from tests.paying import BY_PLAN, BY_ROYALTY, TODAY, refund
from tests.personas import People
from tests.rewarding import Drain, sold, the_receipt
from tests.standard_texts import in_force

BEFORE_ONLINE_PAYMENT, BEFORE_STOCKS = "0016", "0021"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a single table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as connection:
        name = f"{connection.info.dbname}_fresh"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url}_fresh"


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_and_models_agree(empty_database: str) -> None:
    command.upgrade(alembic_config(empty_database), "head")
    engine = make_engine(empty_database)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), whole_schema())
        made = {table: _checks(connection, table) for table in whole_schema().tables}
    engine.dispose()
    assert differences == []
    assert made == {name: _declared(name) for name in whole_schema().tables}


def test_checks_say_what_the_models_say(tmp_path: Path) -> None:
    """Word by word on SQLite, which keeps them as they were written."""
    url = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    command.upgrade(alembic_config(url), "head")
    engine = make_engine(url)
    with engine.connect() as connection:
        for name, table in whole_schema().tables.items():
            declared = {str(c.name): str(c.sqltext) for c in table.constraints if isinstance(c, CheckConstraint)}
            made = {str(c["name"]): c["sqltext"] for c in inspect(connection).get_check_constraints(name)}
            assert made == declared, name
    engine.dispose()


def test_migrations_protect_what_the_models_protect(empty_database: str) -> None:
    """Each trigger of the one is a trigger of the other, by its name, table and what it is for."""

    def triggers(connection: Connection) -> set[tuple[str, str, str]]:
        said = {
            "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname, tgrelid::regclass::text, split_part(pg_get_triggerdef(oid), ' ON ', 1) "
            "FROM pg_trigger WHERE NOT tgisinternal",
        }
        found = connection.execute(text(said[connection.dialect.name])).all()
        # What SQLite says when it refuses may be put otherwise.
        return {(name, table, " ".join(words.lower().split(" begin ")[0].split())) for name, table, words in found}

    command.upgrade(alembic_config(empty_database), "head")
    engine = make_engine(empty_database)
    with engine.connect() as connection:
        migrated = triggers(connection)
    command.downgrade(alembic_config(empty_database), "base")
    with engine.begin() as connection:
        assert triggers(connection) == set()
        whole_schema().create_all(connection)
        made = triggers(connection)
    engine.dispose()
    assert migrated == made
    assert made


def test_migrations_can_be_taken_back(empty_database: str) -> None:
    command.upgrade(alembic_config(empty_database), "head")
    command.downgrade(alembic_config(empty_database), "base")
    engine = make_engine(empty_database)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}
    engine.dispose()


def test_an_instance_with_data_is_upgraded(empty_database: str) -> None:
    """What people have is kept, and who has never chosen anything is told at once."""
    command.upgrade(alembic_config(empty_database), "0001")
    engine = make_engine(empty_database)
    with engine.begin() as connection:
        values = "(1, '王建国', 'wang@example.com', 'x', 'active', true, '2026-11-01 00:00:00+00')"
        columns = "(id, name, email, password_hash, state, recommendations, created_at)"
        connection.execute(text(f"INSERT INTO users {columns} VALUES {values}"))
    command.upgrade(alembic_config(empty_database), "head")
    with Session(engine) as session:
        assert session.scalars(select(User.name)).all() == ["王建国"]
        assert preference_of(session, 1).frequency is Frequency.INSTANT
    engine.dispose()


def test_receipts_and_what_refers_to_them_outlive_a_new_table(
    factory: UnitOfWorkFactory, people: People, drain: Drain, database_url: str
) -> None:
    """SQLite makes the table of receipts anew, to which rewards and ledger refer."""
    reward_id = sold(factory, people, drain)
    refund(factory, people, the_receipt(factory, reward_id), 100)
    downgrade(factory, database_url, BEFORE_ONLINE_PAYMENT)
    command.upgrade(alembic_config(database_url), "head")
    with factory.reading() as uow:
        rows = uow.session.scalars(select(Receipt).order_by(Receipt.id)).all()
        assert [(one.kind, one.channel, one.fee_currency) for one in rows] == [
            (ReceiptKind.PAYMENT, Channel.TRANSFER, ""),
            (ReceiptKind.REFUND, Channel.TRANSFER, ""),
        ]
        assert uow.session.get_one(Reward, reward_id).receipt_id == rows[0].id
        assert check(uow.session).differences == ()
    schema.forget(factory.engine)


def test_when_lines_were_late_is_taken_over_from_the_audit_log(
    factory: UnitOfWorkFactory, people: People, drain: Drain, database_url: str
) -> None:
    """The figure comes out as it was, though the table is made anew."""
    make_signed(factory, people, BY_PLAN)
    with factory.reading() as uow:
        before = uow.session.execute(_MOVES).all()
    downgrade(factory, database_url, BEFORE_STOCKS)
    command.upgrade(alembic_config(database_url), "head")
    with factory.reading() as uow:
        assert uow.session.execute(_MOVES).all() == before != []
    schema.forget(factory.engine)


def _sign(factory: UnitOfWorkFactory, people: People) -> None:
    sign(factory, people.company, make_contract(factory, people, make_deal(factory, people)))


def _agree(factory: UnitOfWorkFactory, people: People) -> None:
    confiding.asked(factory, people, confiding.make_talks(factory, people))


def _amend_royalty(factory: UnitOfWorkFactory, people: People) -> None:
    change = RoyaltyChange(Royalty(400, "销售额"), quarter_after(TODAY))
    write_amendment(
        factory, people.company, make_signed(factory, people, BY_ROYALTY), Amending({}, (), (), "降", change)
    )


def _sign_agreement(factory: UnitOfWorkFactory, people: People) -> None:
    confiding.signed_by_reader(factory, people, confiding.make_talks(factory, people))


def _set_up_app(factory: UnitOfWorkFactory, people: People) -> None:
    set_up(factory, people.company)


def _name_makers(factory: UnitOfWorkFactory, people: People) -> None:
    make_threefold(factory, people)


@pytest.mark.parametrize(
    ("revision", "model", "make"),
    [
        ("0024", ClauseText, in_force),
        ("0027", SignatureGround, _sign),
        ("0027", Authority, lambda _factory, _people: None),
        ("0028", Agreement, _agree),
        ("0030", DocumentParty, _name_makers),
        ("0031", Agreement, _sign_agreement),
        ("0031", Authenticator, _set_up_app),
        ("0034", AmendedRoyalty, _amend_royalty),
    ],
    ids=[
        "clause versions",
        "grounds",
        "authorities",
        "agreements",
        "makers",
        "codes of agreements",
        "apps",
        "royalties",
    ],
)
def test_nothing_a_signature_rests_on_is_lost_on_the_way_back(
    factory: UnitOfWorkFactory,
    people: People,
    database_url: str,
    revision: str,
    model: type[Base],
    make: Callable[[UnitOfWorkFactory, People], None],
) -> None:
    make(factory, people)
    command.stamp(alembic_config(database_url), "head")
    with factory.reading() as uow:
        there = uow.session.scalar(select(func.count()).select_from(model))
    with pytest.raises(RuntimeError, match="restore a backup"):
        command.downgrade(alembic_config(database_url), revision)
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count()).select_from(model)) == there
    assert there
    command.upgrade(alembic_config(database_url), "head")
    schema.forget(factory.engine)


def test_contracts_of_two_parties_outlive_the_way_to_three_and_back(
    factory: UnitOfWorkFactory, people: People, database_url: str
) -> None:
    """Text, hash and order of signatures stay to the byte."""
    make_signed(factory, people)
    kept = text(
        "SELECT d.id, d.text, d.sha256, p.party_id, p.position, o.instalments FROM documents d "
        "JOIN document_parties p ON p.document_id = d.id JOIN offers o ON o.id = d.offer_id ORDER BY 1, 4"
    )
    with factory.reading() as uow:
        before = [tuple(row) for row in uow.session.execute(kept)]
    command.stamp(alembic_config(database_url), "head")
    for go, to in ((command.downgrade, "0030"), (command.upgrade, "head")):
        go(alembic_config(database_url), to)
        with factory.reading() as uow:
            assert [tuple(row) for row in uow.session.execute(kept)] == before
    with factory.reading() as uow:
        assert set(uow.session.scalars(select(DocumentParty.maker))) == {None}
        assert list(uow.session.scalars(select(Offer.makers))) == [[]]
    schema.forget(factory.engine)


def test_a_check_that_is_not_there_is_not_thought_replaced(tmp_path: Path) -> None:
    """SQLite keeps its old words otherwise, and nobody hears of it."""
    engine = make_engine(f"sqlite:///{tmp_path / 'some.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tools (n INTEGER, CONSTRAINT ck_tools_few CHECK (n < 3))"))
        with pytest.raises(RuntimeError, match="tools does not say"):
            schema.replace_check(connection, "tools", "few", "n < 4", "n < 9")
        schema.replace_check(connection, "tools", "few", "n < 3", "n < 9")
        connection.execute(text("INSERT INTO tools VALUES (8)"))
    engine.dispose()


_MOVES = select(DueMove.milestone_id, DueMove.at, DueMove.due_on, DueMove.late_from).order_by(DueMove.id)


def _checks(connection: Connection, table: str) -> set[str | None]:
    return {check["name"] for check in inspect(connection).get_check_constraints(table)}


def _declared(table: str) -> set[str | None]:
    constraints = whole_schema().tables[table].constraints
    return {str(c.name) for c in constraints if isinstance(c, CheckConstraint)}
