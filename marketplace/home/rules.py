"""What may wait for somebody and how long it may wait. Pure; the timers are those of the state tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.benefits.rules import DECLARATION_STATES, DeclarationState
from marketplace.contracts.rules import PAPER_STATES, PaperState
from marketplace.duplicates.rules import DUPLICATE_STATES, DuplicateState
from marketplace.identity.rules import AUTHORITY_STATES, IDENTITY_STATES, AuthorityState, IdentityState
from marketplace.kernel.messages import N_, Labelled
from marketplace.listings.rules import CLAIM_STATES, REVISION_STATES, ClaimState, RevisionState
from marketplace.needs.rules import NEED_STATES, NeedState
from marketplace.organisations.rules import ORGANISATION_STATES, OrganisationState
from marketplace.payments.rules import RECEIPT_STATES, ReceiptState
from marketplace.registrations.rules import RECORD_STATES, RecordState
from marketplace.results.rules import RESULT_STATES, ResultState
from marketplace.rewards.rules import REWARD_STATES, RewardState
from marketplace.statistics.rules import SNAPSHOT_STATES, SnapshotState

STALE_WARNING_DAYS = 14
"""A published result is asked for this many days before it counts as not confirmed."""

REGISTER_SHOWN_DAYS = 90
"""How long the seller of a contract in force is asked for its registration: it is a right, and nobody has to use it."""

LAPSED_SHOWN_DAYS = 30
"""How long officials see that an interest lapsed without an answer."""

EXAMPLE_SEARCHES = ("变压器", "焊接", "机器人", "节能", "污水处理", "模具", "大棚", "纺织", "检测")
"""Words people type here; only those that find something are offered."""


class ReviewKind(Labelled):
    """What an official decides on."""

    RESULT = "result", N_("Result")
    NEED = "need", N_("Need")
    REVISION = "revision", N_("Change to a listing")
    CLAIM = "claim", N_("Claim")
    ORGANISATION = "organisation", N_("Unit to be verified")
    IDENTITY = "identity", N_("Identity to be compared")
    AUTHORITY = "authority", N_("Authority to sign to be verified")
    SCAN = "scan", N_("Signed paper")
    RECEIPT = "receipt", N_("Payment to be verified")
    REGISTRATION = "registration", N_("Registration to be verified")
    DUPLICATE = "duplicate", N_("Suspected duplicate")
    REWARD = "reward", N_("Reward that is objected to or held")
    BENEFIT = "benefit", N_("Benefit of own use to be verified")
    SNAPSHOT = "snapshot", N_("Figures to be published")


DAYS_ALLOWED: Mapping[ReviewKind, int | None] = {
    ReviewKind.RESULT: RESULT_STATES.days_allowed(ResultState.COUNTY_REVIEW),
    ReviewKind.NEED: NEED_STATES.days_allowed(NeedState.REVIEW),
    ReviewKind.REVISION: REVISION_STATES.days_allowed(RevisionState.PROPOSED),
    ReviewKind.CLAIM: CLAIM_STATES.days_allowed(ClaimState.PENDING),
    ReviewKind.ORGANISATION: ORGANISATION_STATES.days_allowed(OrganisationState.SUBMITTED),
    ReviewKind.IDENTITY: IDENTITY_STATES.days_allowed(IdentityState.DECLARED),
    ReviewKind.AUTHORITY: AUTHORITY_STATES.days_allowed(AuthorityState.RECORDED),
    ReviewKind.SCAN: PAPER_STATES.days_allowed(PaperState.CONFIRMED),
    ReviewKind.RECEIPT: RECEIPT_STATES.days_allowed(ReceiptState.CONFIRMED),
    ReviewKind.REGISTRATION: RECORD_STATES.days_allowed(RecordState.RECORDED),
    ReviewKind.DUPLICATE: DUPLICATE_STATES.days_allowed(DuplicateState.OPEN),
    ReviewKind.REWARD: REWARD_STATES.days_allowed(RewardState.DISPUTED),
    ReviewKind.BENEFIT: DECLARATION_STATES.days_allowed(DeclarationState.DECLARED),
    ReviewKind.SNAPSHOT: SNAPSHOT_STATES.days_allowed(SnapshotState.FROZEN),
}
"""Days an official has, by kind."""


class TaskKind(Labelled):
    """What may wait for a person; the label is the sentence he reads, about `title`."""

    INTEREST = "interest", N_("Answer the interest in “%(title)s”")
    CONTRIBUTOR = "contributor", N_("You are named as a contributor to “%(title)s”: do you agree?")
    OWNER_CONSENT = "owner_consent", N_("Decide for your unit whether “%(title)s” may be published")
    RESULT_RETURNED = "result_returned", N_("Your result “%(title)s” came back with remarks")
    NEED_RETURNED = "need_returned", N_("Your need “%(title)s” came back with remarks")
    FRESHNESS = "freshness", N_("Is “%(title)s” still current?")
    DEAL = "deal", N_("%(step)s: deal “%(title)s”")
    DELEGATED = "delegated", N_("Sign “%(title)s” for your unit, by its written power")
    MADE = "made", N_("The contract on “%(title)s”, of which you are a party, waits for you")
    PREEMPTION = "preemption", N_("You may buy “%(title)s” first: say whether you do")
    CONFIDENTIALITY = "confidentiality", N_("The confidentiality agreement on “%(title)s” waits for you")
    REGISTER = "register", N_("Apply for the registration of the contract “%(title)s”")
    APPLICATION = "application", N_("Complete the application for registration of “%(title)s”")
    CERTIFICATE = "certificate", N_("Registration of “%(title)s”: record the certificate or the refusal")
    SPLIT = "split", N_("Confirm your part of the reward for “%(title)s”")
    PAYOUT = "payout", N_("Has your reward for “%(title)s” arrived?")
    REWARD = "reward", N_("Reward for “%(title)s”: your unit has the next step")
    MEMBER = "member", N_("%(title)s asks to join your unit")
    UNIT_PAPERS = "unit_papers", N_("Complete the papers of %(title)s and hand them in")
    CLAUSE = "clause", N_("Approve or return the new standard text “%(title)s”")
    IDENTITY_RETURNED = "identity_returned", N_("Your identity number came back with a remark: %(title)s")
    AUTHORITY_REFUSED = "authority_refused", N_("The authority of %(title)s to sign for your unit was refused")


IN_WORKING_DAYS = frozenset({TaskKind.INTEREST, TaskKind.OWNER_CONSENT, TaskKind.CONFIDENTIALITY})
"""Terms that are counted in working days."""


@dataclass(frozen=True)
class Age:
    """How many days in China something has waited, and how many it may (None: no limit)."""

    days: int
    allowed: int | None

    @property
    def overdue(self) -> int:
        """Days beyond the limit, 0 within it."""
        return 0 if self.allowed is None else max(0, self.days - self.allowed)

    @property
    def left(self) -> int | None:
        """Days left within the limit, None when there is no limit or it has passed."""
        return None if self.allowed is None or self.overdue else self.allowed - self.days


def age(since: date, today: date, allowed: int | None) -> Age:
    """The age on a day of what has waited since another; the first day does not count."""
    return Age((today - since).days, allowed)


def last_day(since: date, allowed: int | None) -> date | None:
    """The last day within a limit of calendar days."""
    return None if allowed is None else since + timedelta(days=allowed)
