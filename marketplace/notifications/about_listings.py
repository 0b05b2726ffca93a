"""Notices about listings, their revisions and claims, and imports."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.listings.events import ClaimMoved, ImportFinished, ListingMoved, ListingRevised, RevisionMoved
from marketplace.listings.models import Claim, Decision, ImportRun, Listing, Revision
from marketplace.notifications.audience import behind, officials, speakers, still_of
from marketplace.notifications.notices import Notice, import_path, listing_path, review_path

FOR_OWNERS = {
    "approve": N_("“%(title)s” is published."),
    "request_changes": N_("“%(title)s” was returned for changes: %(reason)s"),
    "object": N_("The unit objects to publishing “%(title)s”: %(reason)s"),
    "consent": N_("The unit consents to publishing “%(title)s”. It is now in review."),
    "pass_to_official": N_("The unit did not answer in time about “%(title)s”. An official decides now."),
    "suspend": N_("“%(title)s” was suspended, nobody else sees it: %(reason)s"),
    "reinstate": N_("“%(title)s” can be seen by everybody again: %(reason)s"),
    "go_stale": N_("Is “%(title)s” still current? Please confirm it, or it will expire."),
    "expire": N_("“%(title)s” has expired and is no longer shown."),
}
WAITS_FOR_REVIEW = N_("“%(title)s” waits for your review.")
WAITS_FOR_UNIT = N_("Please say whether your unit consents to publishing “%(title)s”.")
REVISION_PROPOSED = N_("A change to “%(title)s” waits for your review.")
REVISION_RETURNED = N_("The change to “%(title)s” was returned: %(reason)s")
REVISION_APPROVED = N_("The change to “%(title)s” was approved; everybody sees the new text.")
CLAIM_MADE = N_("A unit claims “%(title)s” as its own. Please decide.")
CLAIM_ANSWERED = {
    "approve": N_("Your claim to “%(title)s” was approved. The listing is your unit's now."),
    "refuse": N_("Your claim to “%(title)s” was refused: %(reason)s"),
}
IMPORTED = N_(
    "The import of %(file)s has finished: %(created)s created, %(duplicates)s skipped as duplicates, %(refused)s refused."
)
IMPORTED_BUT = N_(
    "The import of %(file)s has finished: %(created)s created, %(duplicates)s skipped as duplicates, %(refused)s refused,"
    " %(held)s wait for your word: they are nearly the same as listings that are here."
)


def moved(uow: UnitOfWork, event: ListingMoved) -> Iterator[Notice]:
    """A listing took a step: who waits for it next, and how it went for its owners."""
    listing = uow.session.get_one(Listing, event.listing_id)
    params: Params = {"title": listing.title, "reason": _reason(uow, event)}
    if event.to_state == "owner_review":
        url = listing_path(event.kind, listing.id)
        yield Notice(speakers(uow.session, listing.party_id), WAITS_FOR_UNIT, url, params)
    if event.to_state in {"county_review", "review"}:
        yield Notice(officials(uow.session, listing.county), WAITS_FOR_REVIEW, review_path(listing.id), params)
    if event.action in FOR_OWNERS:
        url = listing_path(event.kind, listing.id)
        yield Notice(behind(uow.session, listing), FOR_OWNERS[event.action], url, params)


def revision_moved(uow: UnitOfWork, event: RevisionMoved) -> Iterator[Notice]:
    """A change was proposed or returned."""
    listing = uow.session.get_one(Listing, event.listing_id)
    revision = uow.session.get_one(Revision, event.revision_id)
    params: Params = {"title": listing.title, "reason": revision.note}
    if event.action == "propose":
        yield Notice(officials(uow.session, listing.county), REVISION_PROPOSED, review_path(listing.id), params)
    if event.action == "return":
        url = listing_path(event.kind, listing.id)
        proposer = still_of(uow.session, listing.party_id, revision.proposed_by_id)
        yield Notice(behind(uow.session, listing) | proposer, REVISION_RETURNED, url, params)


def revised(uow: UnitOfWork, event: ListingRevised) -> Iterator[Notice]:
    """A change was approved."""
    listing = uow.session.get_one(Listing, event.listing_id)
    url = listing_path(event.kind, listing.id)
    yield Notice(behind(uow.session, listing), REVISION_APPROVED, url, {"title": listing.title})


def claim_moved(uow: UnitOfWork, event: ClaimMoved) -> Iterator[Notice]:
    """A claim was made or answered."""
    listing = uow.session.get_one(Listing, event.listing_id)
    claim = uow.session.get_one(Claim, event.claim_id)
    params: Params = {"title": listing.title, "reason": claim.reason}
    if event.action in CLAIM_ANSWERED:
        url = listing_path(event.kind, listing.id)
        yield Notice(frozenset({claim.claimed_by_id}), CLAIM_ANSWERED[event.action], url, params)
    else:
        yield Notice(officials(uow.session, listing.county), CLAIM_MADE, review_path(listing.id), params)


def import_finished(uow: UnitOfWork, event: ImportFinished) -> Iterator[Notice]:
    """An import has ended: who started it waits for that, wherever he is by now."""
    run = uow.session.get_one(ImportRun, event.run_id)
    if run.user_id is not None:
        params: Params = {
            "file": run.file_name,
            "created": event.created,
            "duplicates": event.duplicates,
            "refused": event.refused,
            "held": event.held,
        }
        yield Notice(frozenset({run.user_id}), IMPORTED_BUT if event.held else IMPORTED, import_path(run.id), params)


def _reason(uow: UnitOfWork, event: ListingMoved) -> str:
    """The words that went with the latest step of this kind."""
    decision = (
        select(Decision.reason)
        .where(Decision.listing_id == event.listing_id, Decision.action == event.action)
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return uow.session.scalar(decision) or ""
