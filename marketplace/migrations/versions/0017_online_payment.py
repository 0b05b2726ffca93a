"""Online payment: accounts at the processor, payment pages, events, disputes; receipts by the word of the processor

SQLite gets a new table of receipts, for its checks cannot be changed; what refers to it is looked through by the end (env.py).

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

CONFIRMED = 'ck_receipts_received_if_confirmed'
BY_PEOPLE = "state NOT IN ('confirmed', 'verified') OR (received_on IS NOT NULL AND confirmed_by_id IS NOT NULL)"
NEW_CHECKS = {
    CONFIRMED: "state NOT IN ('confirmed', 'verified') OR (received_on IS NOT NULL AND confirmed_at IS NOT NULL"
               " AND (confirmed_by_id IS NOT NULL OR channel = 'online'))",
    'ck_receipts_channel_known': "channel IN ('transfer', 'online')",
    'ck_receipts_reported_by_if_transfer': "(channel = 'online') = (reported_by_id IS NULL)",
    'ck_receipts_nobody_confirms_online': "channel <> 'online' OR confirmed_by_id IS NULL",
    'ck_receipts_processor_id_if_online': "(channel = 'online') = (processor_id IS NOT NULL)",
    'ck_receipts_confirmed_if_online': "channel <> 'online' OR state IN ('confirmed', 'verified', 'rejected')",
    'ck_receipts_currency_if_fee': "(fee IS NULL) = (fee_currency = '')",
    'ck_receipts_fee_if_online': "fee IS NULL OR channel = 'online'",
}


def upgrade() -> None:
    with op.batch_alter_table('receipts', copy_from=_receipts()) as batch:
        for column in _new_columns():
            batch.add_column(column)
        batch.alter_column('reported_by_id', existing_type=sa.Integer(), nullable=True)
        if _is_postgresql():
            batch.drop_constraint(op.f(CONFIRMED), type_='check')
        for name, rule in NEW_CHECKS.items():
            batch.create_check_constraint(op.f(name), rule)
    op.create_index('uq_receipts_processor_id', 'receipts', ['processor_id'], unique=True)
    _create_tables()


def downgrade() -> None:
    """What was paid online would be lost, and the ledger knows of it: then there is no way back but a backup."""
    if op.get_bind().execute(sa.text("SELECT 1 FROM receipts WHERE channel = 'online' LIMIT 1")).first():
        raise RuntimeError('there are online payments: restore a backup instead')
    op.drop_table('bank_lines')
    op.drop_table('bank_statements')
    op.drop_index(op.f('ix_reconciliations_at'), table_name='reconciliations')
    op.drop_table('reconciliations')
    op.drop_index(op.f('ix_processor_events_received_at'), table_name='processor_events')
    op.drop_index(op.f('ix_processor_events_page_id'), table_name='processor_events')
    op.drop_index(op.f('ix_processor_events_account'), table_name='processor_events')
    op.drop_table('processor_events')
    op.drop_index(op.f('ix_payment_pages_milestone_id'), table_name='payment_pages')
    op.drop_index(op.f('ix_payment_pages_deal_id'), table_name='payment_pages')
    op.drop_table('payment_pages')
    op.drop_index(op.f('ix_disputes_receipt_id'), table_name='disputes')
    op.drop_index(op.f('ix_disputes_deal_id'), table_name='disputes')
    op.drop_table('disputes')
    op.drop_index('uq_online_accounts_organisation', table_name='online_accounts', sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index('uq_online_accounts_account', table_name='online_accounts', sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index(op.f('ix_online_accounts_organisation_id'), table_name='online_accounts')
    op.drop_table('online_accounts')
    op.drop_index('uq_receipts_processor_id', table_name='receipts')
    with op.batch_alter_table('receipts', copy_from=_receipts(*_new_columns(), reporter_known=False)) as batch:
        if _is_postgresql():
            for name in NEW_CHECKS:
                batch.drop_constraint(op.f(name), type_='check')
        batch.create_check_constraint(op.f(CONFIRMED), BY_PEOPLE)
        batch.alter_column('reported_by_id', existing_type=sa.Integer(), nullable=False)
        for column in _new_columns():
            batch.drop_column(column.name)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == 'postgresql'


def _new_columns() -> list[sa.Column]:
    return [
        sa.Column('channel', sa.String(40), nullable=False, server_default='transfer'),
        sa.Column('processor_id', sa.String(length=255), nullable=True),
        sa.Column('fee', sa.BigInteger(), nullable=True),
        sa.Column('fee_currency', sa.String(length=3), nullable=False, server_default=''),
    ]


def _receipts(*more, reporter_known=True) -> sa.Table:
    """As it stands before, without the check that is replaced."""
    return sa.Table(
        'receipts', sa.MetaData(),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('deal_id', sa.Integer(), nullable=False),
        sa.Column('milestone_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(40), nullable=False),
        sa.Column('refund_of_id', sa.Integer(), nullable=True),
        sa.Column('state', sa.String(40), nullable=False),
        sa.Column('fen', sa.BigInteger(), nullable=False),
        sa.Column('sent_on', sa.Date(), nullable=False),
        sa.Column('received_on', sa.Date(), nullable=True),
        sa.Column('bank_reference', sa.String(length=60), nullable=False),
        sa.Column('voucher_sha256', sa.String(length=64), nullable=False),
        sa.Column('voucher_name', sa.String(length=200), nullable=False),
        sa.Column('voucher_type', sa.String(length=80), nullable=False),
        sa.Column('voucher_size', sa.Integer(), nullable=False),
        sa.Column('party_id', sa.Integer(), nullable=False),
        sa.Column('reported_by_id', sa.Integer(), nullable=not reporter_known),
        sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('confirmed_by_id', sa.Integer(), nullable=True),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('verified_by_id', sa.Integer(), nullable=True),
        sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f('ck_receipts_kind_known')),
        sa.CheckConstraint("state IN ('reported', 'confirmed', 'verified', 'refused', 'rejected', 'withdrawn')", name=op.f('ck_receipts_state_known')),
        sa.CheckConstraint('fen > 0', name=op.f('ck_receipts_more_than_nothing')),
        sa.CheckConstraint("(kind = 'refund') = (refund_of_id IS NOT NULL)", name=op.f('ck_receipts_refund_of_something')),
        sa.CheckConstraint('confirmed_by_id <> reported_by_id', name=op.f('ck_receipts_two_people')),
        sa.CheckConstraint("(state = 'verified') = (verified_by_id IS NOT NULL)", name=op.f('ck_receipts_verified_by_if_verified')),
        sa.CheckConstraint("state NOT IN ('refused', 'rejected') OR reason <> ''", name=op.f('ck_receipts_reason_if_refused')),
        sa.CheckConstraint('received_on >= sent_on', name=op.f('ck_receipts_received_after_sent')),
        sa.ForeignKeyConstraint(['confirmed_by_id'], ['users.id'], name=op.f('fk_receipts_confirmed_by_id')),
        sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_receipts_deal_id')),
        sa.ForeignKeyConstraint(['milestone_id'], ['milestones.id'], name=op.f('fk_receipts_milestone_id')),
        sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_receipts_party_id')),
        sa.ForeignKeyConstraint(['refund_of_id'], ['receipts.id'], name=op.f('fk_receipts_refund_of_id')),
        sa.ForeignKeyConstraint(['reported_by_id'], ['users.id'], name=op.f('fk_receipts_reported_by_id')),
        sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_receipts_verified_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts')),
        *more,
        sa.Index(op.f('ix_receipts_deal_id'), 'deal_id'),
        sa.Index(op.f('ix_receipts_milestone_id'), 'milestone_id'),
        sa.Index(op.f('ix_receipts_received_on'), 'received_on'),
        sa.Index(op.f('ix_receipts_voucher_sha256'), 'voucher_sha256'),
        sa.Index('ix_receipts_state', 'state', 'confirmed_at'),
    )


def _create_tables() -> None:
    op.create_table('bank_statements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('read_by_id', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('line_count', sa.Integer(), nullable=False),
    sa.Column('unread_count', sa.Integer(), nullable=False),
    sa.Column('kept_count', sa.Integer(), nullable=False),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_bank_statements_ends_after_it_begins')),
    sa.CheckConstraint('kept_count BETWEEN 0 AND line_count', name=op.f('ck_bank_statements_kept_of_the_lines')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_bank_statements_party_id')),
    sa.ForeignKeyConstraint(['read_by_id'], ['users.id'], name=op.f('fk_bank_statements_read_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_statements'))
    )
    op.create_index('uq_bank_statements_file', 'bank_statements', ['party_id', 'content_hash'], unique=True)
    op.create_table('bank_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('counterparty', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=100), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('fen <> 0', name=op.f('ck_bank_lines_not_nothing')),
    sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_bank_lines_party_id')),
    sa.ForeignKeyConstraint(['statement_id'], ['bank_statements.id'], name=op.f('fk_bank_lines_statement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bank_lines'))
    )
    op.create_index(op.f('ix_bank_lines_party_id'), 'bank_lines', ['party_id'], unique=False)
    op.create_index(op.f('ix_bank_lines_statement_id'), 'bank_lines', ['statement_id'], unique=False)
    op.create_table('online_accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('account', sa.String(length=64), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('named_by_id', sa.Integer(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("state IN ('named', 'connected', 'refused', 'ended')", name=op.f('ck_online_accounts_state_known')),
    sa.CheckConstraint("state NOT IN ('connected', 'refused') OR checked_at IS NOT NULL", name=op.f('ck_online_accounts_checked_if_known')),
    sa.ForeignKeyConstraint(['named_by_id'], ['users.id'], name=op.f('fk_online_accounts_named_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_online_accounts_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_online_accounts'))
    )
    op.create_index(op.f('ix_online_accounts_organisation_id'), 'online_accounts', ['organisation_id'], unique=False)
    op.create_index('uq_online_accounts_account', 'online_accounts', ['account'], unique=True, sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.create_index('uq_online_accounts_organisation', 'online_accounts', ['organisation_id'], unique=True, sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.create_table('disputes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('processor_id', sa.String(length=255), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f('ck_disputes_settled_at_if_settled')),
    sa.CheckConstraint("state IN ('open', 'lifted', 'lost')", name=op.f('ck_disputes_state_known')),
    sa.CheckConstraint('fen > 0', name=op.f('ck_disputes_more_than_nothing')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_disputes_deal_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], name=op.f('fk_disputes_receipt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disputes')),
    sa.UniqueConstraint('processor_id', name=op.f('uq_disputes_processor_id'))
    )
    op.create_index(op.f('ix_disputes_deal_id'), 'disputes', ['deal_id'], unique=False)
    op.create_index(op.f('ix_disputes_receipt_id'), 'disputes', ['receipt_id'], unique=False)
    op.create_table('payment_pages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('milestone_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('session_id', sa.String(length=255), nullable=True),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'paid') = (receipt_id IS NOT NULL)", name=op.f('ck_payment_pages_receipt_if_paid')),
    sa.CheckConstraint("state IN ('asked', 'open', 'paid', 'expired', 'failed')", name=op.f('ck_payment_pages_state_known')),
    sa.CheckConstraint("state NOT IN ('open', 'paid') OR session_id IS NOT NULL", name=op.f('ck_payment_pages_session_if_open')),
    sa.CheckConstraint('expires_at > asked_at', name=op.f('ck_payment_pages_lasts')),
    sa.CheckConstraint('fen BETWEEN 1 AND 99999999', name=op.f('ck_payment_pages_amount_in_range')),
    sa.ForeignKeyConstraint(['account_id'], ['online_accounts.id'], name=op.f('fk_payment_pages_account_id')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_payment_pages_asked_by_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_payment_pages_deal_id')),
    sa.ForeignKeyConstraint(['milestone_id'], ['milestones.id'], name=op.f('fk_payment_pages_milestone_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], name=op.f('fk_payment_pages_receipt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_pages')),
    sa.UniqueConstraint('key', name=op.f('uq_payment_pages_key')),
    sa.UniqueConstraint('receipt_id', name=op.f('uq_payment_pages_receipt_id')),
    sa.UniqueConstraint('session_id', name=op.f('uq_payment_pages_session_id'))
    )
    op.create_index(op.f('ix_payment_pages_deal_id'), 'payment_pages', ['deal_id'], unique=False)
    op.create_index(op.f('ix_payment_pages_milestone_id'), 'payment_pages', ['milestone_id'], unique=False)
    op.create_table('processor_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.String(length=255), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('account', sa.String(length=64), nullable=False),
    sa.Column('session_id', sa.String(length=255), nullable=False),
    sa.Column('intent_id', sa.String(length=255), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('was_fetched', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(40), nullable=False),
    sa.Column('followed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(outcome = 'waiting') = (followed_at IS NULL)", name=op.f('ck_processor_events_followed_at_if_followed')),
    sa.CheckConstraint("outcome <> 'followed' OR page_id IS NOT NULL OR (session_id = '' AND intent_id = '')", name=op.f('ck_processor_events_page_if_followed')),
    sa.CheckConstraint("outcome IN ('waiting', 'followed', 'not_ours', 'other_account', 'differs')", name=op.f('ck_processor_events_outcome_known')),
    sa.ForeignKeyConstraint(['page_id'], ['payment_pages.id'], name=op.f('fk_processor_events_page_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_processor_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_processor_events_event_id'))
    )
    op.create_index(op.f('ix_processor_events_account'), 'processor_events', ['account'], unique=False)
    op.create_index(op.f('ix_processor_events_page_id'), 'processor_events', ['page_id'], unique=False)
    op.create_table('reconciliations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payments', sa.Integer(), nullable=False),
    sa.Column('fetched', sa.Integer(), nullable=False),
    sa.Column('differences', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliations'))
    )
    op.create_index(op.f('ix_reconciliations_at'), 'reconciliations', ['at'], unique=False)
    op.create_index(op.f('ix_processor_events_received_at'), 'processor_events', ['received_at'], unique=False)
