"""The day on which the last party signed a document, which on paper comes before the official's check

What is complete or has ended so far keeps the day on which that came on record, from which everything was counted.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none, reword


revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

# Table, column, from when on record it begins with, name of its CHECK and the condition.
DAYS = (
    ('documents', 'signed_on', 'completed_at', 'signed_on_if_complete', "(state = 'complete') = (signed_on IS NOT NULL)"),
    ('deals', 'in_force_on', 'in_force_at', 'in_force_on_if_in_force', '(in_force_at IS NULL) = (in_force_on IS NULL)'),
    ('deals', 'ended_on', 'ended_at', 'ended_on_if_ended', '(ended_at IS NULL) = (ended_on IS NULL)'),
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    op.add_column('scans', sa.Column('signed_on', sa.Date(), nullable=True))
    for table, column, moment, _, _ in DAYS:
        op.add_column(table, sa.Column(column, sa.Date(), nullable=True))
        day = f"date({moment}, '+8 hours')" if is_sqlite else f"date({moment} AT TIME ZONE 'Asia/Shanghai')"
        op.execute(f'UPDATE {table} SET {column} = {day} WHERE {moment} IS NOT NULL')
    for table, column, _, check, condition in DAYS:
        constraint = f'CONSTRAINT ck_{table}_{check} CHECK ({condition})'
        if is_sqlite:
            reword(op.get_bind(), table, f'{column} DATE', f'{column} DATE {constraint}')
        else:
            op.execute(f'ALTER TABLE {table} ADD {constraint}')


def downgrade() -> None:
    """Only while no scan says when it was signed: what was counted from that day cannot be told without it."""
    require_none(op.get_bind(), 'papers say on which day they were signed', 'scans WHERE signed_on IS NOT NULL')
    op.drop_column('scans', 'signed_on')
    for table, column, _, check, condition in DAYS:
        if op.get_bind().dialect.name == 'sqlite':
            # Where the models made the table, the constraint stands behind the columns and does not go with its own.
            constraint = f'CONSTRAINT ck_{table}_{check} CHECK ({condition})'
            reword(op.get_bind(), table, ', \n\t' + constraint, '', may_lack=True)
        op.drop_column(table, column)
