"""Tables of written powers, only added to: what was given, and what ended it before it was used."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.powers.rules import Ending


class SigningPower(Base):
    """The `number`-th time that a party hands its signature of a document over to a member of its unit (民法典 art. 165).

    The paper names agent, matter, scope and period and is signed or sealed by the unit; `until` is its last day (in China).
    """

    __tablename__ = "signing_powers"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    number: Mapped[int]
    from_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    paper_sha256: Mapped[str] = mapped_column(String(64), index=True)
    paper_name: Mapped[str] = mapped_column(String(200))
    paper_type: Mapped[str] = mapped_column(String(80))
    until: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("from_id <> to_id", name="to_somebody_else"),
        Index("uq_signing_powers_number", "document_id", "party_id", "number", unique=True),
    )


class PowerEnding(Base):
    """A power that was taken back or given back; one that runs out or is used has no such row."""

    __tablename__ = "signing_power_endings"

    power_id: Mapped[int] = mapped_column(ForeignKey("signing_powers.id"), primary_key=True)
    ending: Mapped[Ending] = mapped_column(EnumText(Ending))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("ending", Ending),
        CheckConstraint("ending <> 'returned' OR reason <> ''", name="reason_if_returned"),
    )


append_only(SigningPower)
append_only(PowerEnding)
