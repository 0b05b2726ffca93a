"""Apps that make the codes by which signatures are confirmed, a purpose of codes: to remove one, and codes by which anybody checks
confidentiality agreements

Whatever was signed gets a code; its PDF does not name it and is found by its content.

Revision ID: 0032
Revises: 0031
"""

import secrets

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import replace_check, require_none


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

CODES, CHECK = 'verification_codes', 'purpose_known'
BEFORE = "purpose IN ('verify', 'reset', 'sign')"
AFTER = "purpose IN ('verify', 'reset', 'sign', 'authenticator')"


def upgrade() -> None:
    op.create_table('authenticators',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.String(length=200), nullable=True),
    sa.Column('key_id', sa.String(length=40), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint('(ended_at IS NULL) = (sealed IS NOT NULL)', name=op.f('ck_authenticators_secret_until_its_end')),
    sa.CheckConstraint('(sealed IS NULL) = (key_id IS NULL)', name=op.f('ck_authenticators_key_with_secret')),
    sa.CheckConstraint('(confirmed_at IS NULL) = (last_step IS NULL)', name=op.f('ck_authenticators_confirmed_by_a_code')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_authenticators_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticators'))
    )
    op.create_index(op.f('ix_authenticators_user_id'), 'authenticators', ['user_id'], unique=False)
    live = sa.text('ended_at IS NULL')
    op.create_index(
        'uq_authenticators_live', 'authenticators', ['user_id'], unique=True, sqlite_where=live, postgresql_where=live
    )
    replace_check(op.get_bind(), CODES, CHECK, BEFORE, AFTER)
    op.add_column('confidentiality_agreements', sa.Column('code', sa.String(length=16), nullable=True))
    op.add_column('confidentiality_files', sa.Column('roots', sa.Text(), nullable=False, server_default=''))
    _give_codes()
    op.create_index('uq_confidentiality_agreements_code', 'confidentiality_agreements', ['code'], unique=True)


def _give_codes() -> None:
    connection = op.get_bind()
    signed = connection.scalars(sa.text('SELECT DISTINCT agreement_id FROM confidentiality_signatures ORDER BY 1')).all()
    give = sa.text('UPDATE confidentiality_agreements SET code = :code WHERE id = :id')
    for agreement_id in signed:
        code = ''.join(secrets.choice('23456789ABCDEFGHJKLMNPQRSTUVWXYZ') for _ in range(16))
        connection.execute(give, {'code': code, 'id': agreement_id})


def downgrade() -> None:
    """Only while nobody has set one up, for what confirmed a signature could not be told without it, and no agreement has a
    code: it is printed on every page of what was signed, and another one would be made up for it on the way forth."""
    connection = op.get_bind()
    require_none(connection, 'authenticators were set up, or confidentiality agreements were signed and have codes',
                 'authenticators WHERE confirmed_at IS NOT NULL', 'confidentiality_agreements WHERE code IS NOT NULL')
    op.execute("DELETE FROM verification_codes WHERE purpose = 'authenticator'")
    replace_check(connection, CODES, CHECK, AFTER, BEFORE)
    op.drop_index('uq_confidentiality_agreements_code', table_name='confidentiality_agreements')
    op.drop_column('confidentiality_agreements', 'code')
    op.drop_column('confidentiality_files', 'roots')
    op.drop_table('authenticators')
