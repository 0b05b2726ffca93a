"""Each signer agrees to the way of signing, in the version that was shown

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('signatures', sa.Column('method', sa.String(length=20), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('signatures', 'method')
