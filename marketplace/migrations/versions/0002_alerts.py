"""Alerts: preferences, mutes, saved searches, what was found and the messages in which it was told

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('alert_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('how', sa.String(40), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("how <> 'off'", name=op.f('ck_alert_messages_not_off')),
    sa.CheckConstraint("how IN ('instant', 'daily', 'weekly', 'off')", name=op.f('ck_alert_messages_how_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_alert_messages_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_messages'))
    )
    op.create_index(op.f('ix_alert_messages_user_id'), 'alert_messages', ['user_id'], unique=False)
    op.create_table('alert_preferences',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('frequency', sa.String(40), nullable=False),
    sa.Column('muted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("frequency IN ('instant', 'daily', 'weekly', 'off')", name=op.f('ck_alert_preferences_frequency_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_alert_preferences_user_id')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_alert_preferences'))
    )
    op.create_table('saved_searches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('known', sa.JSON(), nullable=True),
    sa.Column('frequency', sa.String(40), nullable=False),
    sa.Column('muted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("frequency IN ('instant', 'daily', 'weekly', 'off')", name=op.f('ck_saved_searches_frequency_known')),
    sa.CheckConstraint("kind IN ('result', 'need')", name=op.f('ck_saved_searches_kind_known')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_searches_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_searches'))
    )
    op.create_index('ix_saved_searches_kind', 'saved_searches', ['kind', 'frequency'], unique=False)
    op.create_index('uq_saved_searches_key', 'saved_searches', ['user_id', 'kind', 'key'], unique=True)
    op.create_table('search_alerts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('search_id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['listing_id'], ['listings.id'], name=op.f('fk_search_alerts_listing_id')),
    sa.ForeignKeyConstraint(['message_id'], ['alert_messages.id'], name=op.f('fk_search_alerts_message_id')),
    sa.ForeignKeyConstraint(['search_id'], ['saved_searches.id'], name=op.f('fk_search_alerts_search_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_alerts'))
    )
    op.create_index(op.f('ix_search_alerts_message_id'), 'search_alerts', ['message_id'], unique=False)
    op.create_index('ix_search_alerts_waiting', 'search_alerts', ['search_id', 'found_at'], unique=False, sqlite_where=sa.text('message_id IS NULL'), postgresql_where=sa.text('message_id IS NULL'))
    op.create_index('uq_search_alerts_listing', 'search_alerts', ['search_id', 'listing_id'], unique=True)
    op.create_table('alert_mutes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=True),
    sa.Column('need_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('result_id IS NOT NULL OR need_id IS NOT NULL', name=op.f('ck_alert_mutes_about_something')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_alert_mutes_need_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_alert_mutes_result_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_alert_mutes_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_mutes'))
    )
    op.create_index('uq_alert_mutes', 'alert_mutes', ['user_id', sa.text('coalesce(result_id, 0)'), sa.text('coalesce(need_id, 0)')], unique=True)
    op.create_table('match_alerts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.String(40), nullable=False),
    sa.Column('result_id', sa.Integer(), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('strength', sa.String(40), nullable=False),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("side IN ('result', 'need')", name=op.f('ck_match_alerts_side_known')),
    sa.CheckConstraint("strength IN ('strong', 'fair', 'weak')", name=op.f('ck_match_alerts_strength_known')),
    sa.ForeignKeyConstraint(['message_id'], ['alert_messages.id'], name=op.f('fk_match_alerts_message_id')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_match_alerts_need_id')),
    sa.ForeignKeyConstraint(['result_id'], ['results.id'], name=op.f('fk_match_alerts_result_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_match_alerts_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_alerts'))
    )
    op.create_index(op.f('ix_match_alerts_message_id'), 'match_alerts', ['message_id'], unique=False)
    op.create_index('ix_match_alerts_waiting', 'match_alerts', ['user_id', 'found_at'], unique=False, sqlite_where=sa.text('message_id IS NULL'), postgresql_where=sa.text('message_id IS NULL'))
    op.create_index('uq_match_alerts_pair', 'match_alerts', ['user_id', 'result_id', 'need_id'], unique=True)


def downgrade() -> None:
    op.drop_index('uq_match_alerts_pair', table_name='match_alerts')
    op.drop_index('ix_match_alerts_waiting', table_name='match_alerts', sqlite_where=sa.text('message_id IS NULL'), postgresql_where=sa.text('message_id IS NULL'))
    op.drop_index(op.f('ix_match_alerts_message_id'), table_name='match_alerts')
    op.drop_table('match_alerts')
    op.drop_index('uq_alert_mutes', table_name='alert_mutes')
    op.drop_table('alert_mutes')
    op.drop_index('uq_search_alerts_listing', table_name='search_alerts')
    op.drop_index('ix_search_alerts_waiting', table_name='search_alerts', sqlite_where=sa.text('message_id IS NULL'), postgresql_where=sa.text('message_id IS NULL'))
    op.drop_index(op.f('ix_search_alerts_message_id'), table_name='search_alerts')
    op.drop_table('search_alerts')
    op.drop_index('uq_saved_searches_key', table_name='saved_searches')
    op.drop_index('ix_saved_searches_kind', table_name='saved_searches')
    op.drop_table('saved_searches')
    op.drop_table('alert_preferences')
    op.drop_index(op.f('ix_alert_messages_user_id'), table_name='alert_messages')
    op.drop_table('alert_messages')
