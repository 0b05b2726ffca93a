"""The papers by which an organisation is verified: taken in, and handed out to those they concern."""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from marketplace.infra import images, media
from marketplace.infra.transitions import guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.models import Organisation
from marketplace.organisations.policy import relations, require_insider
from marketplace.organisations.rules import OrganisationState, Paper

KINDS = frozenset({media.PDF, media.JPEG, media.PNG})
CHANGEABLE = frozenset({OrganisationState.DRAFT, OrganisationState.RETURNED})


@dataclass(frozen=True)
class OpenPaper:
    """A paper to be sent: its content and what it is."""

    stream: BinaryIO
    media_type: str
    name: str


def save(uow: UnitOfWork, organisation_id: int, paper: Paper, stream: BinaryIO) -> Organisation:
    """Keep a paper (PDF, JPEG, PNG), in place of the one before; pictures are drawn anew, without their metadata.

    Raises NotFound, NotPermitted, Conflict once it is submitted, InvalidInput for another kind of file or a larger one.
    """
    # Before the first word to the database: SQLite's one write lock is not held while a picture is drawn anew. What is
    # refused below leaves an orphan, which is swept.
    try:
        stored = uow.services.files.save(_safe(stream, uow.settings.upload_limit), uow.settings.upload_limit)
    except InvalidInput as error:
        error.fields = {"file": error.message}
        raise
    organisation = require_insider(uow, organisation_id)
    if Relation.OWNER not in relations(uow, organisation):
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    if organisation.state not in CHANGEABLE:
        raise Conflict(N_("Papers are changed before they are submitted, or after they were returned."))
    guarded_update(uow, organisation, organisation.state, **{f"{paper}_sha256": stored.sha256})
    return organisation


def _safe(stream: BinaryIO, limit: int) -> BinaryIO:
    if stream.seek(0, 2) > limit:
        megabytes = limit // (1024 * 1024)
        raise InvalidInput(N_("This file is larger than %(limit)s MB. Choose a smaller one."), limit=megabytes)
    stream.seek(0)
    if media.require(stream, KINDS) == media.PDF:
        return stream
    return BytesIO(images.clean_image(stream).content)


def open_paper(uow: UnitOfWork, organisation_id: int, paper: Paper) -> OpenPaper:
    """A paper for the organisation's people and the officials. Raises NotFound for everybody else."""
    organisation = require_insider(uow, organisation_id)
    sha256: str | None = getattr(organisation, f"{paper}_sha256")
    stream = _opened(uow, sha256)
    if stream is None:
        raise NotFound(N_("There is no such file."))
    media_type = media.require(stream, KINDS)
    return OpenPaper(stream, media_type, f"{paper}-{organisation.id}{media.SUFFIXES[media_type]}")


def is_picture(uow: UnitOfWork, sha256: str | None) -> bool:
    """Whether a page may show the paper itself instead of a link."""
    stream = _opened(uow, sha256)
    if stream is None:
        return False
    with stream:
        return media.sniff(stream) in media.IMAGES


def _opened(uow: UnitOfWork, sha256: str | None) -> BinaryIO | None:
    """The content, or None when nothing was uploaded or the disk has lost it."""
    if sha256 is None:
        return None
    try:
        return uow.services.files.open(sha256)
    except FileNotFoundError:
        return None
