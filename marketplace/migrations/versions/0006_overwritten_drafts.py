"""What one window writes over in a draft that was changed in another is kept

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('listing_overwritten',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['listings.id'], name=op.f('fk_listing_overwritten_listing_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing_overwritten'))
    )
    op.create_index(op.f('ix_listing_overwritten_listing_id'), 'listing_overwritten', ['listing_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_listing_overwritten_listing_id'), table_name='listing_overwritten')
    op.drop_table('listing_overwritten')
