"""The use case of targets: an official of the city sets, changes or takes back those of one figure and year in one sheet."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import LARGEST_FEN
from marketplace.kernel.texts import required
from marketplace.organisations.regions import load_region
from marketplace.statistics.rules import FigureCode
from marketplace.targets.events import TargetSet
from marketplace.targets.models import Target
from marketplace.targets.policy import county_dimension, require_may_set, require_target
from marketplace.targets.queries import Asked, current, newest_id
from marketplace.targets.rules import LONGEST_REASON, require_year

CITY = "city"
Wanted = Mapping[str | None, int | None]
"""The value of each place, in fen or as a number; None for no target."""


def place_name(county: str | None) -> str:
    """What a place is called in forms and errors."""
    return CITY if county is None else f"county_{county}"


def set_targets(
    uow: UnitOfWork, year: int, code: FigureCode, wanted: Wanted, reason: str, seen: int
) -> tuple[Target, ...]:
    """Add a row for each place whose target differs from what it is; `seen` is the id of the last change that was shown.

    Raises NotPermitted for all but officials of the city, NotFound for a figure without targets, InvalidInput for what cannot be
    taken and when somebody has changed them since, Conflict when somebody does so this moment; emits TargetSet.
    """
    require_may_set(uow.actor)
    definition = require_target(uow.actor, code)
    require_year(year, china_day(uow.now()))
    _require_values(uow, wanted, has_counties=county_dimension(definition) is not None)
    why = required(reason, "reason", LONGEST_REASON)
    # Read before it is asked whether anything is newer: what is committed between the two is found out, here or by the database.
    before = current(uow.session, Asked(definition, year, china_day(uow.now()), uow.now()))
    if newest_id(uow.session, year, code) != seen:
        raise InvalidInput(
            N_("Somebody has changed these targets meanwhile. Open the page again beside this one and compare.")
        )
    changed = {
        place: value for place, value in wanted.items() if value != (before[place].value if place in before else None)
    }
    if not changed:
        raise InvalidInput(N_("Nothing is changed: every target is what it was."))
    return tuple(_add(uow, year, code, place, value, why, before.get(place)) for place, value in changed.items())


def _add(
    uow: UnitOfWork,
    year: int,
    code: FigureCode,
    county: str | None,
    value: int | None,
    reason: str,
    before: Target | None,
) -> Target:
    target = Target(
        year=year,
        code=code,
        county=county,
        value=value,
        reason=reason,
        set_by_id=uow.actor.user_id,
        set_at=uow.now(),
        replaces_id=before.id if before else None,
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(target)
    except IntegrityError:
        raise Conflict(N_("Somebody else has just changed these targets. Reload the page.")) from None
    uow.emit(TargetSet(target.id, year, code.value, county, value))
    return target


def _require_values(uow: UnitOfWork, wanted: Wanted, *, has_counties: bool) -> None:
    known = {county.code for county in load_region(uow.settings.region).counties} if has_counties else set()
    if not set(wanted) <= {None, *known}:
        raise InvalidInput(N_("There is no such county."))
    message = N_(
        "A target is more than zero, and not more than ten trillion yuan. Leave the field empty for no target."
    )
    wrong = {
        place_name(one): message for one, value in wanted.items() if value is not None and not 0 < value <= LARGEST_FEN
    }
    if wrong:
        raise InvalidInput(message, fields=wrong)
