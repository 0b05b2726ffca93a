"""A2 and A3 of every deal in two ways: by what is booked, and by the paper that is valid. Reads only."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.registrations.models import Registration, RegistrationEntry, RegistrationRecord
from marketplace.registrations.rules import RecordState

ByDeal = dict[int, tuple[int, int]]
"""A2 and A3 in fen, by the id of the deal."""


def booked_by_deal(session: Session) -> ByDeal:
    """What the dated entries add up to."""
    sums = select(
        RegistrationEntry.deal_id, func.sum(RegistrationEntry.a2_fen), func.sum(RegistrationEntry.a3_fen)
    ).group_by(RegistrationEntry.deal_id)
    return {deal: (int(a2), int(a3)) for deal, a2, a3 in session.execute(sums)}


def valid_by_deal(session: Session) -> ByDeal:
    """What the last verified paper of each registration says; a cancellation says nothing."""
    last = (
        select(func.max(RegistrationRecord.id))
        .where(RegistrationRecord.state == RecordState.VERIFIED)
        .group_by(RegistrationRecord.registration_id)
    )
    papers = (
        select(Registration.deal_id, func.sum(RegistrationRecord.a2_fen), func.sum(RegistrationRecord.a3_fen))
        .join(Registration, Registration.id == RegistrationRecord.registration_id)
        .where(RegistrationRecord.id.in_(last))
        .group_by(Registration.deal_id)
    )
    return {deal: (int(a2), int(a3)) for deal, a2, a3 in session.execute(papers)}
