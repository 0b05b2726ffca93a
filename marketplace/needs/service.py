"""Use cases of needs: from a draft to the catalogue, and how a need ends."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput, NotPermitted, SignInRequired
from marketplace.kernel.messages import N_
from marketplace.listings import overwritten, revisions
from marketplace.listings.completeness import Missing, by_field
from marketplace.listings.content import clean, values_of
from marketplace.listings.models import Revision
from marketplace.listings.photos import NO_PHOTOS, PhotoChange
from marketplace.listings.policy import relations
from marketplace.listings.service import BY_SYSTEM, find, move, move_due, require_editable, save, start, take
from marketplace.needs.completeness import missing
from marketplace.needs.models import Need
from marketplace.needs.policy import visible
from marketplace.needs.rules import INDICATOR_LENGTH, INDICATORS, NEED_STATES, NeedState
from marketplace.organisations.parties import names_of, party_of_user


def get(uow: UnitOfWork, need_id: int) -> Need:
    """The need. Raises NotFound when the actor may not see it."""
    return find(uow, Need, need_id, visible(uow.actor))


def create_draft(uow: UnitOfWork, party_id: int | None = None) -> Need:
    """A new draft, of the party named, else of a unit the actor may act for, else his own. Emits ListingSaved."""
    actor = uow.actor
    if actor.user_id is None:
        raise SignInRequired(N_("Please sign in first."))
    own = actor.own_party_id or party_of_user(uow, actor.user_id).id
    units = sorted(actor.party_ids - {own})
    party = _allowed_party(uow, party_id) if party_id is not None else next(iter(units), own)
    return start(uow, Need, party, names_of(uow.session, [party])[party].county)


def save_draft(
    uow: UnitOfWork, need_id: int, fields: Mapping[str, Any], party_id: int | None = None, seen: int | None = None
) -> Need:
    """Write what the form holds, complete or not. Raises NotFound, NotPermitted, Conflict, InvalidInput.

    What it replaces is kept where the draft was not in the version `seen` any more.
    """
    need = get(uow, need_id)
    require_editable(uow, need)
    party = need.party_id if party_id is None or party_id == need.party_id else _allowed_party(uow, party_id)
    stale = overwritten.is_stale(uow, need, seen)
    save(uow, need, _tidy(need, fields), touched=party != need.party_id, stale=stale)
    need.party_id = party
    return need


def restore(uow: UnitOfWork, need_id: int, field: str, value: Any) -> Need:
    """Write one field of the draft as it was kept. Raises as `save_draft`."""
    return save_draft(uow, need_id, {field: value})


def _allowed_party(uow: UnitOfWork, party_id: int) -> int:
    if not uow.actor.acts_for(party_id):
        raise InvalidInput(N_("Choose a unit you may act for."), field="party_id")
    return party_id


def _tidy(need: Need, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Indicators without empty lines; a budget that begins no higher than it ends."""
    tidy = dict(fields)
    if "indicators" in tidy:
        tidy["indicators"] = _indicators(tidy["indicators"] or [])
    low = tidy.get("budget_min_fen", need.budget_min_fen)
    high = tidy.get("budget_max_fen", need.budget_max_fen)
    if low is not None and high is not None and low > high:
        raise InvalidInput(N_("The budget ends below where it begins."), field="budget_max_fen")
    return tidy


def _indicators(rows: list[Mapping[str, str]]) -> list[dict[str, str]]:
    clean_rows = [
        {part: clean(row.get(part, ""), INDICATOR_LENGTH, "indicators") for part in ("name", "value")} for row in rows
    ]
    filled = [row for row in clean_rows if any(row.values())]
    if len(filled) > INDICATORS:
        raise InvalidInput(N_("At most %(limit)s indicators can be given."), field="indicators", limit=INDICATORS)
    return filled


def lacking(uow: UnitOfWork, need: Need) -> list[Missing]:
    """What is still missing before it may be handed in."""
    return missing(values_of(need), china_day(uow.now()))


def submit(uow: UnitOfWork, need_id: int) -> Need:
    """Hand the need in for review. Raises NotFound, NotPermitted, Conflict, InvalidInput; emits ListingMoved."""
    need = get(uow, need_id)
    NEED_STATES.require("submit", need.status, relations(uow.actor, need))
    if gaps := lacking(uow, need):
        raise InvalidInput(N_("Some things are still missing."), fields=by_field(gaps))
    take(uow, need, "submit", submitted_at=uow.now())
    move(uow, need, NEED_STATES, "take_up", BY_SYSTEM)
    return need


def approve(uow: UnitOfWork, need_id: int, reason: str = "") -> Need:
    """The official publishes. Emits ListingMoved; raises NotFound, NotPermitted, Conflict."""
    return take(uow, get(uow, need_id), "approve", reason, fresh_at=uow.now())


def request_changes(uow: UnitOfWork, need_id: int, reason: str, field_notes: Mapping[str, str] | None = None) -> Need:
    """The official returns it, with a reason and remarks by field. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "request_changes", reason, field_notes)


def suspend(uow: UnitOfWork, need_id: int, reason: str) -> Need:
    """The official takes it out of sight, with a reason. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "suspend", reason)


def reinstate(uow: UnitOfWork, need_id: int, reason: str) -> Need:
    """The official lifts the suspension, with a reason. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "reinstate", reason)


def close_solved(uow: UnitOfWork, need_id: int) -> Need:
    """The asker has his solution. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "close_solved")


def close_unsolved(uow: UnitOfWork, need_id: int, reason: str) -> Need:
    """The asker gives up, and says why. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "close_unsolved", reason)


def withdraw(uow: UnitOfWork, need_id: int) -> Need:
    """Take it back for good. Emits ListingMoved."""
    return take(uow, get(uow, need_id), "withdraw")


def revise(uow: UnitOfWork, need_id: int, fields: Mapping[str, Any], photos: PhotoChange = NO_PHOTOS) -> Revision:
    """Propose a change of a published need. Emits RevisionMoved; raises as `revisions.propose`."""
    need, today = get(uow, need_id), china_day(uow.now())

    def lacks(values: Mapping[str, Any]) -> dict[str, str]:
        return by_field(missing(values, today))

    return revisions.propose(uow, need, _tidy(need, fields), lacks, photos)


def expire_due(uow: UnitOfWork) -> None:
    """End what is past its deadline; the day of the deadline itself still counts, in China's calendar. Scheduled."""
    if not uow.actor.is_system:
        raise NotPermitted(N_("You may not do this."))
    past = (Need.state == NeedState.PUBLISHED) & (Need.deadline < china_day(uow.now()))
    move_due(uow, select(Need).where(past), "expire")
