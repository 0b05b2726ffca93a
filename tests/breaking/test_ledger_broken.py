"""The offline ledger against a book of its own: every rule of its sums, broken on purpose, is found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.orm import Session

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.offline import queries
from marketplace.offline.booking import book, book_off
from marketplace.offline.models import OfflineEntry
from marketplace.offline.queries import NOT_GIVEN, Sum, Wanted
from tests.breaking.statements import missed
from tests.offline import TOLD
from tests.personas import People

DAYS = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2026, 12, 31), date(2027, 1, 1))
COUNTIES = ("qingzhou", "shouguang", "gaomi", None)
Check = Callable[[Session, Actor, Wanted, list["Entered"]], None]


@dataclass(frozen=True)
class Entered:
    """A row as somebody with pencil and paper has it; `of` is the place of the row it takes off."""

    id: int
    fen: int
    day: date
    seller: str | None
    buyer: str | None
    at: datetime
    of: int | None = None

    def counts(self, actor: Actor, wanted: Wanted) -> bool:
        """Whether it is among what an official asks for."""
        his = actor.is_city_official or bool({self.seller, self.buyer} & actor.counties)
        known = wanted.first <= self.day <= wanted.last and self.at <= wanted.as_of
        asked = ((wanted.seller, self.seller), (wanted.buyer, self.buyer), (wanted.month, f"{self.day:%Y-%m}"))
        return his and known and all(one is None or (None if one == NOT_GIVEN else one) == is_ for one, is_ in asked)


def entered_by_chance(factory: UnitOfWorkFactory, people: People, clock: SetClock, rng: Random) -> list[Entered]:
    """One official enters rows, another takes some off."""
    rows: list[Entered] = []
    for _ in range(40):
        clock.forward(hours=rng.randrange(1, 90))
        standing = [one for one in rows if one.of is None and one.id not in {other.of for other in rows}]
        is_off = bool(standing) and rng.random() < 0.3
        with factory.writing(people.county_official if is_off else people.city_official) as uow:
            if is_off:
                old = rng.choice(standing)
                off = book_off(uow, uow.session.get_one(OfflineEntry, old.id), "录错了")
                rows.append(replace(old, id=off.id, fen=-old.fen, at=clock.now(), of=old.id))
            else:
                seller, buyer, day = rng.choice(COUNTIES), rng.choice(COUNTIES), rng.choice(DAYS)
                told = replace(TOLD, fen=rng.randrange(1, 10**9), day=day, seller_county=seller, buyer_county=buyer)
                entry = book(uow, told)
                rows.append(Entered(entry.id, entry.amount_fen, day, seller, buyer, clock.now()))
    return rows


def summed(rows: list[Entered]) -> Sum:
    return Sum(sum(one.fen for one in rows), len([one for one in rows if one.of is None]) * 2 - len(rows))


def check_sum(session: Session, actor: Actor, wanted: Wanted, rows: list[Entered]) -> None:
    """The sum is that of the rows."""
    assert queries.total(session, actor, wanted) == summed([one for one in rows if one.counts(actor, wanted)])


def check_parts(session: Session, actor: Actor, wanted: Wanted, rows: list[Entered]) -> None:
    """Months and counties hold their rows and no other."""
    chosen = [one for one in rows if one.counts(actor, wanted)]
    found = queries.ledger(session, actor, wanted, ["qingzhou", "shouguang", "gaomi"])
    months = {f"{one.day:%Y-%m}" for one in chosen}
    assert dict(found.months) == {m: summed([one for one in chosen if f"{one.day:%Y-%m}" == m]) for m in months}
    for county in found.counties:
        assert county.sold == summed([one for one in chosen if one.seller == county.county])
        assert county.bought == summed([one for one in chosen if one.buyer == county.county])
    assert {one.county for one in found.counties} == {c for one in chosen for c in (one.seller, one.buyer)}


def check_list(session: Session, actor: Actor, wanted: Wanted, rows: list[Entered]) -> None:
    """The list holds the rows, the newest first, with who entered them and who took them off as far as it was known."""
    chosen = [one for one in rows if one.counts(actor, wanted)]
    in_order = sorted(chosen, key=lambda one: (one.day, one.id), reverse=True)
    listed = queries.rows(session, actor, wanted)
    assert queries.count(session, actor, wanted) == len(chosen)
    assert [one.entry.id for one in listed] == [one.id for one in in_order]
    off = {one.of: one.id for one in rows if one.of and one.at <= wanted.as_of}
    said = [(one.author, one.reversal.id if one.reversal else None, one.reversed_by) for one in listed]
    entered, taken_off = "褚工会", "冯工会"
    assert said == [
        (taken_off if one.of else entered, off.get(one.id), taken_off if one.id in off else "") for one in in_order
    ]


WHOLE = Wanted(date(2026, 1, 1), date(2026, 12, 31), datetime.max.replace(tzinfo=UTC))
NOTHING = replace(WHOLE, first=date(2030, 1, 1), last=date(2030, 1, 2))
NARROWED = (
    replace(WHOLE, month="2026-01"),
    replace(WHOLE, seller="gaomi"),
    replace(WHOLE, buyer="gaomi"),
    replace(WHOLE, seller=NOT_GIVEN),
    replace(WHOLE, buyer=NOT_GIVEN),
)


def test_every_rule_of_the_ledger_that_is_broken_is_found(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2026-12-01T03:00:00+00:00")
    rows = entered_by_chance(factory, people, clock, Random(4))
    moments = [at for one in rows[10::15] for at in (one.at, one.at - timedelta(microseconds=1))]
    known = [WHOLE, *(replace(WHOLE, as_of=at) for at in moments)]
    ways: list[tuple[Check, Actor, Sequence[Wanted]]] = [
        (check_sum, people.city_official, [*known, replace(WHOLE, first=DAYS[1], last=DAYS[2]), NOTHING]),
        *((check_sum, people.city_official, [one]) for one in NARROWED),
        (check_sum, people.other_official, [WHOLE]),
        (check_parts, people.city_official, [WHOLE]),
        (check_list, people.city_official, known),
    ]

    def checked(check: Check, actor: Actor, asked: Sequence[Wanted]) -> None:
        with factory.reading() as uow:
            for wanted in asked:
                check(uow.session, actor, wanted, rows)

    assert missed(factory.engine, "offline_entries", *(partial(checked, *way) for way in ways)) == set()
