"""Between the third act and the fourth: contracts in force are changed, or ended by agreement."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from marketplace.contracts.changes import Amending, Settling
from marketplace.deals import change_service, document_service
from marketplace.demo.story import LineTold, StepTold
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.payments.rules import Instalment, Trigger


def _amend(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    today = china_day(uow.now())
    lines = tuple(_line(line, today) for line in step.lines)
    amending = Amending(step.clauses, step.dropped, lines, step.reason)
    document_service.send(uow, change_service.propose_amendment(uow, deal_id, amending).id)


def _line(told: LineTold, today: date) -> Instalment:
    trigger = Trigger(told.trigger)
    day = today + timedelta(days=told.days) if trigger is Trigger.DAY else None
    return Instalment(told.yuan * 100, "", trigger, 0 if day else told.days, day)


def _agree_to_end(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    settle_on = china_day(uow.now()) + timedelta(days=step.valid_days or 30)
    settling = Settling(step.payable_yuan * 100, settle_on, step.reason, step.text, step.end_reason)
    document_service.send(uow, change_service.propose_termination(uow, deal_id, settling).id)


CHANGE_STEPS: Mapping[str, Callable[[UnitOfWork, int, StepTold], None]] = {
    "amend_contract": _amend,
    "agree_to_end": _agree_to_end,
}
