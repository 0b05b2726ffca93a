"""Writes figures as a workbook: what they mean, a sheet for each table, and a sheet of the rows they were added up from."""

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from marketplace.infra.spreadsheets import Cell, Column, Sheet, xlsx_blocks
from marketplace.kernel.clock import china_day
from marketplace.kernel.money import Money
from marketplace.statistics.definition import Definition
from marketplace.statistics.desk import Desk, Part
from marketplace.statistics.queries import Filter, Value
from marketplace.statistics.remarks import desk_remark
from marketplace.statistics.row_queries import Row
from marketplace.statistics.rules import WIDE, Dimension, Figure, Span
from marketplace.statistics.wording import OVER_TIME, Wording

Items = Iterable[tuple[str, Cell]]


def workbook(wanted: Filter, desk: Desk, rows: Iterable[Row]) -> Iterator[bytes]:
    """One figure in the reader's language, as XLSX; the rows are read as they are written."""
    return xlsx_blocks(
        (about_sheet(_about(wanted, desk)), *tables(desk), row_sheet(_("Rows"), wanted.definition, rows))
    )


def about_sheet(items: Items) -> Sheet:
    """The first sheet: what the others hold."""
    return Sheet(_("About"), (Column(_("Item"), 24), Column(_("Content"), 90)), items)


def tables(desk: Desk, prefix: str = "") -> Iterator[Sheet]:
    """A sheet for each table of a desk; `prefix` tells those of several figures apart."""
    definition, said = desk.definition, Wording()
    if desk.counties:
        heads = (_("As seller"), _("As buyer"), _("Within the county"))
        columns = (Column(_("County"), 22), *(one for head in heads for one in _columns(definition, f"{head} · ")))
        yield Sheet(prefix + _("By county"), columns, _counties(desk, said))
    for span in Span:
        name = _(OVER_TIME[definition.is_stock, span])
        total = None if definition.is_stock else desk.total
        yield _sheet(prefix + name, definition, _(span.label), desk.over_time(span), total, span)
    for cut in desk.cuts:
        title = _(cut.dimension.label)
        yield _sheet(prefix + title, definition, title, cut.parts, desk.total, cut.dimension)


def row_sheet(name: str, definition: Definition, rows: Iterable[Row]) -> Sheet:
    """The rows of a figure. What stands in the column of the value adds up to it."""
    has_deal = Dimension.SELLER in definition.dimensions
    named = {Dimension.SELLER, Dimension.BUYER, *WIDE}
    dimensions = [one for one in definition.dimensions if one not in named]
    titles = [_("Record"), _("Number of the deal"), _("Title")]
    if has_deal:
        titles += [_("Seller"), _("County of the seller"), _("Buyer"), _("County of the buyer")]
    titles += [_("Day"), _("On record since"), *(_(one.label) for one in dimensions), *_sum_titles(definition)]
    said = Wording()
    return Sheet(
        name,
        tuple(Column(title, 20) for title in titles),
        (_row(row, definition, dimensions, has_deal, said) for row in rows),
    )


def _about(wanted: Filter, desk: Desk) -> Items:
    yield from definition_items(wanted.definition)
    yield _("Period"), f"{wanted.period.first} – {wanted.period.last}"
    for dimension, value in wanted.values.items():
        yield _(dimension.label), Wording()(dimension, value)
    yield _("As known at the end of"), china_day(wanted.as_of)
    if wanted.since:
        yield _("On record since"), china_day(wanted.since)
    yield from zip(value_titles(wanted.definition), value_cells(wanted.definition, desk.total), strict=True)
    said = desk_remark(desk)
    if said:
        yield _("Remark"), _(said)


def definition_items(definition: Definition) -> Items:
    """A figure in words."""
    yield _("Figure"), _(definition.code.label)
    yield _("Definition"), _(definition.formula)
    yield _("Version of the definition"), definition.version
    yield _("Dated by"), _(definition.dated_by)


def value_cells(definition: Definition, figure: Part) -> tuple[Cell, ...]:
    """The value, of a share with its two sums, and how many are counted; amounts in yuan. Empty for a part that is not shown."""
    if figure is None:
        return (None,) * len(value_titles(definition))
    sums = sum_cells(definition, figure)
    return (figure.share, *sums) if definition.is_share else sums


def sum_cells(definition: Definition, figure: Figure) -> tuple[Cell, ...]:
    """What adds up over rows: the value, of a share what it is a share of, and how many are counted."""
    value, whole = (Money(one) if definition.is_amount else one for one in (figure.value, figure.whole))
    return (value, whole, figure.count) if definition.is_share else (value, figure.count)


def value_titles(definition: Definition) -> list[str]:
    """What the cells of a value are called."""
    return [_(definition.code.label), *_sum_titles(definition)] if definition.is_share else _sum_titles(definition)


def _sum_titles(definition: Definition) -> list[str]:
    name = _("Part of it") if definition.is_share else _(definition.code.label)
    value = _("%(title)s (yuan)", title=name) if definition.is_amount else name
    number = _("%(title)s (number)", title=_(definition.counted))
    if not definition.is_share:
        return [value, number]
    whole = _(definition.whole)
    return [value, _("%(title)s (yuan)", title=whole) if definition.is_amount else whole, number]


def _columns(definition: Definition, prefix: str = "") -> list[Column]:
    return [Column(prefix + title, 22) for title in value_titles(definition)]


def _sheet(
    name: str,
    definition: Definition,
    head: str,
    parts: Sequence[tuple[Value, Part]],
    total: Figure | None,
    dimension: Dimension | Span,
) -> Sheet:
    said = Wording()
    lines = [(said(dimension, value), *value_cells(definition, figure)) for value, figure in parts]
    end = [] if total is None else [(_("Total"), *value_cells(definition, total))]
    return Sheet(name, (Column(head, 26), *_columns(definition)), [*lines, *end])


def _counties(desk: Desk, said: Wording) -> Iterator[Sequence[Cell]]:
    def cells(*figures: Part) -> tuple[Cell, ...]:
        return tuple(cell for figure in figures for cell in value_cells(desk.definition, figure))

    for row in desk.counties:
        yield said(Dimension.COUNTY, row.county), *cells(row.sold, row.bought, row.within)
    yield _("City, every deal once"), *cells(desk.total, desk.total, desk.within)


def _row(
    named: Row, definition: Definition, dimensions: Sequence[Dimension], has_deal: bool, said: Wording
) -> Sequence[Cell]:
    row = named.row
    parties: tuple[Cell, ...] = ()
    if has_deal:
        counties = [said(one, row.dimensions[one.value]) for one in (Dimension.SELLER, Dimension.BUYER)]
        parties = (named.seller_name, counties[0], named.buyer_name, counties[1])
    parts = [said(one, row.dimensions[one.value]) for one in dimensions]
    head = (row.source, row.deal_id, named.title, *parties, row.dated, row.known_at)
    return (*head, *parts, *sum_cells(definition, row.figure))
