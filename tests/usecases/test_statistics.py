"""The desk's figures, checked against a small case that was added up by hand.

deal  seller     buyer      industry    day (China)  amount    how
1     qingzhou   shouguang  machinery   2026-03-10   300,000   contract, electronic
2     qingzhou   qingzhou   machinery   2026-03-31   120,000   contract, on paper
3     zhucheng   qingzhou   (none)      2026-05-02    80,000   contract, electronic, terminated 2026-07-01
4     (none)     shouguang  textile     2026-06-15         0   contract, electronic, pure royalty
5     qingzhou   gaomi      machinery   2026-04-01    50,000   letter of intent, after one of 40,000
"""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, ContractType, DocumentKind, DocumentState, PaperState
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState, EntryKind
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import NotFound
from marketplace.kernel.permissions import Actor
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.statistics import queries
from marketplace.statistics.desk import build_desk
from marketplace.statistics.queries import Figure, Filter
from marketplace.statistics.rules import Dimension, Period, Rung
from tests.factories import make_result
from tests.personas import People

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
A1, A0 = Filter(Rung.A1, YEAR), Filter(Rung.A0, YEAR)
CODES = ["qingzhou", "shouguang", "zhucheng", "gaomi"]


@pytest.fixture
def case(factory: UnitOfWorkFactory, people: People) -> None:
    """The five deals of the table above."""
    results = [make_result(factory, people) for _ in range(5)]
    with factory.writing() as uow:
        add = _Writer(uow, people, results)
        add.contract(1, "qingzhou", "shouguang", "machinery", date(2026, 3, 10), 30_000_000, Basis.ELECTRONIC)
        add.contract(2, "qingzhou", "qingzhou", "machinery", date(2026, 3, 31), 12_000_000, Basis.PAPER)
        add.contract(3, "zhucheng", "qingzhou", None, date(2026, 5, 2), 8_000_000, Basis.ELECTRONIC)
        add.termination(3, date(2026, 7, 1), -8_000_000)
        add.contract(4, None, "shouguang", "textile", date(2026, 6, 15), 0, Basis.ELECTRONIC)
        add.letters(5, "qingzhou", "gaomi", "machinery", [4_000_000, 5_000_000])


def test_the_total_counts_every_contract_once_and_books_the_termination(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        assert queries.total(uow, A1) == Figure(42_000_000, 4)
        assert queries.total(uow, A0) == Figure(5_000_000, 1)


def test_by_county_as_seller_and_as_buyer(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    with factory.reading(people.city_official) as uow:
        desk = build_desk(uow, A1, CODES)
    by_county = {row.county: (row.sold, row.bought, row.within) for row in desk.counties}
    assert by_county == {
        "qingzhou": (Figure(42_000_000, 2), Figure(12_000_000, 2), Figure(12_000_000, 1)),
        "shouguang": (Figure(), Figure(30_000_000, 2), Figure()),
        "zhucheng": (Figure(0, 1), Figure(), Figure()),
        "gaomi": (Figure(), Figure(), Figure()),
        None: (Figure(0, 1), Figure(), Figure()),
    }
    assert desk.within == Figure(12_000_000, 1)


@pytest.mark.parametrize("dimension", list(Dimension))
@pytest.mark.parametrize("rung", list(Rung))
def test_every_cut_adds_up_to_the_total_and_to_its_rows(
    factory: UnitOfWorkFactory, people: People, case: None, rung: Rung, dimension: Dimension
) -> None:
    with factory.reading(people.city_official) as uow:
        wanted = Filter(rung, YEAR)
        total = queries.total(uow, wanted)
        parts = queries.cut(uow, wanted, dimension)
        assert (sum(p.fen for p in parts.values()), sum(p.count for p in parts.values())) == (total.fen, total.count)
        for value, part in parts.items():
            rows = queries.listed(uow, Filter(rung, YEAR, {dimension: value}))
            assert (sum(r.fen for r in rows), sum(r.counted for r in rows)) == (part.fen, part.count)


def test_months_are_those_of_china(factory: UnitOfWorkFactory, people: People, case: None) -> None:
    with factory.reading(people.city_official) as uow:
        # The letter was completed on 31 March at 17:00 UTC: in China that was 1 April.
        assert queries.cut(uow, A0, Dimension.MONTH) == {"2026-04": Figure(5_000_000, 1)}
        july = dict(build_desk(uow, A1, CODES).months)["2026-07"]
    assert july == Figure(-8_000_000, 0)


def test_a_later_letter_replaces_the_earlier_one_from_its_own_day_on(
    factory: UnitOfWorkFactory, people: People
) -> None:
    results = [make_result(factory, people)]
    with factory.writing() as uow:
        add = _Writer(uow, people, results)
        add.letters(1, "qingzhou", "gaomi", "machinery", [10_000_000, 7_000_000], months=(1, 3))
    with factory.reading(people.city_official) as uow:
        assert queries.total(uow, A0) == Figure(7_000_000, 1)
        assert queries.total(uow, Filter(Rung.A0, Period(date(2026, 1, 1), date(2026, 1, 31)))) == Figure(10_000_000, 1)
        assert queries.cut(uow, A0, Dimension.MONTH) == {
            "2026-01": Figure(10_000_000, 1),
            "2026-03": Figure(-3_000_000, 0),
        }


def test_the_industry_is_that_of_the_result_and_may_be_missing(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        parts = queries.cut(uow, A1, Dimension.INDUSTRY)
    assert parts == {"machinery": Figure(42_000_000, 2), None: Figure(0, 1), "textile": Figure(0, 1)}


def test_a_period_that_ends_before_the_termination_still_shows_the_contract(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.city_official) as uow:
        assert queries.total(uow, Filter(Rung.A1, Period(date(2026, 1, 1), date(2026, 6, 30)))) == Figure(50_000_000, 4)


def test_a_county_official_sees_what_his_county_sells_or_buys(
    factory: UnitOfWorkFactory, people: People, case: None
) -> None:
    with factory.reading(people.other_official) as uow:
        assert queries.total(uow, A1) == Figure()
        assert queries.total(uow, A0) == Figure(5_000_000, 1)
    with factory.reading(people.county_official) as uow:
        assert queries.total(uow, A1) == Figure(42_000_000, 3)


@pytest.mark.parametrize("who", ["worker", "company", "administrator", "loner"])
def test_nobody_else_sees_figures(factory: UnitOfWorkFactory, people: People, case: None, who: str) -> None:
    actor: Actor = getattr(people, who)
    for look in (queries.total, queries.listed):
        read: Callable[[UnitOfWork, Filter], object] = look
        with pytest.raises(NotFound), factory.reading(actor) as uow:
            read(uow, A1)


class _Writer:
    def __init__(self, uow: UnitOfWork, people: People, results: list[int]) -> None:
        self.uow, self.people, self.results = uow, people, results
        self.documents: dict[int, int] = {}

    def _deal(self, number: int, seller: str | None, buyer: str | None, industry: str | None) -> int:
        at, people = self.uow.now(), self.people
        interest = Interest(
            side=Side.NEED,
            result_id=self.results[number - 1],
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
        )
        self.uow.session.add(interest)
        self.uow.flush()
        deal = Deal(
            title=f"转化项目{number}",
            interest_id=interest.id,
            result_id=self.results[number - 1],
            seller_party_id=people.seller_party,
            buyer_party_id=people.buyer_party,
            seller_county=seller,
            buyer_county=buyer,
            industry=industry,
            state=DealState.IN_FORCE,
            opened_at=at,
            moved_at=at,
            in_force_at=at,
        )
        self.uow.session.add(deal)
        self.uow.flush()
        return deal.id

    def _document(self, deal_id: int, kind: DocumentKind, number: int, fen: int, basis: Basis, at: datetime) -> int:
        document = Document(
            deal_id=deal_id,
            kind=kind,
            number=number,
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
        )
        self.uow.session.add(document)
        self.uow.flush()
        return document.id

    def contract(
        self,
        number: int,
        seller: str | None,
        buyer: str | None,
        industry: str | None,
        day: date,
        fen: int,
        basis: Basis,
    ) -> None:
        deal_id = self._deal(number, seller, buyer, industry)
        self.documents[number] = self._document(deal_id, DocumentKind.CONTRACT, 1, fen, basis, self.uow.now())
        self._entry(number, deal_id, EntryKind.IN_FORCE, basis, fen, day)

    def termination(self, number: int, day: date, fen: int) -> None:
        self._entry(number, number, EntryKind.TERMINATION, Basis.ELECTRONIC, fen, day)

    def letters(
        self,
        number: int,
        seller: str,
        buyer: str,
        industry: str,
        amounts: list[int],
        months: tuple[int, ...] = (3, 3),
    ) -> None:
        deal_id = self._deal(number, seller, buyer, industry)
        for place, (fen, month) in enumerate(zip(amounts, months, strict=True), start=1):
            at = datetime(2026, month, 31, 17 if len(set(months)) == 1 else 2, 0, tzinfo=UTC)
            self._document(deal_id, DocumentKind.LETTER_OF_INTENT, place, fen, Basis.ELECTRONIC, at)

    def _entry(self, number: int, deal_id: int, kind: EntryKind, basis: Basis, fen: int, day: date) -> None:
        self.uow.session.add(
            Entry(
                deal_id=deal_id,
                document_id=self.documents[number],
                kind=kind,
                basis=basis,
                amount_fen=fen,
                dated=day,
                recorded_at=self.uow.now(),
            )
        )
