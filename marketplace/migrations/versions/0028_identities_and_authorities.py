"""Identities, authorities to sign, what signatures rested on, and when a consent was withdrawn

Nobody's identity was established as a person before, so there are no identities. Of a verified unit an official has seen the
authorisation: it is carried over as a power for the administrator who handed it in, as the audit log tells, where he still is
one. Until when that paper holds was never recorded, and it is marked so. For any other unit nothing is made up.

Revision ID: 0028
Revises: 0027
"""

from datetime import timedelta, timezone

import sqlalchemy as sa
from alembic import op

from marketplace.infra.schema import require_none


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ('authorities', 'authority_steps', 'signature_grounds')
CHINA = timezone(timedelta(hours=8))


def upgrade() -> None:
    op.add_column('consents', sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('identities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('masked', sa.String(length=18), nullable=False),
    sa.Column('sealed', sa.String(length=120), nullable=True),
    sa.Column('key_id', sa.String(length=40), nullable=True),
    sa.Column('digest', sa.String(length=64), nullable=True),
    sa.Column('consent_id', sa.Integer(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('means', sa.String(40), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f('ck_identities_ended_at_if_ended')),
    sa.CheckConstraint("(state IN ('declared', 'verified')) = (sealed IS NOT NULL)", name=op.f('ck_identities_number_while_needed')),
    sa.CheckConstraint("means IN ('card', 'member_list')", name=op.f('ck_identities_means_known')),
    sa.CheckConstraint("state <> 'verified' OR verified_at IS NOT NULL", name=op.f('ck_identities_verified_at_if_verified')),
    sa.CheckConstraint("state IN ('declared', 'verified', 'returned', 'ended')", name=op.f('ck_identities_state_known')),
    sa.CheckConstraint('(sealed IS NULL) = (digest IS NULL)', name=op.f('ck_identities_digest_with_number')),
    sa.CheckConstraint('(sealed IS NULL) = (key_id IS NULL)', name=op.f('ck_identities_key_with_number')),
    sa.CheckConstraint('(verified_at IS NULL) = (verified_by_id IS NULL) AND (verified_at IS NULL) = (means IS NULL)', name=op.f('ck_identities_verified_by_whom_and_what')),
    sa.CheckConstraint('user_id <> verified_by_id', name=op.f('ck_identities_nobody_his_own')),
    sa.ForeignKeyConstraint(['consent_id'], ['consents.id'], name=op.f('fk_identities_consent_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_identities_user_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_identities_verified_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identities')),
    sa.UniqueConstraint('digest', name=op.f('uq_identities_digest'))
    )
    op.create_index(op.f('ix_identities_user_id'), 'identities', ['user_id'], unique=False)
    op.create_index('uq_identities_live', 'identities', ['user_id'], unique=True, sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.create_table('authorities',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(40), nullable=False),
    sa.Column('principal', sa.String(length=80), nullable=False),
    sa.Column('matters', sa.Text(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('limit_fen', sa.BigInteger(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=80), nullable=False),
    sa.Column('is_carried_over', sa.Boolean(), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'power' OR is_carried_over OR valid_until IS NOT NULL", name=op.f('ck_authorities_end_if_power')),
    sa.CheckConstraint("kind <> 'power' OR sha256 IS NOT NULL", name=op.f('ck_authorities_paper_if_power')),
    sa.CheckConstraint("kind IN ('legal_representative', 'power')", name=op.f('ck_authorities_kind_known')),
    sa.CheckConstraint('limit_fen > 0', name=op.f('ck_authorities_limit_positive')),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('ck_authorities_until_after_from')),
    sa.ForeignKeyConstraint(['deal_id'], ['deals.id'], name=op.f('fk_authorities_deal_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_authorities_organisation_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_authorities_recorded_by_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_authorities_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authorities'))
    )
    op.create_index(op.f('ix_authorities_organisation_id'), 'authorities', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_authorities_sha256'), 'authorities', ['sha256'], unique=False)
    op.create_index(op.f('ix_authorities_user_id'), 'authorities', ['user_id'], unique=False)
    op.create_table('authority_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('authority_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('dated', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state = 'verified' OR reason <> ''", name=op.f('ck_authority_steps_reason_if_not_verified')),
    sa.CheckConstraint("state IN ('recorded', 'verified', 'refused', 'revoked')", name=op.f('ck_authority_steps_state_known')),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.id'], name=op.f('fk_authority_steps_authority_id')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_authority_steps_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authority_steps'))
    )
    op.create_index('uq_authority_steps_state', 'authority_steps', ['authority_id', 'state'], unique=True)
    op.create_table('signature_grounds',
    sa.Column('document_id', sa.Integer(), nullable=False),
    sa.Column('party_id', sa.Integer(), nullable=False),
    sa.Column('identity_id', sa.Integer(), nullable=False),
    sa.Column('masked', sa.String(length=18), nullable=False),
    sa.Column('verified_by_id', sa.Integer(), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('credit_code', sa.String(length=18), nullable=False),
    sa.Column('representative', sa.String(length=80), nullable=False),
    sa.Column('authority_id', sa.Integer(), nullable=True),
    sa.Column('authority_kind', sa.String(40), nullable=True),
    sa.Column('authority_until', sa.Date(), nullable=True),
    sa.CheckConstraint("authority_kind IN ('legal_representative', 'power')", name=op.f('ck_signature_grounds_authority_kind_known')),
    sa.CheckConstraint('(authority_id IS NULL) = (authority_kind IS NULL)', name=op.f('ck_signature_grounds_kind_with_authority')),
    sa.ForeignKeyConstraint(['authority_id'], ['authorities.id'], name=op.f('fk_signature_grounds_authority_id')),
    sa.ForeignKeyConstraint(['document_id', 'party_id'], ['signatures.document_id', 'signatures.party_id'], name=op.f('fk_signature_grounds_document_id_party_id')),
    sa.ForeignKeyConstraint(['identity_id'], ['identities.id'], name=op.f('fk_signature_grounds_identity_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['users.id'], name=op.f('fk_signature_grounds_verified_by_id')),
    sa.PrimaryKeyConstraint('document_id', 'party_id', name=op.f('pk_signature_grounds'))
    )
    _carry_over(op.get_bind())
    for table in ONLY_ADDED_TO:
        _protect(table)


def downgrade() -> None:
    """Only while nothing was established here: what was carried over is carried over again."""
    require_none(op.get_bind(), 'identities, authorities or what signatures rested on were recorded',
                 'signature_grounds', 'authorities WHERE NOT is_carried_over', "authority_steps WHERE state <> 'verified'", 'identities')
    op.drop_table('signature_grounds')
    op.drop_index('uq_authority_steps_state', table_name='authority_steps')
    op.drop_table('authority_steps')
    op.drop_index(op.f('ix_authorities_user_id'), table_name='authorities')
    op.drop_index(op.f('ix_authorities_sha256'), table_name='authorities')
    op.drop_index(op.f('ix_authorities_organisation_id'), table_name='authorities')
    op.drop_table('authorities')
    op.drop_index('uq_identities_live', table_name='identities', sqlite_where=sa.text("state <> 'ended'"), postgresql_where=sa.text("state <> 'ended'"))
    op.drop_index(op.f('ix_identities_user_id'), table_name='identities')
    op.drop_table('identities')
    op.drop_column('consents', 'withdrawn_at')


def _carry_over(connection: sa.Connection) -> None:
    meta = sa.MetaData()
    names = ('organisations', 'memberships', 'audit_log', 'authorities', 'authority_steps')
    units, members, log, authorities, steps = (sa.Table(name, meta, autoload_with=connection, resolve_fks=False) for name in names)
    verified = units.c.authorisation_sha256.is_not(None) & units.c.verified_by_id.is_not(None)
    for unit in connection.execute(sa.select(units).where(units.c.state == 'verified', verified)).all():
        by = _who_handed_in(connection, log, unit.id)
        is_administrator = sa.select(members.c.id).where(
            members.c.organisation_id == unit.id,
            members.c.user_id == by,
            members.c.role == 'administrator',
            members.c.state == 'admitted',
        )
        if by is None or connection.scalar(is_administrator) is None:
            continue
        at = unit.verified_at
        day = (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).astimezone(CHINA).date()
        made = connection.execute(authorities.insert().values(
            organisation_id=unit.id, user_id=by, kind='power', principal=unit.representative or '', matters='',
            valid_from=day, sha256=unit.authorisation_sha256, file_name='', media_type='', is_carried_over=True,
            recorded_by_id=by, recorded_at=unit.submitted_at or at,
        ))
        connection.execute(steps.insert().values(
            authority_id=made.inserted_primary_key[0], state='verified', reason='', by_id=unit.verified_by_id, dated=day, at=at,
        ))


def _who_handed_in(connection: sa.Connection, log: sa.Table, unit_id: int) -> int | None:
    """Whoever submitted the papers last."""
    rows = sa.select(log.c.actor_id, log.c.payload).where(
        log.c.object == f'organisation:{unit_id}', log.c.action == 'organisation.moved'
    )
    found = connection.execute(rows.order_by(log.c.id.desc())).all()
    return next((row.actor_id for row in found if row.payload.get('action') == 'submit'), None)


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
    op.execute(
        f'CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} '
        'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()'
    )
