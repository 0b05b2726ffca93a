"""What the values of a dimension are called, for pages, workbooks and printed reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bases.models import Base
from marketplace.contracts.rules import Basis, ContractType, EndReason
from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.rules import Category, Industry
from marketplace.matching.rules import Origin
from marketplace.organisations.parties import names_of
from marketplace.related.rules import Related
from marketplace.rewards.rules import Basis as RewardBasis
from marketplace.statistics.queries import Value
from marketplace.statistics.rules import COUNTIES, Dimension, Span
from marketplace.web.locale import gettext
from marketplace.web.regions import county_name

MEMBERS: Mapping[Dimension, type[Labelled]] = {
    Dimension.INDUSTRY: Industry,
    Dimension.CATEGORY: Category,
    Dimension.CONTRACT_TYPE: ContractType,
    Dimension.BASIS: Basis,
    Dimension.ORIGIN: Origin,
    Dimension.RULE: RewardBasis,
    Dimension.REASON: EndReason,
    Dimension.RELATED: Related,
}
"""Dimensions with a closed list of values."""

OVER_TIME: Mapping[tuple[bool, Span], str] = {
    (False, Span.MONTH): N_("By month"),
    (False, Span.QUARTER): N_("By quarter"),
    (False, Span.YEAR): N_("By year"),
    (True, Span.MONTH): N_("At the end of each month"),
    (True, Span.QUARTER): N_("At the end of each quarter"),
    (True, Span.YEAR): N_("At the end of each year"),
}
"""What the table over time is called, of a stock and of what happens."""

_PARTIES = frozenset({Dimension.ORGANISATION, Dimension.UNIT})
NUMBERED = _PARTIES | {Dimension.BASE}
"""Dimensions whose values are ids."""


@dataclass(frozen=True)
class Wording:
    """Says values; `names` are those of ids, looked up beforehand."""

    names: Mapping[tuple[Dimension, int], str] = field(default_factory=dict)

    def __call__(self, dimension: Dimension | Span, value: Value) -> str:
        """The words for a value, in the reader's language."""
        if value is None:
            return gettext("Not given")
        if isinstance(dimension, Span):
            return str(value)
        if dimension in MEMBERS:
            return gettext(MEMBERS[dimension](str(value)).label)
        if dimension in COUNTIES:
            return county_name(str(value)) or str(value)
        return self.names.get((dimension, int(value)), str(value)) if dimension in NUMBERED else str(value)


def wording_for(session: Session, values: Iterable[tuple[Dimension, Value]]) -> Wording:
    """Words for these values, the names of sellers and bases among them as they are today."""
    ids: dict[Dimension, set[int]] = {one: set() for one in NUMBERED}
    for dimension, value in values:
        if dimension in NUMBERED and value is not None:
            ids[dimension].add(int(value))
    parties = names_of(session, {id_ for one in _PARTIES for id_ in ids[one]})
    bases = session.execute(select(Base.id, Base.name).where(Base.id.in_(ids[Dimension.BASE])))
    return Wording(
        {(one, id_): parties[id_].name for one in _PARTIES for id_ in ids[one]}
        | {(Dimension.BASE, row.id): row.name for row in bases}
    )
