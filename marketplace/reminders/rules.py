"""What an official reminds somebody of, and when he may do so again. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.kernel.messages import N_, Labelled


class ReminderKind(Labelled):
    """What has waited too long."""

    INTEREST = "interest", N_("Interest without an answer")
    DEAL = "deal", N_("Deal that does not move")
    REVIEW = "review", N_("Decision that is overdue")
    PAYMENT = "payment", N_("Payment that is overdue")
    SIGNATURE = "signature", N_("Signature that is waited for")


@dataclass(frozen=True)
class Subject:
    """What one is reminded of: an interest, deal or line of a plan by its id, or a decision by its kind and id."""

    kind: ReminderKind
    id: int
    part: str = ""

    @property
    def key(self) -> str:
        """Its name in the table, such as `payment:7` or `review.result:7`."""
        return f"{self.kind.value}{'.' if self.part else ''}{self.part}:{self.id}"


def again_from(last: date, days: int) -> date:
    """The first day in China on which one may be reminded again."""
    return last + timedelta(days=days)
