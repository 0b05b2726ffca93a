"""Alembic's entry: every model is imported, so that a migration can be compared with them."""

from alembic import context

from marketplace.accounts import models as _accounts  # noqa: F401
from marketplace.audit import models as _audit  # noqa: F401
from marketplace.bases import models as _bases  # noqa: F401
from marketplace.contracts import models as _contracts  # noqa: F401
from marketplace.deals import models as _deals  # noqa: F401
from marketplace.infra import outbox as _outbox  # noqa: F401
from marketplace.infra.database import Base, make_engine
from marketplace.listings import models as _listings  # noqa: F401
from marketplace.matching import models as _matching  # noqa: F401
from marketplace.needs import models as _needs  # noqa: F401
from marketplace.organisations import models as _organisations  # noqa: F401
from marketplace.results import models as _results  # noqa: F401

engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
with engine.execution_options(writing=True).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
