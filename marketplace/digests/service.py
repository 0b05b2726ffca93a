"""The use case on the schedule: whose digest is due gets a row, once, and a mail follows from it."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import OfficeHolding, User
from marketplace.accounts.rules import UserState
from marketplace.digests.events import DigestMade
from marketplace.digests.models import WeeklyDigest
from marketplace.digests.rules import due_monday
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Office

OFFICIALS = (Office.COUNTY_OFFICIAL, Office.CITY_OFFICIAL)


def announce_due(uow: UnitOfWork) -> None:
    """Scheduled: from Monday 8:00 in China on, every official who has not switched it off and has a confirmed address.

    Passes on DigestMade.
    """
    monday = due_monday(uow.now())
    if monday is None:
        return
    has_had = select(WeeklyDigest.user_id).where(WeeklyDigest.monday == monday)
    serves = select(OfficeHolding.user_id).where(
        OfficeHolding.office.in_(OFFICIALS), OfficeHolding.revoked_at.is_(None)
    )
    wanting = (
        select(User.id)
        .where(User.id.in_(serves), User.id.not_in(has_had), User.weekly_digest, User.state == UserState.ACTIVE)
        .where(User.email.is_not(None), User.email_verified_at.is_not(None))
        .order_by(User.id)
    )
    for user_id in uow.session.scalars(wanting).all():
        digest = WeeklyDigest(user_id=user_id, monday=monday, made_at=uow.now())
        with suppress(IntegrityError), uow.session.begin_nested():  # Another worker may be at it at the same moment.
            uow.session.add(digest)
            uow.flush()
            uow.pass_on(DigestMade(digest.id))
