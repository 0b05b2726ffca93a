"""A deal keeps the category and base of its result and the origin of its interest, by which figures are cut

Deals that are there get those of today.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('deals', sa.Column('category', sa.String(length=40), nullable=True))
    op.add_column('deals', sa.Column('origin', sa.String(length=40), nullable=True))
    op.add_column('deals', sa.Column('base_id', sa.Integer(), nullable=True))
    for column in ('category', 'base_id'):
        op.execute(f'UPDATE deals SET {column} = (SELECT {column} FROM results WHERE results.id = deals.result_id)')
    op.execute('UPDATE deals SET origin = (SELECT origin FROM interests WHERE interests.id = deals.interest_id)')


def downgrade() -> None:
    op.drop_column('deals', 'base_id')
    op.drop_column('deals', 'origin')
    op.drop_column('deals', 'category')
