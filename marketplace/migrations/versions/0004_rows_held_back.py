"""Imports tell of rows that are nearly the same as others and hold some back

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('import_runs', sa.Column('held', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('import_runs', sa.Column('choices', sa.JSON(), nullable=False, server_default='{}'))
    # Written out: SQLite adds a column with its own CHECK, and only so without making the table anew.
    op.execute(
        "ALTER TABLE import_problems ADD COLUMN kind VARCHAR(40) DEFAULT 'refused' NOT NULL"
        " CONSTRAINT ck_import_problems_kind_known CHECK (kind IN ('refused', 'duplicate', 'similar'))"
    )
    op.execute("UPDATE import_problems SET kind = 'duplicate' WHERE is_duplicate")
    op.drop_column('import_problems', 'is_duplicate')


def downgrade() -> None:
    op.add_column('import_problems', sa.Column('is_duplicate', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("DELETE FROM import_problems WHERE kind = 'similar'")
    op.execute("UPDATE import_problems SET is_duplicate = true WHERE kind = 'duplicate'")
    op.drop_column('import_problems', 'kind')
    op.drop_column('import_runs', 'choices')
    op.drop_column('import_runs', 'held')
