"""Use cases of one person: how often to be told, no recommendation at all, muting and undoing it."""

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from marketplace.accounts.events import ProfileChanged
from marketplace.accounts.models import User
from marketplace.accounts.service import me
from marketplace.alerts.events import Muted, PreferenceChanged, Unmuted
from marketplace.alerts.models import MatchAlert, Mute, Preference, SavedSearch
from marketplace.alerts.queries import mutable, preference_of
from marketplace.alerts.rules import Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.unit_of_work import UnitOfWork


def choose(uow: UnitOfWork, frequency: Frequency, recommendations: bool) -> Preference:
    """How often to hear of matches, and whether any may be recommended (个人信息保护法 art. 24, 算法推荐管理规定 art. 17).

    What waits is forgotten by who wants to hear nothing. Emits PreferenceChanged, ProfileChanged.
    """
    user = me(uow)
    row = _locked(uow, user.id)
    if row.frequency is not frequency:
        row.frequency = frequency
        uow.emit(PreferenceChanged(user.id, frequency))
    if user.recommendations is not recommendations:
        user.recommendations = recommendations
        uow.emit(ProfileChanged(user.id, ("recommendations",)))
    if frequency is Frequency.OFF or not recommendations:
        waiting = (MatchAlert.user_id == user.id) & MatchAlert.message_id.is_(None)
        uow.session.execute(delete(MatchAlert).where(waiting))
    return row


def mute(uow: UnitOfWork, target: Target) -> None:
    """Hear no more of something; a second time changes nothing. Raises NotFound; emits Muted.

    The target comes from a signed link or from the person's own page: whoever acts, it is the target's person who is meant.
    """
    mutable(uow, target)
    row = _locked(uow, target.user_id)
    if is_muted(uow.session, target):
        return
    if target.scope is Scope.ALL:
        row.muted_at = uow.now()
    elif target.scope is Scope.SEARCH:
        uow.session.get_one(SavedSearch, target.search_id).muted_at = uow.now()
    else:
        mute = Mute(user_id=target.user_id, result_id=target.result_id, need_id=target.need_id, at=uow.now())
        uow.session.add(mute)
    uow.emit(Muted(*_ids(target)))


def unmute(uow: UnitOfWork, target: Target) -> None:
    """Hear of it again; nothing happens to what is not muted. Raises NotFound; emits Unmuted."""
    mutable(uow, target)
    row = _locked(uow, target.user_id)
    if not is_muted(uow.session, target):
        return
    if target.scope is Scope.ALL:
        row.muted_at = None
    elif target.scope is Scope.SEARCH:
        uow.session.get_one(SavedSearch, target.search_id).muted_at = None
    else:
        uow.session.execute(delete(Mute).where(_this(target)))
    uow.emit(Unmuted(*_ids(target)))


def is_muted(session: Session, target: Target) -> bool:
    """Whether it is muted by itself; that everything is muted is another question."""
    if target.scope is Scope.ALL:
        return preference_of(session, target.user_id).muted_at is not None
    if target.scope is Scope.SEARCH:
        search = session.get(SavedSearch, target.search_id)
        return search is not None and search.muted_at is not None
    return session.scalar(select(Mute.id).where(_this(target))) is not None


def _this(target: Target) -> ColumnElement[bool]:
    same_result = Mute.result_id.is_not_distinct_from(target.result_id)
    return (Mute.user_id == target.user_id) & same_result & Mute.need_id.is_not_distinct_from(target.need_id)


def _locked(uow: UnitOfWork, user_id: int) -> Preference:
    """The person's row, made when it is first needed; the lock is that of delivery, so that nothing is told meanwhile."""
    uow.session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True)).all()
    row = preference_of(uow.session, user_id)
    uow.session.add(row)
    return row


def _ids(target: Target) -> tuple[int, str, int | None, int | None, int | None]:
    return target.user_id, target.scope.value, target.result_id, target.need_id, target.search_id
