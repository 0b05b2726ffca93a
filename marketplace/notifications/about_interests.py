"""Notices about interests. An anonymous need stays unnamed here until the interest is accepted."""

from collections.abc import Iterator

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day
from marketplace.listings.models import Listing
from marketplace.matching.events import InterestMoved
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.models import Need
from marketplace.notifications.audience import NOBODY, People, officials, speakers, still_of
from marketplace.notifications.notices import Notice, interest_path
from marketplace.organisations.parties import name_of
from marketplace.results.models import Result

TO_SENDER = {
    "accept": N_("%(name)s accepted your interest concerning “%(title)s”. The deal is open."),
    "decline": N_("Your interest concerning “%(title)s” was declined. The reason given: %(reason)s"),
    "lapse": N_("Your interest concerning “%(title)s” has lapsed: there was no answer within the term."),
}
TO_RECEIVER = {
    "remind": N_("An interest concerning “%(title)s” still waits for your answer. Please answer by %(day)s."),
    "lapse": N_(
        "An interest concerning “%(title)s” has lapsed because nobody answered. The union's officials see this."
    ),
}
DELIVERED = {
    (Side.NEED, True): N_("%(name)s is interested in your result “%(title)s”. Please answer by %(day)s."),
    (Side.NEED, False): N_(
        "A company that is not named yet is interested in your result “%(title)s”. Please answer by %(day)s."
    ),
    (Side.RESULT, True): N_("%(name)s offers to solve your need “%(title)s”. Please answer by %(day)s."),
}
UNREACHABLE = N_(
    "There is an interest concerning “%(title)s”, but nobody of its unit has an account. Please tell the unit; the answer"
    " is due by %(day)s."
)


def notices(uow: UnitOfWork, event: InterestMoved) -> Iterator[Notice]:
    """What the sides learn when an interest moves."""
    interest = uow.session.get_one(Interest, event.interest_id)
    target = _target(uow, interest)
    url = interest_path(interest.id)
    params: Params = {"title": target.title if target else "", "day": on_day(interest.due_on)}
    receivers = speakers(uow.session, interest.to_party_id) | _author(uow, target)
    if event.action == "deliver":
        yield _delivered(uow, interest, target, receivers)
    if event.action in TO_RECEIVER:
        yield Notice(receivers, TO_RECEIVER[event.action], url, params)
    if event.action in TO_SENDER:
        sender = still_of(uow.session, interest.from_party_id, interest.from_user_id)
        senders = speakers(uow.session, interest.from_party_id) | sender
        yield Notice(senders, TO_SENDER[event.action], url, {**params, **_answer(uow, interest)})


def _answer(uow: UnitOfWork, interest: Interest) -> Params:
    """Only an acceptance names the other side: whoever declines anonymously stays unnamed, in the stored line too."""
    if interest.state is InterestState.ACCEPTED:
        return {"name": name_of(uow.session, interest.to_party_id).name}
    return {"reason": interest.reason}


def _delivered(uow: UnitOfWork, interest: Interest, target: Listing | None, receivers: People) -> Notice:
    url = interest_path(interest.id)
    params: Params = {"title": target.title if target else "", "day": on_day(interest.due_on)}
    if not receivers:
        return Notice(officials(uow.session, target.county if target else None), UNREACHABLE, url, params)
    named = interest.side is Side.RESULT or not _is_anonymous(uow, interest)
    sender: Params = {"name": name_of(uow.session, interest.from_party_id).name} if named else {}
    return Notice(receivers, DELIVERED[interest.side, named], url, {**params, **sender})


def _target(uow: UnitOfWork, interest: Interest) -> Listing | None:
    model, wanted = (Result, interest.result_id) if interest.side is Side.NEED else (Need, interest.need_id)
    return uow.session.get(model, wanted) if wanted else None


def _is_anonymous(uow: UnitOfWork, interest: Interest) -> bool:
    need = uow.session.get(Need, interest.need_id) if interest.need_id else None
    return need is not None and need.anonymous and interest.state is not InterestState.ACCEPTED


def _author(uow: UnitOfWork, listing: Listing | None) -> People:
    return still_of(uow.session, listing.party_id, listing.author_id) if listing else NOBODY
