"""The contract of a deal as it stands today: as it was signed, with what amendments have changed since, and its plan."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.changes import ContractInForce, PlanLine
from marketplace.contracts.clauses import Clause, amended, from_rows, reference_of
from marketplace.contracts.models import Amendment, Document
from marketplace.contracts.queries import day_of_signing
from marketplace.contracts.rules import SAYS_WHAT_HOLDS, DocumentState, grouped
from marketplace.deals.booking import contract_in_force, signed_fen
from marketplace.deals.models import Deal, Step
from marketplace.deals.royalty_terms import royalty_schedule
from marketplace.deals.rules import DealState, StepKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.payments.models import Milestone, RoyaltyStatement
from marketplace.payments.plan import fixed_lines, untouched
from marketplace.payments.queries import in_flight, net_fixed_receipts, paid_by_line, unpaid_lines
from marketplace.payments.rules import UNPAID, Instalment, StatementState, Trigger


def ended_on(deal: Deal, document: Document) -> date | None:
    """On which day in China what a signed contract or amendment says ended before it was fulfilled; None while it holds."""
    is_signed = document.state is DocumentState.COMPLETE and document.kind in SAYS_WHAT_HOLDS
    return deal.ended_on if is_signed and deal.state is DealState.TERMINATED else None


def is_ended_by_right(session: Session, deal: Deal) -> bool:
    """Whether the buyer has ended the contract as it allows him to: he did not go on after the use without payment."""
    if deal.state is not DealState.TERMINATED:
        return False
    taken = (Step.deal_id == deal.id, Step.kind == StepKind.DEAL, Step.action == "end_use")
    return session.scalar(select(Step.id).where(*taken)) is not None


def awaits_money(session: Session, deal: Deal) -> bool:
    """Whether by what is agreed another payment may come. After an end it is what the end leaves payable, money on its way, and
    the royalty up to that day."""
    if deal.state is not DealState.TERMINATED:
        return deal.state is not DealState.COMPLETED
    return bool(unpaid_lines(session, [deal.id]) or in_flight(session, [deal.id])) or _awaits_figures(session, deal)


def _awaits_figures(session: Session, deal: Deal) -> bool:
    """Whether there is a day of the contract, the first or last included, of which no royalty is agreed."""
    if deal.in_force_on is None or deal.ended_on is None or royalty_schedule(session, deal.id) is None:
        return False
    agreed = (RoyaltyStatement.deal_id == deal.id, RoyaltyStatement.state == StatementState.AGREED)
    periods = select(RoyaltyStatement.first_on, RoyaltyStatement.last_on).where(*agreed)
    missing_from = deal.in_force_on
    for first_on, last_on in session.execute(periods.order_by(RoyaltyStatement.first_on)):
        if first_on > missing_from:
            break
        missing_from = last_on + timedelta(days=1)
    return missing_from <= deal.ended_on


def contract_standing(uow: UnitOfWork, deal: Deal) -> ContractInForce:
    """How the contract of a deal in force stands; amounts in fen, days in China."""
    contract = contract_in_force(uow.session, deal.id)
    amendments = amendments_of(uow.session, deal.id)
    may_go, paid = frozenset(untouched(uow, deal.id)), paid_by_line(uow.session, [deal.id])
    return ContractInForce(
        document_id=contract.id,
        name=contract.text.partition("\n")[0],
        reference=reference_of(contract.text),
        code=grouped(contract.code or ""),
        signed_on=day_of_signing(contract),
        earlier=tuple(reference_of(document.text) for document, _ in amendments),
        clauses=_clauses(contract, [amendment for _, amendment in amendments]),
        amount_fen=signed_fen(uow.session, deal.id),
        lines=tuple(
            PlanLine(one.number, _line(one), one.number in may_go, paid.get(one.id, UNPAID).verified >= one.fen)
            for one in fixed_lines(uow, deal.id)
        ),
        received_fen=net_fixed_receipts(uow.session, deal.id),
        royalty=royalty_schedule(uow.session, deal.id),
    )


def amendments_of(session: Session, deal_id: int) -> list[tuple[Document, Amendment]]:
    """The amendments that both parties have signed, in the order in which they took effect."""
    signed = (Document.deal_id == deal_id, Document.state == DocumentState.COMPLETE)
    found = select(Document, Amendment).join(Amendment, Amendment.document_id == Document.id).where(*signed)
    rows = session.execute(found.order_by(Document.completed_at, Document.id))
    return [(document, amendment) for document, amendment in rows]


def _clauses(contract: Document, amendments: list[Amendment]) -> tuple[Clause, ...]:
    clauses = from_rows(contract.clauses)
    for amendment in amendments:
        clauses = amended(clauses, amendment.texts)
    return clauses


def _line(milestone: Milestone) -> Instalment:
    day = milestone.due_on if milestone.trigger is Trigger.DAY else None
    line = Instalment(milestone.fen, "", milestone.trigger, milestone.days, day)
    return line if line.words == milestone.words else replace(line, when=milestone.words)
