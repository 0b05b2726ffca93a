"""What signatures of confidentiality agreements rested on, and requests that their reader took back

Signatures of before rest on nothing that was written down: no row is made up for them.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import replace_check


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

AGREEMENTS, GROUNDS = 'confidentiality_agreements', 'confidentiality_grounds'
CHECKS = (
    ('state_known',
     "state IN ('asked', 'signed_by_reader', 'in_force', 'declined', 'lapsed', 'ended')",
     "state IN ('asked', 'signed_by_reader', 'in_force', 'withdrawn', 'declined', 'lapsed', 'ended')"),
    ('closed_at_if_closed',
     "(state IN ('declined', 'lapsed', 'ended')) = (closed_at IS NOT NULL)",
     "(state IN ('withdrawn', 'declined', 'lapsed', 'ended')) = (closed_at IS NOT NULL)"),
)


def upgrade() -> None:
    op.create_table(GROUNDS,
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('identity_id', sa.Integer(), nullable=False),
    sa.Column('masked', sa.String(length=18), nullable=False),
    sa.Column('verified_by_id', sa.Integer(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('credit_code', sa.String(length=18), nullable=False),
    sa.Column('representative', sa.String(length=80), nullable=False),
    sa.Column('authority_id', sa.Integer(), nullable=True),
    sa.Column('authority_kind', sa.String(40), nullable=True),
    sa.Column('authority_until', sa.Date(), nullable=True),
    sa.CheckConstraint("authority_kind IN ('legal_representative', 'power')", name=op.f('ck_confidentiality_grounds_authority_kind_known')),
    sa.CheckConstraint('(authority_id IS NULL) = (authority_kind IS NULL)', name=op.f('ck_confidentiality_grounds_kind_with_authority')),
    sa.ForeignKeyConstraint(['agreement_id', 'party_id'], ['confidentiality_signatures.agreement_id', 'confidentiality_signatures.party_id'], name=op.f('fk_confidentiality_grounds_agreement_id_party_id')),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.id'], name=op.f('fk_confidentiality_grounds_authority_id')),
    sa.ForeignKeyConstraint(['identity_id'], ['identities.id'], name=op.f('fk_confidentiality_grounds_identity_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_confidentiality_grounds_verified_by_id')),
    sa.PrimaryKeyConstraint('agreement_id', 'party_id', name=op.f('pk_confidentiality_grounds'))
    )
    for name, old, new in CHECKS:
        replace_check(op.get_bind(), AGREEMENTS, name, old, new)
    _protect(GROUNDS)


def downgrade() -> None:
    """Only while nothing was signed on a ground and nothing was taken back: neither can be told without them."""
    connection = op.get_bind()
    for which in (GROUNDS, f"{AGREEMENTS} WHERE state = 'withdrawn'"):
        if connection.scalar(sa.text(f'SELECT count(*) FROM {which}')):
            raise RuntimeError('agreements were signed on a ground, or taken back; restore a backup from before instead')
    for name, old, new in CHECKS:
        replace_check(connection, AGREEMENTS, name, new, old)
    op.drop_table(GROUNDS)


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
