"""Tables of organisations, memberships and parties."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.organisations.rules import (
    Industry,
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationSize,
    OrganisationState,
    PartyKind,
)


class Organisation(Base):
    """An enterprise, union body or institute. One that is only named in an import has no code and no members."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(EnumText(OrganisationKind), default=OrganisationKind.ENTERPRISE)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    county: Mapped[str | None] = mapped_column(String(20))
    industry: Mapped[Industry | None] = mapped_column(EnumText(Industry))
    size: Mapped[OrganisationSize | None] = mapped_column(EnumText(OrganisationSize))
    representative: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[OrganisationState] = mapped_column(EnumText(OrganisationState))
    licence_sha256: Mapped[str | None] = mapped_column(String(64))
    authorisation_sha256: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("kind", OrganisationKind),
        one_of("state", OrganisationState),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified_at_if_verified"),
        CheckConstraint("state <> 'verified' OR credit_code IS NOT NULL", name="code_if_verified"),
    )


class Membership(Base):
    """A person's place in an organisation."""

    __tablename__ = "memberships"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[MembershipRole] = mapped_column(EnumText(MembershipRole))
    state: Mapped[MembershipState] = mapped_column(EnumText(MembershipState))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        one_of("role", MembershipRole),
        one_of("state", MembershipState),
        Index(
            "uq_memberships_open",
            "organisation_id",
            "user_id",
            unique=True,
            sqlite_where=text("state IN ('requested', 'admitted')"),
            postgresql_where=text("state IN ('requested', 'admitted')"),
        ),
    )


class Party(Base):
    """Who can own a listing or sign: an organisation or a natural person. The county is that of the workplace."""

    __tablename__ = "parties"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PartyKind] = mapped_column(EnumText(PartyKind))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)

    __table_args__ = (
        one_of("kind", PartyKind),
        CheckConstraint("(kind = 'organisation') = (organisation_id IS NOT NULL)", name="organisation_if_organisation"),
        CheckConstraint("(kind = 'person') = (user_id IS NOT NULL)", name="user_if_person"),
    )
