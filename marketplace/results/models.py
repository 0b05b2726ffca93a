"""Tables of results."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.listings.models import Listing
from marketplace.listings.rules import Category, ListingKind, Maturity
from marketplace.results.rules import Disclosure, OwnerConsent, Ownership


class Result(Listing):
    """An innovation result. `description` (how it works) is public only when a patent is filed; `summary` always is.

    `price_fen` is what its owner asks, `benefit_fen` the benefit per year where it is used, both in fen.
    """

    __tablename__ = "results"

    id: Mapped[int] = mapped_column(ForeignKey("listings.id"), primary_key=True)
    problem: Mapped[str] = mapped_column(Text, default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    metric: Mapped[str] = mapped_column(String(80), default="")
    before: Mapped[str] = mapped_column(String(40), default="")
    after: Mapped[str] = mapped_column(String(40), default="")
    unit: Mapped[str] = mapped_column(String(20), default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    proof: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[Category | None] = mapped_column(EnumText(Category))
    maturity: Mapped[Maturity | None] = mapped_column(EnumText(Maturity))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("bases.id"))
    ownership: Mapped[Ownership | None] = mapped_column(EnumText(Ownership))
    owner_consent: Mapped[OwnerConsent] = mapped_column(EnumText(OwnerConsent), default=OwnerConsent.NOT_ASKED)
    owner_consent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disclosure: Mapped[Disclosure | None] = mapped_column(EnumText(Disclosure))
    patent_number: Mapped[str] = mapped_column(String(40), default="")
    patent_filed_on: Mapped[date | None]
    security_reviewed: Mapped[bool] = mapped_column(default=False)
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    benefit_fen: Mapped[int | None] = mapped_column(BigInteger)

    __mapper_args__ = {"polymorphic_identity": ListingKind.RESULT}  # noqa: RUF012 - SQLAlchemy's own way to declare it
    __table_args__ = (
        one_of("category", Category),
        one_of("maturity", Maturity),
        one_of("ownership", Ownership),
        one_of("owner_consent", OwnerConsent),
        one_of("disclosure", Disclosure),
        CheckConstraint("price_fen >= 0 AND benefit_fen >= 0", name="amounts_not_negative"),
    )


class Contributor(Base):
    """A person who made a creative contribution. A linked person consents to being named himself."""

    __tablename__ = "contributors"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"), index=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
