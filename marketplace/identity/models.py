"""Tables of identities, authenticators and authorities, and of what each electronic signature rested on."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.identity.rules import AuthorityKind, AuthorityState, IdentityState, Means
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of


class Identity(Base):
    """A number that a person gave, and what became of it. Another number is another row.

    `sealed` is the number under the key `key_id`, `digest` a keyed hash of it; both go with the end of their purpose, and who
    verified whom, by what and when stays. `name` is the person's name when he gave it, which is compared.
    """

    __tablename__ = "identities"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    state: Mapped[IdentityState] = mapped_column(EnumText(IdentityState))
    name: Mapped[str] = mapped_column(String(80))
    masked: Mapped[str] = mapped_column(String(18))
    sealed: Mapped[str | None] = mapped_column(String(120))
    key_id: Mapped[str | None] = mapped_column(String(40))
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    means: Mapped[Means | None] = mapped_column(EnumText(Means))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", IdentityState),
        one_of("means", Means),
        CheckConstraint("(state IN ('declared', 'verified')) = (sealed IS NOT NULL)", name="number_while_needed"),
        CheckConstraint("(sealed IS NULL) = (digest IS NULL)", name="digest_with_number"),
        CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="key_with_number"),
        CheckConstraint("state <> 'verified' OR verified_at IS NOT NULL", name="verified_at_if_verified"),
        CheckConstraint(
            "(verified_at IS NULL) = (verified_by_id IS NULL) AND (verified_at IS NULL) = (means IS NULL)",
            name="verified_by_whom_and_what",
        ),
        CheckConstraint("user_id <> verified_by_id", name="nobody_his_own"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_if_ended"),
        Index(
            "uq_identities_live",
            "user_id",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )


class Authenticator(Base):
    """An app that makes codes for a person (RFC 6238), begun and then confirmed by one of them. Another one is another row.

    `sealed` is its secret under the key `key_id`; both go with its end. `last_step` counts the thirty seconds since 1970 whose
    code was accepted last. `note` is why an administrator took it away.
    """

    __tablename__ = "authenticators"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    sealed: Mapped[str | None] = mapped_column(String(200))
    key_id: Mapped[str | None] = mapped_column(String(40))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (sealed IS NOT NULL)", name="secret_until_its_end"),
        CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="key_with_secret"),
        CheckConstraint("(confirmed_at IS NULL) = (last_step IS NULL)", name="confirmed_by_a_code"),
        Index(
            "uq_authenticators_live",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Authority(Base):
    """By what a person may sign for an organisation, as it was recorded; `deal_id` None is every contract, `limit_fen` None any
    amount. `principal` is the representative whom the paper or the licence named. Days are those in China, both included.

    `is_carried_over`: it stood on the authorisation by which the organisation was verified before there were authorities; that
    paper's end was not recorded.
    """

    __tablename__ = "authorities"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[AuthorityKind] = mapped_column(EnumText(AuthorityKind))
    principal: Mapped[str] = mapped_column(String(80))
    matters: Mapped[str] = mapped_column(Text, default="")
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"))
    limit_fen: Mapped[int | None] = mapped_column(BigInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    file_name: Mapped[str] = mapped_column(String(200), default="")
    media_type: Mapped[str] = mapped_column(String(80), default="")
    is_carried_over: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", AuthorityKind),
        CheckConstraint("limit_fen > 0", name="limit_positive"),
        CheckConstraint("valid_until >= valid_from", name="until_after_from"),
        CheckConstraint("kind <> 'power' OR sha256 IS NOT NULL", name="paper_if_power"),
        CheckConstraint("kind <> 'power' OR is_carried_over OR valid_until IS NOT NULL", name="end_if_power"),
    )


class AuthorityStep(Base):
    """What was found of an authority: the newest step is its state. Without one it waits."""

    __tablename__ = "authority_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"))
    state: Mapped[AuthorityState] = mapped_column(EnumText(AuthorityState))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    dated: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("state", AuthorityState),
        CheckConstraint("state = 'verified' OR reason <> ''", name="reason_if_not_verified"),
        Index("uq_authority_steps_state", "authority_id", "state", unique=True),
    )


class Ground:
    """What an electronic signature rested on, as it was at that moment: identity, and for a unit its authority."""

    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    masked: Mapped[str] = mapped_column(String(18))
    verified_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    representative: Mapped[str] = mapped_column(String(80), default="")
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))
    authority_kind: Mapped[AuthorityKind | None] = mapped_column(EnumText(AuthorityKind))
    authority_until: Mapped[date | None]


class SignatureGround(Ground, Base):
    """What a signature of a document rested on; signatures of before there were such rows have none."""

    __tablename__ = "signature_grounds"

    document_id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (
        one_of("authority_kind", AuthorityKind),
        CheckConstraint("(authority_id IS NULL) = (authority_kind IS NULL)", name="kind_with_authority"),
        ForeignKeyConstraint(("document_id", "party_id"), ("signatures.document_id", "signatures.party_id")),
    )


append_only(Authority)
append_only(AuthorityStep)
append_only(SignatureGround)
