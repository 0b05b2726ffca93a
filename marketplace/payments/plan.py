"""Use cases on the lines of a payment plan. They are called by the deal, which has locked itself; who may see it, it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, day_begins
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.payments.events import MilestoneMoved
from marketplace.payments.models import DueMove, Milestone
from marketplace.payments.queries import paid_by_line
from marketplace.payments.rules import (
    MILESTONE_STATES,
    UNPAID,
    Instalment,
    MilestoneKind,
    MilestoneState,
    Trigger,
)

LONGEST_NUMBER = 40
LONGEST_DELAY = 3 * 366
_BY_SYSTEM = frozenset({Relation.SYSTEM})


@dataclass(frozen=True)
class Ground:
    """What lines of a plan rest on: the contract, and what changed or ended it, if anything did."""

    deal_id: int
    document_id: int
    amendment_id: int | None = None


def make_plan(uow: UnitOfWork, ground: Ground, lines: Sequence[Instalment], happened: Mapping[Trigger, date]) -> None:
    """Add lines to a deal's plan. Those with a day of their own are due, and those whose event has happened, their days counted
    from the day after it. Emits MilestoneMoved."""
    for number, line in enumerate(lines, next_number(uow, ground.deal_id)):
        milestone = Milestone(
            deal_id=ground.deal_id,
            document_id=ground.document_id,
            amendment_id=ground.amendment_id,
            number=number,
            kind=MilestoneKind.FIXED,
            fen=line.fen,
            words=line.words,
            trigger=line.trigger,
            days=line.days,
            state=MilestoneState.PLANNED,
        )
        uow.session.add(milestone)
        uow.flush()
        _announce(uow, milestone, "plan")
        began = happened.get(line.trigger)
        due_on = began + timedelta(days=line.days) if began else line.day
        if due_on is not None:
            _fall_due(uow, milestone, _BY_SYSTEM, due_on)


def amend_plan(
    uow: UnitOfWork,
    ground: Ground,
    dropped: Sequence[int],
    lines: Sequence[Instalment],
    happened: Mapping[Trigger, date],
) -> None:
    """Let lines take the place of others, which are cancelled and stay to be seen; the caller has made sure that they are
    `untouched`. Emits MilestoneMoved."""
    for milestone in milestones(uow, ground.deal_id):
        if milestone.number in dropped:
            cancel(uow, milestone)
    make_plan(uow, ground, lines, happened)


def untouched(uow: UnitOfWork, deal_id: int) -> list[int]:
    """The numbers of the lines of the fixed price of which nothing is paid, or reported as paid."""
    paid = paid_by_line(uow.session, [deal_id])
    return [one.number for one in fixed_lines(uow, deal_id) if not paid.get(one.id, UNPAID).with_reported]


def fixed_lines(uow: UnitOfWork, deal_id: int) -> list[Milestone]:
    """The lines of the fixed price that are not cancelled, in their order."""
    return [
        one
        for one in milestones(uow, deal_id)
        if one.kind is MilestoneKind.FIXED and one.state is not MilestoneState.CANCELLED
    ]


def next_number(uow: UnitOfWork, deal_id: int) -> int:
    """The number of the next line of a deal's plan."""
    return (uow.session.scalar(select(func.max(Milestone.number)).where(Milestone.deal_id == deal_id)) or 0) + 1


def add_royalty(uow: UnitOfWork, deal_id: int, document_id: int, fen: int, words: str, due_on: date) -> Milestone:
    """The line of a royalty both sides agree on; it is due at once, until `due_on`. Emits MilestoneMoved."""
    milestone = Milestone(
        deal_id=deal_id,
        document_id=document_id,
        number=next_number(uow, deal_id),
        kind=MilestoneKind.ROYALTY,
        fen=fen,
        words=words,
        trigger=Trigger.OTHER,
        days=0,
        state=MilestoneState.DUE,
        due_on=due_on,
    )
    uow.session.add(milestone)
    uow.flush()
    _moved(uow, milestone, "fall_due")
    return milestone


def trigger(uow: UnitOfWork, deal_id: int, happened: Trigger) -> None:
    """What has happened today makes the lines that wait for it due, their days counted from tomorrow. Emits MilestoneMoved."""
    today = china_day(uow.now())
    for milestone in milestones(uow, deal_id):
        if milestone.trigger is happened and milestone.state is MilestoneState.PLANNED:
            _fall_due(uow, milestone, _BY_SYSTEM, today + timedelta(days=milestone.days))


def fall_due(uow: UnitOfWork, milestone: Milestone, relations: frozenset[Relation], due_on: date) -> None:
    """The seller says that the event a line waits for has happened, and until which day it is to be paid; he may put it off.

    Raises Conflict for a line with a trigger of its own or in another state, NotPermitted, InvalidInput for a day that has
    passed or is too far away; emits MilestoneMoved.
    """
    today = china_day(uow.now())
    if milestone.trigger is not Trigger.OTHER or milestone.kind is not MilestoneKind.FIXED:
        raise Conflict(N_("This line falls due by itself; nobody sets its day."))
    earliest = max(today, milestone.due_on or today)
    if not earliest <= due_on <= today + timedelta(days=LONGEST_DELAY):
        raise InvalidInput(
            N_("Choose a day from today on, within three years, and none before the one that was set."), field="day"
        )
    if milestone.state is MilestoneState.DUE:
        advance(uow, MILESTONE_STATES, milestone, "put_off", relations, due_on=due_on)
        _moved(uow, milestone, "fall_due")
    else:
        _fall_due(uow, milestone, relations, due_on)


def invoice(uow: UnitOfWork, milestone: Milestone, number: str, vat_fen: int) -> None:
    """Note the seller's invoice of a line: its number, and the value-added tax within the amount, in fen. May be put right later.

    Raises Conflict for a cancelled line, InvalidInput; emits MilestoneMoved.
    """
    cleaned = number.strip()
    if milestone.state is MilestoneState.CANCELLED:
        raise Conflict(N_("This line is cancelled."))
    if not (cleaned.isascii() and cleaned.isalnum()) or len(cleaned) > LONGEST_NUMBER:
        raise InvalidInput(N_("Write the number of the invoice: letters and digits, at most 40."), field="number")
    if not 0 <= vat_fen < milestone.fen:
        raise InvalidInput(N_("The tax is a part of the amount, so it is less."), field="vat")
    milestone.invoice_number, milestone.vat_fen = cleaned, vat_fen
    uow.flush()
    _announce(uow, milestone, "invoice")


def cancel(uow: UnitOfWork, milestone: Milestone) -> None:
    """Take a line out of the plan, because the contract has ended or was amended. Emits MilestoneMoved."""
    advance(uow, MILESTONE_STATES, milestone, "cancel", _BY_SYSTEM)
    _moved(uow, milestone, "cancel")


def milestones(uow: UnitOfWork, deal_id: int) -> list[Milestone]:
    """The lines of a deal's plan in their order."""
    of_deal = select(Milestone).where(Milestone.deal_id == deal_id).order_by(Milestone.number)
    return list(uow.session.scalars(of_deal.execution_options(populate_existing=True)))


def fetch(uow: UnitOfWork, milestone_id: int) -> Milestone:
    """The line as it is now. Raises NotFound."""
    milestone = uow.session.get(Milestone, milestone_id, populate_existing=True)
    if milestone is None:
        raise NotFound(N_("There is no such line in a payment plan."))
    return milestone


def _fall_due(uow: UnitOfWork, milestone: Milestone, relations: frozenset[Relation], due_on: date) -> None:
    advance(uow, MILESTONE_STATES, milestone, "fall_due", relations, due_on=due_on)
    _moved(uow, milestone, "fall_due")


def _moved(uow: UnitOfWork, milestone: Milestone, action: str) -> None:
    """Write down by which day the line is paid in time from now on."""
    now, due_on = uow.now(), milestone.due_on if milestone.state is MilestoneState.DUE else None
    late_from = max(now, day_begins(due_on + timedelta(days=1))) if due_on else None
    uow.session.add(DueMove(milestone_id=milestone.id, at=now, due_on=due_on, late_from=late_from))
    uow.flush()
    _announce(uow, milestone, action)


def _announce(uow: UnitOfWork, milestone: Milestone, action: str) -> None:
    due_on = milestone.due_on.isoformat() if milestone.due_on else None
    uow.emit(MilestoneMoved(milestone.id, milestone.deal_id, action, due_on))
