"""The way back to an older migration with data of the tests in the database, which a downgrade refuses to lose."""

from alembic import command
from sqlalchemy import text

from marketplace.infra.schema import alembic_config
from marketplace.infra.unit_of_work import UnitOfWorkFactory

KEPT = (
    "signature_grounds",
    "confidentiality_openings",
    "confidentiality_papers",
    "confidentiality_signatures",
    "confidentiality_files",
    "confidentiality_agreements",
    "authority_steps",
    "authorities",
    "identities",
)
"""Tables that a downgrade does not drop with rows in them, the ones that refer to others first."""


def downgrade(factory: UnitOfWorkFactory, url: str, revision: str) -> None:
    """Take the migrations back, of a database at the newest one whose tables the models made, without what stands in the way."""
    with factory.engine.execution_options(writing=True).begin() as connection:
        for table in KEPT:
            for trigger in ("no_update", "no_delete") if connection.dialect.name == "sqlite" else ():
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{trigger}"))
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(f"DELETE FROM {table}"))
    command.stamp(alembic_config(url), "head")
    command.downgrade(alembic_config(url), revision)
