"""Figures that are frozen with their rows; one way for every table that is only added to

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

PROTECTED = ('snapshot_figures', 'snapshot_rows')


def upgrade() -> None:
    op.create_table('snapshots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrects_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('frozen_by_id', sa.Integer(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f('ck_snapshots_decided_by_somebody')),
    sa.CheckConstraint("(state = 'frozen') = (decided_at IS NULL)", name=op.f('ck_snapshots_decided_at_if_decided')),
    sa.CheckConstraint("corrects_id IS NULL OR note <> ''", name=op.f('ck_snapshots_note_if_corrects')),
    sa.CheckConstraint("first_on <= last_on", name=op.f('ck_snapshots_ends_after_it_begins')),
    sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f('ck_snapshots_reason_if_returned')),
    sa.CheckConstraint("state IN ('frozen', 'published', 'returned', 'withdrawn')", name=op.f('ck_snapshots_state_known')),
    sa.CheckConstraint("state NOT IN ('published', 'returned') OR decided_by_id <> frozen_by_id", name=op.f('ck_snapshots_two_people')),
    sa.ForeignKeyConstraint(['corrects_id'], ['snapshots.id'], name=op.f('fk_snapshots_corrects_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_snapshots_decided_by_id')),
    sa.ForeignKeyConstraint(['frozen_by_id'], ['users.id'], name=op.f('fk_snapshots_frozen_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshots')),
    sa.UniqueConstraint('number', name=op.f('uq_snapshots_number'))
    )
    op.create_index('ix_snapshots_state', 'snapshots', ['state', 'last_on'], unique=False)
    standing = sa.text("state IN ('frozen', 'published')")
    op.create_index('uq_snapshots_corrects', 'snapshots', ['corrects_id'], unique=True, sqlite_where=standing, postgresql_where=standing)
    original = sa.text("corrects_id IS NULL AND state IN ('frozen', 'published')")
    op.create_index('uq_snapshots_period', 'snapshots', ['first_on', 'last_on'], unique=True, sqlite_where=original, postgresql_where=original)
    op.create_table('snapshot_figures',
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('whole', sa.BigInteger(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('rows_sha256', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id'], name=op.f('fk_snapshot_figures_snapshot_id')),
    sa.PrimaryKeyConstraint('snapshot_id', 'code', name=op.f('pk_snapshot_figures'))
    )
    op.create_table('snapshot_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('snapshot_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(40), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('whole', sa.BigInteger(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('dimensions', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_snapshot_rows_deal_id')),
    sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id'], name=op.f('fk_snapshot_rows_snapshot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot_rows'))
    )
    op.create_index('uq_snapshot_rows_source', 'snapshot_rows', ['snapshot_id', 'code', 'source'], unique=True)
    _protect()


def downgrade() -> None:
    op.drop_table('snapshot_rows')
    op.drop_table('snapshot_figures')
    op.drop_table('snapshots')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TRIGGER ledger_transfers_only_added ON ledger_transfers')
        op.execute('DROP FUNCTION refuse_change()')
        op.execute(
            'CREATE TRIGGER ledger_only_added BEFORE UPDATE OR DELETE ON ledger_transfers '
            'FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()'
        )


def _protect() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table in PROTECTED:
            for verb in ('update', 'delete'):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
                )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is only added to'; END $$"
    )
    op.execute('DROP TRIGGER ledger_only_added ON ledger_transfers')
    for table in ('ledger_transfers', *PROTECTED):
        op.execute(
            f'CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()'
        )
