"""Benefits of own use, reasons of endings, and when lines of payment plans were late

When a line of a plan fell due, was put off or was cancelled is taken over from the audit log. Deals that have ended keep their
words and get no kind of reason: nobody guesses it. Decisions about listings and steps of deals are only added to from here on,
as they were before, for figures rest on them.

Revision ID: 0022
Revises: 0021
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

REASONS = "('price', 'terms', 'technology', 'ownership', 'another_way', 'plans', 'silence', 'breach', 'other')"
CHECKS = {
    'deals': (
        f'CONSTRAINT ck_deals_end_reason_known CHECK (end_reason IN {REASONS})',
        "CONSTRAINT ck_deals_end_reason_if_ended CHECK (end_reason IS NULL OR state IN ('lost', 'terminated'))",
    ),
    'settlements': (f'CONSTRAINT ck_settlements_end_reason_known CHECK (end_reason IN {REASONS})',),
}
ONLY_ADDED = ('benefit_entries', 'milestone_moves', 'listing_decisions', 'deal_steps')
OLDER = ('listing_decisions', 'deal_steps')


def upgrade() -> None:
    op.create_table('benefit_declarations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('unit_fen', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('quantity_of', sa.String(length=20), nullable=False),
    sa.Column('costs_fen', sa.BigInteger(), nullable=False),
    sa.Column('costs_for', sa.Text(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('repeatability', sa.String(40), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proof_sha256', sa.String(length=64), nullable=False),
    sa.Column('proof_name', sa.String(length=200), nullable=False),
    sa.Column('proof_type', sa.String(length=80), nullable=False),
    sa.Column('declared_by_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'declared') = (answered_at IS NULL)", name=op.f('ck_benefit_declarations_answered_at_if_answered')),
    sa.CheckConstraint("costs_fen = 0 OR costs_for <> ''", name=op.f('ck_benefit_declarations_costs_named')),
    sa.CheckConstraint("repeatability IN ('as_is', 'adapted', 'guided', 'hard')", name=op.f('ck_benefit_declarations_repeatability_known')),
    sa.CheckConstraint("replaces_id IS NULL OR reason <> ''", name=op.f('ck_benefit_declarations_reason_if_replaces')),
    sa.CheckConstraint("state <> 'returned' OR remark <> ''", name=op.f('ck_benefit_declarations_remark_if_returned')),
    sa.CheckConstraint("state = 'withdrawn' OR answered_by_id <> declared_by_id", name=op.f('ck_benefit_declarations_two_people')),
    sa.CheckConstraint("state IN ('declared', 'verified', 'returned', 'withdrawn', 'replaced')", name=op.f('ck_benefit_declarations_state_known')),
    sa.CheckConstraint('fen = unit_fen * quantity - costs_fen', name=op.f('ck_benefit_declarations_reckoned')),
    sa.CheckConstraint('fen > 0 OR (fen = 0 AND replaces_id IS NOT NULL)', name=op.f('ck_benefit_declarations_more_than_nothing')),
    sa.CheckConstraint('unit_fen > 0 AND quantity >= 0 AND costs_fen >= 0', name=op.f('ck_benefit_declarations_not_negative')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_benefit_declarations_answered_by_id')),
    sa.ForeignKeyConstraint(['declared_by_id'], ['users.id'], name=op.f('fk_benefit_declarations_declared_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_benefit_declarations_organisation_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['benefit_declarations.id'], name=op.f('fk_benefit_declarations_replaces_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_benefit_declarations_result_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_declarations'))
    )
    op.create_index(op.f('ix_benefit_declarations_organisation_id'), 'benefit_declarations', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_benefit_declarations_proof_sha256'), 'benefit_declarations', ['proof_sha256'], unique=False)
    op.create_index('ix_benefit_declarations_state', 'benefit_declarations', ['state', 'declared_at'], unique=False)
    op.create_index('uq_benefit_declarations_standing', 'benefit_declarations', ['result_id', 'organisation_id', 'year'], unique=True, sqlite_where=sa.text("state = 'verified'"), postgresql_where=sa.text("state = 'verified'"))
    op.create_index('uq_benefit_declarations_waiting', 'benefit_declarations', ['result_id', 'organisation_id', 'year'], unique=True, sqlite_where=sa.text("state = 'declared'"), postgresql_where=sa.text("state = 'declared'"))
    op.create_table('benefit_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('declaration_id', sa.Integer(), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('counted', sa.Integer(), nullable=False),
    sa.Column('county', sa.String(length=20), nullable=True),
    sa.Column('industry', sa.String(length=40), nullable=True),
    sa.Column('category', sa.String(length=40), nullable=True),
    sa.Column('base_id', sa.Integer(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('counted BETWEEN -1 AND 1', name=op.f('ck_benefit_entries_counted_once')),
    sa.ForeignKeyConstraint(['declaration_id'], ['benefit_declarations.id'], name=op.f('fk_benefit_entries_declaration_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_benefit_entries_party_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_benefit_entries_result_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_entries')),
    sa.UniqueConstraint('declaration_id', name=op.f('uq_benefit_entries_declaration_id'))
    )
    op.create_index(op.f('ix_benefit_entries_dated'), 'benefit_entries', ['dated'], unique=False)
    op.create_table('milestone_moves',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('milestone_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('late_from', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(due_on IS NULL) = (late_from IS NULL)', name=op.f('ck_milestone_moves_late_from_if_due')),
    sa.CheckConstraint('late_from >= at', name=op.f('ck_milestone_moves_late_after_move')),
    sa.ForeignKeyConstraint(['milestone_id'], ['milestones.id'], name=op.f('fk_milestone_moves_milestone_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestone_moves'))
    )
    op.create_index(op.f('ix_milestone_moves_milestone_id'), 'milestone_moves', ['milestone_id'], unique=False)
    for table, checks in CHECKS.items():
        op.execute(f'ALTER TABLE {table} ADD COLUMN end_reason VARCHAR(40) {" ".join(checks)}')
    _take_over()
    for table in ONLY_ADDED:
        _protect(table)


def downgrade() -> None:
    for table in OLDER:
        _give_up(table)
    _free_of_checks()
    op.drop_column('settlements', 'end_reason')
    op.drop_column('deals', 'end_reason')
    op.drop_index(op.f('ix_milestone_moves_milestone_id'), table_name='milestone_moves')
    op.drop_table('milestone_moves')
    op.drop_index(op.f('ix_benefit_entries_dated'), table_name='benefit_entries')
    op.drop_table('benefit_entries')
    op.drop_index('uq_benefit_declarations_waiting', table_name='benefit_declarations', sqlite_where=sa.text("state = 'declared'"), postgresql_where=sa.text("state = 'declared'"))
    op.drop_index('uq_benefit_declarations_standing', table_name='benefit_declarations', sqlite_where=sa.text("state = 'verified'"), postgresql_where=sa.text("state = 'verified'"))
    op.drop_index('ix_benefit_declarations_state', table_name='benefit_declarations')
    op.drop_index(op.f('ix_benefit_declarations_proof_sha256'), table_name='benefit_declarations')
    op.drop_index(op.f('ix_benefit_declarations_organisation_id'), table_name='benefit_declarations')
    op.drop_table('benefit_declarations')


def _take_over() -> None:
    """The audit log tells of every move of a line, with the day it was to be paid by from then on."""
    connection = op.get_bind()
    log = sa.table('audit_log', *(sa.column(name) for name in ('id', 'action')), sa.column('at', sa.DateTime(timezone=True)),
                   sa.column('payload', sa.JSON()))
    moves = sa.table('milestone_moves', sa.column('milestone_id'), sa.column('at', sa.DateTime(timezone=True)),
                     sa.column('due_on', sa.Date()), sa.column('late_from', sa.DateTime(timezone=True)))
    found = connection.execute(sa.select(log.c.at, log.c.payload).where(log.c.action == 'milestone.moved').order_by(log.c.id))
    rows = [_move(at, payload) for at, payload in found if payload['action'] in ('fall_due', 'cancel')]
    if rows:
        connection.execute(sa.insert(moves), rows)


def _move(at: datetime, payload: dict) -> dict:
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    due_on = date.fromisoformat(payload['due_on']) if payload['action'] == 'fall_due' else None
    late = datetime.combine(due_on + timedelta(days=1), time.min, ZoneInfo('Asia/Shanghai')).astimezone(UTC) if due_on else None
    return {
        'milestone_id': payload['milestone_id'], 'at': at, 'due_on': due_on, 'late_from': max(at, late) if late else None,
    }


def _protect(table: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f'CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )


def _give_up(table: str) -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(f'DROP TRIGGER {table}_no_{verb}')
        return
    op.execute(f'DROP TRIGGER {table}_only_added ON {table}')


def _free_of_checks() -> None:
    """SQLite drops a column together with its own checks. Where the models made the table, they stand behind the columns, and the
    table's text is freed of them in place, as in 0016."""
    connection = op.get_bind()
    if connection.dialect.name != 'sqlite':
        return
    op.execute('PRAGMA writable_schema = ON')
    for table, checks in CHECKS.items():
        for check in checks:
            statement = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :said, '') WHERE type = 'table' AND name = :table")
            connection.execute(statement, {'said': ', \n\t' + check, 'table': table})
    op.execute('PRAGMA writable_schema = RESET')
