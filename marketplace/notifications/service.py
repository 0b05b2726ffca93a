"""Use cases of the inbox: tell people something once, and mark what they have read."""

from collections.abc import Iterable

from sqlalchemy import select, update

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.notifications.events import NotificationMade
from marketplace.notifications.models import Notification


def notify(
    uow: UnitOfWork, user_ids: Iterable[int], key: str, message: str, params: Params, url: str, mail: bool = True
) -> None:
    """Put a line into the inbox of each person, at most one per key; `url` is a path of this site.

    With `mail` it goes out by mail too. Passes on NotificationMade: what it tells of is in the audit log already.
    """
    wanted = sorted(set(user_ids))
    known = select(Notification.user_id).where(Notification.key == key, Notification.user_id.in_(wanted))
    told = set(uow.session.scalars(known))
    rows = [
        Notification(user_id=user_id, key=key, message=message, params=dict(params), url=url, at=uow.now())
        for user_id in wanted
        if user_id not in told
    ]
    uow.session.add_all(rows)
    uow.flush()
    for row in rows if mail else ():
        uow.pass_on(NotificationMade(row.id))


def mark_read(uow: UnitOfWork, notification_id: int) -> Notification:
    """Mark one line of one's own inbox as read. Raises NotFound for anybody else's."""
    row = uow.session.get(Notification, notification_id)
    if row is None or row.user_id != uow.actor.user_id:
        raise NotFound(N_("There is no such page."))
    row.read_at = row.read_at or uow.now()
    return row


def mark_all_read(uow: UnitOfWork) -> None:
    """Mark everything in one's own inbox as read."""
    mine = (Notification.user_id == uow.actor.user_id) & Notification.read_at.is_(None)
    uow.session.execute(update(Notification).where(mine).values(read_at=uow.now()))
