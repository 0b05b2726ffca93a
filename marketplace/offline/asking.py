"""Which stretch of the offline ledger an address asks for, and the addresses that ask."""

from datetime import datetime

from flask import request, url_for

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, end_of
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.offline.queries import NOT_GIVEN, Wanted
from marketplace.web.arguments import day_asked
from marketplace.web.regions import county_codes


def asked(uow: UnitOfWork) -> Wanted:
    """What the query string asks for; the year so far as known now where it asks for nothing. Raises InvalidInput."""
    today = china_day(uow.now())
    first, last = day_asked("from", today.replace(month=1, day=1)), day_asked("to", today)
    if first > last:
        raise InvalidInput(N_("The period must not end before it begins."), field="to")
    known = day_asked("as_of", today)
    if known > today:
        raise InvalidInput(N_("What will be known on a later day cannot be told today."), field="as_of")
    as_of: datetime = uow.now() if known == today else end_of(known)
    return Wanted(first, last, as_of, request.args.get("month") or None, _county("seller"), _county("buyer"))


def address(endpoint: str, wanted: Wanted, **changes: object) -> str:
    """The URL of a page about a stretch of the ledger; a change to None takes an argument away."""
    values = {
        "from": wanted.first,
        "to": wanted.last,
        "as_of": china_day(wanted.as_of),
        "month": wanted.month,
        "seller": wanted.seller,
        "buyer": wanted.buyer,
        **changes,
    }
    return url_for(endpoint, **values)  # type: ignore[arg-type]


def _county(name: str) -> str | None:
    code = request.args.get(name)
    return code if code in {NOT_GIVEN, *county_codes()} else None
