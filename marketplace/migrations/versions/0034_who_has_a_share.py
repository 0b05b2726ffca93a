"""An index of the people to whom contracts give a share: who decides about a deal is asked whether he is one of them

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

NAME, TABLE = 'ix_document_parties_makers', 'document_parties'


def upgrade() -> None:
    is_maker = sa.text('maker IS NOT NULL')
    op.create_index(NAME, TABLE, ['party_id'], sqlite_where=is_maker, postgresql_where=is_maker)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
