"""Which rows of a figure the events of the audit log may have changed, so that only they are read again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.deals.models import Deal
from marketplace.listings.models import Decision
from marketplace.matching.models import Interest
from marketplace.rewards.models import Reward, RewardLine
from marketplace.statistics.columns import source_parts
from marketplace.statistics.definition import Definition
from marketplace.statistics.reading import Touched
from marketplace.statistics.rules import Dimension, FigureCode

MANY = 2_000
"""When as many events were heard, or more deals and records touched, all rows are read anew."""

Heard = Sequence[tuple[str, Mapping[str, Any]]]
"""Of each event what it was about, such as `result:7`, and its payload."""
Rule = Callable[[Session, Heard], Touched | None]


def touched(session: Session, definition: Definition, after: int) -> Touched | None:
    """What was touched since a row of the audit log; None where it may be anything."""
    heard = select(AuditRow.object, AuditRow.payload).where(AuditRow.id > after, AuditRow.action.in_(definition.heard))
    events = [(subject, payload) for subject, payload in session.execute(heard.order_by(AuditRow.id).limit(MANY))]
    if not events:
        return Touched()
    of_deals = Dimension.SELLER in definition.dimensions and not definition.across_deals
    rule = _RULES.get(definition.code, _of_deals if of_deals else None)
    found = rule(session, events) if rule and len(events) < MANY else None
    return found if found is not None and len(found) <= MANY else None


def _of_deals(session: Session, heard: Heard) -> Touched | None:
    """The rows of one deal do not depend on others."""
    deals = _deals(session, heard)
    return Touched(deals) if deals else None


def _of_the_same_results(session: Session, heard: Heard) -> Touched | None:
    """Which contract of a result is its first depends on the others."""
    deals = _deals(session, heard)
    if not deals:
        return None
    results = select(Deal.result_id).where(Deal.id.in_(deals))
    return Touched(deals | set(session.scalars(select(Deal.id).where(Deal.result_id.in_(results)))))


def _of_the_same_people(session: Session, heard: Heard) -> Touched | None:
    """Which payment to a person is his first of a year depends on the others."""
    deals = _deals(session, heard)
    if not deals:
        return None
    lines = select(RewardLine.user_id, RewardLine.name, Reward.organisation_id, Reward.deal_id).join(
        Reward, Reward.id == RewardLine.reward_id
    )
    one, other = lines.where(Reward.deal_id.in_(deals)).subquery().c, lines.subquery().c
    is_same = or_(
        one.user_id == other.user_id,
        and_(one.name == other.name, one.organisation_id == other.organisation_id),
    )
    return Touched(deals | set(session.scalars(select(other.deal_id).where(is_same).distinct())))


def _deals(session: Session, heard: Heard) -> set[int]:
    """The deals that all of the events were about; none where one was about something else."""
    rewards = {payload["reward_id"] for _, payload in heard if "deal_id" not in payload and "reward_id" in payload}
    if any("deal_id" not in payload and "reward_id" not in payload for _, payload in heard):
        return set()
    of_rewards = session.scalars(select(Reward.deal_id).where(Reward.id.in_(rewards)))
    return {payload["deal_id"] for _, payload in heard if "deal_id" in payload} | set(of_rewards)


def _of_subjects(_session: Session, heard: Heard) -> Touched:
    """A row rests on what the event was about."""
    return Touched(sources={subject for subject, _ in heard})


def _of_needs(session: Session, heard: Heard) -> Touched:
    """An interest changes the row of its need."""
    interests = {source_parts(subject)[1] for subject, _ in heard if subject.startswith("interest:")}
    needs = session.scalars(select(Interest.need_id).where(Interest.id.in_(interests), Interest.need_id.is_not(None)))
    return Touched(sources={subject for subject, _ in heard} | {f"need:{id_}" for id_ in needs})


def _of_decisions(session: Session, heard: Heard) -> Touched:
    """A decision about a listing adds a row of its own."""
    listings = {source_parts(subject)[1] for subject, _ in heard}
    decisions = session.scalars(select(Decision.id).where(Decision.listing_id.in_(listings)))
    return Touched(sources={f"decision:{id_}" for id_ in decisions})


_RULES: Mapping[FigureCode, Rule] = {
    FigureCode.C1: _of_subjects,
    FigureCode.C2: _of_needs,
    FigureCode.C3: _of_subjects,
    FigureCode.C4: _of_the_same_results,
    FigureCode.C6: _of_the_same_people,
    FigureCode.C9: _of_decisions,
    FigureCode.B1: _of_subjects,
}
"""Figures whose rows are not those of single deals; any other that has no deals is read anew as a whole."""
