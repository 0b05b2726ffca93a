"""What a contract in the form of three parties says of the worker's share: no rule is looked up for it, and no split is typed.

促进科技成果转化法 art. 44: what was agreed with those who made a result goes before rules and the default of art. 45.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.clauses import from_rows, ordinal, reference_of
from marketplace.contracts.makers import SHARES_CLAUSE
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.organisations.models import Party
from marketplace.organisations.parties import names_of
from marketplace.payments.models import Milestone, Receipt
from marketplace.rewards.models import Reward
from marketplace.rewards.rules import Basis, Resolved


@dataclass(frozen=True)
class AgreedShare:
    """Who signed the contract as a maker of the result, and his share of the net income in basis points."""

    user_id: int
    name: str
    share_bp: int


def contract_of(session: Session, receipt: Receipt) -> Document:
    """The contract by which a payment was received."""
    return session.get_one(Document, session.get_one(Milestone, receipt.milestone_id).document_id)


def agreed_shares(session: Session, reward: Reward) -> tuple[AgreedShare, ...]:
    """The split that the contract behind a reward fixes, in its order; nobody where it is one of two parties."""
    return _shares(session, contract_of(session, session.get_one(Receipt, reward.receipt_id)))


def agreed_in(session: Session, contract: Document) -> Resolved | None:
    """The share the contract itself gives, with the words of its clause; None where it is one of two parties."""
    shares = _shares(session, contract)
    if not shares:
        return None
    clauses = from_rows(contract.clauses)
    number, clause = next((number, one) for number, one in enumerate(clauses, 1) if one.key == SHARES_CLAUSE)
    name = contract.text.partition("\n")[0]
    title = f"《{name}》（编号：{reference_of(contract.text)}）{ordinal(number)}“{clause.heading}”"
    return Resolved(Basis.AGREEMENT, sum(one.share_bp for one in shares), title, clause.text)


def _shares(session: Session, contract: Document) -> tuple[AgreedShare, ...]:
    makers = makers_of(session, contract.id)
    users = _users(session, [one.party_id for one in makers])
    names = names_of(session, users)
    return tuple(AgreedShare(users[one.party_id], names[one.party_id].name, one.share_bp) for one in makers)


def _users(session: Session, party_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(select(Party.id, Party.user_id).where(Party.id.in_(party_ids)))
    return {party_id: user_id for party_id, user_id in rows if user_id is not None}
