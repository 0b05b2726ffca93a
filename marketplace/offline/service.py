"""Use cases of the offline ledger: a deal is entered, a row is booked off, a paper is laid beside it."""

from collections.abc import Sequence

from marketplace.duplicates.finding import Found, found_for, limits_of, shown_to
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required
from marketplace.offline.booking import book, book_off
from marketplace.offline.events import OfflinePaperAdded
from marketplace.offline.models import OfflineEntry, OfflinePaper
from marketplace.offline.policy import OTHER_COUNTY, is_in_office, require_official, require_visible
from marketplace.offline.records import record_told
from marketplace.offline.rules import LONGEST_REASON, EntryKind, Told, cleaned, require_sound
from marketplace.results.models import Result


def enter(uow: UnitOfWork, told: Told, *, all_the_same: bool = False) -> OfflineEntry:
    """Enter a deal that an official knows of. It stays unverified for good.

    What looks like a contract or row that is there already is entered only when the official says so (`all_the_same`), and is
    then settled in the review queue. Raises NotPermitted, and InvalidInput beside the fields; emits OfflineEntered.
    """
    require_official(uow.actor)
    sound = checked(uow, told)
    if not all_the_same and similar(uow, sound):
        raise InvalidInput(
            N_(
                "This may be on record already. Compare it with what is shown; enter it only if it is another contract."
            ),
            field="all_the_same",
        )
    return book(uow, sound)


def checked(uow: UnitOfWork, told: Told) -> Told:
    """The deal as it would be entered. Raises InvalidInput beside the fields."""
    sound = cleaned(told)
    require_sound(sound, china_day(uow.now()))
    if not is_in_office(uow.actor, sound.seller_county, sound.buyer_county):
        raise InvalidInput(OTHER_COUNTY, field="seller_county")
    if sound.result_id is not None and uow.session.get(Result, sound.result_id) is None:
        raise InvalidInput(N_("There is no result with this number."), field="result")
    return sound


def similar(uow: UnitOfWork, told: Told) -> Sequence[Found]:
    """What a deal that is not entered yet may be the same contract as."""
    record = record_told(cleaned(told))
    found = found_for(uow.session, [record], limits_of(uow.settings))[0] if record else ()
    return shown_to(uow.actor, found)


def take_off(uow: UnitOfWork, entry_id: int, reason: str) -> OfflineEntry:
    """Book a row off that is wrong; the right one is entered anew. Raises NotFound, Conflict, InvalidInput; emits
    OfflineReversed."""
    entry = _entry(uow, entry_id)
    return book_off(uow, entry, required(reason, "reason", LONGEST_REASON))


def add_paper(uow: UnitOfWork, entry_id: int, upload: Upload | None) -> OfflinePaper:
    """Lay a scan beside a row. Raises NotFound, Conflict, InvalidInput beside `file`; emits OfflinePaperAdded."""
    entry = _entry(uow, entry_id)
    if upload is None:
        raise InvalidInput(N_("Choose a file first."), field="file")
    kept = keep(uow, upload, media.SCANS)
    paper = OfflinePaper(
        entry_id=entry.id,
        sha256=kept.sha256,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        added_by_id=uow.actor.user_id,
        added_at=uow.now(),
    )
    uow.session.add(paper)
    uow.flush()
    uow.emit(OfflinePaperAdded(entry.id, paper.id, paper.sha256))
    return paper


def _entry(uow: UnitOfWork, entry_id: int) -> OfflineEntry:
    """A row of the actor's office that was entered; what takes one off is no row to do anything with."""
    entry = require_visible(uow.actor, uow.session.get(OfflineEntry, entry_id))
    if entry.kind is EntryKind.REVERSAL:
        raise Conflict(N_("This row takes another one off; nothing can be done with it."))
    return entry
