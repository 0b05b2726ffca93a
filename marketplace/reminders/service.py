"""The use case of reminding. What is too late and who owes it, the caller has found out within the official's scope."""

from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.notifications.service import notify
from marketplace.reminders.events import ReminderSent
from marketplace.reminders.models import Reminder
from marketplace.reminders.queries import Reminded, last_reminders
from marketplace.reminders.rules import Subject

ALREADY = N_("%(name)s has sent a reminder on %(day)s. Another one can be sent from %(next)s on.")
YOURSELF = N_("The next step is your own. Nothing was sent.")
NOBODY = N_("Nobody who could act here has an account. A call is the way; nothing was sent.")


def remind(
    uow: UnitOfWork,
    subject: Subject,
    people: Iterable[int],
    message: str,
    params: Params,
    url: str,
    *,
    by_party: bool = False,
) -> Reminder:
    """Tell these people, in the inbox and by mail in their language, and write down that it was done.

    `message` is a msgid with `params`, `url` a path of this site. Raises NotPermitted for all but officials, unless the caller
    has found that it is a party that waits for the other one (`by_party`), Conflict where there is nobody to tell and within
    `reminder_days` of the last one, naming who sent it; emits ReminderSent.
    """
    if not (uow.actor.is_official or by_party):
        raise NotPermitted(N_("Only officials of the union send reminders."))
    owing = set(people)
    told = sorted(owing - {uow.actor.user_id})
    if not told:
        raise Conflict(YOURSELF if owing else NOBODY)
    last = _last(uow, subject)
    if last is not None:
        _require_time_has_passed(uow, last)
    reminder = Reminder(
        kind=subject.kind,
        subject=subject.key,
        number=last.number + 1 if last else 1,
        people=told,
        sent_by_id=uow.actor.user_id,
        sent_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(reminder)
    except IntegrityError:  # The other click, or another official, was faster.
        faster = _last(uow, subject)
        raise _already(uow, faster) if faster else Conflict(NOBODY) from None
    notify(uow, told, f"reminder:{reminder.id}", message, params, url)
    uow.emit(ReminderSent(reminder.id, subject.key, len(told)))
    return reminder


def _last(uow: UnitOfWork, subject: Subject) -> Reminded | None:
    return last_reminders(uow.session, [subject]).get(subject)


def _require_time_has_passed(uow: UnitOfWork, last: Reminded) -> None:
    if china_day(uow.now()) < last.again_from(uow.settings.reminder_days):
        raise _already(uow, last)


def _already(uow: UnitOfWork, last: Reminded) -> Conflict:
    return Conflict(ALREADY, name=last.by, day=china_day(last.at), next=last.again_from(uow.settings.reminder_days))
