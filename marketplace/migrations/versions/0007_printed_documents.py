"""Documents are printed as PDF, and found by a code

Revision ID: 0007
Revises: 0006
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'


def upgrade() -> None:
    op.create_table('document_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('text', 'signed')", name=op.f('ck_document_files_kind_known')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_files_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_files'))
    )
    op.create_index(op.f('ix_document_files_sha256'), 'document_files', ['sha256'], unique=False)
    op.create_index('uq_document_files_kind', 'document_files', ['document_id', 'kind'], unique=True)
    op.add_column('documents', sa.Column('code', sa.String(length=16), nullable=True))
    op.create_index('uq_documents_code', 'documents', ['code'], unique=True)
    _print_what_was_sent()


def _print_what_was_sent() -> None:
    """Texts that are out for signature, or signed, get their code, and the worker prints them."""
    connection = op.get_bind()
    documents = sa.table('documents', *map(sa.column, ('id', 'deal_id', 'kind', 'state', 'sha256', 'code', 'sent_at')))
    outbox = sa.table(
        'outbox', sa.column('at', sa.DateTime(timezone=True)), sa.column('due_at', sa.DateTime(timezone=True)),
        sa.column('event'), sa.column('payload', sa.JSON()), sa.column('handler'), sa.column('attempts'),
    )
    now = datetime.now(UTC)
    for row in connection.execute(sa.select(documents).where(documents.c.sent_at.is_not(None))).all():
        code = ''.join(secrets.choice(LETTERS) for _ in range(16))
        connection.execute(sa.update(documents).where(documents.c.id == row.id).values(code=code))
        for action in ('send', *(('complete',) if row.state == 'complete' else ())):
            payload = {
                'document_id': row.id, 'deal_id': row.deal_id, 'kind': row.kind, 'action': action,
                'sha256': row.sha256, 'party_id': None,
            }
            told = {'at': now, 'due_at': now, 'event': 'document.moved', 'payload': payload, 'handler': 'deals.print'}
            connection.execute(sa.insert(outbox).values(attempts=0, **told))


def downgrade() -> None:
    op.drop_index('uq_documents_code', table_name='documents')
    op.drop_column('documents', 'code')
    op.drop_index('uq_document_files_kind', table_name='document_files')
    op.drop_index(op.f('ix_document_files_sha256'), table_name='document_files')
    op.drop_table('document_files')
