"""Kinds of reason for a use that is ended, and for a contract that can no longer be carried out

Revision ID: 0037
Revises: 0036
"""

from alembic import op

from marketplace.infra.schema import replace_check, require_none


revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

TABLES = ('deals', 'settlements')
KNOWN = "end_reason IN ('price', 'terms', 'technology', 'ownership', 'another_way', 'plans', 'silence', 'breach', {}'other')"
BEFORE = KNOWN.format('')
NEW = "'unsuited', 'impossible'"
AFTER = KNOWN.format(f'{NEW}, ')


def upgrade() -> None:
    for table in TABLES:
        replace_check(op.get_bind(), table, 'end_reason_known', BEFORE, AFTER)


def downgrade() -> None:
    """Only while nothing ended for one of the new reasons: figures are cut by them."""
    connection = op.get_bind()
    require_none(connection, 'something ended for a reason that was not known before', *(f'{one} WHERE end_reason IN ({NEW})' for one in TABLES))
    for table in TABLES:
        replace_check(connection, table, 'end_reason_known', AFTER, BEFORE)
