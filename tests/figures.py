"""Writes deals with contracts, letters, payments and payouts straight into the tables, for tests that add figures up.

Every row is on record since the moment the factory's clock shows, and announced. What the use cases would refuse is not
refused here.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, ContractType, DocumentKind, DocumentState, PaperState
from marketplace.deals.events import DealMoved
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState, EntryKind
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import china_day, day_begins
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post
from marketplace.listings.events import ListingMoved
from marketplace.matching.events import InterestMoved
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.payments.events import ReceiptMoved
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, MilestoneState, ReceiptKind, ReceiptState, Trigger
from marketplace.registrations.rules import RecordKind
from marketplace.rewards.events import PayoutMoved, RewardMoved
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.rules import Basis as RewardBasis
from marketplace.rewards.rules import PayoutState, RewardState, Role
from tests.factories import make_result
from tests.figure_registrations import register
from tests.personas import People


@dataclass
class FigureWriter:
    """Deals by numbers of the test's own; `deals` and `documents` are their ids."""

    factory: UnitOfWorkFactory
    people: People
    deals: dict[int, int] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)
    results: dict[int, int] = field(default_factory=dict)
    registrations: dict[int, int] = field(default_factory=dict)
    milestones: dict[tuple[int, MilestoneKind], int] = field(default_factory=dict)

    def contract(
        self,
        number: int,
        seller: str | None,
        buyer: str | None,
        day: date,
        fen: int,
        *,
        industry: str | None = "machinery",
        basis: Basis = Basis.ELECTRONIC,
        same_result_as: int | None = None,
    ) -> None:
        """A contract that came into force on a day, about a result of its own or that of another deal."""
        self._open(number, seller, buyer, industry, day, same_result_as)
        with self.factory.writing() as uow:
            self.documents[number] = self._document(uow, number, DocumentKind.CONTRACT, 1, fen, basis, uow.now())
            self._entry(uow, number, EntryKind.IN_FORCE, basis, fen, day)
            uow.emit(DealMoved(self.deals[number], "enter_into_force", "signing", "in_force"))

    def termination(self, number: int, day: date, fen: int) -> None:
        """A negative entry."""
        with self.factory.writing() as uow:
            self._entry(uow, number, EntryKind.TERMINATION, Basis.ELECTRONIC, fen, day)
            uow.emit(DealMoved(self.deals[number], "terminate", "in_force", "terminated"))

    def letters(self, number: int, seller: str, buyer: str, amounts: list[int], moments: list[datetime]) -> None:
        """Letters of intent of one deal, signed at these moments."""
        self._open(number, seller, buyer, "machinery", None)
        for place, (fen, at) in enumerate(zip(amounts, moments, strict=True), start=1):
            self.letter(number, fen, at, place)

    def letter(self, number: int, fen: int, at: datetime, place: int = 1) -> None:
        """A letter of intent of a deal that is there."""
        with self.factory.writing() as uow:
            letter = self._document(uow, number, DocumentKind.LETTER_OF_INTENT, place, fen, Basis.ELECTRONIC, at)
            uow.emit(DocumentMoved(letter, self.deals[number], "letter_of_intent", "complete", ""))

    def registration(self, number: int, day: date, a2: int, a3: int, kind: RecordKind = RecordKind.CERTIFICATE) -> None:
        """A paper of the registrar that was verified; of a change or cancellation the differences."""
        register(self, number, day, a2, a3, kind)

    def receipt(
        self,
        number: int,
        day: date,
        fen: int,
        *,
        kind: MilestoneKind = MilestoneKind.FIXED,
        refund_of: int | None = None,
        state: ReceiptState = ReceiptState.VERIFIED,
    ) -> int:
        """A payment that arrived on a day, or the refund of one; its id."""
        with self.factory.writing() as uow:
            people, now = self.people, uow.now()
            is_verified = state is ReceiptState.VERIFIED
            row = Receipt(
                deal_id=self.deals[number],
                milestone_id=self._milestone(uow, number, kind),
                kind=ReceiptKind.REFUND if refund_of else ReceiptKind.PAYMENT,
                refund_of_id=refund_of,
                state=state,
                fen=fen,
                sent_on=day,
                received_on=day,
                bank_reference="",
                voucher_sha256="0" * 64,
                voucher_name="voucher.pdf",
                voucher_type="application/pdf",
                voucher_size=1,
                party_id=people.buyer_party,
                reported_by_id=people.company.user_id,
                reported_at=now,
                confirmed_by_id=people.seller_contact.user_id,
                confirmed_at=now,
                verified_by_id=people.city_official.user_id if is_verified else None,
                verified_at=now if is_verified else None,
            )
            uow.session.add(row)
            uow.flush()
            uow.emit(ReceiptMoved(row.id, row.deal_id, row.kind.value, "verify", fen))
            return row.id

    def reward(self, number: int, receipt_id: int, day: date, costs: int, net: int, pool: int) -> int:
        """An approved reward of a payment, as the ledger has it; its id."""
        with self.factory.writing() as uow:
            now = uow.now()
            row = Reward(
                deal_id=self.deals[number],
                receipt_id=receipt_id,
                organisation_id=self.people.seller_id,
                result_id=uow.session.get_one(Deal, self.deals[number]).result_id,
                state=RewardState.APPROVED,
                received_fen=net + costs,
                net_fen=net,
                pool_fen=pool,
                basis=RewardBasis.STATUTORY,
                triggered_at=now,
                moved_at=now,
                approved_at=now,
            )
            uow.session.add(row)
            uow.flush()
            post(uow, TransferKind.DEDUCTION, row.deal_id, costs, day, f"reward:{row.id}")
            post(uow, TransferKind.REWARD, row.deal_id, pool, day, f"reward:{row.id}")
            uow.emit(RewardMoved(row.id, row.deal_id, "approve"))
            return row.id

    def payout(self, reward_id: int, day: date, fen: int, user_id: int | None, name: str = "") -> int:
        """What was paid to one person; its id."""
        with self.factory.writing() as uow:
            line = RewardLine(
                reward_id=reward_id, round=0, user_id=user_id, name=name, role=Role.CONTRIBUTOR, weight=1, fen=fen
            )
            uow.session.add(line)
            uow.flush()
            row = Payout(
                line_id=line.id,
                reward_id=reward_id,
                state=PayoutState.PAID,
                gross_fen=fen,
                tax_fen=0,
                paid_on=day,
                voucher_sha256="0" * 64,
                voucher_name="",
                voucher_type="",
                paid_by_id=self.people.seller_contact.user_id,
                recorded_at=uow.now(),
            )
            uow.session.add(row)
            uow.flush()
            uow.emit(PayoutMoved(row.id, reward_id, "pay", fen, 0))
            return row.id

    def take_back(self, payout_id: int, day: date) -> None:
        """The payout was recorded by mistake."""
        with self.factory.writing() as uow:
            row = uow.session.get_one(Payout, payout_id)
            row.state, row.reversed_on, row.reason = PayoutState.REVERSED, day, "误记"
            deal_id = uow.session.get_one(Reward, row.reward_id).deal_id
            post(uow, TransferKind.PAYOUT_BACK, deal_id, row.gross_fen, day, f"payout:{row.id}")
            uow.emit(PayoutMoved(row.id, row.reward_id, "reverse", row.gross_fen, 0))

    def _open(
        self,
        number: int,
        seller: str | None,
        buyer: str | None,
        industry: str | None,
        day: date | None,
        same_result_as: int | None = None,
    ) -> None:
        result_id = self.results[same_result_as] if same_result_as else make_result(self.factory, self.people)
        self.results[number] = result_id
        with self.factory.writing() as uow:
            at, people = uow.now(), self.people
            interest = self._interest(uow, result_id)
            deal = Deal(
                title=f"转化项目{number}",
                interest_id=interest.id,
                result_id=result_id,
                seller_party_id=people.seller_party,
                buyer_party_id=people.buyer_party,
                seller_county=seller,
                buyer_county=buyer,
                industry=industry,
                origin=Origin.PAGE.value,
                state=DealState.IN_FORCE if day else DealState.NEGOTIATING,
                opened_at=at,
                moved_at=at,
                in_force_at=day_begins(day) if day else None,
                in_force_on=day,
            )
            uow.session.add(deal)
            uow.flush()
            self.deals[number] = deal.id
            uow.emit(ListingMoved("result", result_id, "approve", "county_review", "published"))
            uow.emit(InterestMoved(interest.id, "accept", people.buyer_party, people.seller_party))

    def _interest(self, uow: UnitOfWork, result_id: int) -> Interest:
        """One of the buyer's that was answered and is over, so that another one about the same result may follow."""
        at, people = uow.now(), self.people
        interest = Interest(
            side=Side.NEED,
            result_id=result_id,
            from_party_id=people.buyer_party,
            to_party_id=people.seller_party,
            from_user_id=people.company.user_id,
            message="",
            origin=Origin.PAGE,
            state=InterestState.ACCEPTED,
            created_at=at,
            due_on=at.date(),
            answered_at=at,
            answered_by_id=people.seller_contact.user_id,
            ended_at=at,
        )
        uow.session.add(interest)
        uow.flush()
        return interest

    def _document(
        self, uow: UnitOfWork, number: int, kind: DocumentKind, place: int, fen: int, basis: Basis, at: datetime
    ) -> int:
        document = Document(
            deal_id=self.deals[number],
            kind=kind,
            number=place,
            contract_type=ContractType.LICENCE,
            amount_fen=fen,
            clauses=[],
            text="",
            sha256="",
            state=DocumentState.COMPLETE,
            paper=PaperState.VERIFIED if basis is Basis.PAPER else PaperState.NONE,
            basis=basis,
            created_by_id=self.people.company.user_id,
            by_party_id=self.people.buyer_party,
            created_at=at,
            completed_at=at,
            signed_on=china_day(at),
        )
        uow.session.add(document)
        uow.flush()
        return document.id

    def _milestone(self, uow: UnitOfWork, number: int, kind: MilestoneKind) -> int:
        found = self.milestones.get((number, kind))
        if found is None:
            row = Milestone(
                deal_id=self.deals[number],
                document_id=self.documents[number],
                number=len([key for key in self.milestones if key[0] == number]) + 1,
                kind=kind,
                fen=10**12,
                words="",
                trigger=Trigger.OTHER,
                days=0,
                state=MilestoneState.PLANNED,
            )
            uow.session.add(row)
            uow.flush()
            found = self.milestones[number, kind] = row.id
        return found

    def _entry(self, uow: UnitOfWork, number: int, kind: EntryKind, basis: Basis, fen: int, day: date) -> None:
        uow.session.add(
            Entry(
                deal_id=self.deals[number],
                document_id=self.documents[number],
                kind=kind,
                basis=basis,
                amount_fen=fen,
                dated=day,
                recorded_at=uow.now(),
            )
        )
