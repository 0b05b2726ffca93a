"""Alembic's entry."""

from typing import Any, Literal

from alembic import context

from marketplace.infra.database import EnumText, UtcDateTime, make_engine
from marketplace.schema import whole_schema


def render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our column types as what the database sees, so that old migrations never import today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(40)"
    return False


engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
with engine.execution_options(writing=True).connect() as connection:
    context.configure(connection=connection, target_metadata=whole_schema(), render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
