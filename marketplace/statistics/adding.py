"""Adds up the rows of a figure for whoever asks: the total and every cut are sums over the very same rows."""

from collections.abc import Collection
from functools import reduce
from operator import or_

import numpy as np

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.columns import Coded, Columns, Mask
from marketplace.statistics.policy import counties_in_scope
from marketplace.statistics.queries import Filter, Value
from marketplace.statistics.rules import COUNTIES, Dimension, Figure
from marketplace.statistics.store import store_of


def picked(uow: UnitOfWork, wanted: Filter) -> Columns:
    """The rows of a filter, in the scope of whoever asks. Raises NotFound for whoever may not see the figure."""
    counties = counties_in_scope(uow.actor, wanted.definition)
    columns = store_of(uow).columns(uow.session, wanted.definition)
    mask = columns.dated_in(wanted.days, wanted.as_of)
    if counties is not None:
        of = columns.dimensions
        mask = mask & reduce(
            or_, (_among(of[one], counties) for one in wanted.definition.dimensions if one in COUNTIES)
        )
    if wanted.since is not None:
        mask = mask & columns.known_since(wanted.since)
    for dimension, value in wanted.values.items():
        mask = mask & columns.dimensions[dimension].equal(value)
    return columns.take(mask)


def total(uow: UnitOfWork, wanted: Filter) -> Figure:
    """The figure itself: every row once."""
    return picked(uow, wanted).total()


def cut(uow: UnitOfWork, wanted: Filter, dimension: Dimension) -> dict[Value, Figure]:
    """The figure by one dimension; the parts add up to the total, what has no value stands under None."""
    return picked(uow, wanted).by(dimension)


def _among(coded: Coded, values: Collection[str]) -> Mask:
    places = np.array([value in values for value in coded.values], dtype=np.bool_)
    return places[coded.codes] if len(places) else np.zeros(0, np.bool_)
