"""Use cases of results: from a draft to the catalogue, and what happens to a result there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, day_begins
from marketplace.kernel.errors import InvalidInput, NotPermitted, SignInRequired
from marketplace.kernel.messages import N_
from marketplace.kernel.workdays import add_working_days
from marketplace.listings import overwritten, revisions
from marketplace.listings.completeness import Missing, by_field
from marketplace.listings.content import values_of
from marketplace.listings.models import Revision
from marketplace.listings.parties import units_of_actor
from marketplace.listings.photos import NO_PHOTOS, PhotoChange
from marketplace.listings.policy import relations
from marketplace.listings.service import BY_SYSTEM, PER_RUN, find, move, move_due, require_editable, save, start, take
from marketplace.organisations.parties import names_of, party_of_user
from marketplace.organisations.rules import PartyKind
from marketplace.results import contributors
from marketplace.results.completeness import missing, text_missing
from marketplace.results.contributors import Person
from marketplace.results.models import Result
from marketplace.results.policy import visible
from marketplace.results.rules import RESULT_STATES, OwnerConsent, Ownership, ResultState

PEOPLE = "contributors"


def get(uow: UnitOfWork, result_id: int) -> Result:
    """The result. Raises NotFound when the actor may not see it."""
    return find(uow, Result, result_id, visible(uow.actor))


def create_draft(uow: UnitOfWork, party_id: int | None = None) -> Result:
    """A new draft, the actor's own until he says who owns it; names him as its first contributor. Emits ListingSaved."""
    if uow.actor.user_id is None:
        raise SignInRequired(N_("Please sign in first."))
    own = uow.actor.own_party_id or party_of_user(uow, uow.actor.user_id).id
    result = start(uow, Result, own, names_of(uow.session, [own])[own].county)
    if not contributors.of(uow, result.id):
        contributors.name_author(uow, result)
    if party_id is not None and party_id != result.party_id:
        result.party_id = _allowed_party(uow, result, party_id)
    return result


def save_step(
    uow: UnitOfWork,
    result_id: int,
    fields: Mapping[str, Any],
    people: Sequence[Person] | None = None,
    party_id: int | None = None,
    seen: int | None = None,
) -> Result:
    """Write what one step of the form holds, complete or not; `people` are the contributors, `party_id` the owner unit.

    What it replaces is kept where the draft was not in the version `seen` any more.

    Whoever owns a non-service result is its author himself. Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    result = get(uow, result_id)
    require_editable(uow, result)
    stale = overwritten.is_stale(uow, result, seen)
    before = typed_in(uow, result, PEOPLE)
    named = people is not None and contributors.replace(uow, result, people)
    if named and stale:
        overwritten.keep(uow, result, {PEOPLE: before}, {PEOPLE: typed_in(uow, result, PEOPLE)})
    ownership = fields.get("ownership", result.ownership)
    owner = _owner(uow, result, ownership, party_id)
    save(uow, result, fields, touched=named or owner != result.party_id, stale=stale)
    result.party_id = owner
    return result


def typed_in(uow: UnitOfWork, result: Result, field: str) -> Any:
    """What stands in a field of the draft; of the contributors their names, one on each line."""
    if field == PEOPLE:
        return "\n".join(one.name for one in contributors.of(uow, result.id))
    return getattr(result, field)


def restore(uow: UnitOfWork, result_id: int, field: str, value: Any) -> Result:
    """Write one field of the draft as it was kept. Who is linked to an account now stays so. Raises as `save_step`."""
    if field != PEOPLE:
        return save_step(uow, result_id, {field: value})
    accounts = {one.name: one.user_id for one in contributors.of(uow, result_id)}
    return save_step(uow, result_id, {}, [Person(name, user_id=accounts.get(name)) for name in value.split("\n")])


def _owner(uow: UnitOfWork, result: Result, ownership: str | None, party_id: int | None) -> int:
    if ownership == Ownership.NON_SERVICE and result.author_id is not None:
        return party_of_user(uow, result.author_id).id
    return result.party_id if party_id is None else _allowed_party(uow, result, party_id)


def _allowed_party(uow: UnitOfWork, result: Result, party_id: int) -> int:
    if party_id not in {result.party_id, uow.actor.own_party_id, *units_of_actor(uow)}:
        raise InvalidInput(N_("Choose a unit you belong to."), field="party_id")
    return party_id


def lacking(uow: UnitOfWork, result: Result) -> list[Missing]:
    """What is still missing before it may be handed in."""
    owner = names_of(uow.session, [result.party_id])[result.party_id]
    owner_is_unit = owner.kind is PartyKind.ORGANISATION
    names, today = contributors.names(uow, result.id), china_day(uow.now())
    return missing(values_of(result), names, today, owner_is_unit=owner_is_unit)


def submit(uow: UnitOfWork, result_id: int) -> Result:
    """Hand the result in: to its owner unit first, unless it has none or is the one who hands it in. Emits ListingMoved.

    Raises NotFound, NotPermitted, Conflict, InvalidInput naming every field that is missing.
    """
    result = get(uow, result_id)
    RESULT_STATES.require("submit", result.status, relations(uow.actor, result))
    if gaps := lacking(uow, result):
        raise InvalidInput(N_("Some things are still missing."), fields=by_field(gaps))
    take(uow, result, "submit", submitted_at=uow.now())
    if result.ownership is Ownership.NON_SERVICE or _owner_agrees(uow, result):
        move(uow, result, RESULT_STATES, "skip_owner", BY_SYSTEM)
    else:
        result.owner_consent = OwnerConsent.NOT_ASKED
        move(uow, result, RESULT_STATES, "ask_owner", BY_SYSTEM)
    return result


def _owner_agrees(uow: UnitOfWork, result: Result) -> bool:
    """Who may speak for the unit consents by handing in himself; an earlier consent holds while the text is the same."""
    if uow.actor.acts_for(result.party_id):
        _note_consent(uow, result, OwnerConsent.GIVEN)
        return True
    given_at = result.owner_consent_at if result.owner_consent is OwnerConsent.GIVEN else None
    return given_at is not None and given_at >= result.changed_at


def _note_consent(uow: UnitOfWork, result: Result, consent: OwnerConsent) -> None:
    result.owner_consent, result.owner_consent_by_id = consent, uow.actor.user_id
    result.owner_consent_at = uow.now()


def consent(uow: UnitOfWork, result_id: int) -> Result:
    """The owner unit consents; the result goes to the official. Emits ListingMoved."""
    result = take(uow, get(uow, result_id), "consent")
    _note_consent(uow, result, OwnerConsent.GIVEN)
    return result


def object_(uow: UnitOfWork, result_id: int, reason: str) -> Result:
    """The owner unit objects, with a reason its author reads. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "object", reason)


def approve(uow: UnitOfWork, result_id: int, reason: str = "") -> Result:
    """The official publishes. Where the owner unit was silent he decides in its place, and says why. Emits ListingMoved.

    Raises NotFound, NotPermitted, Conflict, InvalidInput when that reason is missing.
    """
    result = get(uow, result_id)
    in_its_place = result.ownership is not Ownership.NON_SERVICE and result.owner_consent is OwnerConsent.NOT_ASKED
    RESULT_STATES.require("approve", result.status, relations(uow.actor, result))
    if in_its_place and not reason.strip():
        raise InvalidInput(N_("The owner unit was silent: give your reason for deciding in its place."), field="reason")
    take(uow, result, "approve", reason, fresh_at=uow.now())
    if in_its_place:
        _note_consent(uow, result, OwnerConsent.BY_OFFICIAL)
    return result


def request_changes(
    uow: UnitOfWork, result_id: int, reason: str, field_notes: Mapping[str, str] | None = None
) -> Result:
    """The official returns it, with a reason and remarks by field. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "request_changes", reason, field_notes)


def confirm(uow: UnitOfWork, result_id: int) -> Result:
    """The heartbeat: it is still current. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "confirm", fresh_at=uow.now())


def pause(uow: UnitOfWork, result_id: int) -> Result:
    """Hide it for a while. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "pause")


def resume(uow: UnitOfWork, result_id: int) -> Result:
    """Show it again, as current. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "resume", fresh_at=uow.now())


def suspend(uow: UnitOfWork, result_id: int, reason: str) -> Result:
    """The official takes it out of sight, with a reason. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "suspend", reason)


def reinstate(uow: UnitOfWork, result_id: int, reason: str) -> Result:
    """The official lifts the suspension, with a reason. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "reinstate", reason)


def withdraw(uow: UnitOfWork, result_id: int) -> Result:
    """Take it back for good. Emits ListingMoved."""
    return take(uow, get(uow, result_id), "withdraw")


def agree(uow: UnitOfWork, result_id: int, *, agreed: bool) -> Result:
    """A named contributor agrees to be named, or has his name taken off. Raises NotFound."""
    result = get(uow, result_id)
    contributors.answer(uow, result, agreed=agreed)
    return result


def revise(uow: UnitOfWork, result_id: int, fields: Mapping[str, Any], photos: PhotoChange = NO_PHOTOS) -> Revision:
    """Propose a change of a published result. Emits RevisionMoved; raises as `revisions.propose`."""
    today = china_day(uow.now())
    result = get(uow, result_id)
    return revisions.propose(uow, result, fields, lambda values: by_field(text_missing(values, today)), photos)


def pass_silent_owners(uow: UnitOfWork) -> None:
    """Hand over to the official what an owner unit has left unanswered for longer than its working days. Scheduled."""
    _require_system(uow)
    today, days = china_day(uow.now()), uow.settings.owner_working_days
    waiting = select(Result.id, Result.stage_since).where(Result.state == ResultState.OWNER_REVIEW)
    silent = [
        result_id
        for result_id, since in uow.session.execute(waiting)
        if add_working_days(china_day(since), days) < today
    ]
    move_due(uow, select(Result).where(Result.id.in_(silent[:PER_RUN])), "pass_to_official")


def mark_stale(uow: UnitOfWork) -> None:
    """Mark what nobody has confirmed for `listing_fresh_days` days, counted in Chinese calendar days. Scheduled."""
    _require_system(uow)
    oldest = china_day(uow.now()) - timedelta(days=uow.settings.listing_fresh_days)
    old = (Result.state == ResultState.PUBLISHED) & (Result.fresh_at < day_begins(oldest))
    move_due(uow, select(Result).where(old), "go_stale")


def expire_stale(uow: UnitOfWork) -> None:
    """End what has been stale for as long as its timer allows. Scheduled."""
    _require_system(uow)
    allowed = RESULT_STATES.days_allowed(ResultState.STALE) or 0
    oldest = china_day(uow.now()) - timedelta(days=allowed)
    old = (Result.state == ResultState.STALE) & (Result.stage_since < day_begins(oldest))
    move_due(uow, select(Result).where(old), "expire")


def _require_system(uow: UnitOfWork) -> None:
    if not uow.actor.is_system:
        raise NotPermitted(N_("You may not do this."))
