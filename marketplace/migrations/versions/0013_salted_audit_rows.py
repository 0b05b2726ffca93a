"""The content of an audit row is hashed with a salt, so that its hash can be shown without the row

Rows that are there already keep their hashes, and have no salt: a chain is never written anew.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('audit_log', sa.Column('salt', sa.String(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column('audit_log', 'salt')
