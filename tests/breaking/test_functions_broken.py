"""Rules that figures, duplicates, targets and forecasts state in Python, broken on purpose, one at a time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from marketplace.duplicates import weights
from marketplace.duplicates.rules import Record, RecordKind, Side
from marketplace.duplicates.weights import Weight
from marketplace.kernel.permissions import SYSTEM
from marketplace.statistics import columns, desk
from marketplace.statistics.columns import columns_of_rows
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.rules import FigureCode, Period, Span
from marketplace.targets import cases, forecast
from marketplace.targets import rules as target_rules
from tests.breaking.functions import notices
from tests.unit.targets import test_forecast, test_target_rules

Rule = tuple[object, str, str, str]
"""Where it stands, in which function, what it says, and what it says once it is broken."""

YEARS = Period(date(2025, 2, 10), date(2026, 11, 20))


def rows_by_chance(code: FigureCode, rng: Random) -> list[FigureRow]:
    """Rows of a figure around a period."""
    dimensions = dict.fromkeys((one.value for one in DEFINITIONS[code].dimensions), None)
    found = []
    for number in range(80):
        day = YEARS.first + timedelta(days=rng.randrange(0, 649))
        known, cut_by = datetime(day.year, day.month, day.day, 3, tzinfo=UTC), dimensions | {"month": f"{day:%Y-%m}"}
        fen, counted = rng.randrange(-5, 9), rng.randrange(-1, 2)
        found.append(FigureRow(f"deal:{number + 1}", number + 1, day, known, fen, 0, counted, cut_by))
    return found


def part_of(span: Span, day: date) -> str:
    """The quarter or year of a day, by its months."""
    quarters = {(1, 2, 3): "Q1", (4, 5, 6): "Q2", (7, 8, 9): "Q3", (10, 11, 12): "Q4"}
    quarter = next(name for months, name in quarters.items() if day.month in months)
    return {Span.MONTH: f"{day:%Y-%m}", Span.QUARTER: f"{day.year}-{quarter}", Span.YEAR: str(day.year)}[span]


def check_time() -> None:
    """Months, quarters and years of what happens add up; those of how things stand say how they stood at their end."""
    for code in (FigureCode.C13, FigureCode.C10):
        rows, definition = rows_by_chance(code, Random(8)), DEFINITIONS[code]
        days = [YEARS.first + timedelta(days=number) for number in range((YEARS.last - YEARS.first).days + 1)]
        made = desk.arrange(definition, YEARS, columns_of_rows(definition.dimensions, rows), ())
        for span in Span:
            wanted = {}
            for part, last in {part_of(span, day): day for day in days}.items():
                until = [row for row in rows if row.dated <= last]
                of = until if definition.is_stock else [row for row in until if part_of(span, row.dated) == part]
                wanted[part] = (sum(row.value for row in of), sum(row.counted for row in of))
            assert {part: (one.value, one.count) for part, one in made.over_time(span) if one is not None} == wanted


TIME: tuple[Rule, ...] = (
    (Span, "of", "(int(number) + 2) // 3", "(int(number) + 1) // 3"),
    (Span, "of", "(int(number) + 2) // 3", "(int(number) + 3) // 3"),
    (desk.Desk, "over_time", "if self.definition.is_stock", "if not self.definition.is_stock"),
    (desk.Desk, "over_time", "sum_so_far + part", "part"),
    (desk, "_levels", "first_of(month, 1)", "first_of(month)"),
    (desk, "_levels", "first_of(month, 1)", "first_of(month, 2)"),
    (desk, "arrange", "_levels(rows, period) if definition.is_stock", "() if definition.is_stock"),
    (columns.Columns, "totals_before", '["dated"], kind', '["id"], kind'),
    (columns.Columns, "totals_before", ".cumsum()", ""),
)


def too_much(records: dict[tuple[RecordKind, int], Record], pairs: list[tuple[tuple[RecordKind, int], ...]]) -> Weight:
    """What is too many of each contract, by looking at everything that hangs together."""
    left, count, fen = {key for pair in pairs for key in pair}, 0, 0
    while left:
        group = {left.pop()}
        while grown := {key for pair in pairs if set(pair) & group for key in pair} - group:
            group |= grown
        left -= group
        standing = [records[key] for key in group if records[key].stands]
        rows = [one.fen for one in standing if one.kind is RecordKind.OFFLINE]
        deals = [one.fen for one in standing if one.kind is RecordKind.DEAL]
        extra = rows if rows and deals else sorted(rows or deals)[:-1]
        count, fen = count + len(extra), fen + sum(extra)
    return Weight(count, fen)


def check_weights(patch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Random records of which some pairs wait and some are confirmed; they are given to the reading side as they are."""

    def check() -> None:
        for seed in range(40):
            rng = Random(seed)
            keys = [(rng.choice(list(RecordKind)), number) for number in range(1, 9)]
            records = {key: _record(key, rng) for key in keys}
            by_state: dict[str, list[tuple[tuple[RecordKind, int], ...]]] = {"open": [], "same": []}
            for _ in range(6):
                pair = tuple(sorted(rng.sample(keys, 2), key=lambda key: (key[0] is RecordKind.OFFLINE, key[1])))
                by_state[rng.choice(["open", "same"])].append(pair)
            patch.setattr(weights, "records_of", lambda _s, wanted, of=records: {key: of[key] for key in wanted})
            patch.setattr(weights, "_pairs", lambda _s, _a, state, of=by_state: of[state.value])
            between = {state: [p for p in found if p[1][0] is RecordKind.DEAL] for state, found in by_state.items()}
            with_ledger = [pair for pair in by_state["open"] if pair[1][0] is RecordKind.OFFLINE]
            all_of_them = too_much(records, between["open"] + between["same"]).fen
            nothing: object = None
            found = weights.waiting(nothing, SYSTEM)  # type: ignore[arg-type]
            assert found.contracts == Weight(len(between["open"]), all_of_them - too_much(records, between["same"]).fen)
            assert found.ledger == Weight(len(with_ledger), too_much(records, with_ledger).fen)
            in_force = {
                key: one if one.is_in_force else Record(**{**vars(one), "stands": False})
                for key, one in records.items()
            }
            twice = weights.counted_twice(nothing, SYSTEM)  # type: ignore[arg-type]
            assert twice == too_much(in_force, between["same"])

    return check


def _record(key: tuple[RecordKind, int], rng: Random) -> Record:
    stands = rng.random() < 0.8
    in_force = stands and rng.random() < 0.8
    sides, day = (Side("甲"), Side("乙")), date(2026, 11, 18)
    return Record(
        *key, "合同", *sides, rng.randrange(1, 99), day, None, None, None, stands=stands, is_in_force=in_force
    )


WEIGHTS: tuple[Rule, ...] = (
    (weights, "_too_many", "if rows and len(rows) < len(alike)", "if rows"),
    (weights, "_too_many", "if rows and len(rows) < len(alike)", "if False"),
    (weights, "_too_many", "[:-1]", "[1:]"),
    (weights, "_too_many", "[:-1]", ""),
    (weights, "_surplus", "and records[key].stands", ""),
    (weights, "_groups", "group_of.get(one, frozenset({one}))", "frozenset({one})"),
    (weights, "_groups", "group_of.get(other, frozenset({other}))", "frozenset({other})"),
    (weights, "counted_twice", "if one.is_in_force", "if True"),
    (weights, "counted_twice", "DuplicateState.SAME", "DuplicateState.OPEN"),
    (weights, "counted_twice", "_between(", "list("),
    (weights, "waiting", "DuplicateState.OPEN", "DuplicateState.SAME"),
    (weights, "waiting", "DuplicateState.SAME", "DuplicateState.OPEN"),
    (weights, "waiting", "by_both.fen - by_those.fen", "by_both.fen"),
    (weights, "waiting", "by_both.fen - by_those.fen", "by_those.fen"),
    (weights, "waiting", "is RecordKind.OFFLINE", "is RecordKind.DEAL"),
    (weights, "waiting", "contracts, ledger = _between(pairs)", "contracts, ledger = pairs"),
    (weights, "waiting", "Weight(len(contracts)", "Weight(len(pairs)"),
    (weights, "waiting", "_surplus(records, ledger)", "_surplus(records, pairs)"),
    (weights, "_between", "is RecordKind.DEAL", "is RecordKind.OFFLINE"),
)


def check_targets() -> None:
    """What the tests of the year and its share say."""
    for day, share in (
        (date(2025, 6, 1), 0),
        (date(2025, 12, 31), 0),
        (date(2026, 1, 1), 1 / 365),
        (date(2026, 12, 30), 364 / 365),
        (date(2026, 12, 31), 1),
        (date(2027, 6, 1), 1),
    ):
        assert float(target_rules.share_gone(2026, day)) == pytest.approx(share)
    test_target_rules.test_a_leap_year_has_a_day_more()
    test_target_rules.test_a_straight_line_goes_on_as_before()
    test_target_rules.test_a_target_is_compared_with_the_year()


TARGETS: tuple[Rule, ...] = (
    (target_rules, "share_gone", "(day - first).days + 1", "(day - first).days"),
    (target_rules, "share_gone", "date(year + 1, 1, 1)", "date(year, 12, 31)"),
    (target_rules, "share_gone", "max((day - first).days + 1, 0)", "(day - first).days + 1"),
    (target_rules, "share_gone", "min(max((day - first).days + 1, 0), days)", "max((day - first).days + 1, 0)"),
    (test_target_rules, "straight_line", "/ gone", "* gone"),
    (target_rules.Standing, "ahead", "self.share - gone", "gone - self.share"),
)


def check_forecast() -> None:
    """Every case that can be counted by hand."""
    for name, test in vars(test_forecast).items():
        if name.startswith("test_"):
            test()


_Reckoning = forecast._Reckoning
FORECAST: tuple[Rule, ...] = (
    (test_forecast, "chance_of", "stays.stage == stage", "stays.stage != ''"),
    (test_forecast, "chance_of", "stays.until > moment", "stays.until > 0"),
    (test_forecast, "chance_of", "(moment + days <= today)", "(moment <= today)"),
    (test_forecast, "chance_of", "(moment > today - days - HISTORY_DAYS)", "(moment > 0)"),
    (test_forecast, "chance_of", "(stays.won <= moment + days)", "(stays.won < NEVER)"),
    (cases, "_of_season", "same.sum() >= ENOUGH", "False"),
    (cases, "_of_season", "same.sum() >= ENOUGH", "True"),
    (cases, "_of_season", "away <= SEASON_DAYS", "away >= SEASON_DAYS"),
    (forecast, "usable", "cases >= ENOUGH", "cases > ENOUGH"),
    (forecast, "usable", "cases >= ENOUGH", "cases >= 0"),
    (_Reckoning, "_stands", "if since <= self.today", "if since"),
    (_Reckoning, "_delays", "item.won_on - due", "due - item.won_on"),
    (_Reckoning, "_new", "weeks < FEWEST_WEEKS", "weeks < 0"),
    (_Reckoning, "_new", "len(spare) < ENOUGH", "len(spare) < 0"),
    (_Reckoning, "_new", "min(RATE_WEEKS, (self.today - first + 1) // 7)", "(self.today - first + 1) // 7"),
    (_Reckoning, "_weekly", "if week < weeks", "if week < weeks - 1"),
    (_Reckoning, "_weeks_ahead", "if cut_last and self.days % 7", "if False"),
    (_Reckoning, "_each", "if self.days % 7", "if False"),
    (_Reckoning, "_drawn", "here & ~known", "here & known"),
    (_Reckoning, "_drawn", "hits[:, here] @ fen[here]", "hits @ fen"),
    (_Reckoning, "_ahead", "right", "left"),
)


def missed(patch: pytest.MonkeyPatch, rules: tuple[Rule, ...], check: Callable[[], object]) -> list[Rule]:
    check()
    return [rule for rule in rules if not notices(patch, *rule, check)]


def test_how_things_are_put_together_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missed(monkeypatch, TIME, check_time) == []


def test_what_is_too_much_by_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missed(monkeypatch, WEIGHTS, check_weights(monkeypatch)) == []


def test_how_far_the_year_and_its_target_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missed(monkeypatch, TARGETS, check_targets) == []


def test_what_a_forecast_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missed(monkeypatch, FORECAST, check_forecast) == []
