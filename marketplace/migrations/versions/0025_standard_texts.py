"""Standard texts with versions, and the proposals they come from

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clause_proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('variant', sa.String(length=40), nullable=False),
    sa.Column('base_version', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'proposed') = (answered_at IS NULL)", name=op.f('ck_clause_proposals_answered_at_if_answered')),
    sa.CheckConstraint("(state = 'proposed') = (answered_by_id IS NULL)", name=op.f('ck_clause_proposals_answered_by_if_answered')),
    sa.CheckConstraint("heading <> '' AND text <> '' AND reason <> ''", name=op.f('ck_clause_proposals_said')),
    sa.CheckConstraint("kind IN ('contract', 'letter_of_intent', 'amendment', 'termination_agreement')", name=op.f('ck_clause_proposals_kind_known')),
    sa.CheckConstraint("state <> 'returned' OR remark <> ''", name=op.f('ck_clause_proposals_remark_if_returned')),
    sa.CheckConstraint("state <> 'withdrawn' OR answered_by_id = written_by_id", name=op.f('ck_clause_proposals_withdrawn_by_author')),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'returned', 'withdrawn')", name=op.f('ck_clause_proposals_state_known')),
    sa.CheckConstraint("state NOT IN ('approved', 'returned') OR answered_by_id <> written_by_id", name=op.f('ck_clause_proposals_answered_by_another')),
    sa.CheckConstraint('base_version >= 1', name=op.f('ck_clause_proposals_base_version_counts')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_clause_proposals_answered_by_id')),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_clause_proposals_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clause_proposals'))
    )
    op.create_index('ix_clause_proposals_slot', 'clause_proposals', ['kind', 'key', 'variant'], unique=False)
    op.create_index('uq_clause_proposals_open', 'clause_proposals', ['kind', 'key', 'variant'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('clause_texts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('variant', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('written_by_id', sa.Integer(), nullable=False),
    sa.Column('approved_by_id', sa.Integer(), nullable=False),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("heading <> '' AND text <> '' AND reason <> ''", name=op.f('ck_clause_texts_said')),
    sa.CheckConstraint("kind IN ('contract', 'letter_of_intent', 'amendment', 'termination_agreement')", name=op.f('ck_clause_texts_kind_known')),
    sa.CheckConstraint('approved_by_id <> written_by_id', name=op.f('ck_clause_texts_approved_by_another')),
    sa.CheckConstraint('version >= 2', name=op.f('ck_clause_texts_version_after_first')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_clause_texts_approved_by_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['clause_proposals.id'], name=op.f('fk_clause_texts_proposal_id')),
    sa.ForeignKeyConstraint(['written_by_id'], ['users.id'], name=op.f('fk_clause_texts_written_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clause_texts')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_clause_texts_proposal_id'))
    )
    op.create_index('uq_clause_texts_version', 'clause_texts', ['kind', 'key', 'variant', 'version'], unique=True)
    _protect('clause_texts')


def downgrade() -> None:
    """Only while no standard text was changed: documents tell the version they were drafted from."""
    require_none(op.get_bind(), 'standard texts have other versions, or some are proposed',
                 'clause_texts', 'clause_proposals')
    op.drop_index('uq_clause_texts_version', table_name='clause_texts')
    op.drop_table('clause_texts')
    op.drop_index('uq_clause_proposals_open', table_name='clause_proposals', sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))
    op.drop_index('ix_clause_proposals_slot', table_name='clause_proposals')
    op.drop_table('clause_proposals')


def _protect(table: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f'CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} '
        'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
