"""Five years of deals with contracts, payments and rewards, written into the tables at once, as five years would leave them."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchmarks.figures.crowd import FIRST, Cast, make_crowd
from benchmarks.figures.history import DUE_DAYS, write_history
from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, ContractType, DocumentKind, DocumentState, PaperState
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState, EntryKind
from marketplace.kernel.clock import china_day, day_begins
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import ENTRIES, TransferKind
from marketplace.listings.rules import Category, Industry, ListingKind
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.organisations.regions import load_region
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, MilestoneState, ReceiptKind, ReceiptState, Trigger
from marketplace.results.models import Result
from marketplace.results.rules import OwnerConsent, ResultState
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.rules import Basis as RewardBasis
from marketplace.rewards.rules import PayoutState, RewardState, Role

YEARS = 5
CHUNK = 2_000
SHA = "0" * 64
Row = dict[str, Any]


def write_years(session: Session, deals: int, last: date, seed: int = 20_261) -> None:
    """Write so many deals, evenly over the five years that end on a day; the same for the same seed."""
    rng, counties = random.Random(seed), [county.code for county in load_region("weifang").counties]
    cast = make_crowd(session, deals, counties, day_begins(last - timedelta(days=365 * YEARS)))
    results = max(deals // 4, 1)
    _write(session, Result, (_result(number, counties, cast, last) for number in range(FIRST, FIRST + results)))
    for start in range(0, deals, CHUNK):
        rows: dict[type, list[Row]] = {model: [] for model in TABLES}
        for number in range(FIRST + start, FIRST + min(start + CHUNK, deals)):
            day = last - timedelta(days=rng.randrange(365 * YEARS))
            for model, row in _deal(rng, cast, counties, number, FIRST + number % results, day, last):
                rows[model].append(row)
        for model in TABLES:
            _write(session, model, rows[model])
    write_history(session, cast.officers[0])


TABLES: tuple[type, ...] = (
    Interest, Deal, Document, Entry, Milestone, Receipt, Reward, RewardLine, Payout, Transfer,
)  # fmt: skip
"""In the order of their foreign keys."""


def _write(session: Session, model: type, rows: Any) -> None:
    rows = list(rows)
    for at in range(0, len(rows), CHUNK):
        # Optional columns are left out where they are empty; rows of one statement must have the same.
        names = {name for row in rows[at : at + CHUNK] for name in row}
        session.execute(insert(model), [dict.fromkeys(names) | row for row in rows[at : at + CHUNK]])


def _result(number: int, counties: Sequence[str], cast: Cast, last: date) -> Row:
    at = day_begins(last - timedelta(days=number % (365 * YEARS)))
    moments = dict.fromkeys(("created_at", "changed_at", "submitted_at", "stage_since", "published_at", "fresh_at"), at)
    return {
        "id": number,
        "kind": ListingKind.RESULT,
        "title": f"职工创新成果第{number}号",
        "industry": list(Industry)[number % len(Industry)],
        "county": counties[number % len(counties)],
        "category": list(Category)[number % len(Category)],
        "party_id": cast.parties[number % len(cast.parties)],
        "author_id": cast.people[number % len(cast.people)],
        "state": ResultState.EXPIRED,
        "owner_consent": OwnerConsent.GIVEN,
        **moments,
    }


def _deal(
    rng: random.Random, cast: Cast, counties: Sequence[str], number: int, result: int, day: date, last: date
) -> Iterator[tuple[type, Row]]:
    seller, buyer = rng.sample(cast.parties, 2)
    at, fen = day_begins(day) + timedelta(hours=3), rng.randrange(100_000, 200_000_000)
    basis = rng.choice(list(Basis))
    ended = min(day + timedelta(days=rng.randrange(200, 400)), last)
    state = _state(rng, ended < last)
    moved = day_begins(ended) if state in (DealState.COMPLETED, DealState.TERMINATED) else at
    yield Interest, _interest(number, result, seller, buyer, cast, at, rng.choice(list(Origin)))
    yield (
        Deal,
        {
            "id": number,
            "title": f"技术转化项目第{number}号",
            "interest_id": number,
            "result_id": result,
            "seller_party_id": seller,
            "buyer_party_id": buyer,
            "seller_county": rng.choice([*counties, None]),
            "buyer_county": rng.choice(counties),
            "industry": rng.choice(list(Industry)).value,
            "category": rng.choice(list(Category)).value,
            "origin": rng.choice(list(Origin)).value,
            "state": state,
            "opened_at": at,
            "moved_at": moved,
            "in_force_at": at,
            "in_force_on": day,
            "ended_at": moved if state is DealState.TERMINATED else None,
            "ended_on": china_day(moved) if state is DealState.TERMINATED else None,
            "reason": "合同终止" if state is DealState.TERMINATED else "",
        },
    )
    yield Document, _document(number, cast, buyer, basis, rng.choice(list(ContractType)), fen, at)
    yield Entry, _entry(number * 2, number, EntryKind.IN_FORCE, basis, fen, day, at)
    if state is DealState.TERMINATED:
        yield Entry, _entry(number * 2 + 1, number, EntryKind.TERMINATION, basis, -fen // 2, ended, day_begins(ended))
    yield from _money(rng, cast, number, result, seller, buyer, fen, day, last)


def _state(rng: random.Random, has_had_time: bool) -> DealState:
    """A few in a hundred are terminated; of the others nearly all are completed in their time."""
    if rng.random() < 0.03:
        return DealState.TERMINATED
    return DealState.COMPLETED if has_had_time and rng.random() < 0.98 else DealState.PERFORMING


def _money(
    rng: random.Random, cast: Cast, number: int, result: int, seller: int, buyer: int, fen: int, day: date, last: date
) -> Iterator[tuple[type, Row]]:
    for part in range(rng.choice((1, 1, 2))):
        place, received = number * 2 + part, day + timedelta(days=rng.randrange(10, 200))
        yield Milestone, _milestone(place, number, part, fen // 2, day + timedelta(days=DUE_DAYS - 1))
        if received > last:
            continue
        yield Receipt, _receipt(place, number, buyer, cast, fen // 2, received)
        paid = received + timedelta(days=40)
        if rng.random() < 0.5 and paid <= last:
            yield from _reward(rng, cast, place, number, result, cast.units[seller], fen // 2, paid)


def _reward(
    rng: random.Random, cast: Cast, place: int, deal: int, result: int, unit: int, fen: int, paid: date
) -> Iterator[tuple[type, Row]]:
    at, costs = day_begins(paid), fen // 10
    net, pool = fen - costs, (fen - costs) // 4 * 2
    yield (
        Reward,
        {
            "id": place,
            "deal_id": deal,
            "receipt_id": place,
            "organisation_id": unit,
            "result_id": result,
            "state": RewardState.APPROVED,
            "received_fen": fen,
            "net_fen": net,
            "pool_fen": pool,
            "basis": rng.choice(list(RewardBasis)),
            "triggered_at": at,
            "moved_at": at,
            "approved_at": at,
        },
    )
    yield Transfer, _transfer(place * 10, TransferKind.DEDUCTION, deal, costs, paid, f"reward:{place}")
    yield Transfer, _transfer(place * 10 + 1, TransferKind.REWARD, deal, pool, paid, f"reward:{place}")
    for share in range(2):
        line = place * 2 + share
        person = rng.choice(cast.people)
        yield RewardLine, {
            "id": line, "reward_id": place, "round": 0, "user_id": person, "name": "", "role": Role.CONTRIBUTOR,
            "weight": 1, "fen": pool // 2,
        }  # fmt: skip
        is_answered = rng.random() < 0.95
        yield Payout, _payout(line, place, cast, pool // 2, paid, at, is_answered)
        yield Transfer, _transfer(place * 10 + 2 + share, TransferKind.PAYOUT, deal, pool // 2, paid, f"payout:{line}")


def _interest(number: int, result: int, seller: int, buyer: int, cast: Cast, at: datetime, origin: Origin) -> Row:
    return {
        "id": number,
        "side": Side.NEED,
        "result_id": result,
        "from_party_id": buyer,
        "to_party_id": seller,
        "from_user_id": cast.officers[0],
        "message": "",
        "origin": origin,
        "state": InterestState.ACCEPTED,
        "created_at": at,
        "due_on": at.date(),
        "answered_at": at,
        "answered_by_id": cast.officers[1],
        "ended_at": at,
    }


def _document(number: int, cast: Cast, buyer: int, basis: Basis, kind: ContractType, fen: int, at: datetime) -> Row:
    return {
        "id": number,
        "deal_id": number,
        "kind": DocumentKind.CONTRACT,
        "number": 1,
        "contract_type": kind,
        "amount_fen": fen,
        "clauses": [],
        "text": "",
        "sha256": SHA,
        "state": DocumentState.COMPLETE,
        "paper": PaperState.VERIFIED if basis is Basis.PAPER else PaperState.NONE,
        "basis": basis,
        "created_by_id": cast.officers[0],
        "by_party_id": buyer,
        "created_at": at,
        "completed_at": at,
        "signed_on": china_day(at),
    }


def _entry(id_: int, number: int, kind: EntryKind, basis: Basis, fen: int, day: date, at: datetime) -> Row:
    return {
        "id": id_,
        "deal_id": number,
        "document_id": number,
        "kind": kind,
        "basis": basis,
        "amount_fen": fen,
        "dated": day,
        "recorded_at": at,
    }


def _milestone(place: int, number: int, part: int, fen: int, due_on: date) -> Row:
    return {
        "id": place,
        "deal_id": number,
        "document_id": number,
        "number": part + 1,
        "kind": MilestoneKind.FIXED,
        "fen": fen,
        "words": "",
        "trigger": Trigger.OTHER,
        "days": 0,
        "state": MilestoneState.DUE,
        "due_on": due_on,
    }


def _receipt(place: int, number: int, buyer: int, cast: Cast, fen: int, received: date) -> Row:
    at = day_begins(received) + timedelta(days=2)
    return {
        "id": place,
        "deal_id": number,
        "milestone_id": place,
        "kind": ReceiptKind.PAYMENT,
        "state": ReceiptState.VERIFIED,
        "fen": fen,
        "sent_on": received,
        "received_on": received,
        "bank_reference": "",
        "voucher_sha256": SHA,
        "voucher_name": "",
        "voucher_type": "",
        "voucher_size": 1,
        "party_id": buyer,
        "reported_by_id": cast.officers[0],
        "reported_at": at,
        "confirmed_by_id": cast.officers[1],
        "confirmed_at": at,
        "verified_by_id": cast.officers[2],
        "verified_at": at,
    }


def _payout(line: int, reward: int, cast: Cast, fen: int, paid: date, at: datetime, is_answered: bool) -> Row:
    return {
        "id": line,
        "line_id": line,
        "reward_id": reward,
        "state": PayoutState.ACKNOWLEDGED if is_answered else PayoutState.PAID,
        "gross_fen": fen,
        "tax_fen": 0,
        "paid_on": paid,
        "voucher_sha256": SHA,
        "voucher_name": "",
        "voucher_type": "",
        "paid_by_id": cast.officers[1],
        "recorded_at": at,
        "answered_at": at if is_answered else None,
    }


def _transfer(id_: int, kind: TransferKind, deal: int, fen: int, day: date, source: str) -> Row:
    debit, credit = ENTRIES[kind]
    return {
        "id": id_,
        "deal_id": deal,
        "kind": kind,
        "debit": debit,
        "credit": credit,
        "fen": fen,
        "dated": day,
        "at": day_begins(day),
        "source": source,
    }
