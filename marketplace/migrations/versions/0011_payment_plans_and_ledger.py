"""Payment plans, payments by bank transfer, and the double-entry ledger

Contracts that are in force get their plan from the offer they were written from, and their signed amounts are posted. Whoever
upgrades sets the days of the lines by hand: when their events happened is not known.

Revision ID: 0011
Revises: 0010
"""

import json

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

CHECK = 'ck_deal_steps_kind_known'
ENTRIES = (
    "(kind = 'signed' AND debit = 'owed' AND credit = 'agreed')"
    " OR (kind = 'released' AND debit = 'agreed' AND credit = 'owed')"
    " OR (kind = 'royalty' AND debit = 'owed' AND credit = 'agreed')"
    " OR (kind = 'receipt' AND debit = 'received' AND credit = 'owed')"
    " OR (kind = 'refund' AND debit = 'owed' AND credit = 'received')"
    " OR (kind = 'deduction' AND debit = 'costs' AND credit = 'received')"
    " OR (kind = 'restored' AND debit = 'received' AND credit = 'costs')"
    " OR (kind = 'reward' AND debit = 'awarded' AND credit = 'received')"
    " OR (kind = 'revoked' AND debit = 'received' AND credit = 'awarded')"
    " OR (kind = 'payout' AND debit = 'paid_out' AND credit = 'awarded')"
    " OR (kind = 'withheld' AND debit = 'tax' AND credit = 'awarded')"
    " OR (kind = 'payout_back' AND debit = 'awarded' AND credit = 'paid_out')"
    " OR (kind = 'tax_back' AND debit = 'awarded' AND credit = 'tax')"
)
REFUSALS = {
    'sqlite': (
        "CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END",
        "CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END",
    ),
    'postgresql': (
        "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is only added to'; END $$",
        "CREATE TRIGGER ledger_only_added BEFORE UPDATE OR DELETE ON ledger_transfers "
        "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
    ),
}


def upgrade() -> None:
    _create_ledger()
    _create_milestones()
    _create_receipts()
    _create_royalty_statements()
    with op.batch_alter_table('deal_steps', copy_from=_steps()) as batch:
        _replace_check(batch, "kind IN ('deal', 'offer', 'contract', 'letter_of_intent', 'milestone', 'receipt', 'royalty')")
    _post_what_was_signed()
    _plan_what_is_in_force()


def downgrade() -> None:
    op.execute("DELETE FROM deal_steps WHERE kind IN ('milestone', 'receipt', 'royalty')")
    with op.batch_alter_table('deal_steps', copy_from=_steps()) as batch:
        _replace_check(batch, "kind IN ('deal', 'offer', 'contract', 'letter_of_intent')")
    op.drop_table('royalty_statements')
    op.drop_table('receipts')
    op.drop_table('milestones')
    op.drop_table('ledger_transfers')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_ledger_change()')


def _create_ledger() -> None:
    op.create_table('ledger_transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('debit', sa.String(40), nullable=False),
    sa.Column('credit', sa.String(40), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.CheckConstraint('fen > 0', name=op.f('ck_ledger_transfers_more_than_nothing')),
    sa.CheckConstraint(ENTRIES, name=op.f('ck_ledger_transfers_entries_known')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_ledger_transfers_deal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_transfers'))
    )
    op.create_index(op.f('ix_ledger_transfers_deal_id'), 'ledger_transfers', ['deal_id'], unique=False)
    op.create_index(op.f('ix_ledger_transfers_dated'), 'ledger_transfers', ['dated'], unique=False)
    op.create_index('uq_ledger_transfers_source', 'ledger_transfers', ['source', 'kind'], unique=True)
    for statement in REFUSALS[op.get_bind().dialect.name]:
        op.execute(statement)


def _create_milestones() -> None:
    op.create_table('milestones',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('trigger', sa.String(40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('invoice_number', sa.String(length=40), nullable=False),
    sa.Column('vat_fen', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind IN ('fixed', 'royalty')", name=op.f('ck_milestones_kind_known')),
    sa.CheckConstraint("trigger IN ('in_force', 'acceptance', 'other')", name=op.f('ck_milestones_trigger_known')),
    sa.CheckConstraint("state IN ('planned', 'due', 'cancelled')", name=op.f('ck_milestones_state_known')),
    sa.CheckConstraint('fen > 0', name=op.f('ck_milestones_more_than_nothing')),
    sa.CheckConstraint('days BETWEEN 0 AND 3650', name=op.f('ck_milestones_days_in_range')),
    sa.CheckConstraint("state <> 'due' OR due_on IS NOT NULL", name=op.f('ck_milestones_due_on_if_due')),
    sa.CheckConstraint('vat_fen >= 0 AND vat_fen < fen', name=op.f('ck_milestones_vat_within_amount')),
    sa.CheckConstraint("(invoice_number = '') = (vat_fen IS NULL)", name=op.f('ck_milestones_vat_if_invoice')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_milestones_deal_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_milestones_document_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestones'))
    )
    op.create_index(op.f('ix_milestones_deal_id'), 'milestones', ['deal_id'], unique=False)
    op.create_index('uq_milestones_number', 'milestones', ['deal_id', 'number'], unique=True)


def _create_receipts() -> None:
    op.create_table('receipts',
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
    sa.Column('reported_by_id', sa.Integer(), nullable=False),
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
    sa.CheckConstraint("state NOT IN ('confirmed', 'verified') OR (received_on IS NOT NULL AND confirmed_by_id IS NOT NULL)", name=op.f('ck_receipts_received_if_confirmed')),
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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts'))
    )
    op.create_index(op.f('ix_receipts_deal_id'), 'receipts', ['deal_id'], unique=False)
    op.create_index(op.f('ix_receipts_milestone_id'), 'receipts', ['milestone_id'], unique=False)
    op.create_index(op.f('ix_receipts_received_on'), 'receipts', ['received_on'], unique=False)
    op.create_index(op.f('ix_receipts_voucher_sha256'), 'receipts', ['voucher_sha256'], unique=False)
    op.create_index('ix_receipts_state', 'receipts', ['state', 'confirmed_at'], unique=False)


def _create_royalty_statements() -> None:
    op.create_table('royalty_statements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('base_fen', sa.BigInteger(), nullable=False),
    sa.Column('royalty_bp', sa.Integer(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('stated_by_id', sa.Integer(), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('milestone_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("state IN ('stated', 'agreed', 'objected')", name=op.f('ck_royalty_statements_state_known')),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_royalty_statements_ends_after_it_begins')),
    sa.CheckConstraint('base_fen >= 0 AND fen >= 0', name=op.f('ck_royalty_statements_not_negative')),
    sa.CheckConstraint("(state = 'stated') = (answered_at IS NULL)", name=op.f('ck_royalty_statements_answered_at_if_answered')),
    sa.CheckConstraint("state <> 'objected' OR reason <> ''", name=op.f('ck_royalty_statements_reason_if_objected')),
    sa.CheckConstraint("milestone_id IS NULL OR state = 'agreed'", name=op.f('ck_royalty_statements_line_if_agreed')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_royalty_statements_answered_by_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_royalty_statements_deal_id')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_royalty_statements_document_id')),
    sa.ForeignKeyConstraint(['milestone_id'], ['milestones.id'], name=op.f('fk_royalty_statements_milestone_id')),
    sa.ForeignKeyConstraint(['stated_by_id'], ['users.id'], name=op.f('fk_royalty_statements_stated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_royalty_statements')),
    sa.UniqueConstraint('milestone_id', name=op.f('uq_royalty_statements_milestone_id'))
    )
    op.create_index(op.f('ix_royalty_statements_deal_id'), 'royalty_statements', ['deal_id'], unique=False)


def _post_what_was_signed() -> None:
    for kind, debit, credit, which in (('signed', 'owed', 'agreed', '> 0'), ('released', 'agreed', 'owed', '< 0')):
        op.execute(
            "INSERT INTO ledger_transfers (deal_id, kind, debit, credit, fen, dated, at, source) "
            f"SELECT deal_id, '{kind}', '{debit}', '{credit}', abs(amount_fen), dated, recorded_at, 'entry:' || id "
            f"FROM contract_entries WHERE amount_fen {which} ORDER BY id"
        )


def _plan_what_is_in_force() -> None:
    in_force = op.get_bind().execute(sa.text(
        "SELECT deals.id, documents.id, offers.price_model, offers.amount_fen, offers.instalments FROM deals "
        "JOIN documents ON documents.deal_id = deals.id AND documents.kind = 'contract' AND documents.state = 'complete' "
        "JOIN offers ON offers.id = documents.offer_id WHERE deals.state IN ('in_force', 'performing', 'accepted')"
    )).all()
    for deal_id, document_id, price_model, amount_fen, instalments in in_force:
        lines = json.loads(instalments) if isinstance(instalments, str) else instalments
        at_once = {'lump_sum': '验收合格后三十日内', 'entry_and_royalty': '合同生效后三十日内'}.get(price_model)
        plan = [{'fen': amount_fen, 'when': at_once}] if at_once else lines
        for number, line in enumerate(plan, 1):
            op.get_bind().execute(sa.text(
                "INSERT INTO milestones (deal_id, document_id, number, kind, fen, words, trigger, days, state, invoice_number) "
                "VALUES (:deal, :document, :number, 'fixed', :fen, :words, 'other', 0, 'planned', '')"
            ), {'deal': deal_id, 'document': document_id, 'number': number, 'fen': line['fen'], 'words': line['when']})


def _replace_check(batch, known) -> None:
    """SQLite gets a new table, which is described below without its old check."""
    if op.get_bind().dialect.name == 'postgresql':
        batch.drop_constraint(op.f(CHECK), type_='check')
    batch.create_check_constraint(op.f(CHECK), known)


def _steps() -> sa.Table:
    return sa.Table(
        'deal_steps', sa.MetaData(),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('deal_id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('party_id', sa.Integer(), nullable=True),
        sa.Column('kind', sa.String(40), nullable=False),
        sa.Column('object_id', sa.Integer(), nullable=False),
        sa.Column('action', sa.String(length=40), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_deal_steps_deal_id')),
        sa.ForeignKeyConstraint(['party_id'], ['parties.id'], name=op.f('fk_deal_steps_party_id')),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_deal_steps_user_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_steps')),
        sa.Index(op.f('ix_deal_steps_deal_id'), 'deal_id'),
    )
