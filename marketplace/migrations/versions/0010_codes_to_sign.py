"""A signature is confirmed by a one-time code that is good for one document

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

CHECK = 'ck_verification_codes_purpose_known'


def upgrade() -> None:
    with op.batch_alter_table('verification_codes', copy_from=_codes()) as batch:
        _replace_check(batch, "purpose IN ('verify', 'reset', 'sign')")
        batch.add_column(sa.Column('about', sa.String(length=200), nullable=False, server_default=''))
    op.add_column('signatures', sa.Column('factor', sa.String(length=20), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('signatures', 'factor')
    op.execute("DELETE FROM verification_codes WHERE purpose = 'sign'")
    about = sa.Column('about', sa.String(length=200), nullable=False, server_default='')
    with op.batch_alter_table('verification_codes', copy_from=_codes(about)) as batch:
        batch.drop_column('about')
        _replace_check(batch, "purpose IN ('verify', 'reset')")


def _replace_check(batch, known) -> None:
    """SQLite gets a new table, which is described below without its old check."""
    if op.get_bind().dialect.name == 'postgresql':
        batch.drop_constraint(op.f(CHECK), type_='check')
    batch.create_check_constraint(op.f(CHECK), known)


def _codes(*more) -> sa.Table:
    return sa.Table(
        'verification_codes', sa.MetaData(),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('contact', sa.String(length=254), nullable=False),
        sa.Column('purpose', sa.String(40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        *more,
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_verification_codes_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_verification_codes')),
        sa.Index(op.f('ix_verification_codes_user_id'), 'user_id'),
    )
