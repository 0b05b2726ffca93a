"""A change of a published listing may bring photos and take some off

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('listing_attachments', sa.Column('is_proposed', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('listing_revisions', sa.Column('photos_removed', sa.JSON(), nullable=False, server_default='[]'))


def downgrade() -> None:
    # Nobody has approved them, and the older code would show them to everybody.
    op.execute("DELETE FROM listing_attachments WHERE is_proposed")
    op.drop_column('listing_revisions', 'photos_removed')
    op.drop_column('listing_attachments', 'is_proposed')
