"""Shortest ways of a text that is signed on paper."""

from datetime import date
from io import BytesIO

from marketplace.contracts.models import Scan
from marketplace.deals import document_service
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor

PAPER = b"%PDF-1.4 signed and sealed"


def scanned(uow: UnitOfWork, document_id: int, content: bytes = PAPER, signed_on: date | None = None) -> Scan:
    """The scan of a paper that the last party signed today, unless another day in China is told."""
    day = signed_on or china_day(uow.now())
    return document_service.upload_scan(uow, document_id, Upload(BytesIO(content), r"C:\scans\合同.pdf"), day)


def confirmed_by(factory: UnitOfWorkFactory, document_id: int, *actors: Actor, signed_on: date | None = None) -> int:
    """A scan that the first of them uploads and all of them confirm. Returns the scan's id."""
    with factory.writing(actors[0]) as uow:
        scan_id = scanned(uow, document_id, signed_on=signed_on).id
    for actor in actors:
        with factory.writing(actor) as uow:
            document_service.confirm_scan(uow, document_id, scan_id)
    return scan_id


def verified_by(
    factory: UnitOfWorkFactory, official: Actor, document_id: int, *actors: Actor, signed_on: date | None = None
) -> None:
    """The same to what an official has verified."""
    scan_id = confirmed_by(factory, document_id, *actors, signed_on=signed_on)
    with factory.writing(official) as uow:
        document_service.verify_scan(uow, document_id, scan_id)
