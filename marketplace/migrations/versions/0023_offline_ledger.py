"""The offline ledger with its sheets and papers, suspected duplicates, and findings about related parties

Deals that are there have no finding: nobody has looked, and figures show them as not given.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ('offline_entries', 'offline_papers', 'relation_findings')


def upgrade() -> None:
    op.create_table('duplicates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_kind', sa.String(40), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_kind', sa.String(40), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('seller_county', sa.String(length=20), nullable=True),
    sa.Column('buyer_county', sa.String(length=20), nullable=True),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('same_result', sa.Boolean(), nullable=False),
    sa.Column('title_percent', sa.Integer(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('standing', sa.String(length=40), nullable=False),
    sa.CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name=op.f('ck_duplicates_resolved_at_if_not_open')),
    sa.CheckConstraint("(state = 'same') = (standing <> '')", name=op.f('ck_duplicates_standing_if_same')),
    sa.CheckConstraint("(state IN ('same', 'different')) = (resolved_by_id IS NOT NULL)", name=op.f('ck_duplicates_resolved_by_if_resolved')),
    sa.CheckConstraint("first_kind = second_kind OR first_kind = 'deal'", name=op.f('ck_duplicates_contract_first')),
    sa.CheckConstraint("first_kind IN ('deal', 'offline')", name=op.f('ck_duplicates_first_kind_known')),
    sa.CheckConstraint("second_kind IN ('deal', 'offline')", name=op.f('ck_duplicates_second_kind_known')),
    sa.CheckConstraint("state <> 'different' OR reason <> ''", name=op.f('ck_duplicates_reason_if_different')),
    sa.CheckConstraint("state IN ('open', 'same', 'different', 'moot')", name=op.f('ck_duplicates_state_known')),
    sa.CheckConstraint('first_kind <> second_kind OR first_id < second_id', name=op.f('ck_duplicates_in_order')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['users.id'], name=op.f('fk_duplicates_resolved_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicates'))
    )
    op.create_index('ix_duplicates_second', 'duplicates', ['second_kind', 'second_id'], unique=False)
    op.create_index('ix_duplicates_state', 'duplicates', ['state', 'found_at'], unique=False)
    op.create_index('uq_duplicates_pair', 'duplicates', ['first_kind', 'first_id', 'second_kind', 'second_id'], unique=True)
    op.create_table('offline_imports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('row_count', sa.Integer(), nullable=False),
    sa.Column('taken_count', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'read') = (ended_at IS NULL)", name=op.f('ck_offline_imports_ended_at_if_ended')),
    sa.CheckConstraint("state IN ('read', 'imported', 'discarded')", name=op.f('ck_offline_imports_state_known')),
    sa.CheckConstraint('taken_count BETWEEN 0 AND row_count', name=op.f('ck_offline_imports_taken_of_the_rows')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_offline_imports_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offline_imports'))
    )
    op.create_index(op.f('ix_offline_imports_sha256'), 'offline_imports', ['sha256'], unique=False)
    op.create_index(op.f('ix_offline_imports_uploaded_by_id'), 'offline_imports', ['uploaded_by_id'], unique=False)
    op.create_table('offline_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('reverses_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=True),
    sa.Column('seller_name', sa.String(length=200), nullable=False),
    sa.Column('seller_key', sa.String(length=200), nullable=False),
    sa.Column('seller_code', sa.String(length=18), nullable=False),
    sa.Column('seller_county', sa.String(length=20), nullable=True),
    sa.Column('buyer_name', sa.String(length=200), nullable=False),
    sa.Column('buyer_key', sa.String(length=200), nullable=False),
    sa.Column('buyer_code', sa.String(length=18), nullable=False),
    sa.Column('buyer_county', sa.String(length=20), nullable=True),
    sa.Column('contract_type', sa.String(40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('same_as', sa.String(length=40), nullable=False),
    sa.Column('import_id', sa.Integer(), nullable=True),
    sa.Column('sheet_row', sa.Integer(), nullable=True),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'reversal') = (amount_fen < 0) AND amount_fen <> 0", name=op.f('ck_offline_entries_negative_if_reversal')),
    sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f('ck_offline_entries_reverses_if_reversal')),
    sa.CheckConstraint("contract_type IN ('development', 'assignment', 'licence', 'consulting', 'service')", name=op.f('ck_offline_entries_contract_type_known')),
    sa.CheckConstraint("kind = 'entry' OR reason <> ''", name=op.f('ck_offline_entries_reason_if_reversal')),
    sa.CheckConstraint("kind IN ('entry', 'reversal')", name=op.f('ck_offline_entries_kind_known')),
    sa.CheckConstraint('(import_id IS NULL) = (sheet_row IS NULL)', name=op.f('ck_offline_entries_row_if_imported')),
    sa.ForeignKeyConstraint(['import_id'], ['offline_imports.id'], name=op.f('fk_offline_entries_import_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_offline_entries_recorded_by_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_offline_entries_result_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['offline_entries.id'], name=op.f('fk_offline_entries_reverses_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offline_entries')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_offline_entries_reverses_id'))
    )
    op.create_index(op.f('ix_offline_entries_buyer_code'), 'offline_entries', ['buyer_code'], unique=False)
    op.create_index(op.f('ix_offline_entries_buyer_key'), 'offline_entries', ['buyer_key'], unique=False)
    op.create_index(op.f('ix_offline_entries_dated'), 'offline_entries', ['dated'], unique=False)
    op.create_index(op.f('ix_offline_entries_import_id'), 'offline_entries', ['import_id'], unique=False)
    op.create_index(op.f('ix_offline_entries_seller_code'), 'offline_entries', ['seller_code'], unique=False)
    op.create_index(op.f('ix_offline_entries_seller_key'), 'offline_entries', ['seller_key'], unique=False)
    op.create_index('uq_offline_entries_sheet_row', 'offline_entries', ['import_id', 'sheet_row'], unique=True)
    op.create_table('offline_papers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['users.id'], name=op.f('fk_offline_papers_added_by_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['offline_entries.id'], name=op.f('fk_offline_papers_entry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offline_papers'))
    )
    op.create_index(op.f('ix_offline_papers_entry_id'), 'offline_papers', ['entry_id'], unique=False)
    op.create_index(op.f('ix_offline_papers_sha256'), 'offline_papers', ['sha256'], unique=False)
    op.create_table('relation_findings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('is_related', sa.Boolean(), nullable=False),
    sa.Column('grounds', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=True),
    sa.Column('found_by_id', sa.Integer(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("found_by_id IS NULL OR reason <> ''", name=op.f('ck_relation_findings_reason_if_said')),
    sa.CheckConstraint('party_id IS NULL OR is_related', name=op.f('ck_relation_findings_parties_declare_only')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_relation_findings_deal_id')),
    sa.ForeignKeyConstraint(['found_by_id'], ['users.id'], name=op.f('fk_relation_findings_found_by_id')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_relation_findings_party_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_relation_findings'))
    )
    op.create_index('ix_relation_findings_deal_id', 'relation_findings', ['deal_id', 'found_at', 'id'], unique=False)
    for table in ONLY_ADDED_TO:
        _protect(table)


def downgrade() -> None:
    op.drop_index('ix_relation_findings_deal_id', table_name='relation_findings')
    op.drop_table('relation_findings')
    op.drop_index(op.f('ix_offline_papers_sha256'), table_name='offline_papers')
    op.drop_index(op.f('ix_offline_papers_entry_id'), table_name='offline_papers')
    op.drop_table('offline_papers')
    op.drop_index('uq_offline_entries_sheet_row', table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_seller_key'), table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_seller_code'), table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_import_id'), table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_dated'), table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_buyer_key'), table_name='offline_entries')
    op.drop_index(op.f('ix_offline_entries_buyer_code'), table_name='offline_entries')
    op.drop_table('offline_entries')
    op.drop_index(op.f('ix_offline_imports_uploaded_by_id'), table_name='offline_imports')
    op.drop_index(op.f('ix_offline_imports_sha256'), table_name='offline_imports')
    op.drop_table('offline_imports')
    op.drop_index('uq_duplicates_pair', table_name='duplicates')
    op.drop_index('ix_duplicates_state', table_name='duplicates')
    op.drop_index('ix_duplicates_second', table_name='duplicates')
    op.drop_table('duplicates')


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
