"""Contracts in force are amended, and ended by agreement

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

CHECKS = (
    ('documents', 'kind_known',
     "kind IN ('contract', 'letter_of_intent')",
     "kind IN ('contract', 'letter_of_intent', 'amendment', 'termination_agreement')"),
    ('deal_steps', 'kind_known',
     "kind IN ('deal', 'offer', 'contract', 'letter_of_intent', 'milestone', 'receipt', 'royalty')",
     "kind IN ('deal', 'offer', 'contract', 'letter_of_intent', 'amendment', 'termination_agreement', 'milestone', 'receipt', 'royalty')"),
    ('contract_entries', 'kind_known',
     "kind IN ('in_force', 'termination')",
     "kind IN ('in_force', 'amendment', 'termination')"),
    ('contract_entries', 'negative_if_termination',
     "(kind = 'termination') = (amount_fen < 0) OR amount_fen = 0",
     "kind = 'amendment' OR (kind = 'termination') = (amount_fen < 0) OR amount_fen = 0"),
    ('milestones', 'trigger_known',
     "trigger IN ('in_force', 'acceptance', 'other')",
     "trigger IN ('in_force', 'acceptance', 'day', 'other')"),
)


def upgrade() -> None:
    op.create_table('amendments',
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('dropped', sa.JSON(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_amendments_document_id')),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_amendments'))
    )
    op.create_table('settlements',
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('payable_fen', sa.BigInteger(), nullable=False),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('settle_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint('payable_fen >= 0 AND received_fen >= 0', name=op.f('ck_settlements_not_negative')),
    sa.CheckConstraint('payable_fen = received_fen OR settle_on IS NOT NULL', name=op.f('ck_settlements_day_if_not_even')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_settlements_reason_given')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_settlements_document_id')),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_settlements'))
    )
    op.execute(
        'ALTER TABLE milestones ADD COLUMN amendment_id INTEGER '
        'CONSTRAINT fk_milestones_amendment_id REFERENCES documents (id)'
    )
    _replace_checks((table, name, old, new) for table, name, old, new in CHECKS)


def downgrade() -> None:
    """Only while nothing was written: what was signed is not thrown away, and the ledger that rests on it cannot be."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM documents WHERE kind IN ('amendment', 'termination_agreement')")):
        raise RuntimeError('contracts were amended or ended by agreement here; restore a backup from before instead')
    op.drop_column('milestones', 'amendment_id')
    op.drop_table('settlements')
    op.drop_table('amendments')
    _replace_checks((table, name, new, old) for table, name, old, new in CHECKS)


def _replace_checks(changes) -> None:
    """PostgreSQL has a statement for it. SQLite keeps a table's definition as text, and a CHECK touches nothing of what is stored:
    that text is changed in place, as SQLite's documentation of ALTER TABLE describes. A new table in the old one's place would
    drop one that other tables refer to."""
    connection = op.get_bind()
    if connection.dialect.name == 'postgresql':
        for table, name, _, new in changes:
            op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
            op.create_check_constraint(op.f(f'ck_{table}_{name}'), table, new)
        return
    op.execute('PRAGMA writable_schema = ON')
    for table, name, old, new in changes:
        said = [f'CONSTRAINT ck_{table}_{name} CHECK ({one})' for one in (old, new)]
        statement = sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :table")
        connection.execute(statement, {'old': said[0], 'new': said[1], 'table': table})
    op.execute('PRAGMA writable_schema = RESET')
