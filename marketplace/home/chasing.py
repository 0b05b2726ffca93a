"""Use cases of chasing: an official reminds whoever owes the next step of what he sees on his lists, with one click."""

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.deals import envelope_service as envelopes
from marketplace.deals.envelope_queries import makers_awaited
from marketplace.deals.progress import SIDES, Who
from marketplace.home import overdue, oversight, review_queue
from marketplace.home.oversight import StalledRow
from marketplace.home.review_queue import ReviewRow
from marketplace.home.rules import ReviewKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, exact_amount, on_day, words
from marketplace.listings.models import Listing
from marketplace.matching.models import Interest
from marketplace.matching.rules import OPEN, Side
from marketplace.notifications.audience import People, behind, officials, speakers
from marketplace.notifications.notices import deal_path, document_path, interest_path, payments_path
from marketplace.organisations.actors import actor_of
from marketplace.reminders.models import Reminder
from marketplace.reminders.rules import ReminderKind, Subject
from marketplace.reminders.service import remind

INTEREST = N_(
    "The union reminds you: an interest concerning “%(title)s” still waits for your answer. Please answer by %(day)s."
)
DEAL = N_("The union reminds you: the deal “%(title)s” waits for your next step: %(step)s.")
REVIEW = N_("%(name)s reminds you: “%(title)s” (%(kind)s) is overdue and waits for your decision.")
PAYMENT = N_("The union reminds you: in the deal “%(title)s” %(amount)s was to be paid by %(day)s.")
SIGNATURE = N_("%(name)s reminds you: %(kind)s of the deal “%(title)s” waits for your signature.")
SIGNATURE_BY = N_("%(name)s reminds you: %(kind)s of the deal “%(title)s” waits for your signature, until %(day)s.")
GONE = N_("This waits no longer, or it is not in your counties. Nothing was sent.")
REVIEWS = "/review"
"""Where an official finds what waits for his decision."""


def about_interest(interest_id: int) -> Subject:
    """What a reminder of a silent interest is about."""
    return Subject(ReminderKind.INTEREST, interest_id)


def about_deal(deal_id: int) -> Subject:
    """What a reminder of a stalled deal is about."""
    return Subject(ReminderKind.DEAL, deal_id)


def about_review(kind: ReviewKind, target_id: int) -> Subject:
    """What a reminder of an overdue decision is about."""
    return Subject(ReminderKind.REVIEW, target_id, kind.value)


def about_payment(milestone_id: int) -> Subject:
    """What a reminder of an overdue payment is about."""
    return Subject(ReminderKind.PAYMENT, milestone_id)


def about_signature(document_id: int) -> Subject:
    """What a reminder to sign is about."""
    return Subject(ReminderKind.SIGNATURE, document_id)


def remind_of_interest(uow: UnitOfWork, interest_id: int) -> Reminder:
    """Remind who has not answered an interest. Raises NotFound, Conflict once it has lapsed; emits ReminderSent."""
    row = next(iter(oversight.silent_interests(uow, only=interest_id)), None)
    if row is None:
        raise NotFound(GONE)
    if row.state not in OPEN:
        raise Conflict(N_("This interest has lapsed: nobody can answer it any more."))
    interest = uow.session.get_one(Interest, interest_id)
    asked = interest.result_id if interest.side is Side.NEED else interest.need_id
    listing = uow.session.get(Listing, asked) if asked else None
    people = speakers(uow.session, interest.to_party_id) | behind(uow.session, listing)
    params: Params = {"title": row.title, "day": on_day(row.due_on)}
    return remind(uow, about_interest(interest_id), people, INTEREST, params, interest_path(interest_id))


def remind_of_deal(uow: UnitOfWork, deal_id: int) -> Reminder:
    """Remind the side that owes the next step of a deal that does not move. Raises NotFound, Conflict; emits ReminderSent."""
    row = next(iter(oversight.stalled_deals(uow, only=deal_id)), None)
    if row is None:
        raise NotFound(GONE)
    params: Params = {"title": row.deal.title, "step": {"words": [row.deal.next.label]}}
    # Makers of the result do not see the deal, but the text they sign everybody does.
    awaited = makers_awaited(uow, deal_id) if Who.MAKERS in SIDES[row.deal.next.who] else None
    document_id, makers = awaited or (None, frozenset[int]())
    url = document_path(document_id) if document_id else deal_path(deal_id)
    return remind(uow, about_deal(deal_id), _owing(uow, row, makers), DEAL, params, url)


def _owing(uow: UnitOfWork, row: StalledRow, makers: frozenset[int]) -> People:
    deal = row.deal
    if deal.next.who is Who.OFFICIAL:
        return officials(uow.session, deal.seller_county)
    sides = {Who.SELLER: {deal.seller.id}, Who.BUYER: {deal.buyer.id}, Who.MAKERS: makers}
    return speakers(uow.session, *(party_id for side in SIDES[deal.next.who] for party_id in sides[side]))


def remind_of_review(uow: UnitOfWork, kind: ReviewKind, target_id: int) -> Reminder:
    """Remind the officials who hold a decision that is overdue. Raises NotFound, Conflict; emits ReminderSent."""
    row = review_queue.oldest(uow, kind, target_id)
    if row is None or not row.age.overdue:
        raise NotFound(GONE)
    params: Params = {"name": uow.actor.name, "title": row.title, "kind": words([kind])}
    return remind(
        uow, about_review(kind, target_id), _holding(uow, row), REVIEW, params, f"{REVIEWS}?kind={kind.value}"
    )


def _holding(uow: UnitOfWork, row: ReviewRow) -> People:
    """Those of the county who find it in their own queue, else those of the city: nobody decides where he has a stake."""
    return _finding(uow, row, officials(uow.session, row.county)) or _finding(uow, row, officials(uow.session, None))


def _finding(uow: UnitOfWork, row: ReviewRow, people: People) -> People:
    users = uow.session.scalars(select(User).where(User.id.in_(people)))
    actors = [actor_of(uow.session, user) for user in users]
    return frozenset(
        one.user_id for one in actors if one.user_id and review_queue.oldest(uow, row.kind, row.target_id, one)
    )


def remind_of_payment(uow: UnitOfWork, milestone_id: int) -> Reminder:
    """Remind the buyer of a line that is overdue. Raises NotFound, Conflict; emits ReminderSent."""
    row = next(iter(overdue.overdue_payments(uow, only=milestone_id)), None)
    if row is None:
        raise NotFound(GONE)
    title, amount, day = row.deal.title, exact_amount(row.left_fen), on_day(row.due_on)
    params: Params = {"title": title, "amount": amount, "day": day}
    people = speakers(uow.session, row.deal.buyer.id)
    return remind(uow, about_payment(milestone_id), people, PAYMENT, params, payments_path(row.deal.id))


def remind_of_signature(uow: UnitOfWork, document_id: int) -> Reminder:
    """A party that waits for the other, or an official, reminds whoever has to sign now.

    Raises NotFound, NotPermitted, Conflict where nobody's turn is open that is not the actor's own; emits ReminderSent.
    """
    awaited = envelopes.awaited(uow, document_id)
    people = speakers(uow.session, *awaited.party_ids) | awaited.holders
    kind = words([awaited.document.kind])
    params: Params = {"name": uow.actor.name, "kind": kind, "title": awaited.title}
    message, sign_by = SIGNATURE, awaited.document.sign_by
    if sign_by is not None:
        message, params = SIGNATURE_BY, {**params, "day": on_day(sign_by)}
    url = document_path(document_id)
    sent = remind(uow, about_signature(document_id), people, message, params, url, by_party=awaited.by_party)
    envelopes.note_reminded(uow, awaited)
    return sent
