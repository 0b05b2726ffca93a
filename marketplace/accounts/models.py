"""Tables about people and their sign-ins."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.rules import CodePurpose, UserState
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.kernel.permissions import Office


class User(Base):
    """A person. Every person is a worker; offices and memberships come on top."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    mobile: Mapped[str | None] = mapped_column(String(20), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    county: Mapped[str | None] = mapped_column(String(20))
    locale: Mapped[str | None] = mapped_column(String(10))
    state: Mapped[UserState] = mapped_column(EnumText(UserState), default=UserState.ACTIVE)
    recommendations: Mapped[bool] = mapped_column(default=True)
    weekly_digest: Mapped[bool] = mapped_column(default=True)
    """Whether he wants the digest on Mondays, as long as he is an official."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mobile_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("state", UserState),
        CheckConstraint("email IS NOT NULL OR mobile IS NOT NULL", name="has_contact"),
    )

    @property
    def is_contact_verified(self) -> bool:
        """Some contact has been proved by a code."""
        return self.email_verified_at is not None or self.mobile_verified_at is not None


class OfficeHolding(Base):
    """An office a person holds, for a county or (None) the city, until it is revoked."""

    __tablename__ = "office_holdings"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    office: Mapped[Office] = mapped_column(EnumText(Office))
    county: Mapped[str | None] = mapped_column(String(20))
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(500))
    appointed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("office", Office),
        CheckConstraint("(office = 'county_official') = (county IS NOT NULL)", name="county_if_county_official"),
    )


class SignIn(Base):
    """One signed-in device; revoking the row signs it out."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInAttempt(Base):
    """A failed sign-in or a request for a code, so that throttling holds across processes."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_hash: Mapped[str] = mapped_column(String(64))
    ip: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_sign_in_attempts_contact", "contact_hash", "at"),
        Index("ix_sign_in_attempts_ip", "ip", "at"),
    )


class VerificationCode(Base):
    """A six-digit code for a contact. The code itself is derived from this row with the instance's key, never stored."""

    __tablename__ = "verification_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    contact: Mapped[str] = mapped_column(String(254))
    purpose: Mapped[CodePurpose] = mapped_column(EnumText(CodePurpose))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    about: Mapped[str] = mapped_column(String(200), default="")
    """What it confirms, in words that stand in the message, where that is one thing alone."""

    __table_args__ = (one_of("purpose", CodePurpose),)


class Consent(Base):
    """A person's consent to one version of a text (个人信息保护法 art. 14, 29), until he withdraws it (art. 15)."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    document: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
