"""Turns what the features announce into lines of inboxes, and lines into mail. Nobody is told what he did himself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.accounts.models import User
from marketplace.benefits.events import BenefitMoved
from marketplace.confidentiality.events import ConfidentialityMoved
from marketplace.contracts.events import DocumentMoved, SigningDue
from marketplace.deals.events import DealMoved, MessageSent, OfferMoved, UseEnding
from marketplace.identity.events import AuthenticatorMoved, AuthorityMoved, IdentityMoved
from marketplace.infra import mail_text
from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event
from marketplace.listings.events import ClaimMoved, ImportFinished, ListingMoved, ListingRevised, RevisionMoved
from marketplace.matching.events import InterestMoved
from marketplace.notifications import (
    about_benefits,
    about_confidentiality,
    about_deals,
    about_envelopes,
    about_identities,
    about_interests,
    about_listings,
    about_organisations,
    about_payments,
    about_preemptions,
    about_registrations,
    about_rewards,
    about_snapshots,
)
from marketplace.notifications.audience import occasion
from marketplace.notifications.events import NotificationMade
from marketplace.notifications.models import Notification
from marketplace.notifications.notices import Notice
from marketplace.notifications.service import notify
from marketplace.online.events import DisputeMoved
from marketplace.organisations.events import MembershipMoved, OrganisationMoved
from marketplace.payments.events import MilestoneMoved, ReceiptMoved, RoyaltyMoved
from marketplace.powers.events import PowerMoved
from marketplace.preemptions.events import PreemptionMoved
from marketplace.registrations.events import RecordMoved, RegistrationMoved, TransferMoved
from marketplace.rewards.events import PayoutMoved, RewardMoved
from marketplace.statistics.events import SnapshotMoved

# Each entry takes the events of its own type; a mapping of functions cannot say so.
NOTICES: Mapping[type[Event], Callable[[UnitOfWork, Any], Iterable[Notice]]] = {
    InterestMoved: about_interests.notices,
    ListingMoved: about_listings.moved,
    RevisionMoved: about_listings.revision_moved,
    ListingRevised: about_listings.revised,
    ClaimMoved: about_listings.claim_moved,
    ImportFinished: about_listings.import_finished,
    OrganisationMoved: about_organisations.moved,
    MembershipMoved: about_organisations.membership_moved,
    IdentityMoved: about_identities.identity_moved,
    AuthenticatorMoved: about_identities.authenticator_moved,
    AuthorityMoved: about_identities.authority_moved,
    DealMoved: about_deals.moved,
    MessageSent: about_deals.message_sent,
    UseEnding: about_deals.use_ending,
    OfferMoved: about_deals.offer_moved,
    DocumentMoved: about_deals.document_moved,
    SigningDue: about_envelopes.signing_due,
    PowerMoved: about_envelopes.power_moved,
    MilestoneMoved: about_payments.milestone_moved,
    RoyaltyMoved: about_payments.royalty_moved,
    ReceiptMoved: about_payments.receipt_moved,
    DisputeMoved: about_payments.dispute_moved,
    PreemptionMoved: about_preemptions.moved,
    ConfidentialityMoved: about_confidentiality.moved,
    RegistrationMoved: about_registrations.moved,
    RecordMoved: about_registrations.record_moved,
    TransferMoved: about_registrations.transfer_moved,
    RewardMoved: about_rewards.moved,
    PayoutMoved: about_rewards.payout_moved,
    BenefitMoved: about_benefits.moved,
    SnapshotMoved: about_snapshots.moved,
}


TOLD_ALSO = (ImportFinished, AuthenticatorMoved)
"""Of which the doer hears too: who starts an import leaves it alone, and it may not have been himself who removed his app."""


def tell(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Put what happened into the inboxes of those whom it concerns, once each."""
    for event in events:
        notices = list(NOTICES[type(event)](uow, event))
        if notices:
            _put(uow, event, notices)


def _put(uow: UnitOfWork, event: Event, notices: Sequence[Notice]) -> None:
    row_id, actor_id = occasion(uow.session, event)
    doer = frozenset() if isinstance(event, TOLD_ALSO) else frozenset({actor_id})
    for number, notice in enumerate(notices):
        key = f"{event.name}:{row_id}:{number}"
        notify(uow, notice.people - doer, key, notice.message, notice.params, notice.url)


@dataclass(frozen=True)
class _Letter:
    notification_id: int
    mail: Mail


def _letter(uow: UnitOfWork, event: Event) -> _Letter | None:
    """A line of an inbox as a mail in the reader's language, when it can and has still to be sent."""
    row = uow.session.get(Notification, event.notification_id) if isinstance(event, NotificationMade) else None
    user = uow.session.get(User, row.user_id) if row else None
    if row is None or user is None or row.mailed_at or not (user.email and user.email_verified_at):
        return None
    words = {"message": row.message, "params": row.params, "name": user.name}
    url = uow.settings.public_url.rstrip("/") + row.url
    return _Letter(row.id, mail_text.write(user.email, "notification", user.locale, url=url, **words))


def _send(services: Services, letter: _Letter) -> None:
    """Raises OSError, and the outbox tries again."""
    services.mailer.send(letter.mail)


def _mailed(uow: UnitOfWork, letter: _Letter) -> None:
    row = uow.session.get(Notification, letter.notification_id)
    if row is not None:  # Its time to be kept may have run out meanwhile.
        row.mailed_at = uow.now()


MAIL_COURIER = Courier(_letter, _send, _mailed)
"""Sends lines of inboxes by mail."""
