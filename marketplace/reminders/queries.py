"""The reading side of reminders: the last one of each subject."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.kernel.clock import china_day
from marketplace.reminders.models import Reminder
from marketplace.reminders.rules import Subject, again_from


@dataclass(frozen=True)
class Reminded:
    """The last reminder of something: who sent it and when (UTC), and how many there have been."""

    by: str
    at: datetime
    number: int

    def again_from(self, days: int) -> date:
        """The first day on which it may be sent again."""
        return again_from(china_day(self.at), days)


def last_reminders(session: Session, subjects: Iterable[Subject]) -> Mapping[Subject, Reminded]:
    """The last reminder of each that has one, in one statement."""
    keys = {subject.key: subject for subject in subjects}
    newest = select(func.max(Reminder.id)).where(Reminder.subject.in_(keys)).group_by(Reminder.subject)
    rows = (
        select(Reminder.subject, User.name, Reminder.sent_at, Reminder.number)
        .join(User, User.id == Reminder.sent_by_id)
        .where(Reminder.id.in_(newest))
    )
    return {keys[key]: Reminded(name, at, number) for key, name, at, number in session.execute(rows)}
