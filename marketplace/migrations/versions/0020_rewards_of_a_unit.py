"""The rewards of a unit are found by their state

Revision ID: 0020
Revises: 0019
"""

from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_rewards_organisation', 'rewards', ['organisation_id', 'state'])
    op.drop_index('ix_rewards_organisation_id', table_name='rewards')


def downgrade() -> None:
    op.create_index('ix_rewards_organisation_id', 'rewards', ['organisation_id'])
    op.drop_index('ix_rewards_organisation', table_name='rewards')
