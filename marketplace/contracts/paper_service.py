"""Documents signed on paper: a scan is uploaded, every party confirms that very scan, an official verifies it.

Unlike an electronic signature this does not ask whether the text still names its parties as they are now: the paper shows the
names that were printed and signed, and a change of name takes nothing from a contract (民法典 art. 532).
"""

from datetime import date

from marketplace.contracts.envelope import TOO_LATE, fresh_last_day, is_over
from marketplace.contracts.models import Document, Scan, ScanConfirmation
from marketplace.contracts.queries import confirmations, newest_scan
from marketplace.contracts.rules import DOCUMENT_STATES, LONGEST_REASON, PAPER_STATES, Basis, DocumentState, PaperState
from marketplace.contracts.service import announce, require_no_official_awaited
from marketplace.contracts.signing_service import complete, order_of
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.days import require_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.organisations.parties import name_of

_BY_SYSTEM = frozenset({Relation.SYSTEM})
NO_DAY = N_(
    "Nobody has said on which day the last party signed this paper. Reject the scan: it is uploaded again with the day."
)


def upload_scan(
    uow: UnitOfWork,
    document: Document,
    relations: frozenset[Relation],
    party_id: int,
    upload: Upload | None,
    signed_on: date,
) -> Scan:
    """Add the scan of the signed paper; confirmations of an earlier scan no longer count.

    `signed_on` is the day in China that the last signature on it bears. From that day on the text holds (民法典 art. 490, 502),
    whenever an official comes to compare it.

    Raises InvalidInput for a missing file, another kind or a large one, a day before the text was sent or one to come, Conflict
    when the text is not open, its last day has passed, or all have confirmed the scan that is there. Emits DocumentMoved.
    """
    _require_open(document)
    _require_in_time(uow, document)
    require_no_official_awaited(document)
    target = PAPER_STATES.require("upload", document.paper, relations).target
    require_day(signed_on, china_day(document.sent_at or document.created_at), china_day(uow.now()), "signed_on")
    if upload is None:
        raise InvalidInput(N_("Choose the file of the scan: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, upload, media.SCANS)
    scan = Scan(
        document_id=document.id,
        sha256=kept.sha256,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        signed_on=signed_on,
        uploaded_by_id=uow.actor.user_id,
        uploaded_at=uow.now(),
    )
    uow.session.add(scan)
    document.paper, document.note = target, ""
    uow.flush()
    announce(uow, document, "upload", party_id, signed_on=signed_on)
    return scan


def confirm_scan(
    uow: UnitOfWork, document: Document, relations: frozenset[Relation], party_id: int, scan_id: int
) -> None:
    """Say for a party that this scan is the paper it signed. Raises Conflict when another scan has taken its place or the party
    has confirmed already, NotPermitted for an unverified party and for one person who has confirmed for another.

    Emits DocumentMoved.
    """
    scan = _current(uow, document, scan_id)
    _require_in_time(uow, document)
    confirmed = PAPER_STATES.require("confirm", document.paper, _BY_SYSTEM).target
    if not relations & {Relation.PARTY, Relation.MAKER} or not uow.actor.acts_for(party_id):
        raise NotPermitted(N_("You may not do this."))
    if not name_of(uow.session, party_id).is_verified:
        raise NotPermitted(N_("Your party is not verified yet. Who is not verified cannot sign."))
    given = confirmations(uow, scan.id)
    if any(one.party_id == party_id for one in given):
        raise Conflict(N_("Your party has confirmed this scan already."))
    if any(one.user_id == uow.actor.user_id for one in given):
        raise NotPermitted(N_("One person cannot sign for two parties."))
    uow.session.add(ScanConfirmation(scan_id=scan.id, party_id=party_id, user_id=uow.actor.user_id, at=uow.now()))
    announce(uow, document, "confirm", party_id)
    if order_of(uow.session, document.id).keys() <= {party_id, *(one.party_id for one in given)}:
        document.paper = confirmed
    uow.flush()


def verify_scan(uow: UnitOfWork, document: Document, relations: frozenset[Relation], scan_id: int) -> None:
    """An official has compared the scan with the text and its day; the document is complete. Raises Conflict for a scan of before
    days were asked for. Emits DocumentMoved."""
    scan = _current(uow, document, scan_id)
    target = PAPER_STATES.require("verify", document.paper, relations).target
    if scan.signed_on is None:
        raise Conflict(NO_DAY)
    document.paper = target
    document.verified_by_id = uow.actor.user_id
    uow.flush()
    announce(uow, document, "verify", None)
    complete(uow, document, Basis.PAPER, scan.signed_on)


def reject_scan(uow: UnitOfWork, document: Document, relations: frozenset[Relation], scan_id: int, reason: str) -> None:
    """An official does not accept the scan; the parties upload another one, of the same paper if they like.

    All had confirmed in time what the official looked at afterwards, so the last day is put off to the usual one counted from
    today. Emits DocumentMoved.
    """
    _current(uow, document, scan_id)
    target = PAPER_STATES.require("reject", document.paper, relations).target
    document.note = required(reason, "reason", LONGEST_REASON)
    if document.paper is PaperState.CONFIRMED:
        usual_days = DOCUMENT_STATES.days_allowed(DocumentState.SENT)
        document.sign_by = fresh_last_day(document.sign_by, china_day(uow.now()), usual_days)
    document.paper = target
    uow.flush()
    announce(uow, document, "reject", None)


def _require_open(document: Document) -> None:
    if document.state is not DocumentState.SENT:
        raise Conflict(N_("This text is not open for signature: it was replaced, declined, or is signed by all."))


def _require_in_time(uow: UnitOfWork, document: Document) -> None:
    """What the parties do ends with the last day; an official verifies later what all had confirmed by then."""
    if is_over(document.sign_by, china_day(uow.now())):
        raise Conflict(TOO_LATE)


def _current(uow: UnitOfWork, document: Document, scan_id: int) -> Scan:
    """The scan, when it is the one that counts; deciding on another one would be a mistake."""
    _require_open(document)
    scan = newest_scan(uow, document.id)
    if scan is None or scan.id != scan_id:
        raise Conflict(N_("Another scan has been uploaded meanwhile. Look at the new one first."))
    return scan
