"""Rewards: the rules of units, the share in a receipt, who gets how much, and what was paid

Payments that were verified before trigger no reward by themselves.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reward_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(40), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('share_bp', sa.Integer(), nullable=False),
    sa.Column('contract_types', sa.JSON(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('file_type', sa.String(length=80), nullable=False),
    sa.Column('filed_by_id', sa.Integer(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(basis = 'agreement') = (result_id IS NOT NULL)", name=op.f('ck_reward_rules_result_if_agreement')),
    sa.CheckConstraint("basis IN ('agreement', 'collective_contract', 'unit_rule', 'statutory', 'decision')", name=op.f('ck_reward_rules_basis_known')),
    sa.CheckConstraint("basis NOT IN ('statutory', 'decision')", name=op.f('ck_reward_rules_filed_by_a_unit')),
    sa.CheckConstraint('share_bp BETWEEN 1 AND 10000', name=op.f('ck_reward_rules_share_in_range')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_reward_rules_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['filed_by_id'], ['users.id'], name=op.f('fk_reward_rules_filed_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_reward_rules_organisation_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_reward_rules_result_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_rules'))
    )
    op.create_index(op.f('ix_reward_rules_organisation_id'), 'reward_rules', ['organisation_id'], unique=False)
    op.create_table('rewards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('receipt_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('refunds_fen', sa.BigInteger(), nullable=False),
    sa.Column('costs', sa.JSON(), nullable=False),
    sa.Column('net_fen', sa.BigInteger(), nullable=True),
    sa.Column('basis', sa.String(40), nullable=True),
    sa.Column('rule_id', sa.Integer(), nullable=True),
    sa.Column('rule_title', sa.String(length=200), nullable=False),
    sa.Column('rule_quote', sa.Text(), nullable=False),
    sa.Column('share_bp', sa.Integer(), nullable=True),
    sa.Column('pool_fen', sa.BigInteger(), nullable=True),
    sa.Column('triggered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('objections_until', sa.Date(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("basis IN ('agreement', 'collective_contract', 'unit_rule', 'statutory', 'decision')", name=op.f('ck_rewards_basis_known')),
    sa.CheckConstraint("state <> 'published' OR objections_until IS NOT NULL", name=op.f('ck_rewards_days_if_published')),
    sa.CheckConstraint("state IN ('triggered', 'confirming', 'published', 'disputed', 'approved', 'held', 'revoked')", name=op.f('ck_rewards_state_known')),
    sa.CheckConstraint("state IN ('triggered', 'revoked') OR (pool_fen IS NOT NULL AND basis IS NOT NULL)", name=op.f('ck_rewards_pool_if_calculated')),
    sa.CheckConstraint("state NOT IN ('approved', 'held') OR approved_at IS NOT NULL", name=op.f('ck_rewards_approved_at_if_approved')),
    sa.CheckConstraint('net_fen BETWEEN 0 AND received_fen', name=op.f('ck_rewards_net_within_received')),
    sa.CheckConstraint('pool_fen BETWEEN 0 AND net_fen', name=op.f('ck_rewards_pool_within_net')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['users.id'], name=op.f('fk_rewards_approved_by_id')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_rewards_deal_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_rewards_organisation_id')),
    sa.ForeignKeyConstraint(['receipt_id'], ['receipts.id'], name=op.f('fk_rewards_receipt_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_rewards_result_id')),
    sa.ForeignKeyConstraint(['rule_id'], ['reward_rules.id'], name=op.f('fk_rewards_rule_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rewards')),
    sa.UniqueConstraint('receipt_id', name=op.f('uq_rewards_receipt_id'))
    )
    op.create_index(op.f('ix_rewards_deal_id'), 'rewards', ['deal_id'], unique=False)
    op.create_index(op.f('ix_rewards_organisation_id'), 'rewards', ['organisation_id'], unique=False)
    op.create_index('ix_rewards_state', 'rewards', ['state', 'moved_at'], unique=False)
    op.create_table('reward_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reward_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(40), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.Column('fen', sa.BigInteger(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paper_sha256', sa.String(length=64), nullable=True),
    sa.Column('paper_name', sa.String(length=200), nullable=False),
    sa.CheckConstraint("role IN ('contributor', 'supporter')", name=op.f('ck_reward_lines_role_known')),
    sa.CheckConstraint('weight > 0 AND fen >= 0', name=op.f('ck_reward_lines_more_than_nothing')),
    sa.ForeignKeyConstraint(['reward_id'], ['rewards.id'], name=op.f('fk_reward_lines_reward_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reward_lines_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_lines'))
    )
    op.create_index(op.f('ix_reward_lines_reward_id'), 'reward_lines', ['reward_id'], unique=False)
    op.create_index(op.f('ix_reward_lines_user_id'), 'reward_lines', ['user_id'], unique=False)
    op.create_table('reward_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('reward_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['reward_id'], ['rewards.id'], name=op.f('fk_reward_steps_reward_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reward_steps_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reward_steps'))
    )
    op.create_index(op.f('ix_reward_steps_reward_id'), 'reward_steps', ['reward_id'], unique=False)
    op.create_table('payouts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('line_id', sa.Integer(), nullable=False),
    sa.Column('reward_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('gross_fen', sa.BigInteger(), nullable=False),
    sa.Column('tax_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('voucher_sha256', sa.String(length=64), nullable=False),
    sa.Column('voucher_name', sa.String(length=200), nullable=False),
    sa.Column('voucher_type', sa.String(length=80), nullable=False),
    sa.Column('paid_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversed_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'reversed') = (reversed_on IS NOT NULL)", name=op.f('ck_payouts_reversed_on_if_reversed')),
    sa.CheckConstraint("state IN ('paid', 'acknowledged', 'denied', 'reversed')", name=op.f('ck_payouts_state_known')),
    sa.CheckConstraint("state NOT IN ('acknowledged', 'denied') OR answered_at IS NOT NULL", name=op.f('ck_payouts_answered_at_if_answered')),
    sa.CheckConstraint("state NOT IN ('denied', 'reversed') OR reason <> ''", name=op.f('ck_payouts_reason_if_denied')),
    sa.CheckConstraint('gross_fen > 0', name=op.f('ck_payouts_more_than_nothing')),
    sa.CheckConstraint('tax_fen >= 0 AND tax_fen < gross_fen', name=op.f('ck_payouts_tax_within_gross')),
    sa.ForeignKeyConstraint(['line_id'], ['reward_lines.id'], name=op.f('fk_payouts_line_id')),
    sa.ForeignKeyConstraint(['paid_by_id'], ['users.id'], name=op.f('fk_payouts_paid_by_id')),
    sa.ForeignKeyConstraint(['reward_id'], ['rewards.id'], name=op.f('fk_payouts_reward_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payouts'))
    )
    op.create_index(op.f('ix_payouts_line_id'), 'payouts', ['line_id'], unique=False)
    op.create_index(op.f('ix_payouts_paid_on'), 'payouts', ['paid_on'], unique=False)
    op.create_index(op.f('ix_payouts_reward_id'), 'payouts', ['reward_id'], unique=False)
    op.create_index('uq_payouts_line', 'payouts', ['line_id'], unique=True, sqlite_where=sa.text("state <> 'reversed'"), postgresql_where=sa.text("state <> 'reversed'"))


def downgrade() -> None:
    op.drop_index('uq_payouts_line', table_name='payouts', sqlite_where=sa.text("state <> 'reversed'"), postgresql_where=sa.text("state <> 'reversed'"))
    op.drop_index(op.f('ix_payouts_reward_id'), table_name='payouts')
    op.drop_index(op.f('ix_payouts_paid_on'), table_name='payouts')
    op.drop_index(op.f('ix_payouts_line_id'), table_name='payouts')
    op.drop_table('payouts')
    op.drop_index(op.f('ix_reward_steps_reward_id'), table_name='reward_steps')
    op.drop_table('reward_steps')
    op.drop_index(op.f('ix_reward_lines_user_id'), table_name='reward_lines')
    op.drop_index(op.f('ix_reward_lines_reward_id'), table_name='reward_lines')
    op.drop_table('reward_lines')
    op.drop_index('ix_rewards_state', table_name='rewards')
    op.drop_index(op.f('ix_rewards_organisation_id'), table_name='rewards')
    op.drop_index(op.f('ix_rewards_deal_id'), table_name='rewards')
    op.drop_table('rewards')
    op.drop_index(op.f('ix_reward_rules_organisation_id'), table_name='reward_rules')
    op.drop_table('reward_rules')
