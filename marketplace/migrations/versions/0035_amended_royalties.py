"""The royalty an amendment proposes, and from which quarter on

Only added to, for what was stated of a period rests on it. No amendment of before has one.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none


revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

TABLE = 'amended_royalties'


def upgrade() -> None:
    op.create_table(TABLE,
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('share_bp', sa.Integer(), nullable=False),
    sa.Column('base', sa.String(length=200), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.CheckConstraint('share_bp BETWEEN 1 AND 10000', name=op.f('ck_amended_royalties_share_in_range')),
    sa.CheckConstraint("base <> ''", name=op.f('ck_amended_royalties_base_given')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_amended_royalties_document_id')),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_amended_royalties'))
    )
    _protect()


def downgrade() -> None:
    """Only while no royalty was amended: what of a text is in force cannot be told without it."""
    require_none(op.get_bind(), 'amendments name another royalty', TABLE)
    op.drop_table(TABLE)


def _protect() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(
                f"CREATE TRIGGER {TABLE}_no_{verb} BEFORE {verb} ON {TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{TABLE} is only added to'); END"
            )
        return
    for name, when in (('only_added', 'UPDATE OR DELETE ON {} FOR EACH ROW'), ('not_emptied', 'TRUNCATE ON {} FOR EACH STATEMENT')):
        op.execute(f'CREATE TRIGGER {TABLE}_{name} BEFORE {when.format(TABLE)} EXECUTE FUNCTION refuse_change()')
