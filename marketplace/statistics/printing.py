"""Prints a snapshot: one page for whoever quotes it, or the whole report with definitions, parts and differences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from marketplace.infra.typesetting import compiler_for, pdf_of, printable, qr_of
from marketplace.statistics.definition import Definition
from marketplace.statistics.desk import CountyRow, Desk, Part
from marketplace.statistics.remarks import desk_remark, remark
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Span
from marketplace.statistics.snapshot_queries import SnapshotPage, differences, frozen_desk, public_desk
from marketplace.statistics.wording import OVER_TIME, Wording
from marketplace.web.formats import day, moment, money, number, percent, wan
from marketplace.web.locale import gettext as _

_SHEETS = Path(__file__).parent / "sheets"
_TEXTS = Wording()


def print_snapshot(
    session: Session, page: SnapshotPage, counties: Sequence[str], *, whole: bool, house: str, url: str, lang: str
) -> bytes:
    """The PDF, in the reader's language; `whole` adds a chapter for each figure. The same snapshot gives the same bytes."""
    # The page is for whoever asks, so it hides what the public page hides.
    desk_for = frozen_desk if whole else public_desk
    desks = {one.definition.code: desk_for(session, page.snapshot, one, counties) for one in page.figures}
    snapshot = page.snapshot
    data: dict[str, Any] = {
        "lang": lang,
        "house": house,
        "title": snapshot.title,
        "number": snapshot.number,
        "number_line": _("Number %(number)s", number=snapshot.number),
        "as_of_line": _("As known at the end of %(day)s", day=day(page.as_of)),
        "warning": _warning(page, whole),
        "facts": _facts(page),
        "note": snapshot.note,
        "heads": [_("Figure"), _("Value"), _("Rests on")],
        "figures": [_line(desk) for desk in desks.values()],
        "ladder": _(
            "Amounts are rungs of one ladder and are never added. A0 to A4 include tax, A6 is before income tax."
        ),
        "counties": _counties(desks[FigureCode.A1], whole) if FigureCode.A1 in desks else [],
        "note_goes_on": _("… (The note goes on in the full report.)"),
        "differences": _differences(session, page) if whole else [],
        "chapters": [_chapter(desk) for desk in desks.values() if desk.total] if whole else [],
        "empty_title": _("Figures without any row in this period, and what they count"),
        "empty": [_meaning(desk) for desk in desks.values() if not desk.total] if whole else [],
        "proof": _(
            "These figures are frozen with every row behind them. Whether this sheet says what was published is told by:"
        ),
        "url": url,
        "sha256": snapshot.sha256,
        "qr": qr_of(url),
    }
    written, _lacks = printable(data)
    sheet = _SHEETS / ("report.typ" if whole else "brief.typ")
    return pdf_of(compiler_for(sheet, written), snapshot.decided_at or snapshot.frozen_at)


def _line(desk: Desk) -> dict[str, Any]:
    definition, figure = desk.definition, desk.total
    said = remark(definition, figure, desk.period)
    cells = [_(definition.code.label), value_text(definition, figure), _rests_on(definition, figure)]
    return {"cells": cells, "remark": _(said) if said else ""}


def value_text(definition: Definition, figure: Part) -> str:
    """A figure in words; amounts to the fen."""
    if figure is None:
        return _("too few to be shown")
    if definition.is_share:
        return percent(figure.share)
    return money(figure.value) if definition.is_amount else number(figure.value)


def difference_text(definition: Definition, figure: Figure) -> str:
    """What a row changes; of a share, in both of its sums."""
    return _rests_on(definition, figure) if definition.is_share else value_text(definition, figure)


def _rests_on(definition: Definition, figure: Part) -> str:
    if figure is None:
        return ""
    if definition.is_share:
        return " / ".join(wan(one) if definition.is_amount else number(one) for one in (figure.value, figure.whole))
    return f"{_(definition.counted)} {number(figure.count)}"


def _warning(page: SnapshotPage, whole: bool) -> str:
    if page.corrected_by:
        return _("These figures were corrected by number %(number)s. Quote that one.", number=page.corrected_by.number)
    if not page.is_published:
        return _("Not published: a draft for the officials who decide about it.")
    return _("For officials: its parts tell of single contracts and are not to be passed on.") if whole else ""


def _facts(page: SnapshotPage) -> list[tuple[str, str]]:
    one = page.snapshot
    facts = [
        (_("Period"), f"{day(one.first_on)} – {day(one.last_on)}"),
        (_("As known at the end of"), day(page.as_of)),
        (_("Frozen by"), f"{page.author} · {moment(one.frozen_at)}"),
    ]
    if page.is_published:
        facts.append((_("Published by"), f"{page.decided_by} · {moment(one.decided_at)}"))
    if page.corrects:
        facts.append((_("Corrects"), _("Number %(number)s", number=page.corrects.number)))
    return facts


def _counties(desk: Desk, whole: bool) -> list[dict[str, Any]]:
    """The table by county, of counties that have something; none for a figure without seller and buyer.

    What stayed within a county is for officials, so it is in the whole report alone.
    """
    rows = [row for row in desk.counties if row.sold is None or row.bought is None or row.sold or row.bought]
    if not rows:
        return []
    caption = _("%(figure)s by county", figure=_(desk.definition.code.label))
    if not whole and not any(part for row in rows for part in (row.sold, row.bought)):
        return [{"caption": caption, "rows": [], "nothing": _("Every part is too few to be shown.")}]

    def cells(name: str, sold: Part, bought: Part, within: Part) -> list[str]:
        figures = (sold, bought, within) if whole else (sold, bought)
        return [name, *(value_text(desk.definition, one) for one in figures)]

    lines = [cells(_TEXTS(Dimension.COUNTY, row.county), row.sold, row.bought, row.within) for row in rows]
    heads = [_("County"), _("As seller"), _("As buyer"), *([_("Within the county")] if whole else [])]
    by_size = sorted(range(len(rows)), key=lambda place: (-_shown_of(rows[place]), place))
    return [
        {
            "caption": caption,
            "heads": heads,
            "rows": lines if whole else [{"place": place, "cells": lines[place]} for place in by_size],
            "total": cells(_("City, every deal once"), desk.total, desk.total, desk.within),
            "left_out": _("The {shown} largest of {all} counties; all of them are in the full report."),
            "nothing": "",
        }
    ]


def _shown_of(row: CountyRow) -> int:
    """How large a county is by what everybody sees of it: the order must not tell what is hidden."""
    return max(part.value if part else 0 for part in (row.sold, row.bought))


def _meaning(desk: Desk) -> dict[str, str]:
    definition, said = desk.definition, desk_remark(desk)
    version = _("Definition %(code)s, version %(version)s.", code=definition.code.value, version=definition.version)
    return {
        "title": _(definition.code.label),
        "formula": _(definition.formula),
        "dated": _("Dated by: %(what)s.", what=_(definition.dated_by)) + " " + version,
        "remark": _(said) if said else "",
    }


def _chapter(desk: Desk) -> dict[str, Any]:
    definition = desk.definition
    over = _(OVER_TIME[definition.is_stock, Span.MONTH])
    total = None if definition.is_stock else desk.total
    months = _table(definition, over, Span.MONTH, desk.over_time(Span.MONTH), total)
    cuts = [_table(definition, _(cut.dimension.label), cut.dimension, cut.parts, desk.total) for cut in desk.cuts]
    return {**_meaning(desk), "tables": [months, *_counties(desk, whole=True), *cuts]}


def _table(
    definition: Definition,
    caption: str,
    dimension: Dimension | Span,
    parts: Sequence[tuple[Any, Part]],
    total: Figure | None,
) -> dict[str, Any]:
    shown = [(value, figure) for value, figure in parts if figure is None or figure]
    return {
        "caption": caption,
        "heads": ["", _(definition.code.label), _("Rests on")],
        "rows": [
            [_TEXTS(dimension, value), value_text(definition, one), _rests_on(definition, one)] for value, one in shown
        ],
        "total": [_("Total"), value_text(definition, total), _rests_on(definition, total)] if total is not None else [],
    }


def _differences(session: Session, page: SnapshotPage) -> list[dict[str, Any]]:
    return [
        {
            "title": _(
                "%(figure)s: what differs from number %(number)s", figure=_(of.code.label), number=page.corrects.number
            ),
            "heads": [_("Kind of change"), _("Record"), _("Day"), _("Difference")],
            "rows": [
                [
                    _(change.kind.label),
                    change.row.source,
                    day(change.row.dated),
                    difference_text(page.definition_of(of.code), change.figure),
                ]
                for change in of.changes
            ],
        }
        for of in differences(session, page)
        if of.changes and page.corrects
    ]
