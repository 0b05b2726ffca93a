"""Registration of contracts: applications, the registrar's papers, the dated entries of A2 and A3, and patents at CNIPA

Contracts that are in force stay as they are: none is registered before its seller records the certificate.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('patent_transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('patent_number', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('applied_on', sa.Date(), nullable=False),
    sa.Column('notice_number', sa.String(length=60), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('scan_name', sa.String(length=200), nullable=False),
    sa.Column('scan_type', sa.String(length=80), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'applied') = (answered_at IS NULL)", name=op.f('ck_patent_transfers_answered_at_if_answered')),
    sa.CheckConstraint("(state = 'effective') = (effective_on IS NOT NULL)", name=op.f('ck_patent_transfers_effective_on_if_effective')),
    sa.CheckConstraint("state <> 'effective' OR (notice_number <> '' AND scan_sha256 IS NOT NULL)", name=op.f('ck_patent_transfers_notice_if_effective')),
    sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f('ck_patent_transfers_reason_if_refused')),
    sa.CheckConstraint("state IN ('applied', 'effective', 'refused')", name=op.f('ck_patent_transfers_state_known')),
    sa.CheckConstraint('effective_on >= applied_on', name=op.f('ck_patent_transfers_effective_after_applied')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_patent_transfers_answered_by_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_patent_transfers_deal_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_patent_transfers_recorded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patent_transfers'))
    )
    op.create_index(op.f('ix_patent_transfers_deal_id'), 'patent_transfers', ['deal_id'], unique=False)
    op.create_index(op.f('ix_patent_transfers_scan_sha256'), 'patent_transfers', ['scan_sha256'], unique=False)
    op.create_index('uq_patent_transfers_live', 'patent_transfers', ['deal_id'], unique=True, sqlite_where=sa.text("state IN ('applied', 'effective')"), postgresql_where=sa.text("state IN ('applied', 'effective')"))
    op.create_table('registrations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('form_since', sa.Date(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=True),
    sa.Column('begun_by_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by_id', sa.Integer(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(state IN ('refused', 'withdrawn', 'cancelled')) = (ended_at IS NOT NULL)", name=op.f('ck_registrations_ended_at_if_ended')),
    sa.CheckConstraint("number <> ''", name=op.f('ck_registrations_number_not_empty')),
    sa.CheckConstraint("state <> 'refused' OR (reason <> '' AND ended_on IS NOT NULL)", name=op.f('ck_registrations_reason_if_refused')),
    sa.CheckConstraint("state IN ('draft', 'applied', 'registered', 'refused', 'withdrawn', 'cancelled')", name=op.f('ck_registrations_state_known')),
    sa.CheckConstraint("state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name=op.f('ck_registrations_submitted_at_if_submitted')),
    sa.CheckConstraint("state NOT IN ('registered', 'cancelled') OR number IS NOT NULL", name=op.f('ck_registrations_number_if_registered')),
    sa.ForeignKeyConstraint(['begun_by_id'], ['users.id'], name=op.f('fk_registrations_begun_by_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_registrations_deal_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_registrations_document_id')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_registrations_ended_by_id')),
    sa.ForeignKeyConstraint(['submitted_by_id'], ['users.id'], name=op.f('fk_registrations_submitted_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registrations')),
    sa.UniqueConstraint('number', name=op.f('uq_registrations_number'))
    )
    op.create_index(op.f('ix_registrations_deal_id'), 'registrations', ['deal_id'], unique=False)
    op.create_index('uq_registrations_live', 'registrations', ['deal_id'], unique=True, sqlite_where=sa.text("state IN ('draft', 'applied', 'registered')"), postgresql_where=sa.text("state IN ('draft', 'applied', 'registered')"))
    op.create_table('registration_records',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('registration_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('a2_fen', sa.BigInteger(), nullable=False),
    sa.Column('a3_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('scan_sha256', sa.String(length=64), nullable=False),
    sa.Column('scan_name', sa.String(length=200), nullable=False),
    sa.Column('scan_type', sa.String(length=80), nullable=False),
    sa.Column('scan_size', sa.Integer(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.CheckConstraint("(kind = 'cancellation') = (a2_fen = 0)", name=op.f('ck_registration_records_nothing_if_cancelled')),
    sa.CheckConstraint("(state = 'recorded') = (answered_at IS NULL)", name=op.f('ck_registration_records_answered_at_if_answered')),
    sa.CheckConstraint("kind = 'certificate' OR reason <> ''", name=op.f('ck_registration_records_reason_if_changed')),
    sa.CheckConstraint("kind IN ('certificate', 'change', 'cancellation')", name=op.f('ck_registration_records_kind_known')),
    sa.CheckConstraint("number <> ''", name=op.f('ck_registration_records_number_not_empty')),
    sa.CheckConstraint("state <> 'returned' OR remark <> ''", name=op.f('ck_registration_records_remark_if_returned')),
    sa.CheckConstraint("state = 'withdrawn' OR answered_by_id <> recorded_by_id", name=op.f('ck_registration_records_two_people')),
    sa.CheckConstraint("state IN ('recorded', 'verified', 'returned', 'withdrawn')", name=op.f('ck_registration_records_state_known')),
    sa.CheckConstraint('a3_fen >= 0 AND a3_fen <= a2_fen', name=op.f('ck_registration_records_a3_within_a2')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_registration_records_answered_by_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_registration_records_recorded_by_id')),
    sa.ForeignKeyConstraint(['registration_id'], ['registrations.id'], name=op.f('fk_registration_records_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_records'))
    )
    op.create_index(op.f('ix_registration_records_registration_id'), 'registration_records', ['registration_id'], unique=False)
    op.create_index(op.f('ix_registration_records_scan_sha256'), 'registration_records', ['scan_sha256'], unique=False)
    op.create_index('ix_registration_records_state', 'registration_records', ['state', 'recorded_at'], unique=False)
    op.create_index('uq_registration_records_waiting', 'registration_records', ['registration_id'], unique=True, sqlite_where=sa.text("state = 'recorded'"), postgresql_where=sa.text("state = 'recorded'"))
    op.create_table('registration_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('basis', sa.String(40), nullable=False),
    sa.Column('a2_fen', sa.BigInteger(), nullable=False),
    sa.Column('a3_fen', sa.BigInteger(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("basis IN ('electronic', 'paper')", name=op.f('ck_registration_entries_basis_known')),
    sa.CheckConstraint("kind <> 'cancellation' OR (a3_fen <= 0 AND a3_fen >= a2_fen)", name=op.f('ck_registration_entries_taken_off_if_cancelled')),
    sa.CheckConstraint("kind <> 'certificate' OR (a3_fen >= 0 AND a3_fen <= a2_fen)", name=op.f('ck_registration_entries_a3_within_a2')),
    sa.CheckConstraint("kind IN ('certificate', 'change', 'cancellation')", name=op.f('ck_registration_entries_kind_known')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_registration_entries_deal_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_registration_entries_document_id')),
    sa.ForeignKeyConstraint(['record_id'], ['registration_records.id'], name=op.f('fk_registration_entries_record_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_entries')),
    sa.UniqueConstraint('record_id', name=op.f('uq_registration_entries_record_id'))
    )
    op.create_index(op.f('ix_registration_entries_dated'), 'registration_entries', ['dated'], unique=False)
    op.create_index(op.f('ix_registration_entries_deal_id'), 'registration_entries', ['deal_id'], unique=False)
    _protect()


def downgrade() -> None:
    op.drop_index(op.f('ix_registration_entries_deal_id'), table_name='registration_entries')
    op.drop_index(op.f('ix_registration_entries_dated'), table_name='registration_entries')
    op.drop_table('registration_entries')
    op.drop_index('uq_registration_records_waiting', table_name='registration_records', sqlite_where=sa.text("state = 'recorded'"), postgresql_where=sa.text("state = 'recorded'"))
    op.drop_index('ix_registration_records_state', table_name='registration_records')
    op.drop_index(op.f('ix_registration_records_scan_sha256'), table_name='registration_records')
    op.drop_index(op.f('ix_registration_records_registration_id'), table_name='registration_records')
    op.drop_table('registration_records')
    op.drop_index('uq_registrations_live', table_name='registrations', sqlite_where=sa.text("state IN ('draft', 'applied', 'registered')"), postgresql_where=sa.text("state IN ('draft', 'applied', 'registered')"))
    op.drop_index(op.f('ix_registrations_deal_id'), table_name='registrations')
    op.drop_table('registrations')
    op.drop_index('uq_patent_transfers_live', table_name='patent_transfers', sqlite_where=sa.text("state IN ('applied', 'effective')"), postgresql_where=sa.text("state IN ('applied', 'effective')"))
    op.drop_index(op.f('ix_patent_transfers_scan_sha256'), table_name='patent_transfers')
    op.drop_index(op.f('ix_patent_transfers_deal_id'), table_name='patent_transfers')
    op.drop_table('patent_transfers')


def _protect() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(
                f"CREATE TRIGGER registration_entries_no_{verb} BEFORE {verb} ON registration_entries "
                "BEGIN SELECT RAISE(ABORT, 'registration_entries is only added to'); END"
            )
        return
    op.execute(
        'CREATE TRIGGER registration_entries_only_added BEFORE UPDATE OR DELETE ON registration_entries '
        'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
