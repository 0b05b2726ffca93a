"""Reasons as each side saw them, kept with dismissals and interests too; interests end with their deal

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

WHICH = ("coalesce(result_id, 0)", "coalesce(need_id, 0)")
OPEN_OR_ACCEPTED = "state IN ('expressed', 'delivered', 'accepted')"
THEIRS = "FROM matches WHERE matches.id = match_dismissals.match_id"
ABOUT = "FROM matches WHERE matches.result_id = interests.result_id AND matches.need_id = interests.need_id"
LED_TO = (
    "FROM deals WHERE deals.ended_at IS NOT NULL AND deals.ended_at >= interests.answered_at AND (deals.interest_id ="
    " interests.id OR (deals.result_id = interests.result_id AND deals.need_id = interests.need_id AND"
    " deals.seller_party_id IN (interests.from_party_id, interests.to_party_id) AND"
    " deals.buyer_party_id IN (interests.from_party_id, interests.to_party_id)))"
)


def upgrade() -> None:
    op.create_table('match_reasons',
    sa.Column('match_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('side', sa.String(40), nullable=False),
    sa.Column('result_version', sa.Integer(), nullable=False),
    sa.Column('need_version', sa.Integer(), nullable=False),
    sa.Column('explanation', sa.JSON(), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("side IN ('result', 'need')", name=op.f('ck_match_reasons_side_known')),
    sa.ForeignKeyConstraint(['match_id'], ['matches.id'], name=op.f('fk_match_reasons_match_id')),
    sa.PrimaryKeyConstraint('match_id', 'side', name=op.f('pk_match_reasons'))
    )
    for table in ('match_dismissals', 'interests'):
        op.add_column(table, sa.Column('explanation', sa.JSON(), nullable=True))
        op.add_column(table, sa.Column('explained_at', sa.DateTime(timezone=True), nullable=True))
    moment = 'TIMESTAMP WITH TIME ZONE' if op.get_bind().dialect.name == 'postgresql' else 'DATETIME'
    # Written out: SQLite adds a column with its own CHECK, and only so without making the table anew.
    op.execute(
        f"ALTER TABLE interests ADD COLUMN ended_at {moment}"
        " CONSTRAINT ck_interests_ended_at_if_accepted CHECK (ended_at IS NULL OR state = 'accepted')"
    )
    # Each side gets what the pair's one row held. Version 0 was never a listing's: the next look renews it.
    for side in ('result', 'need'):
        op.execute(
            "INSERT INTO match_reasons (match_id, side, result_version, need_version, explanation, shown_at)"
            f" SELECT id, '{side}', 0, 0, explanation, computed_at FROM matches"
        )
    op.execute(
        f"UPDATE match_dismissals SET explanation = (SELECT explanation {THEIRS}),"
        f" explained_at = (SELECT computed_at {THEIRS})"
    )
    op.execute(
        f"UPDATE interests SET explanation = (SELECT explanation {ABOUT}), explained_at = (SELECT computed_at {ABOUT})"
    )
    op.execute(f"UPDATE interests SET ended_at = (SELECT max(deals.ended_at) {LED_TO}) WHERE state = 'accepted'")
    op.drop_column('matches', 'explanation')
    op.drop_column('matches', 'computed_at')
    _index(f"{OPEN_OR_ACCEPTED} AND ended_at IS NULL")


def downgrade() -> None:
    # The old index cannot stand where a sender's second interest in a pair was accepted too: a narrower one takes its place.
    _index("state IN ('expressed', 'delivered')")
    op.add_column('matches', sa.Column('explanation', sa.JSON(), nullable=False, server_default='{}'))
    op.add_column(
        'matches', sa.Column('computed_at', sa.DateTime(timezone=True), nullable=False, server_default='2026-01-01 00:00:00')
    )
    mine = "FROM match_reasons WHERE match_reasons.match_id = matches.id ORDER BY shown_at DESC LIMIT 1"
    op.execute(
        f"UPDATE matches SET explanation = (SELECT explanation {mine}), computed_at = (SELECT shown_at {mine})"
        " WHERE id IN (SELECT match_id FROM match_reasons)"
    )
    for table in ('match_dismissals', 'interests'):
        op.drop_column(table, 'explained_at')
        op.drop_column(table, 'explanation')
    op.drop_column('interests', 'ended_at')
    op.drop_table('match_reasons')


def _index(which: str) -> None:
    """One unended interest of a sender in a pair."""
    op.drop_index('uq_interests_open', table_name='interests')
    op.create_index(
        'uq_interests_open', 'interests', [*map(sa.text, WHICH), 'from_party_id'], unique=True,
        sqlite_where=sa.text(which), postgresql_where=sa.text(which),
    )
