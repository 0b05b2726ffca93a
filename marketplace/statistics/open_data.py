"""Published figures as a table for everybody: codes and sums for programs, names in both languages for people, no small parts."""

import csv
import io
from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.infra.spreadsheets import escape_cell
from marketplace.kernel.money import share_text
from marketplace.statistics.desk import Part
from marketplace.statistics.queries import Value
from marketplace.statistics.rules import Dimension, Span
from marketplace.statistics.snapshot_export import each_part
from marketplace.statistics.snapshot_queries import FrozenFigure, SnapshotPage, public_desk
from marketplace.statistics.wording import Wording
from marketplace.web.locale import LOCALES, speaking

HEADS = (
    "snapshot 编号",
    "title 标题",
    "first 起始日",
    "last 截止日",
    "as_of 数据截至日",
    "figure 指标代码",
    "figure_zh 指标",
    "figure_en",
    "version 定义版本",
    "unit 单位",
    "dimension 分项口径代码",
    "dimension_zh 分项口径",
    "dimension_en",
    "part 分项代码",
    "part_zh 分项",
    "part_en",
    "value (fen or number) 数值（金额以分计）",
    "whole (fen or number) 分母（金额以分计）",
    "share (%) 比例（%）",
    "count (number) 件数",
    "hidden 因笔数过少不公开",
)
"""Each with its key first; the unit of an amount stands in the head, that of a row in its column `unit`."""

_Line = tuple[FrozenFigure, Dimension | Span | None, Value, Part]


def open_data(session: Session, page: SnapshotPage, counties: Sequence[str]) -> str:
    """The figures and their parts as CSV. Amounts are in fen, a share keeps its two sums; small parts are empty and say so."""
    lines: list[_Line] = [
        (one, *part) for one in page.figures for part in each_part(public_desk(session, page.snapshot, one, counties))
    ]
    words = []
    for name in LOCALES:
        with speaking(name):
            words.append([_words(line) for line in lines])
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    of = page.snapshot
    about = (of.number, of.title, of.first_on.isoformat(), of.last_on.isoformat(), page.as_of.isoformat())
    for line, *said in zip(lines, *words, strict=True):
        cells = (*about, *_cells(line, said))
        writer.writerow([escape_cell(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def _words(line: _Line) -> tuple[str, str, str]:
    """What figure, cut and part are called."""
    one, dimension, part, _figure = line
    name = _(one.definition.code.label)
    return (name, _(dimension.label), Wording()(dimension, part)) if dimension else (name, _("Total"), "")


def _cells(line: _Line, said: Sequence[tuple[str, str, str]]) -> Iterator[str | int]:
    one, dimension, part, figure = line
    definition = one.definition
    figures, cuts, parts = zip(*said, strict=True)
    yield from (definition.code.value, *figures, definition.version, definition.unit.value)
    yield from (dimension.value if dimension else "total", *cuts, "" if part is None else str(part), *parts)
    if figure is None:
        yield from ("", "", "", "", 1)
        return
    share = share_text(figure.share).rstrip("%") if definition.is_share and figure.share is not None else ""
    yield from (figure.value, figure.whole if definition.is_share else "", share, figure.count, 0)
