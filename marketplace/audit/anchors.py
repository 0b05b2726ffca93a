"""Anchors: the end of the chain, kept once a day where whoever can rewrite the database does not reach.

The chain alone shows a changed row, not that the whole of it was written anew. A row that has another hash than an anchor does.
"""

import json
import logging
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from marketplace.audit.events import DayEnded
from marketplace.audit.models import AuditHead, AuditRow
from marketplace.infra import mail_text
from marketplace.infra.mail import Mail
from marketplace.infra.timestamps import stamp_in
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event

log = logging.getLogger(__name__)

_WRITTEN = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})")
_STAMPED = re.compile(r'"anchor": "([0-9a-f:]+)", "time_stamp": "([A-Za-z0-9+/=]+)"')


@dataclass(frozen=True)
class Anchor:
    """A row's number and the hash it had."""

    row_id: int
    row_hash: str

    @classmethod
    def read(cls, text: str) -> "Anchor":
        """What `str` wrote. Raises ValueError."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"not an anchor: {text.strip()[:100]}")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.row_id}:{self.row_hash}"


@dataclass(frozen=True)
class Dropped:
    """An anchor on its way: to the file, and to an address where one is set."""

    anchor: Anchor
    at: str
    mail: Mail | None


def end_day(uow: UnitOfWork) -> None:
    """Announce where the chain ends now, once there is one."""
    head = uow.session.get(AuditHead, 1)
    if head is not None and head.last_id:
        uow.pass_on(DayEnded(head.last_id, head.last_hash, uow.now().isoformat(timespec="seconds")))


def first_that_differs(session: Session, anchors: Iterable[Anchor]) -> Anchor | None:
    """The first anchor whose row is gone or has another hash, or None."""
    for anchor in anchors:
        row = session.get(AuditRow, anchor.row_id)
        if row is None or row.hash != anchor.row_hash:
            return anchor
    return None


def kept(file: Path) -> list[Anchor]:
    """The anchors in the file, none where there is no file. A line that was torn by a crash is passed over."""
    return [Anchor.read(found[0]) for line in _lines(file) if (found := _WRITTEN.search(line))]


def stamps_kept(file: Path) -> Iterator[tuple[Anchor, bytes]]:
    """The anchors in the file that bear a time stamp, with its token."""
    for line in _lines(file):
        if found := _STAMPED.search(line):
            yield Anchor.read(found[1]), b64decode(found[2])


def first_badly_stamped(stamped: Iterable[tuple[Anchor, bytes]], roots: Sequence[bytes]) -> Anchor | None:
    """The first anchor whose time stamp is of something else, or not from a root that is trusted, or None."""
    for anchor, token in stamped:
        try:
            if not stamp_in(token, str(anchor).encode(), roots).is_trusted:
                return anchor
        except ValueError:
            return anchor
    return None


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def set_aside(file: Path) -> None:
    """Keep the anchors of a log that is replaced by that of a backup, out of the way: they are not of what comes after it."""
    if file.exists():
        file.replace(file.with_name(f"{file.name}.before-restore"))


def _prepare(uow: UnitOfWork, event: Event) -> Dropped | None:
    if not isinstance(event, DayEnded):
        return None
    anchor, to = Anchor(event.row_id, event.row_hash), uow.settings.anchor_mail
    words = {"anchor": str(anchor), "at": event.at, "address": uow.settings.public_url}
    return Dropped(anchor, event.at, mail_text.write(to, "anchor", None, **words) if to else None)


def _drop(services: Services, dropped: Dropped) -> None:
    """The file first: it is on the disk when the mail goes out, and a line that is written twice does no harm."""
    line = json.dumps({"at": dropped.at, "anchor": str(dropped.anchor), **_stamped(services, dropped)})
    with services.settings.anchors_file.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")  # A line that a crash has torn ends here.
        file.flush()
        os.fsync(file.fileno())
    if dropped.mail is not None:
        services.mailer.send(dropped.mail)


def _stamped(services: Services, dropped: Dropped) -> dict[str, str]:
    """The stamp of the authority that is set. One that does not answer today keeps no anchor back: tomorrow's covers this one."""
    try:
        token = services.stamps.stamp(str(dropped.anchor).encode(), datetime.fromisoformat(dropped.at))
    except OSError:
        log.exception("anchors: no time stamp for %s", dropped.anchor)
        return {}
    return {"time_stamp": b64encode(token).decode()} if token else {}


ANCHORER: Courier[Dropped] = Courier(_prepare, _drop)
