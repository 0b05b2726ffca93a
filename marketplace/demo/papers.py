"""Sixth act: contracts go to the registrar, a patent to CNIPA; before an assignment its contributors are told; a party declares
that it is related to the other."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from marketplace.contracts.rules import DocumentKind
from marketplace.deals import document_service as documents
from marketplace.deals import preemption_service
from marketplace.deals.models import Deal
from marketplace.deals.related_service import say_related
from marketplace.demo.specimen import specimen
from marketplace.demo.story import StepTold
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.registrations import patents, records, service
from marketplace.registrations.filling import filled_in, signed_contract
from marketplace.registrations.models import Registration, RegistrationRecord
from marketplace.registrations.official_form import EQUIPMENT
from marketplace.registrations.patents import Registered
from marketplace.registrations.records import Paper
from marketplace.registrations.rules import RecordKind


def _live(uow: UnitOfWork, deal_id: int) -> Registration:
    registration = service.live_registration(uow, deal_id)
    if registration is None:
        raise RuntimeError(f"deal {deal_id} has no application for registration")
    return registration


def _waiting(uow: UnitOfWork, deal_id: int) -> RegistrationRecord:
    record = records.waiting_record(uow, _live(uow, deal_id).id)
    if record is None:
        raise RuntimeError(f"deal {deal_id} has no paper of the registrar to look at")
    return record


def _apply(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    """As it comes filled in, with `payable_yuan` of equipment and materials in the total."""
    deal, contract = uow.session.get_one(Deal, deal_id), signed_contract(uow.session, deal_id)
    if contract is None:
        raise RuntimeError(f"deal {deal_id} has no contract in force")
    form = service.todays_form(uow)
    typed = {**filled_in(uow, deal, contract, form), EQUIPMENT: step.payable_yuan * 100}
    service.submit(uow, deal_id, typed, 0)


def _record(kind: RecordKind) -> Callable[[UnitOfWork, int, StepTold], None]:
    """The paper is dated the day before; A2 is `amount_yuan`, else the contract's amount, A3 less `payable_yuan`."""

    def do(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
        registration = _live(uow, deal_id)
        contract = signed_contract(uow.session, deal_id)
        total = step.amount_yuan * 100 or (contract.amount_fen if contract else 0)
        number = registration.number or f"{china_day(uow.now()):%Y}370700{registration.id:06d}"
        day = china_day(uow.now()) - timedelta(days=1)
        scan = Upload(specimen("REGISTRATION CERTIFICATE", number, "PDF"), "技术合同登记证明（示范）.pdf")
        paper = Paper(kind, number, day, total, total - step.payable_yuan * 100, scan, step.reason)
        records.record(uow, registration.id, paper)

    return do


def _verify(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    records.verify(uow, _waiting(uow, deal_id).id)


def _refuse(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    service.refuse(uow, _live(uow, deal_id).id, china_day(uow.now()), step.reason)


def _tell_contributors(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    contract = documents.live_document(uow, deal_id, DocumentKind.CONTRACT)
    if contract is None:
        raise RuntimeError(f"deal {deal_id} has no contract to tell of")
    preemption_service.tell(uow, contract.id)


def _apply_at_cnipa(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    patents.apply(uow, deal_id, china_day(uow.now()))


def _take_effect(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    transfer = patents.newest_transfer(uow.session, deal_id)
    if transfer is None:
        raise RuntimeError(f"nothing was applied for with CNIPA in deal {deal_id}")
    number, day = f"{china_day(uow.now()):%Y%m%d}{transfer.id:05d}", china_day(uow.now()) - timedelta(days=2)
    notice = Upload(specimen("CNIPA NOTICE", number, "PDF"), "手续合格通知书（示范）.pdf")
    patents.take_effect(uow, transfer.id, Registered(number, day, notice))


def _declare_related(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    say_related(uow, deal_id, True, step.reason)


PAPER_STEPS: Mapping[str, Callable[[UnitOfWork, int, StepTold], None]] = {
    "apply_registration": _apply,
    "record_certificate": _record(RecordKind.CERTIFICATE),
    "record_change": _record(RecordKind.CHANGE),
    "verify_registration": _verify,
    "refuse_registration": _refuse,
    "tell_contributors": _tell_contributors,
    "apply_cnipa": _apply_at_cnipa,
    "cnipa_registered": _take_effect,
    "declare_related": _declare_related,
}
