"""Snapshots as files: a workbook and PDFs for officials, open data for everybody."""

from collections.abc import Iterator

from flask import Response, url_for
from flask_babel import get_locale

from marketplace.infra.media import XLSX
from marketplace.infra.spreadsheets import xlsx_blocks
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.blueprint import blueprint
from marketplace.statistics.open_data import open_data
from marketplace.statistics.printing import print_snapshot
from marketplace.statistics.snapshot_export import workbook_sheets
from marketplace.statistics.snapshot_queries import snapshot_page
from marketplace.web.access import city_official, public, requires
from marketplace.web.context import reading
from marketplace.web.regions import county_codes
from marketplace.web.sending import send_streamed, send_written


@blueprint.get("/reports/<number>/figures.xlsx")
@requires(city_official)
def snapshot_workbook(number: str) -> Response:
    """The figures, their parts, and every frozen row."""

    def blocks(uow: UnitOfWork) -> Iterator[bytes]:
        page = snapshot_page(uow, number)
        return xlsx_blocks(workbook_sheets(uow.session, page, _public_url(uow, number), county_codes()))

    return send_streamed(blocks, XLSX, f"{number}.xlsx")


@blueprint.get("/reports/<number>/<any(brief, report):form>.pdf")
@requires(city_official)
def snapshot_pdf(number: str, form: str) -> Response:
    """One page, or the whole report."""
    with reading() as uow:
        page = snapshot_page(uow, number)
        house = f"{uow.settings.union_name} · 匠果"
        more = {"house": house, "url": _public_url(uow, number), "lang": get_locale().language}
        pdf = print_snapshot(uow.session, page, county_codes(), whole=form == "report", **more)
    return send_written(lambda file: file.write(pdf), "application/pdf", f"{number}-{form}.pdf")


@blueprint.get("/reports/<number>/figures.csv")
@public
def snapshot_csv(number: str) -> Response:
    """Published figures as open data: no names, no records, no small parts."""
    with reading() as uow:
        page = snapshot_page(uow, number)
        table = open_data(uow.session, page, county_codes())
    return send_written(lambda file: file.write(table.encode("utf-8-sig")), "text/csv", f"{number}.csv")


def _public_url(uow: UnitOfWork, number: str) -> str:
    """The address on paper and in files, which whoever reads them opens elsewhere."""
    return uow.settings.public_url.rstrip("/") + url_for(".snapshot", number=number)
