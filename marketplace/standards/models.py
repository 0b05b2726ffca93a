"""Tables of standard texts: the versions, which the database lets nobody change, and the proposals they come from."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, Wording
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.standards.rules import ProposalState


class ClauseProposal(Base):
    """A text that an administrator wants to be valid from a day on (in China), in place of version `base_version`; why, and what
    was answered."""

    __tablename__ = "clause_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    key: Mapped[str] = mapped_column(String(40))
    variant: Mapped[str] = mapped_column(String(40))
    base_version: Mapped[int]
    heading: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[ProposalState] = mapped_column(EnumText(ProposalState))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("state", ProposalState),
        CheckConstraint("base_version >= 1", name="base_version_counts"),
        CheckConstraint("heading <> '' AND text <> '' AND reason <> ''", name="said"),
        CheckConstraint("(state = 'proposed') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint("(state = 'proposed') = (answered_by_id IS NULL)", name="answered_by_if_answered"),
        CheckConstraint(
            "state NOT IN ('approved', 'returned') OR answered_by_id <> written_by_id", name="answered_by_another"
        ),
        CheckConstraint("state <> 'withdrawn' OR answered_by_id = written_by_id", name="withdrawn_by_author"),
        CheckConstraint("state <> 'returned' OR remark <> ''", name="remark_if_returned"),
        Index("ix_clause_proposals_slot", "kind", "key", "variant"),
        Index(
            "uq_clause_proposals_open",
            "kind",
            "key",
            "variant",
            unique=True,
            sqlite_where=sql("state = 'proposed'"),
            postgresql_where=sql("state = 'proposed'"),
        ),
    )

    @property
    def slot(self) -> Slot:
        """Which text it is for."""
        return Slot(self.kind, self.key, self.variant)

    @property
    def wording(self) -> Wording:
        """The text as the version it would become."""
        return Wording(self.slot, self.heading, self.text, self.base_version + 1)


class ClauseText(Base):
    """A version of a text, from the second on: documents that are drafted from `valid_from` on (a day in China) take it, until a
    later one begins. It was written by one person and approved by another."""

    __tablename__ = "clause_texts"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    key: Mapped[str] = mapped_column(String(40))
    variant: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    heading: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("clause_proposals.id"), unique=True)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", DocumentKind),
        CheckConstraint("version >= 2", name="version_after_first"),
        CheckConstraint("heading <> '' AND text <> '' AND reason <> ''", name="said"),
        CheckConstraint("approved_by_id <> written_by_id", name="approved_by_another"),
        Index("uq_clause_texts_version", "kind", "key", "variant", "version", unique=True),
    )

    @property
    def slot(self) -> Slot:
        """Which text it is."""
        return Slot(self.kind, self.key, self.variant)

    @property
    def wording(self) -> Wording:
        """What documents are drafted from."""
        return Wording(self.slot, self.heading, self.text, self.version)


append_only(ClauseText)
