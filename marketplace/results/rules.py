"""The state table of a result, ownership and disclosure: what must be answered before anybody else sees it."""

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class ResultState(Labelled):
    """Where a result stands."""

    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Submitted")
    OWNER_REVIEW = "owner_review", N_("Waiting for the unit's consent")
    COUNTY_REVIEW = "county_review", N_("In review")
    CHANGES_REQUESTED = "changes_requested", N_("Changes requested")
    PUBLISHED = "published", N_("Published")
    PAUSED = "paused", N_("Paused")
    STALE = "stale", N_("Not confirmed lately")
    EXPIRED = "expired", N_("Expired")
    SUSPENDED = "suspended", N_("Suspended")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Ownership(Labelled):
    """Who owns it, by the questionnaire (专利法 art. 6)."""

    SERVICE = "service", N_("Service result: belongs to the unit")
    NON_SERVICE = "non_service", N_("Non-service result: belongs to me")
    SHARED = "shared", N_("Shared by agreement")


class OwnerConsent(Labelled):
    """What the owner unit has said; silence is never consent."""

    NOT_ASKED = "not_asked", N_("Not asked")
    GIVEN = "given", N_("Given")
    BY_OFFICIAL = "by_official", N_("Decided by an official, the unit was silent")


class Disclosure(Labelled):
    """How the know-how is protected; without a filed patent only a summary is public (专利法 art. 22, 24)."""

    PATENT_FILED = "patent_filed", N_("A patent has been filed")
    TRADE_SECRET = "trade_secret", N_("Kept as a trade secret")
    NONE = "none", N_("Not protected yet")


R, S = Relation, ResultState
MINE = {R.AUTHOR, R.OWNER}

RESULT_STATES = StateTable(
    "result",
    S.DRAFT,
    (
        arrow("submit", {S.DRAFT, S.CHANGES_REQUESTED}, S.SUBMITTED, MINE, N_("Submit for review")),
        arrow("ask_owner", {S.SUBMITTED}, S.OWNER_REVIEW, {R.SYSTEM}, N_("Ask the unit")),
        arrow("skip_owner", {S.SUBMITTED}, S.COUNTY_REVIEW, {R.SYSTEM}, N_("Send to review")),
        arrow("consent", {S.OWNER_REVIEW}, S.COUNTY_REVIEW, {R.OWNER}, N_("Consent as the owner unit")),
        arrow("object", {S.OWNER_REVIEW}, S.CHANGES_REQUESTED, {R.OWNER}, N_("Object as the owner unit"), reason=True),
        arrow("pass_to_official", {S.OWNER_REVIEW}, S.COUNTY_REVIEW, {R.SYSTEM}, N_("Hand over: the unit is silent")),
        arrow("approve", {S.COUNTY_REVIEW}, S.PUBLISHED, {R.OFFICIAL}, N_("Approve and publish")),
        arrow(
            "request_changes",
            {S.COUNTY_REVIEW},
            S.CHANGES_REQUESTED,
            {R.OFFICIAL},
            N_("Return for changes"),
            reason=True,
        ),
        arrow("publish_imported", {S.DRAFT}, S.PUBLISHED, {R.OFFICIAL, R.SYSTEM}, N_("Publish on behalf")),
        arrow("confirm", {S.PUBLISHED, S.STALE}, S.PUBLISHED, MINE, N_("Still current")),
        arrow("pause", {S.PUBLISHED, S.STALE}, S.PAUSED, MINE, N_("Pause")),
        arrow("resume", {S.PAUSED}, S.PUBLISHED, MINE, N_("Show again")),
        arrow("go_stale", {S.PUBLISHED}, S.STALE, {R.SYSTEM}, N_("Mark as not confirmed")),
        arrow("expire", {S.STALE}, S.EXPIRED, {R.SYSTEM}, N_("Expire")),
        arrow("suspend", {S.PUBLISHED, S.PAUSED, S.STALE}, S.SUSPENDED, {R.OFFICIAL}, N_("Suspend"), reason=True),
        arrow("reinstate", {S.SUSPENDED}, S.PUBLISHED, {R.OFFICIAL}, N_("Lift the suspension"), reason=True),
        # Until it is published the unit may object with a reason, but not take a worker's result away without a word.
        arrow(
            "withdraw",
            {S.DRAFT, S.CHANGES_REQUESTED, S.OWNER_REVIEW, S.COUNTY_REVIEW},
            S.WITHDRAWN,
            {R.AUTHOR},
            N_("Withdraw"),
        ),
        arrow("withdraw", {S.PUBLISHED, S.PAUSED, S.STALE}, S.WITHDRAWN, MINE, N_("Withdraw")),
    ),
    timers=((S.OWNER_REVIEW, 21), (S.COUNTY_REVIEW, 7), (S.CHANGES_REQUESTED, 30), (S.PUBLISHED, 180), (S.STALE, 60)),
)

VISIBLE = frozenset({S.PUBLISHED, S.STALE})
"""States in which everybody sees a result."""

EDITABLE = frozenset({S.DRAFT, S.CHANGES_REQUESTED})
"""States in which its text is changed directly; later a revision is proposed."""

REVISABLE = frozenset({S.PUBLISHED, S.PAUSED, S.STALE})
"""States in which a change of the text is proposed and reviewed while the old text stays."""

CONTRIBUTORS = 20
"""How many people may be named."""

QUESTIONS = (
    N_("Did you make it in your job, or on a task your unit gave you?"),
    N_("Did you make it mainly with your unit's money, equipment, materials or undisclosed data?"),
    N_("Is there a written agreement with your unit that says who owns it?"),
)


def suggest_ownership(in_job: bool, with_means: bool, agreed_shared: bool) -> Ownership:
    """What the three answers point to (专利法 art. 6: task of the unit or mainly its means; an agreement comes first)."""
    if agreed_shared:
        return Ownership.SHARED
    return Ownership.SERVICE if in_job or with_means else Ownership.NON_SERVICE
