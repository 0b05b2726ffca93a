"""Writes down what was found for people, and tells them: at once, or when the hour of their digest has come.

A row without a message waits. Whoever writes rows of a person holds the lock on that person, so of two workers the second sees
what the first has written. Everything is looked at once more before it is told: hours may lie between.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from marketplace.accounts.models import User
from marketplace.alerts.events import AlertsDue, MessageMade
from marketplace.alerts.finding import Find, Findings, FoundMatch
from marketplace.alerts.headlines import headline
from marketplace.alerts.hearers import Hearer, hearer, settled
from marketplace.alerts.models import AlertMessage, MatchAlert, Preference, SavedSearch, SearchAlert
from marketplace.alerts.paths import message_path
from marketplace.alerts.queries import told
from marketplace.alerts.rules import Frequency, best_of, due_before
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.listings.models import Listing
from marketplace.needs.models import Need
from marketplace.notifications.service import notify
from marketplace.results.models import Result

Rows = Sequence[MatchAlert | SearchAlert]


def note(uow: UnitOfWork, findings: Findings) -> None:
    """Write down what is new to each person, and tell those who want to hear at once. Passes on MessageMade."""
    people = {one.user_id for one in findings.matches} | {one.user_id for one in findings.finds}
    _lock(uow, people)
    for user_id in sorted(people):
        person = hearer(uow, user_id)
        if person is not None:
            matches = _add_matches(uow, person, [one for one in findings.matches if one.user_id == user_id])
            finds = _add_finds(uow, [one for one in findings.finds if one.user_id == user_id])
            _tell(uow, person, Frequency.INSTANT, [*matches, *finds])


def announce_due(uow: UnitOfWork) -> None:
    """Scheduled: whose hour has come while something waits. Passes on AlertsDue, so that each has his own transaction."""
    for frequency in Frequency:
        before = due_before(frequency, uow.now())
        if before is not None:
            people = {id_ for wanted in _waiting(frequency, before) for id_ in uow.session.scalars(wanted)}
            for user_id in sorted(people):
                uow.pass_on(AlertsDue(user_id, frequency))


def tell_due(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Tell each of these people in one message what waits for him. Passes on MessageMade.

    What an import brings waits for its end: as long as something new comes in, nothing of it is told.
    """
    for event in events:
        if isinstance(event, AlertsDue):
            frequency = Frequency(event.frequency)
            before = due_before(frequency, uow.now())
            _lock(uow, [event.user_id])
            person = hearer(uow, event.user_id)
            rows = _rows_of(uow, person, frequency) if person else []
            due = [row for row in rows if before is not None and row.found_at < before]
            if person is not None and not (frequency is Frequency.INSTANT and len(due) < len(rows)):
                _tell(uow, person, frequency, due)


def _lock(uow: UnitOfWork, people: Iterable[int]) -> None:
    """In the order of the ids: two workers must not cross each other."""
    wanted = select(User.id).where(User.id.in_(set(people))).order_by(User.id).with_for_update(key_share=True)
    uow.session.execute(wanted).all()


def _add_matches(uow: UnitOfWork, person: Hearer, found: Sequence[FoundMatch]) -> list[MatchAlert]:
    """Add a row for each match the person has never been told of; returns those to be told now."""
    mine = select(MatchAlert.result_id, MatchAlert.need_id).where(MatchAlert.user_id == person.user_id)
    pairs = mine.where(MatchAlert.result_id.in_({one.result_id for one in found}))
    known = {(result_id, need_id) for result_id, need_id in uow.session.execute(pairs)} if found else set()
    now = []
    for one in found:
        if (one.result_id, one.need_id) in known or person.frequency is Frequency.OFF:
            continue
        known.add((one.result_id, one.need_id))
        row = MatchAlert(
            user_id=person.user_id,
            side=one.side,
            result_id=one.result_id,
            need_id=one.need_id,
            strength=one.strength,
            explanation=one.explanation,
            found_at=uow.now(),
        )
        uow.session.add(row)
        if person.frequency is Frequency.INSTANT and not one.held:
            now.append(row)
    return now


def _add_finds(uow: UnitOfWork, found: Sequence[Find]) -> list[SearchAlert]:
    """The same for finds of saved searches; one that was deleted, muted or switched off meanwhile finds nothing."""
    ids = {one.search_id for one in found}
    loud = (SavedSearch.frequency != Frequency.OFF) & SavedSearch.muted_at.is_(None)
    searches = {one.id: one for one in uow.session.scalars(select(SavedSearch).where(SavedSearch.id.in_(ids), loud))}
    told_of = select(SearchAlert.search_id, SearchAlert.listing_id).where(SearchAlert.search_id.in_(ids))
    known = {(search_id, listing_id) for search_id, listing_id in uow.session.execute(told_of)} if found else set()
    now = []
    for one in found:
        search = searches.get(one.search_id)
        if search is None or (one.search_id, one.listing_id) in known:
            continue
        row = SearchAlert(search_id=search.id, listing_id=one.listing_id, found_at=uow.now())
        uow.session.add(row)
        if search.frequency is Frequency.INSTANT and not one.held:
            now.append(row)
    return now


def _tell(uow: UnitOfWork, person: Hearer, how: Frequency, rows: Rows) -> None:
    """One message of all that is still true; what is not, or is more than anybody reads, is forgotten and may come again."""
    if not rows or person.is_silenced:
        return
    uow.flush()
    telling = _still_true(uow, person, rows)
    for row in rows:
        if row not in telling:
            uow.session.delete(row)
    if not telling:
        return
    message = AlertMessage(user_id=person.user_id, how=how, at=uow.now())
    uow.session.add(message)
    uow.flush()
    for row in telling:
        row.message_id = message.id
    uow.flush()
    line = headline(told(uow.session, message))
    key = f"alerts:{message.id}"
    notify(uow, [person.user_id], key, line.message, line.params, message_path(message.id), mail=False)
    uow.pass_on(MessageMade(message.id))


def _still_true(uow: UnitOfWork, person: Hearer, rows: Rows) -> Rows:
    matches = [row for row in rows if isinstance(row, MatchAlert)]
    past = settled(uow, ((row.result_id, row.need_id) for row in matches))
    true = [row for row in matches if (row.result_id, row.need_id) not in past and _is_heard(uow, person, row)]
    finds = [row for row in rows if isinstance(row, SearchAlert)]
    return [
        *best_of(true, lambda row: row.own, lambda row: row.score),
        *(row for row in finds if person.is_news(uow.session.get_one(Listing, row.listing_id))),
    ]


def _is_heard(uow: UnitOfWork, person: Hearer, row: MatchAlert) -> bool:
    result, need = uow.session.get_one(Result, row.result_id), uow.session.get_one(Need, row.need_id)
    return person.hears_of(result, need, row.side)


def _waiting(frequency: Frequency, before: datetime) -> tuple[Select[int], Select[int]]:
    """Whose matches, and whose finds, wait for a message of this frequency."""
    chosen = func.coalesce(Preference.frequency, Frequency.INSTANT.value) == frequency.value
    matches = (
        select(MatchAlert.user_id)
        .outerjoin(Preference, Preference.user_id == MatchAlert.user_id)
        .where(MatchAlert.message_id.is_(None), MatchAlert.found_at < before, chosen, Preference.muted_at.is_(None))
    )
    finds = (
        select(SavedSearch.user_id)
        .join(SearchAlert, SearchAlert.search_id == SavedSearch.id)
        .outerjoin(Preference, Preference.user_id == SavedSearch.user_id)
        .where(SearchAlert.message_id.is_(None), SearchAlert.found_at < before, SavedSearch.frequency == frequency)
        .where(Preference.muted_at.is_(None), SavedSearch.muted_at.is_(None))
    )
    return matches.distinct(), finds.distinct()


def _rows_of(uow: UnitOfWork, person: Hearer, frequency: Frequency) -> Rows:
    """What waits for a person and belongs into a message of this frequency."""
    matches = select(MatchAlert).where(MatchAlert.user_id == person.user_id, MatchAlert.message_id.is_(None))
    finds = (
        select(SearchAlert)
        .join(SavedSearch, SavedSearch.id == SearchAlert.search_id)
        .where(SavedSearch.user_id == person.user_id, SearchAlert.message_id.is_(None))
        .where(SavedSearch.frequency == frequency, SavedSearch.muted_at.is_(None))
    )
    found = uow.session.scalars(matches.order_by(MatchAlert.id)).all() if person.frequency is frequency else []
    return [*found, *uow.session.scalars(finds.order_by(SearchAlert.id))]
