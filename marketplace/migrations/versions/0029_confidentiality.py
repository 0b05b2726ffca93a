"""Confidentiality agreements: the text, who signed it, the papers it opens, the PDF, and who has opened what

Signatures, papers and openings are only added to.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None

ONLY_ADDED = ('confidentiality_signatures', 'confidentiality_papers', 'confidentiality_openings')


def upgrade() -> None:
    op.create_table('confidentiality_agreements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('owner_party_id', sa.Integer(), nullable=False),
    sa.Column('reader_party_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('years', sa.Integer(), nullable=False),
    sa.Column('clauses', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('in_force_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(state IN ('declined', 'lapsed', 'ended')) = (closed_at IS NOT NULL)", name=op.f('ck_confidentiality_agreements_closed_at_if_closed')),
    sa.CheckConstraint("(state IN ('in_force', 'ended')) = (in_force_at IS NOT NULL AND until IS NOT NULL)", name=op.f('ck_confidentiality_agreements_in_force_at_if_in_force')),
    sa.CheckConstraint("state IN ('asked', 'signed_by_reader', 'in_force', 'declined', 'lapsed', 'ended')", name=op.f('ck_confidentiality_agreements_state_known')),
    sa.CheckConstraint("state NOT IN ('declined', 'ended') OR reason <> ''", name=op.f('ck_confidentiality_agreements_reason_if_closed')),
    sa.CheckConstraint('owner_party_id <> reader_party_id', name=op.f('ck_confidentiality_agreements_two_parties')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_confidentiality_agreements_asked_by_id')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_confidentiality_agreements_closed_by_id')),
    sa.ForeignKeyConstraint(['owner_party_id'], ['parties.id'], name=op.f('fk_confidentiality_agreements_owner_party_id')),
    sa.ForeignKeyConstraint(['reader_party_id'], ['parties.id'], name=op.f('fk_confidentiality_agreements_reader_party_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_confidentiality_agreements_result_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confidentiality_agreements'))
    )
    op.create_index('ix_confidentiality_agreements_due', 'confidentiality_agreements', ['state', 'due_on'], unique=False)
    op.create_index(op.f('ix_confidentiality_agreements_owner_party_id'), 'confidentiality_agreements', ['owner_party_id'], unique=False)
    op.create_index(op.f('ix_confidentiality_agreements_reader_party_id'), 'confidentiality_agreements', ['reader_party_id'], unique=False)
    op.create_index(op.f('ix_confidentiality_agreements_result_id'), 'confidentiality_agreements', ['result_id'], unique=False)
    op.create_index('uq_confidentiality_agreements_live', 'confidentiality_agreements', ['result_id', 'reader_party_id'], unique=True, sqlite_where=sa.text("state IN ('asked', 'signed_by_reader', 'in_force')"), postgresql_where=sa.text("state IN ('asked', 'signed_by_reader', 'in_force')"))
    op.create_table('confidentiality_files',
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['confidentiality_agreements.id'], name=op.f('fk_confidentiality_files_agreement_id')),
    sa.PrimaryKeyConstraint('agreement_id', name=op.f('pk_confidentiality_files'))
    )
    op.create_table('confidentiality_openings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('thing', sa.String(40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('listing_version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.CheckConstraint("thing IN ('description', 'paper')", name=op.f('ck_confidentiality_openings_thing_known')),
    sa.ForeignKeyConstraint(['agreement_id'], ['confidentiality_agreements.id'], name=op.f('fk_confidentiality_openings_agreement_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_confidentiality_openings_party_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_confidentiality_openings_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confidentiality_openings'))
    )
    op.create_index(op.f('ix_confidentiality_openings_agreement_id'), 'confidentiality_openings', ['agreement_id'], unique=False)
    op.create_index('uq_confidentiality_openings_hour', 'confidentiality_openings', ['agreement_id', 'user_id', 'thing', 'sha256', 'hour'], unique=True)
    op.create_table('confidentiality_papers',
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['confidentiality_agreements.id'], name=op.f('fk_confidentiality_papers_agreement_id')),
    sa.ForeignKeyConstraint(['named_by_id'], ['users.id'], name=op.f('fk_confidentiality_papers_named_by_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'sha256', name=op.f('pk_confidentiality_papers'))
    )
    op.create_table('confidentiality_signatures',
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('signer_name', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ip', sa.String(length=64), nullable=False),
    sa.Column('user_agent', sa.String(length=300), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('method', sa.String(length=20), nullable=False),
    sa.Column('factor', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['agreement_id'], ['confidentiality_agreements.id'], name=op.f('fk_confidentiality_signatures_agreement_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_confidentiality_signatures_party_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_confidentiality_signatures_user_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'party_id', name=op.f('pk_confidentiality_signatures'))
    )
    op.create_index('uq_confidentiality_signatures_person', 'confidentiality_signatures', ['agreement_id', 'user_id'], unique=True)
    for table in ONLY_ADDED:
        _protect(table)


def downgrade() -> None:
    """Only while there is no agreement: it was signed, and tells who may read what."""
    require_none(op.get_bind(), 'confidentiality agreements are there, which were signed or asked for',
                 'confidentiality_agreements')
    op.drop_index('uq_confidentiality_signatures_person', table_name='confidentiality_signatures')
    op.drop_table('confidentiality_signatures')
    op.drop_table('confidentiality_papers')
    op.drop_index('uq_confidentiality_openings_hour', table_name='confidentiality_openings')
    op.drop_index(op.f('ix_confidentiality_openings_agreement_id'), table_name='confidentiality_openings')
    op.drop_table('confidentiality_openings')
    op.drop_table('confidentiality_files')
    op.drop_index('uq_confidentiality_agreements_live', table_name='confidentiality_agreements', sqlite_where=sa.text("state IN ('asked', 'signed_by_reader', 'in_force')"), postgresql_where=sa.text("state IN ('asked', 'signed_by_reader', 'in_force')"))
    op.drop_index(op.f('ix_confidentiality_agreements_result_id'), table_name='confidentiality_agreements')
    op.drop_index(op.f('ix_confidentiality_agreements_reader_party_id'), table_name='confidentiality_agreements')
    op.drop_index(op.f('ix_confidentiality_agreements_owner_party_id'), table_name='confidentiality_agreements')
    op.drop_index('ix_confidentiality_agreements_due', table_name='confidentiality_agreements')
    op.drop_table('confidentiality_agreements')


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
    op.execute(f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
