"""Indexes for what an official's home counts each time: silent interests, answers of the year, confirmed papers

Without them each count reads all interests and documents of the city.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_interests_state', 'interests', ['state', 'due_on'])
    op.create_index('ix_interests_created_at', 'interests', ['created_at', 'state'])
    confirmed = sa.text("paper = 'confirmed'")
    op.create_index('ix_documents_paper', 'documents', ['paper'], sqlite_where=confirmed, postgresql_where=confirmed)


def downgrade() -> None:
    op.drop_index('ix_documents_paper', table_name='documents')
    op.drop_index('ix_interests_created_at', table_name='interests')
    op.drop_index('ix_interests_state', table_name='interests')
