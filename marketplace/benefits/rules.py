"""What becomes of a declared benefit, and how it is reckoned. Pure; amounts are in fen."""

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.money import LARGEST_FEN
from marketplace.kernel.states import Relation, StateTable, arrow


class DeclarationState(Labelled):
    """What a unit says it gained in a calendar year by using a result itself; it counts once an official has checked it."""

    DECLARED = "declared", N_("Declared, waiting for an official")
    VERIFIED = "verified", N_("Verified by an official")
    RETURNED = "returned", N_("Returned to the unit")
    WITHDRAWN = "withdrawn", N_("Withdrawn by the unit")
    REPLACED = "replaced", N_("Replaced by a later declaration")


class Repeatability(Labelled):
    """How easily others can do the same."""

    AS_IS = "as_is", N_("Others can do the same as it is")
    ADAPTED = "adapted", N_("With small changes")
    GUIDED = "guided", N_("With guidance from those who made it")
    HARD = "hard", N_("Hardly: it depends on conditions of the place")


R, S = Relation, DeclarationState

DECLARATION_STATES = StateTable(
    "benefit",
    S.DECLARED,
    (
        arrow("verify", {S.DECLARED}, S.VERIFIED, {R.OFFICIAL}, N_("Verify the reckoning")),
        arrow("return", {S.DECLARED}, S.RETURNED, {R.OFFICIAL}, N_("Return it to the unit"), reason=True),
        arrow("withdraw", {S.DECLARED}, S.WITHDRAWN, {R.OWNER}, N_("Withdraw the declaration")),
        arrow("replace", {S.VERIFIED}, S.REPLACED, {R.SYSTEM}, N_("Replace by a later declaration")),
    ),
    timers=((S.DECLARED, 15),),
)

EARLIEST_YEAR = 2000
LONGEST_TEXT = 1000
LONGEST_UNIT = 20
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Reckoning:
    """How a benefit is reckoned: what one unit of `quantity` saves or brings, times how many there were, less what it cost to use
    the result. Amounts in fen."""

    unit_fen: int
    quantity: int
    costs_fen: int

    @property
    def fen(self) -> int:
        """The benefit."""
        return self.unit_fen * self.quantity - self.costs_fen

    def require_possible(self, *, corrects: bool) -> None:
        """Raise InvalidInput for what cannot be: only a correction may come to nothing."""
        if self.unit_fen <= 0:
            raise InvalidInput(N_("Write what one unit saves or brings: more than zero."), field="unit_saving")
        if self.quantity <= 0 and not (corrects and self.quantity == 0):
            raise InvalidInput(N_("Write how many units there were: a whole number above zero."), field="quantity")
        if self.costs_fen < 0 or self.unit_fen * self.quantity > LARGEST_FEN:
            raise InvalidInput(N_("This amount is too large, or negative."), field="unit_saving")
        if self.fen < 0 or (self.fen == 0 and not corrects):
            raise InvalidInput(N_("The costs take all of it: there is no benefit to declare."), field="costs")


def require_year(year: int, today: date) -> None:
    """Raise InvalidInput for a year that is not over: what it brought is not known before."""
    if not EARLIEST_YEAR <= year < today.year:
        wrong = N_("Choose a calendar year that is over, from %(first)s on.")
        raise InvalidInput(wrong, fields={"year": wrong}, first=EARLIEST_YEAR)
