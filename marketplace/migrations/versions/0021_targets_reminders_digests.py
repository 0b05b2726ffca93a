"""Targets of a year, reminders that officials sent, and the weekly digest with its switch; officials have it from the start

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None



def upgrade() -> None:
    op.add_column('users', sa.Column('weekly_digest', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table('weekly_digests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('monday', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_weekly_digests_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weekly_digests'))
    )
    op.create_index('uq_weekly_digests_monday', 'weekly_digests', ['user_id', 'monday'], unique=True)
    op.create_table('reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('people', sa.JSON(), nullable=False),
    sa.Column('sent_by_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('interest', 'deal', 'review', 'payment')", name=op.f('ck_reminders_kind_known')),
    sa.CheckConstraint('number > 0', name=op.f('ck_reminders_counts_from_one')),
    sa.ForeignKeyConstraint(['sent_by_id'], ['users.id'], name=op.f('fk_reminders_sent_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders'))
    )
    op.create_index('uq_reminders_number', 'reminders', ['subject', 'number'], unique=True)
    op.create_table('targets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(40), nullable=False),
    sa.Column('county', sa.String(length=20), nullable=True),
    sa.Column('value', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_targets_has_reason')),
    sa.CheckConstraint('value >= 0', name=op.f('ck_targets_not_negative')),
    sa.CheckConstraint('value IS NOT NULL OR replaces_id IS NOT NULL', name=op.f('ck_targets_takes_back_something')),
    sa.ForeignKeyConstraint(['replaces_id'], ['targets.id'], name=op.f('fk_targets_replaces_id')),
    sa.ForeignKeyConstraint(['set_by_id'], ['users.id'], name=op.f('fk_targets_set_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_targets')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_targets_replaces_id'))
    )
    op.create_index('uq_targets_first', 'targets', ['year', 'code', sa.text("coalesce(county, '')")], unique=True, sqlite_where=sa.text('replaces_id IS NULL'), postgresql_where=sa.text('replaces_id IS NULL'))
    _protect('reminders')
    _protect('targets')


def downgrade() -> None:
    op.drop_index('uq_targets_first', table_name='targets', sqlite_where=sa.text('replaces_id IS NULL'), postgresql_where=sa.text('replaces_id IS NULL'))
    op.drop_table('targets')
    op.drop_index('uq_reminders_number', table_name='reminders')
    op.drop_table('reminders')
    op.drop_index('uq_weekly_digests_monday', table_name='weekly_digests')
    op.drop_table('weekly_digests')
    op.drop_column('users', 'weekly_digest')


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
