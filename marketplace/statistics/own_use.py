"""The rows of B1: what units gain by using results themselves. They have no deal, and are never part of a rung of A."""

from sqlalchemy import select

from marketplace.benefits.models import BenefitEntry
from marketplace.statistics.rows import Column, Rows, facts, labelled, month_of, source
from marketplace.statistics.rules import Dimension

OWN_USE_DIMENSIONS = (
    Dimension.COUNTY,
    Dimension.INDUSTRY,
    Dimension.CATEGORY,
    Dimension.MONTH,
    Dimension.UNIT,
    Dimension.BASE,
)


def benefits() -> Rows:
    """B1. The entries of verified declarations, on the last day of the year they are of; a correction is a row of the same year
    that is known later."""
    one = BenefitEntry
    columns = facts(
        source("benefit", one.declaration_id), None, one.dated, one.recorded_at, one.fen, counted=one.counted
    )
    dimensions: dict[Dimension, Column] = {
        Dimension.COUNTY: one.county,
        Dimension.INDUSTRY: one.industry,
        Dimension.CATEGORY: one.category,
        Dimension.MONTH: month_of(one.dated),
        Dimension.UNIT: one.party_id,
        Dimension.BASE: one.base_id,
    }
    return select(*columns, *labelled(dimensions))
