"""Each signature is put into the PDF, with a certificate of its own

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seals',
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('certificates', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id', 'party_id'], ['signatures.document_id', 'signatures.party_id'], name=op.f('fk_seals_document_id_party_id')),
    sa.PrimaryKeyConstraint('document_id', 'party_id', name=op.f('pk_seals'))
    )
    op.create_index(op.f('ix_seals_sha256'), 'seals', ['sha256'], unique=False)
    op.create_index('uq_seals_number', 'seals', ['document_id', 'number'], unique=True)


def downgrade() -> None:
    op.drop_index('uq_seals_number', table_name='seals')
    op.drop_index(op.f('ix_seals_sha256'), table_name='seals')
    op.drop_table('seals')
