"""What may still come until the year is over, reckoned from what became of past deals, or past lines of payment plans. Pure.

Nothing is assumed about how long things take or how large they are: past cases are drawn again, many times, by a generator with a
fixed seed, so that the same rows give the same range on every page. Days are ordinals, amounts fen; what is drawn is an estimate,
so it is added up in floats and rounded once.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from marketplace.targets.cases import AGES, HISTORY_DAYS, YEAR_DAYS, Numbers, Stays, chance_of, usable
from marketplace.targets.outlook import (
    ENOUGH,
    HIGH,
    LOW,
    MIDDLE,
    RUNS,
    Chance,
    Change,
    Forecast,
    Item,
    Outlook,
    Range,
    TooFew,
)

RATE_WEEKS = 52
"""As many begin in a week as in one of so many last ones."""

FEWEST_WEEKS = 8
SEED = 20_260_101

Floats = npt.NDArray[np.float64]
Draws = npt.NDArray[np.float64]
"""A row for each run, a column for each county."""


def forecast(items: Sequence[Item], changes: Sequence[Change], today: date, last: date) -> Forecast:
    """What may still come after today, up to the last day; nothing that came later than today is looked at. Raises TooFew."""
    return _Reckoning(items, changes, today.toordinal(), last.toordinal()).forecast()


class _Reckoning:
    """One forecast in the making."""

    def __init__(self, items: Sequence[Item], changes: Sequence[Change], today: int, last: int) -> None:
        self.today, self.days = today, last - today
        self.known = [item for item in items if item.began <= today]
        self.open = [item for item in self.known if item.ended is None or item.ended > today]
        self.changes = [one for one in changes if one.on <= today]
        counties = {item.county for item in self.known} | {one.county for one in self.changes}
        self.counties = sorted(counties, key=lambda one: (one is None, one or ""))
        self.place = {county: number for number, county in enumerate(self.counties)}
        self.rng = np.random.default_rng((SEED, today))
        self.stays = Stays.of(self.known)
        self.amounts = np.array([i.fen for i in self.known if i.won_on <= today and i.fen is not None], np.float64)

    def forecast(self) -> Forecast:
        if self.days <= 0:
            raise TooFew(0)
        waiting, chances = self._waiting()
        new, cases, weeks = self._new()
        booked = self._changes()
        parts = (waiting + self._ahead(), new, booked)
        return Forecast(
            self.days,
            chances,
            cases,
            weeks,
            _outlook([part.sum(axis=1) for part in parts], len(self.open)),
            tuple(
                (county, _outlook([part[:, number] for part in parts], sum(i.county == county for i in self.open)))
                for county, number in self.place.items()
            ),
        )

    def _waiting(self) -> tuple[Draws, tuple[Chance, ...]]:
        """Each item that waits is won or not by the chance of past ones that had stood as long in its stage."""
        standing: dict[str, list[tuple[Item, int]]] = {}
        for item in self.open:
            if (place := self._stands(item)) is not None:
                standing.setdefault(place[0], []).append((item, place[1]))
        found, chances = self._nothing(), []
        for stage, here in standing.items():
            table = [(age, *chance_of(self.stays, stage, age, self.today, self.days)) for age in AGES]
            for age, cases, won in table:
                inside = [item for item, days in here if usable(table, days) == age]
                if inside:
                    found += self._drawn(inside, self._resampled(cases, won, len(inside)))
                    chances.append(Chance(stage, age, cases, won, len(inside), sum(item.fen or 0 for item in inside)))
        return found, tuple(chances)

    def _stands(self, item: Item) -> tuple[str, int] | None:
        """Stage and age of an item now; None for a line that is due only later."""
        here = [(stage, self.today - since) for stage, since in item.stays if since <= self.today]
        return here[-1] if here else None

    def _resampled(self, cases: int, won: int, width: int) -> npt.NDArray[np.bool_]:
        """The past cases are drawn anew in each run, then one of them for each item."""
        share = self.rng.binomial(cases, won / cases, RUNS) / cases
        return np.less(self.rng.random((RUNS, width)), share[:, None])

    def _ahead(self) -> Draws:
        """Lines that are due later are paid as late as past ones were, or not at all."""
        ahead = [(item, item.stays[0][1]) for item in self.open if self._stands(item) is None]
        if not ahead:
            return self._nothing()
        late = self._delays()
        left = np.array([self.today + self.days - due for _, due in ahead], np.int64)
        cuts, which = np.unique(left, return_inverse=True)
        below = np.searchsorted(late, cuts, side="right") / len(late)
        bins = np.diff(below, prepend=0.0, append=1.0)
        drawn = self.rng.multinomial(len(late), bins, RUNS).cumsum(axis=1)[:, :-1] / len(late)
        hits = self.rng.random((RUNS, len(ahead))) < drawn[:, which]
        return self._drawn([item for item, _ in ahead], hits)

    def _delays(self) -> Numbers:
        """By how many days past lines were paid after the day they were due, in order; those that were not at the end."""
        days = [
            item.won_on - due
            for item in self.known
            if (due := item.stays[0][1]) <= self.today - self.days and due > self.today - self.days - HISTORY_DAYS
        ]
        if len(days) < ENOUGH:
            raise TooFew(len(days))
        return np.sort(np.array(days, np.int64))

    def _new(self) -> tuple[Draws, int, int]:
        """What has not begun yet: as many a week as in weeks of the last year, each becoming what a past one became."""
        first = min((item.began for item in self.known), default=self.today)
        weeks = min(RATE_WEEKS, (self.today - first + 1) // 7)
        spare, is_of_season = self._new_cases()
        if weeks < FEWEST_WEEKS or len(spare) < ENOUGH:
            raise TooFew(len(spare))
        drawn = self._weeks_ahead(self._weekly(((one.county, one.began, 1) for one in self.known), weeks))
        pool = self.rng.integers(0, len(spare), (RUNS, len(spare)))
        found = self._nothing()
        for place in range(len(self.counties)):
            runs = self._each(drawn[:, :, place])
            left = spare[pool[runs, self.rng.integers(0, len(spare), len(runs))]]
            begins = 0 if is_of_season else self.rng.integers(1, self.days + 1, len(runs))
            fen = self.rng.choice(self.amounts, len(runs)) if len(self.amounts) else np.zeros(len(runs))
            found[:, place] = np.bincount(runs, weights=fen * (left >= begins), minlength=RUNS)
        return found, len(spare), weeks

    def _new_cases(self) -> tuple[Numbers, bool]:
        """What became of those that began in the same part of past years: how many days before that part's end they were won,
        negative for later or never. Where these are too few, those of all times of year, from a beginning today."""
        shifts = [YEAR_DAYS * year for year in range(1, HISTORY_DAYS // YEAR_DAYS + 1)]
        same = [
            self.today + self.days - shift - item.won_on
            for shift in shifts
            for item in self.known
            if 0 < item.began - (self.today - shift) <= self.days
        ]
        if len(same) >= ENOUGH:
            return np.array(same, np.int64), True
        until = self.today - self.days
        lags = [item.won_on - item.began for item in self.known if until - HISTORY_DAYS < item.began <= until]
        return self.days - np.array(lags, np.int64), False

    def _changes(self) -> Draws:
        """Amendments, terminations and refunds: as in past weeks."""
        if not self.changes:
            return self._nothing()
        first = min(item.began for item in self.known)
        weeks = max(1, min(HISTORY_DAYS // 7, (self.today - first + 1) // 7))
        booked: Draws = self._weeks_ahead(self._weekly(self.changes, weeks), cut_last=True).sum(axis=1)
        return booked

    def _weekly(self, rows: Iterable[tuple[str | None, int, int]], weeks: int) -> Floats:
        """Sums by week, the last one first, and county."""
        sums = np.zeros((weeks, len(self.counties)))
        for county, day, value in rows:
            week = (self.today - day) // 7
            if week < weeks:
                sums[week, self.place[county]] += value
        return sums

    def _weeks_ahead(self, sums: Floats, *, cut_last: bool = False) -> Floats:
        """For each run and each week that is left one of the past weeks, all counties together; the last may be cut short."""
        ahead = -(-self.days // 7)
        base = self.rng.integers(0, len(sums), (RUNS, len(sums)))
        picks = np.take_along_axis(base, self.rng.integers(0, len(sums), (RUNS, ahead)), axis=1)
        drawn: Floats = sums[picks]
        if cut_last and self.days % 7:
            drawn[:, -1] *= self.days % 7 / 7
        return drawn

    def _each(self, counts: Floats) -> Numbers:
        """The run of each single beginning, of numbers by run and week; of the last week as many days as are left."""
        many = counts.astype(np.int64)
        if self.days % 7:
            many[:, -1] = self.rng.binomial(many[:, -1], self.days % 7 / 7)
        return np.repeat(np.arange(RUNS), many.sum(axis=1))

    def _drawn(self, items: Sequence[Item], hits: npt.NDArray[np.bool_]) -> Draws:
        """What the hits bring to each county. Where nothing has been offered yet, the amount is that of some past one."""
        found = self._nothing()
        places = np.array([self.place[item.county] for item in items])
        known = np.array([item.fen is not None for item in items])
        fen = np.array([item.fen or 0 for item in items], np.float64)
        for place in np.unique(places).tolist():
            here = places == place
            found[:, place] = hits[:, here] @ fen[here]
            unknown = here & ~known
            if unknown.any() and len(self.amounts):
                some = self.rng.choice(self.amounts, (RUNS, int(unknown.sum())))
                found[:, place] += (hits[:, unknown] * some).sum(axis=1)
        return found

    def _nothing(self) -> Draws:
        return np.zeros((RUNS, len(self.counties)))


def _outlook(parts: Sequence[Floats], waiting: int) -> Outlook:
    waits, new, changes = (_range(part) for part in parts)
    return Outlook(waiting, waits, new, changes, _range(np.sum(parts, axis=0)))


def _range(drawn: Floats) -> Range:
    low, middle, high = (round(float(one)) for one in np.percentile(drawn, (LOW, MIDDLE, HIGH)))
    return Range(low, middle, high)
