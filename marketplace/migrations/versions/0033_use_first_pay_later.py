"""The price model by which the buyer uses the technology first and pays later, with the days of use without payment

No offer or document of before has it.

Revision ID: 0033
Revises: 0032
"""

from alembic import op

from marketplace.infra.schema import replace_check, require_none, reword


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

OLD = "price_model IN ('lump_sum', 'instalments', 'royalty', 'entry_and_royalty')"
NEW = "price_model IN ('lump_sum', 'instalments', 'royalty', 'entry_and_royalty', 'use_first')"
CHECK = 'price_model_known'
TABLES = ('offers', 'documents')
USE_DAYS = (
    'CONSTRAINT ck_offers_use_in_range CHECK (use_days BETWEEN 30 AND 730)',
    "CONSTRAINT ck_offers_use_days_if_use_first CHECK ((price_model = 'use_first') = (use_days IS NOT NULL))",
)


def upgrade() -> None:
    for table in TABLES:
        replace_check(op.get_bind(), table, CHECK, OLD, NEW)
    op.execute(f"ALTER TABLE offers ADD COLUMN use_days INTEGER {' '.join(USE_DAYS)}")


def downgrade() -> None:
    """Only while nobody has offered it: what was agreed cannot be told without it."""
    require_none(op.get_bind(), 'use without payment was offered or agreed',
                 *(f"{table} WHERE price_model = 'use_first'" for table in TABLES))
    if op.get_bind().dialect.name == 'sqlite':
        # As in 0031: where the models made the table, the constraints stand behind the columns and do not go with them.
        for constraint in USE_DAYS:
            reword(op.get_bind(), 'offers', ', \n\t' + constraint, '', may_lack=True)
    op.drop_column('offers', 'use_days')
    for table in TABLES:
        replace_check(op.get_bind(), table, CHECK, NEW, OLD)
