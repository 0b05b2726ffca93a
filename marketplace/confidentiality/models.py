"""Tables of confidentiality agreements: the text, who signed it, the papers it opens, the PDF, and who has opened what."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.confidentiality.rules import ConfidentialityState, ThingKind
from marketplace.identity.models import Ground
from marketplace.identity.rules import AuthorityKind
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of

_LIVE = sql("state IN ('asked', 'signed_by_reader', 'in_force')")


class Agreement(Base):
    """One party may read the protected parts of another's result. `text` is exactly what is signed, `sha256` its hash as UTF-8.

    `version` is that of the standard text, `number` counts how often it was written for this agreement. `due_on` (a day in
    China) is when silence lapses, `until` the last day of the duties. `closed_by_id` declined or ended it, for `reason`.
    By `code`, given with the first signature, anybody checks it.
    """

    __tablename__ = "confidentiality_agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"), index=True)
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    reader_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    state: Mapped[ConfidentialityState] = mapped_column(EnumText(ConfidentialityState))
    version: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    years: Mapped[int]
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date]
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[date | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    code: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        one_of("state", ConfidentialityState),
        CheckConstraint("owner_party_id <> reader_party_id", name="two_parties"),
        CheckConstraint(
            "(state IN ('in_force', 'ended')) = (in_force_at IS NOT NULL AND until IS NOT NULL)",
            name="in_force_at_if_in_force",
        ),
        CheckConstraint(
            "(state IN ('withdrawn', 'declined', 'lapsed', 'ended')) = (closed_at IS NOT NULL)",
            name="closed_at_if_closed",
        ),
        CheckConstraint("state NOT IN ('declined', 'ended') OR reason <> ''", name="reason_if_closed"),
        Index(
            "uq_confidentiality_agreements_live",
            "result_id",
            "reader_party_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_confidentiality_agreements_due", "state", "due_on"),
        Index("uq_confidentiality_agreements_code", "code", unique=True),
    )


class AgreementSignature(Base):
    """Who signed for which party, when, from where, and the SHA-256 of exactly what was signed. One per party and per person."""

    __tablename__ = "confidentiality_signatures"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("confidentiality_agreements.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    signer_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    factor: Mapped[str] = mapped_column(String(20))

    __table_args__ = (Index("uq_confidentiality_signatures_person", "agreement_id", "user_id", unique=True),)


class AgreementGround(Ground, Base):
    """What a signature of an agreement rested on; signatures of before there were such rows have none."""

    __tablename__ = "confidentiality_grounds"

    agreement_id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (
        one_of("authority_kind", AuthorityKind),
        CheckConstraint("(authority_id IS NULL) = (authority_kind IS NULL)", name="kind_with_authority"),
        ForeignKeyConstraint(
            ("agreement_id", "party_id"),
            ("confidentiality_signatures.agreement_id", "confidentiality_signatures.party_id"),
        ),
    )


class NamedPaper(Base):
    """A paper of the result that its owner has named as opened by an agreement, by its content."""

    __tablename__ = "confidentiality_papers"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("confidentiality_agreements.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Opening(Base):
    """Somebody opened a protected part for the reader's party. `sha256` is that of the text or file he was shown.

    `listing_version` is the result's at that moment, `hour` the hours since 1970: whoever reloads writes no second row.
    """

    __tablename__ = "confidentiality_openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("confidentiality_agreements.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    thing: Mapped[ThingKind] = mapped_column(EnumText(ThingKind))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    listing_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    hour: Mapped[int]

    __table_args__ = (
        one_of("thing", ThingKind),
        Index("uq_confidentiality_openings_hour", "agreement_id", "user_id", "thing", "sha256", "hour", unique=True),
    )


class AgreementFile(Base):
    """The PDF with both signatures in it, by its content; `roots` are the certificates (PEM) to which its signatures lead."""

    __tablename__ = "confidentiality_files"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("confidentiality_agreements.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    roots: Mapped[str] = mapped_column(Text, default="")


for _model in (AgreementSignature, AgreementGround, NamedPaper, Opening):
    append_only(_model)
