"""The right to buy first: who was told of which text, and what he said

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('preemptions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('contributor_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('told_by_id', sa.Integer(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('paper_name', sa.String(length=200), nullable=False),
    sa.Column('paper_type', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'waiting') = (answered_at IS NULL)", name=op.f('ck_preemptions_answered_at_if_answered')),
    sa.CheckConstraint("state IN ('waiting', 'waived', 'exercised')", name=op.f('ck_preemptions_state_known')),
    sa.CheckConstraint("user_id IS NOT NULL OR state = 'waiting' OR paper_sha256 IS NOT NULL", name=op.f('ck_preemptions_paper_if_no_account')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_preemptions_answered_by_id')),
    sa.ForeignKeyConstraint(['contributor_id'], ['contributors.id'], name=op.f('fk_preemptions_contributor_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_preemptions_deal_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_preemptions_document_id')),
    sa.ForeignKeyConstraint(['told_by_id'], ['users.id'], name=op.f('fk_preemptions_told_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_preemptions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preemptions'))
    )
    op.create_index(op.f('ix_preemptions_deal_id'), 'preemptions', ['deal_id'], unique=False)
    op.create_index(op.f('ix_preemptions_paper_sha256'), 'preemptions', ['paper_sha256'], unique=False)
    op.create_index(op.f('ix_preemptions_user_id'), 'preemptions', ['user_id'], unique=False)
    op.create_index('uq_preemptions_contributor', 'preemptions', ['document_id', 'contributor_id'], unique=True)


def downgrade() -> None:
    op.drop_index('uq_preemptions_contributor', table_name='preemptions')
    op.drop_index(op.f('ix_preemptions_user_id'), table_name='preemptions')
    op.drop_index(op.f('ix_preemptions_paper_sha256'), table_name='preemptions')
    op.drop_index(op.f('ix_preemptions_deal_id'), table_name='preemptions')
    op.drop_table('preemptions')
