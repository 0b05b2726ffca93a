"""Makers of a result as parties of a contract, with their shares, and the offers that name them

Documents and offers of before are in the form of two parties: no row of theirs says anything else.

Revision ID: 0031
Revises: 0030
"""

from alembic import op

from marketplace.infra.schema import require_none, reword


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

PARTIES = 'document_parties'
MAKER = (f'CONSTRAINT ck_{PARTIES}_maker_from_one CHECK (maker > 0)',)
SHARE = (
    f'CONSTRAINT ck_{PARTIES}_share_if_maker CHECK ((maker IS NULL) = (share_bp IS NULL))',
    f'CONSTRAINT ck_{PARTIES}_share_in_range CHECK (share_bp BETWEEN 1 AND 10000)',
)


def upgrade() -> None:
    op.execute("ALTER TABLE offers ADD COLUMN makers JSON DEFAULT '[]' NOT NULL")
    op.execute(f"ALTER TABLE {PARTIES} ADD COLUMN maker INTEGER {' '.join(MAKER)}")
    op.execute(f"ALTER TABLE {PARTIES} ADD COLUMN share_bp INTEGER {' '.join(SHARE)}")


def downgrade() -> None:
    """Only while nobody is named as a maker in an offer or a document: what was agreed with him cannot be told without it."""
    require_none(op.get_bind(), 'makers of results are parties of documents, or are named in offers',
                 f'{PARTIES} WHERE maker IS NOT NULL', "offers WHERE CAST(makers AS TEXT) <> '[]'")
    if op.get_bind().dialect.name == 'sqlite':
        # As in 0027: where the models made the table, the constraints stand behind the columns and do not go with them.
        for constraint in (*MAKER, *SHARE):
            reword(op.get_bind(), PARTIES, ', \n\t' + constraint, '', may_lack=True)
    op.drop_column(PARTIES, 'share_bp')
    op.drop_column(PARTIES, 'maker')
    op.drop_column('offers', 'makers')
