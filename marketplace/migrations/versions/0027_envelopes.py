"""Order and last day of signatures, reminders to sign, and written powers

Texts that are out for signature have no last day: nobody was told of one, so none of them expires.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None

STATES = ('documents', 'state_known',
          "state IN ('draft', 'sent', 'complete', 'declined', 'void')",
          "state IN ('draft', 'sent', 'complete', 'declined', 'expired', 'void')")
REMINDERS = ('reminders', 'kind_known',
             "kind IN ('interest', 'deal', 'review', 'payment')",
             "kind IN ('interest', 'deal', 'review', 'payment', 'signature')")
POSITION = 'CONSTRAINT ck_document_parties_position_from_one CHECK (position > 0)'
ONLY_ADDED = ('signing_reminders', 'signing_powers', 'signing_power_endings')


def upgrade() -> None:
    op.create_table('signing_powers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_id', sa.Integer(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=False),
    sa.Column('paper_sha256', sa.String(length=64), nullable=False),
    sa.Column('paper_name', sa.String(length=200), nullable=False),
    sa.Column('paper_type', sa.String(length=80), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_signing_powers_to_somebody_else')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_signing_powers_document_id')),
    sa.ForeignKeyConstraint(['from_id'], ['users.id'], name=op.f('fk_signing_powers_from_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_signing_powers_party_id')),
    sa.ForeignKeyConstraint(['to_id'], ['users.id'], name=op.f('fk_signing_powers_to_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_powers'))
    )
    op.create_index(op.f('ix_signing_powers_paper_sha256'), 'signing_powers', ['paper_sha256'], unique=False)
    op.create_index(op.f('ix_signing_powers_to_id'), 'signing_powers', ['to_id'], unique=False)
    op.create_index('uq_signing_powers_number', 'signing_powers', ['document_id', 'party_id', 'number'], unique=True)
    op.create_table('signing_power_endings',
    sa.Column('power_id', sa.Integer(), nullable=False),
    sa.Column('ending', sa.String(40), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("ending <> 'returned' OR reason <> ''", name=op.f('ck_signing_power_endings_reason_if_returned')),
    sa.CheckConstraint("ending IN ('revoked', 'returned')", name=op.f('ck_signing_power_endings_ending_known')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_signing_power_endings_by_id')),
    sa.ForeignKeyConstraint(['power_id'], ['signing_powers.id'], name=op.f('fk_signing_power_endings_power_id')),
    sa.PrimaryKeyConstraint('power_id', name=op.f('pk_signing_power_endings'))
    )
    op.create_table('signing_reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('days_left', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(days_left IS NULL) = (by_id IS NOT NULL)', name=op.f('ck_signing_reminders_by_worker_or_person')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_signing_reminders_by_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_signing_reminders_document_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_signing_reminders_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_reminders'))
    )
    op.create_index('uq_signing_reminders', 'signing_reminders', ['document_id', 'party_id', 'days_left'], unique=True)
    op.execute('ALTER TABLE documents ADD COLUMN sign_by DATE')
    op.execute(f'ALTER TABLE document_parties ADD COLUMN position INTEGER DEFAULT 1 NOT NULL {POSITION}')
    op.execute(
        'ALTER TABLE signatures ADD COLUMN power_id INTEGER '
        'CONSTRAINT fk_signatures_power_id REFERENCES signing_powers (id)'
    )
    for table, name, old, new in (STATES, REMINDERS):
        _replace_check(table, name, old, new)
    for table in ONLY_ADDED:
        _protect(table)


def downgrade() -> None:
    """Only while nothing has expired and nothing was signed by a written power: neither can be told without them."""
    require_none(op.get_bind(), 'texts have expired, or were signed by a written power', "documents WHERE state = 'expired'",
                 'signatures WHERE power_id IS NOT NULL', "reminders WHERE kind = 'signature'")
    for table, name, old, new in (STATES, REMINDERS):
        _replace_check(table, name, new, old)
    _free_of_constraints()
    op.drop_column('signatures', 'power_id')
    op.drop_column('document_parties', 'position')
    op.drop_column('documents', 'sign_by')
    op.drop_index('uq_signing_reminders', table_name='signing_reminders')
    op.drop_table('signing_reminders')
    op.drop_table('signing_power_endings')
    op.drop_index('uq_signing_powers_number', table_name='signing_powers')
    op.drop_index(op.f('ix_signing_powers_to_id'), table_name='signing_powers')
    op.drop_index(op.f('ix_signing_powers_paper_sha256'), table_name='signing_powers')
    op.drop_table('signing_powers')


def _replace_check(table: str, name: str, old: str, new: str) -> None:
    """As in 0016: SQLite keeps the definition of a table as text, which is changed in place."""
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
        op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, new)
        return
    _reword(table, *(f'CONSTRAINT ck_{table}_{name} CHECK ({one})' for one in (old, new)))


def _free_of_constraints() -> None:
    """SQLite drops a column together with its own constraint. Where the models made the table, it stands behind the columns."""
    if op.get_bind().dialect.name == 'sqlite':
        _reword('document_parties', ', \n\t' + POSITION, '')
        _reword('signatures', ', \n\tCONSTRAINT fk_signatures_power_id FOREIGN KEY(power_id) REFERENCES signing_powers (id)', '')


def _reword(table: str, old: str, new: str) -> None:
    op.execute('PRAGMA writable_schema = ON')
    statement = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
    op.get_bind().execute(statement, {'old': old, 'new': new, 'table': table})
    op.execute('PRAGMA writable_schema = RESET')


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
    op.execute(
        f'CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} '
        'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
    )
