"""The reading side of bank statements: whose they are to see, and what agrees between a party's account and its deals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.queries import names_of_users
from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.rules import Expected, Found, Line, agree, may_concern
from marketplace.deals.models import Deal
from marketplace.deals.policy import is_in_office
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.organisations.parties import PartyName, name_of, names_of
from marketplace.payments.models import Receipt
from marketplace.payments.rules import LIVE, Channel


@dataclass(frozen=True)
class Dealings:
    """What the reader may know of a party's deals: the names of the other sides, and their transfers from its side."""

    party: PartyName
    others: frozenset[str]
    expected: tuple[Expected, ...]
    receipts: Mapping[int, Receipt]


@dataclass(frozen=True)
class BankPage:
    """A party's statements, and what agrees: line with payments, lines alone, and payments no line stands for within the days
    that the statements span."""

    dealings: Dealings
    statements: Sequence[tuple[BankStatement, str]]
    found: Sequence[Found]
    only_bank: Sequence[Line]
    only_here: Sequence[Receipt]


def dealings(uow: UnitOfWork, party_id: int) -> Dealings:
    """All deals of a party for those who act for it, those of his office for an official. Raises NotFound for everybody else."""
    session, actor = uow.session, uow.actor
    of_party = (Deal.seller_party_id == party_id) | (Deal.buyer_party_id == party_id)
    visible = of_party if actor.acts_for(party_id) else of_party & is_in_office(actor)
    may_ask = actor.acts_for(party_id) or actor.is_official
    deals = {deal.id: deal for deal in session.scalars(select(Deal).where(visible))} if may_ask else {}
    if not deals and not actor.acts_for(party_id):
        raise NotFound(N_("There is no such page."))
    across = {one.id: _across(one, party_id) for one in deals.values()}
    names = names_of(session, across.values())
    sent = select(Receipt).where(
        Receipt.deal_id.in_(deals), Receipt.channel == Channel.TRANSFER, Receipt.state.in_(LIVE)
    )
    receipts = {one.id: one for one in session.scalars(sent.order_by(Receipt.id))}
    return Dealings(
        party=name_of(session, party_id),
        others=frozenset(one.name for one in names.values()),
        expected=tuple(_expected(one, party_id, names[across[one.deal_id]].name) for one in receipts.values()),
        receipts=receipts,
    )


def bank_page(uow: UnitOfWork, party_id: int) -> BankPage:
    """What a party's statements say of its deals. Raises NotFound."""
    known = dealings(uow, party_id)
    statements = list(
        uow.session.scalars(
            select(BankStatement).where(BankStatement.party_id == party_id).order_by(BankStatement.id.desc())
        )
    )
    people = names_of_users(uow.session, {one.read_by_id for one in statements})
    lines = [line for line in lines_of(uow.session, party_id) if may_concern(line, known.others, known.expected)]
    found = agree(lines, known.expected)
    used, paid = {one.line.id for one in found}, {number for one in found for number in one.receipt_ids}
    return BankPage(
        dealings=known,
        statements=[(one, people.get(one.read_by_id, "")) for one in statements],
        found=sorted(found, key=lambda one: (one.line.day, one.line.id)),
        only_bank=[line for line in lines if line.id not in used],
        only_here=[
            receipt
            for number, receipt in known.receipts.items()
            if number not in paid and any(_spans(one, receipt) for one in statements)
        ],
    )


def bank_evidence(uow: UnitOfWork, deal: Deal) -> Mapping[int, Sequence[Found]]:
    """For an official: the lines, of either side's account, that stand for the payments of a deal, by payment."""
    evidence: dict[int, list[Found]] = {}
    for party_id in (deal.seller_party_id, deal.buyer_party_id):
        lines = lines_of(uow.session, party_id)
        for one in agree(lines, dealings(uow, party_id).expected) if lines else ():
            for receipt_id in one.receipt_ids:
                evidence.setdefault(receipt_id, []).append(one)
    return evidence


def lines_of(session: Session, party_id: int) -> list[Line]:
    """What is kept of a party's account, the earliest first."""
    kept = select(BankLine).where(BankLine.party_id == party_id).order_by(BankLine.day, BankLine.id)
    return [Line(one.id, one.day, one.fen, one.counterparty, one.reference, one.note) for one in session.scalars(kept)]


def not_kept_yet(lines: Sequence[Line], kept: Sequence[Line]) -> list[Line]:
    """Statements overlap: of lines that are alike as many are new as are more than were kept before."""
    before = Counter(_likeness(one) for one in kept)
    fresh = []
    for line in lines:
        if before[_likeness(line)] > 0:
            before[_likeness(line)] -= 1
        else:
            fresh.append(line)
    return fresh


def _likeness(line: Line) -> tuple[object, ...]:
    return line.day, line.fen, line.counterparty, line.reference


def _across(deal: Deal, party_id: int) -> int:
    return deal.buyer_party_id if deal.seller_party_id == party_id else deal.seller_party_id


def _expected(receipt: Receipt, party_id: int, other: str) -> Expected:
    """A party that sent it sees it leave its account."""
    fen = -receipt.fen if receipt.party_id == party_id else receipt.fen
    last_on = receipt.received_on or receipt.sent_on
    return Expected(receipt.id, fen, receipt.sent_on, last_on, receipt.bank_reference, other)


def _spans(statement: BankStatement, receipt: Receipt) -> bool:
    return statement.first_on <= receipt.sent_on and (receipt.received_on or receipt.sent_on) <= statement.last_on
