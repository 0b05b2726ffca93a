"""The table of needs."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import EnumText, one_of
from marketplace.listings.models import Listing
from marketplace.listings.rules import TEXT_LENGTH, TITLE_LENGTH, ListingKind, Maturity
from marketplace.needs.rules import EDITABLE, NEED_STATES, REVISABLE, VISIBLE, NeedState

_LIMITS = {"title": TITLE_LENGTH, "description": TEXT_LENGTH}
_CHOSEN = {"industry", "county", "ways", "county_wanted", "maturity_wanted", "anonymous"}
_FIGURES = {"indicators", "budget_min_fen", "budget_max_fen", "deadline"}


class Need(Listing):
    """A technology need. Budgets are in fen; `indicators` is a list of {"name", "value"}; `county_wanted` and `maturity_wanted`
    limit whose results fit; an anonymous need names its party only once an interest is accepted."""

    __tablename__ = "needs"

    states = NEED_STATES
    shown_in = VISIBLE
    edited_in = EDITABLE
    revised_in = REVISABLE
    text_limits: ClassVar[Mapping[str, int]] = _LIMITS
    content_fields = frozenset(_LIMITS) | _CHOSEN | _FIGURES
    revised_fields = content_fields
    drafts_shared = True

    id: Mapped[int] = mapped_column(ForeignKey("listings.id"), primary_key=True)
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    budget_min_fen: Mapped[int | None] = mapped_column(BigInteger)
    budget_max_fen: Mapped[int | None] = mapped_column(BigInteger)
    deadline: Mapped[date | None]
    county_wanted: Mapped[str | None] = mapped_column(String(20))
    maturity_wanted: Mapped[Maturity | None] = mapped_column(EnumText(Maturity))
    anonymous: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"polymorphic_identity": ListingKind.NEED}  # noqa: RUF012 - SQLAlchemy's own way to declare it
    __table_args__ = (
        one_of("maturity_wanted", Maturity),
        CheckConstraint("budget_min_fen >= 0 AND budget_max_fen >= 0", name="budget_not_negative"),
        CheckConstraint("budget_min_fen <= budget_max_fen", name="budget_in_order"),
    )

    @property
    def status(self) -> NeedState:
        """The state with its word."""
        return NeedState(self.state)
