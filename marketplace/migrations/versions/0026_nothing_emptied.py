"""The entries of contracts are only added to, and on PostgreSQL no table that is only added to can be emptied by TRUNCATE

Revision ID: 0026
Revises: 0025
"""

from alembic import op


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

NOT_EMPTIED = (
    'benefit_entries',
    'clause_texts',
    'contract_entries',
    'deal_steps',
    'ledger_transfers',
    'listing_decisions',
    'milestone_moves',
    'offline_entries',
    'offline_papers',
    'registration_entries',
    'relation_findings',
    'reminders',
    'snapshot_figures',
    'snapshot_rows',
    'targets',
)


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(
                f"CREATE TRIGGER contract_entries_no_{verb} BEFORE {verb} ON contract_entries "
                "BEGIN SELECT RAISE(ABORT, 'contract_entries is only added to'); END"
            )
        return
    op.execute(
        'CREATE TRIGGER contract_entries_only_added BEFORE UPDATE OR DELETE ON contract_entries '
        'FOR EACH ROW EXECUTE FUNCTION refuse_change()'
    )
    for table in NOT_EMPTIED:
        op.execute(
            f'CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('update', 'delete'):
            op.execute(f'DROP TRIGGER contract_entries_no_{verb}')
        return
    for table in NOT_EMPTIED:
        op.execute(f'DROP TRIGGER {table}_not_emptied ON {table}')
    op.execute('DROP TRIGGER contract_entries_only_added ON contract_entries')
