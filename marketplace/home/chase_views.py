"""One click that reminds whoever owes the next step, and what the lists show of earlier ones."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from marketplace.home import chasing
from marketplace.home.blueprint import blueprint
from marketplace.home.rules import ReviewKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.reminders.models import Reminder
from marketplace.reminders.queries import Reminded, last_reminders
from marketplace.reminders.rules import Subject
from marketplace.web import formats
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import writing
from marketplace.web.forms import is_member
from marketplace.web.locale import translate
from marketplace.web.redirects import page_before


@dataclass(frozen=True)
class Chase:
    """The last reminder of each line of a list, by what the list calls it; and today, to tell whether another may follow."""

    last: Mapping[Hashable, Reminded]
    today: date
    days: int

    def of(self, name: Hashable) -> Reminded | None:
        """The last reminder of a line."""
        return self.last.get(name)

    def may(self, name: Hashable) -> bool:
        """Whether one can be sent now."""
        last = self.last.get(name)
        return last is None or self.today >= last.again_from(self.days)


def chase_of(uow: UnitOfWork, subjects: Mapping[Hashable, Subject]) -> Chase:
    """What has been sent about the lines of a list."""
    found = last_reminders(uow.session, subjects.values())
    last = {name: found[subject] for name, subject in subjects.items() if subject in found}
    return Chase(last, china_day(uow.now()), uow.settings.reminder_days)


@blueprint.post("/review/silent/<int:interest_id>/reminder")
@requires(official)
def remind_of_interest(interest_id: int) -> Response:
    """Remind who has not answered an interest."""
    return _remind(lambda uow: chasing.remind_of_interest(uow, interest_id), url_for("home.silent"))


@blueprint.post("/review/stalled/<int:deal_id>/reminder")
@requires(official)
def remind_of_deal(deal_id: int) -> Response:
    """Remind who owes the next step of a deal."""
    return _remind(lambda uow: chasing.remind_of_deal(uow, deal_id), url_for("home.stalled"))


@blueprint.post("/review/overdue/<int:milestone_id>/reminder")
@requires(official)
def remind_of_payment(milestone_id: int) -> Response:
    """Remind the buyer of a payment."""
    return _remind(lambda uow: chasing.remind_of_payment(uow, milestone_id), url_for("home.overdue_payments"))


@blueprint.post("/documents/<int:document_id>/reminder")
@requires(signed_in)
def remind_of_signature(document_id: int) -> Response:
    """Remind whoever has to sign a document; the other party may, and an official."""
    return _remind(
        lambda uow: chasing.remind_of_signature(uow, document_id), url_for("deals.document", document_id=document_id)
    )


@blueprint.post("/review/<kind>/<int:target_id>/reminder")
@requires(official)
def remind_of_review(kind: str, target_id: int) -> Response:
    """Remind the officials who hold a decision."""
    if not is_member(ReviewKind, kind):
        raise NotFound(N_("There is no such page."))
    return _remind(lambda uow: chasing.remind_of_review(uow, ReviewKind(kind), target_id), url_for("home.review_queue"))


def _remind(use_case: Callable[[UnitOfWork], Reminder], back: str) -> Response:
    """Back to the list either way: of a second click one is told that the first has been enough."""
    try:
        with writing() as uow:
            people = len(use_case(uow).people)
    except Conflict as error:
        params = {
            name: formats.day(value) if isinstance(value, date) else value for name, value in error.params.items()
        }
        flash(translate(error.message, **params), "warning")
    else:
        flash(
            ngettext("The reminder is sent to %(num)s person.", "The reminder is sent to %(num)s people.", people),
            "success",
        )
    return redirect(page_before(back), code=303)
