"""Alembic's entry."""

from alembic import context

from marketplace.infra.database import make_engine
from marketplace.schema import whole_schema

engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
with engine.execution_options(writing=True).connect() as connection:
    context.configure(connection=connection, target_metadata=whole_schema())
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
