"""Tables of results."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.listings.models import Listing
from marketplace.listings.rules import TEXT_LENGTH, TITLE_LENGTH, Category, ListingKind, Maturity
from marketplace.results.rules import (
    EDITABLE,
    RESULT_STATES,
    REVISABLE,
    VISIBLE,
    Disclosure,
    OwnerConsent,
    Ownership,
    ResultState,
)

_LIMITS = {
    "title": TITLE_LENGTH,
    "problem": TEXT_LENGTH,
    "description": TEXT_LENGTH,
    "summary": TEXT_LENGTH,
    "metric": 80,
    "before": 40,
    "after": 40,
    "unit": 20,
    "conditions": TEXT_LENGTH,
    "proof": TEXT_LENGTH,
    "patent_number": 40,
}
_OTHERS = {"category", "maturity", "industry", "county", "ways", "base_id", "price_fen", "benefit_fen"}
_PROTECTION = {"disclosure", "patent_filed_on"}
_ANSWERS = {"ownership", "made_in_job", "made_with_means", "agreement", "security_reviewed", "names_confirmed"}


class Result(Listing):
    """An innovation result. `description` (how it works) is public only when a patent is filed; `summary` always is.

    `price_fen` is what its owner asks, `benefit_fen` the benefit per year where it is used, both in fen. `made_in_job`,
    `made_with_means` and `agreement` are the answers to the questionnaire on ownership.
    """

    __tablename__ = "results"

    states = RESULT_STATES
    shown_in = VISIBLE
    edited_in = EDITABLE
    revised_in = REVISABLE
    text_limits: ClassVar[Mapping[str, int]] = _LIMITS
    content_fields = frozenset(_LIMITS) | _OTHERS | _PROTECTION | _ANSWERS
    revised_fields = frozenset(_LIMITS) | _OTHERS | _PROTECTION
    drafts_shared = False  # What an employee has not handed in yet is nobody's business at his unit.

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
    made_in_job: Mapped[bool | None]
    made_with_means: Mapped[bool | None]
    agreement: Mapped[bool | None]
    owner_consent: Mapped[OwnerConsent] = mapped_column(EnumText(OwnerConsent), default=OwnerConsent.NOT_ASKED)
    owner_consent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    owner_consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disclosure: Mapped[Disclosure | None] = mapped_column(EnumText(Disclosure))
    patent_number: Mapped[str] = mapped_column(String(40), default="")
    patent_filed_on: Mapped[date | None]
    security_reviewed: Mapped[bool] = mapped_column(default=False)
    names_confirmed: Mapped[bool] = mapped_column(default=False)
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

    @property
    def status(self) -> ResultState:
        """The state with its word."""
        return ResultState(self.state)


class Contributor(Base):
    """A person who made a creative contribution. A linked person consents to being named himself."""

    __tablename__ = "contributors"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"), index=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
