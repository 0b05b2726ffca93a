"""Published figures as JSON: what the public pages show, without names, records and small parts."""

from typing import Any

from flask import Response, jsonify, url_for

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.models import Snapshot
from marketplace.statistics.rules import SnapshotState
from marketplace.statistics.snapshot_export import each_part
from marketplace.statistics.snapshot_queries import (
    FrozenFigure,
    SnapshotPage,
    all_snapshots,
    public_desk,
    snapshot_page,
)
from marketplace.web.access import public
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.regions import county_codes


@public
def snapshots() -> Response:
    """Published figures, newest first: number, title, period, moment, and what corrects them."""
    with reading() as uow:
        rows = [row for row in all_snapshots(uow) if row.snapshot.state is SnapshotState.PUBLISHED]
    items = [_head(row.snapshot) | {"corrected_by": row.corrected_by} for row in rows]
    return jsonify(total=len(items), items=items)


@public
def snapshot(number: str) -> Response:
    """One snapshot with its figures, their definitions and their parts; amounts in fen. Raises NotFound."""
    with reading() as uow:
        page = snapshot_page(uow, number)
        figures = [_figure(uow, page, one) for one in page.figures]
    return jsonify(
        **_head(page.snapshot),
        note=page.snapshot.note,
        corrects=page.corrects.number if page.corrects else None,
        corrected_by=page.corrected_by.number if page.corrected_by else None,
        sha256=page.snapshot.sha256,
        figures=figures,
    )


def _head(one: Snapshot) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "first": one.first_on.isoformat(),
        "last": one.last_on.isoformat(),
        "as_of": one.as_of.isoformat(),
        "state": one.state,
        "url": url_for("statistics.snapshot", number=one.number),
    }


def _figure(uow: UnitOfWork, page: SnapshotPage, one: FrozenFigure) -> dict[str, Any]:
    definition, frozen = one.definition, one.frozen
    parts = [
        {
            "dimension": dimension.value,
            "part": part,
            "hidden": figure is None,
            "value": None if figure is None else figure.value,
            "whole": None if figure is None else figure.whole,
            "count": None if figure is None else figure.count,
        }
        for dimension, part, figure in each_part(public_desk(uow.session, page.snapshot, one, county_codes()))
        if dimension is not None
    ]
    return {
        "code": definition.code.value,
        "name": translate(definition.code.label),
        "definition": translate(definition.formula),
        "version": definition.version,
        "unit": definition.unit.value,
        "value": frozen.value,
        "whole": frozen.whole if definition.is_share else None,
        "count": frozen.counted,
        "rows_sha256": frozen.rows_sha256,
        "parts": parts,
    }
