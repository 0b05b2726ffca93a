"""The table of what was found about the relation of a deal's parties; the newest finding holds, and none is ever changed."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, UtcDateTime
from marketplace.related.rules import Ground


class RelationFinding(Base):
    """Whether the parties are related since `found_at`, why (`grounds`), and in whose words. Without a person the platform has
    looked; `party_id` is the party that declared it."""

    __tablename__ = "relation_findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"))
    is_related: Mapped[bool]
    grounds: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text, default="")
    party_id: Mapped[int | None] = mapped_column(ForeignKey("parties.id"))
    found_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("found_by_id IS NULL OR reason <> ''", name="reason_if_said"),
        CheckConstraint("party_id IS NULL OR is_related", name="parties_declare_only"),
        Index("ix_relation_findings_deal_id", "deal_id", "found_at", "id"),
    )

    @property
    def named_grounds(self) -> tuple[Ground, ...]:
        """The grounds as members, in their order."""
        return tuple(ground for ground in Ground if ground.value in self.grounds)


append_only(RelationFinding)
