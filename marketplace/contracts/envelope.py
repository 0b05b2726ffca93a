"""The envelope around electronic signatures: who signs when, and until which day. Pure.

The rules of its parts are one for the page, the preconditions of a signature, the task list and who owes the next step.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

P = TypeVar("P")
"""What stands for a party: its id, or its side of the deal."""

TOGETHER = 1
"""The position of parties that sign in any order."""

LONGEST_DAYS = 60
"""A text is open for signature for at least one day more and at most so many."""

NOT_YET = N_("Another party signs first. You are told as soon as it is your turn.")
TOO_LATE = N_("The last day for signing has passed. The text can be taken up again as a new draft.")


@dataclass(frozen=True)
class Envelope:
    """What the sender chooses: the party that signs before the others (None: together), the last day (None: the usual one)."""

    first_party_id: int | None = None
    sign_by: date | None = None

    def position(self, party_id: int) -> int:
        """The place of a party in the order."""
        return TOGETHER if self.first_party_id in {None, party_id} else TOGETHER + 1


USUAL = Envelope()
"""Together, until the usual day."""


def turn(order: Mapping[P, int], signed: Collection[P]) -> frozenset[P]:
    """Whose turn it is: of those who have not signed, all in the lowest position. `order` is positions by party."""
    left = {party: position for party, position in order.items() if party not in signed}
    return frozenset(party for party, position in left.items() if position == min(left.values()))


def is_in_order(order: Mapping[P, int]) -> bool:
    """Whether the parties sign one after another."""
    return len(set(order.values())) > 1


def last_day(today: date, chosen: date | None, usual_days: int) -> date:
    """The last day for signing of a text that is sent today. Raises InvalidInput beside `sign_by`."""
    last = chosen or today + timedelta(days=usual_days)
    if not today < last <= today + timedelta(days=LONGEST_DAYS):
        message = N_("Choose a day from tomorrow on, at most %(longest)s days from today.")
        raise InvalidInput(message, field="sign_by", longest=LONGEST_DAYS)
    return last


def fresh_last_day(sign_by: date | None, today: date, usual_days: int | None) -> date | None:
    """The last day of a text whose paper is to be scanned again: as long as for one that is sent today, and never less than there
    was. None stays so."""
    if sign_by is None or usual_days is None:
        return sign_by
    return max(sign_by, today + timedelta(days=usual_days))


def is_over(sign_by: date | None, today: date) -> bool:
    """Whether the last day has passed; it counts until its end in China (民法典 art. 203)."""
    return sign_by is not None and today > sign_by


def mark_reached(marks: Iterable[int], sign_by: date, today: date, turn_since: date) -> int | None:
    """The reminder that is due today: the nearest of the `marks` (days before the last one) that has come.

    None before the first, after the last day, and where the turn came on that very day or later: who has just been told that he
    may sign is not reminded of it as well.
    """
    come = [days for days in marks if turn_since < sign_by - timedelta(days=days) <= today <= sign_by]
    return min(come, default=None)
