"""The rows of shares of what was agreed and earned: how much of it was received, registered, and went to people."""

from sqlalchemy import (
    case,
    select,
    union_all,
)

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import EntryKind
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import TransferKind
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, ReceiptKind, ReceiptState
from marketplace.registrations.models import RegistrationEntry
from marketplace.registrations.rules import RecordKind
from marketplace.rewards.models import Reward
from marketplace.statistics.rows import (
    Rows,
    along_contract,
    along_receipt,
    along_reward,
    china_day,
    facts,
    labelled,
    of_deal,
    source,
)
from marketplace.statistics.rules import Dimension


def received_of_contracts() -> Rows:
    """C5. By the day a contract came into force: its fixed amount, and what of it has been received, less refunds."""
    day = Deal.in_force_on
    is_new = case((Entry.kind == EntryKind.IN_FORCE, 1), else_=0)
    named = source("entry", Entry.id)
    agreed = facts(named, Entry.deal_id, day, Entry.recorded_at, 0, whole=Entry.amount_fen, counted=is_new)
    dimensions = labelled(of_deal(day, Document.contract_type, Document.basis))
    signed = along_contract(select(*agreed, *dimensions), Entry.deal_id)
    received = select(
        *facts(
            source("receipt", Receipt.id),
            Receipt.deal_id,
            day,
            Receipt.verified_at,
            case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen),
            counted=0,
        ),
        *dimensions,
    )
    verified = (Receipt.state == ReceiptState.VERIFIED, Milestone.kind == MilestoneKind.FIXED)
    return select(union_all(signed, along_receipt(received).where(*verified)).subquery())


def contracts_registered() -> Rows:
    """C8. By the day a contract came into force: each contract, and 1 where it is registered, until that is cancelled."""
    day = Deal.in_force_on
    dimensions = labelled(of_deal(day, Document.contract_type, Document.basis))
    agreed = facts(source("entry", Entry.id), Entry.deal_id, day, Entry.recorded_at, 0, whole=1)
    signed = along_contract(select(*agreed, *dimensions), Entry.deal_id).where(Entry.kind == EntryKind.IN_FORCE)
    is_registered = case({RecordKind.CERTIFICATE: 1, RecordKind.CANCELLATION: -1}, value=RegistrationEntry.kind)
    named, known_at = source("registration_entry", RegistrationEntry.id), RegistrationEntry.recorded_at
    papers = facts(named, RegistrationEntry.deal_id, day, known_at, is_registered, counted=0)
    registered = along_contract(select(*papers, *dimensions), RegistrationEntry.deal_id).where(
        RegistrationEntry.kind != RecordKind.CHANGE
    )
    return select(union_all(signed, registered).subquery())


def share_awarded() -> Rows:
    """C7. Of the net income of each approved reward, what was awarded to people; what was revoked unpaid is taken off again."""
    awarded = Transfer.kind == TransferKind.REWARD
    is_whole = Transfer.fen == Reward.pool_fen
    day = china_day(Transfer.at)
    dimensions = {
        **of_deal(day, Document.contract_type, Document.basis),
        Dimension.RULE: Reward.basis,
    }
    rows = select(
        *facts(
            source("transfer", Transfer.id),
            Transfer.deal_id,
            day,
            Transfer.at,
            case((awarded, Transfer.fen), else_=-Transfer.fen),
            whole=case((awarded, Reward.net_fen), (is_whole, -Reward.net_fen), else_=0),
            counted=case((awarded, 1), (is_whole, -1), else_=0),
        ),
        *labelled(dimensions),
    ).join(Reward, source("reward", Reward.id) == Transfer.source)
    return along_reward(rows).where(Transfer.kind.in_((TransferKind.REWARD, TransferKind.REVOKED)))
