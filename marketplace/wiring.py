"""Which handler hears which event, and what runs on a schedule: the one table to read when asking "what happens then?"."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from marketplace import upkeep
from marketplace.accounts.handlers import CODE_COURIER
from marketplace.alerts import handlers as alerts
from marketplace.audit.anchors import ANCHORER, end_day
from marketplace.confidentiality import service as confidentiality
from marketplace.confidentiality.printing import PRINTER as AGREEMENT_PRINTER
from marketplace.deals import envelope_service as envelopes
from marketplace.deals import handlers as deals
from marketplace.deals import offer_service as offers
from marketplace.deals import use_first
from marketplace.deals.online_handlers import FOLLOWER
from marketplace.digests import service as digests
from marketplace.digests.letters import LETTERS as DIGESTS
from marketplace.duplicates import handlers as duplicates
from marketplace.identity import authenticators
from marketplace.identity.handlers import represent_anew
from marketplace.infra.worker import Courier, Handler, Survey, Task
from marketplace.listings.handlers import GO_ON_IMPORTING, Indexer
from marketplace.listings.importing import resume_abandoned
from marketplace.listings.renaming import outdate
from marketplace.listings.rules import ListingKind
from marketplace.matching import handlers as matching
from marketplace.matching import meanings
from marketplace.matching.handovers import readdress
from marketplace.needs import importing as need_sheets
from marketplace.needs import indexing as need_index
from marketplace.needs import service as needs
from marketplace.notifications import handlers as notifications
from marketplace.offline import handlers as offline
from marketplace.online import reconciling
from marketplace.online.accounts import CHECKER
from marketplace.online.reconciling import RECONCILER
from marketplace.organisations.handlers import make_parties
from marketplace.results import importing as result_sheets
from marketplace.results import indexing as result_index
from marketplace.results import service as results
from marketplace.rewards import handlers as rewards
from marketplace.statistics import store as figures
from marketplace.targets import keeping as forecasts

INDEXER = Indexer((result_index, need_index))
"""Keeps both indexes; `flask index rebuild` uses it too."""

IMPORTED = (result_sheets.IMPORT, need_sheets.IMPORT)
"""What can be imported: each has registered itself by being named here."""

HANDLERS: Mapping[str, Handler | Courier[Any] | Survey[Any]] = {
    "index": INDEXER.handle,
    "import": GO_ON_IMPORTING,
    "listings.outdate": outdate,
    "accounts.send_codes": CODE_COURIER,
    "organisations.make_parties": make_parties,
    "identity.represent_anew": represent_anew,
    "matching.deliver": matching.deliver_interests,
    "matching.readdress": readdress,
    "deals.open": deals.open_deals,
    "deals.follow_payments": FOLLOWER,
    "online.check_accounts": CHECKER,
    "online.reconcile": RECONCILER,
    "duplicates.compare_contracts": duplicates.compare_contracts,
    "offline.compare_entries": offline.compare_entries,
    "rewards.follow": rewards.follow_receipts,
    "deals.print": deals.PRINTER,
    "deals.seal": deals.SEALER,
    "confidentiality.print": AGREEMENT_PRINTER,
    "notifications.tell": notifications.tell,
    "notifications.mail": notifications.MAIL_COURIER,
    "audit.anchor": ANCHORER,
    "alerts.look": alerts.LOOKOUT,
    "alerts.tell": alerts.tell_due,
    "alerts.mail": alerts.LETTERS,
    "digests.mail": DIGESTS,
}
"""Handlers by the name stored in the outbox; a name never changes while rows may exist."""

SUBSCRIBERS: Mapping[str, tuple[str, ...]] = {
    "listing.moved": ("index", "notifications.tell"),
    "listing.revised": ("index", "notifications.tell"),
    "listing.revision_moved": ("notifications.tell",),
    "listing.claim_moved": ("index", "notifications.tell", "matching.readdress"),
    "listing.import_finished": ("notifications.tell",),
    "listing.outdated": ("index",),
    "listing.indexed": ("alerts.look",),
    "interest.moved": ("matching.deliver", "deals.open", "notifications.tell"),
    "organisation.moved": ("notifications.tell",),
    "organisation.renamed": ("listings.outdate",),
    "organisation.representative_changed": ("identity.represent_anew",),
    "organisation.membership_moved": ("notifications.tell",),
    "identity.moved": ("notifications.tell",),
    "authenticator.moved": ("notifications.tell",),
    "authority.moved": ("notifications.tell",),
    "deal.moved": ("duplicates.compare_contracts", "notifications.tell"),
    "deal.use_ending": ("notifications.tell",),
    "deal.message_sent": ("notifications.tell",),
    "deal.offer_moved": ("notifications.tell",),
    "document.moved": ("deals.print", "deals.seal", "duplicates.compare_contracts", "notifications.tell"),
    "offline.entered": ("offline.compare_entries",),
    "offline.reversed": ("offline.compare_entries",),
    "document.signing_due": ("notifications.tell",),
    "power.moved": ("notifications.tell",),
    "preemption.moved": ("notifications.tell",),
    "confidentiality.moved": ("confidentiality.print", "notifications.tell"),
    "milestone.moved": ("notifications.tell",),
    "royalty.moved": ("notifications.tell",),
    "receipt.moved": ("rewards.follow", "notifications.tell"),
    "online_account.moved": ("online.check_accounts",),
    "processor.told": ("deals.follow_payments", "online.check_accounts"),
    "processor.day_ended": ("online.reconcile",),
    "dispute.moved": ("rewards.follow", "notifications.tell"),
    "registration.moved": ("notifications.tell",),
    "registration.record_moved": ("notifications.tell",),
    "patent_transfer.moved": ("notifications.tell",),
    "reward.moved": ("notifications.tell",),
    "benefit.moved": ("notifications.tell",),
    "payout.moved": ("notifications.tell",),
    "snapshot.moved": ("notifications.tell",),
    "notification.made": ("notifications.mail",),
    "audit.day_ended": ("audit.anchor",),
    "alerts.due": ("alerts.tell",),
    "alerts.message_made": ("alerts.mail",),
    "digest.made": ("digests.mail",),
    "listing.import_requested": ("import",),
    "user.code_issued": ("accounts.send_codes",),
    "user.registered": ("organisations.make_parties",),
}
"""Event name -> names of the handlers that hear it."""

BATCH_SIZES: Mapping[str, int] = {"index": 200, "notifications.tell": 100, "alerts.look": 100}
"""Handlers that like many events at once."""

SCHEDULE: tuple[Task, ...] = (
    *(
        Task(f"index.heal_{kind.value}s", timedelta(minutes=1), partial(INDEXER.heal, kind=kind), only_reads=True)
        for kind in ListingKind
    ),
    Task("index.reconcile", timedelta(days=1), INDEXER.reconcile),
    Task("index.compact", timedelta(days=1), INDEXER.compact, only_reads=True),
    Task("audit.end_day", timedelta(days=1), end_day),
    Task("online.reconcile", timedelta(days=1), reconciling.announce),
    Task("statistics.keep", timedelta(hours=1), figures.keep, only_reads=True),
    Task("targets.prepare", timedelta(hours=1), forecasts.prepare, only_reads=True),
    Task("files.sweep", timedelta(days=1), upkeep.sweep_files),
    Task("database.count_rows", timedelta(hours=1), upkeep.count_rows),
    Task("traces.forget", timedelta(days=1), upkeep.forget_old_traces),
    Task("authenticators.forget", timedelta(days=1), authenticators.forget_abandoned),
    Task("imports.resume", timedelta(hours=1), resume_abandoned),
    Task("results.pass_silent_owners", timedelta(hours=1), results.pass_silent_owners),
    Task("results.mark_stale", timedelta(hours=1), results.mark_stale),
    Task("results.expire_stale", timedelta(hours=1), results.expire_stale),
    Task("matching.learn_meaning", timedelta(days=1), meanings.learn, only_reads=True),
    Task("matching.catch_up_on_meaning", timedelta(minutes=2), meanings.catch_up, only_reads=True),
    Task("matching.keep_time", timedelta(hours=1), matching.keep_time),
    Task("deals.lapse_offers", timedelta(hours=1), offers.lapse_overdue),
    Task("deals.expire_documents", timedelta(hours=1), envelopes.expire_overdue),
    Task("deals.remind_signers", timedelta(hours=1), envelopes.remind_due),
    Task("deals.remind_of_use", timedelta(hours=1), use_first.remind_due),
    Task("confidentiality.lapse_overdue", timedelta(hours=1), confidentiality.lapse_overdue),
    Task("alerts.prepare", timedelta(hours=1), alerts.prepare, only_reads=True),
    Task("alerts.announce_due", timedelta(minutes=1), alerts.announce_due),
    Task("digests.announce_due", timedelta(minutes=1), digests.announce_due),
    Task("needs.expire_due", timedelta(hours=1), needs.expire_due),
)
"""What the worker runs every so often."""
