"""The state table of a need."""

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class NeedState(Labelled):
    """Where a need stands; the closed states say how it ended."""

    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Submitted")
    REVIEW = "review", N_("In review")
    CHANGES_REQUESTED = "changes_requested", N_("Changes requested")
    PUBLISHED = "published", N_("Published")
    SUSPENDED = "suspended", N_("Suspended")
    SOLVED = "solved", N_("Closed: solved")
    UNSOLVED = "unsolved", N_("Closed: unsolved")
    EXPIRED = "expired", N_("Closed: expired")
    WITHDRAWN = "withdrawn", N_("Closed: withdrawn")


R, S = Relation, NeedState
MINE = {R.AUTHOR, R.OWNER}

NEED_STATES = StateTable(
    "need",
    S.DRAFT,
    (
        arrow("submit", {S.DRAFT, S.CHANGES_REQUESTED}, S.SUBMITTED, MINE, N_("Submit for review")),
        arrow("take_up", {S.SUBMITTED}, S.REVIEW, {R.SYSTEM}, N_("Send to review")),
        arrow("approve", {S.REVIEW}, S.PUBLISHED, {R.OFFICIAL}, N_("Approve and publish")),
        arrow("request_changes", {S.REVIEW}, S.CHANGES_REQUESTED, {R.OFFICIAL}, N_("Return for changes"), reason=True),
        arrow("publish_imported", {S.DRAFT}, S.PUBLISHED, {R.OFFICIAL, R.SYSTEM}, N_("Publish on behalf")),
        arrow("suspend", {S.PUBLISHED}, S.SUSPENDED, {R.OFFICIAL}, N_("Suspend"), reason=True),
        arrow("reinstate", {S.SUSPENDED}, S.PUBLISHED, {R.OFFICIAL}, N_("Lift the suspension"), reason=True),
        arrow("close_solved", {S.PUBLISHED}, S.SOLVED, MINE, N_("Close: solved")),
        arrow("close_unsolved", {S.PUBLISHED}, S.UNSOLVED, MINE, N_("Close: unsolved"), reason=True),
        arrow("expire", {S.PUBLISHED}, S.EXPIRED, {R.SYSTEM}, N_("Expire")),
        arrow("withdraw", {S.DRAFT, S.CHANGES_REQUESTED, S.REVIEW, S.PUBLISHED}, S.WITHDRAWN, MINE, N_("Withdraw")),
    ),
    timers=((S.REVIEW, 7), (S.CHANGES_REQUESTED, 30)),
)

VISIBLE = frozenset({S.PUBLISHED})
"""States in which everybody sees a need."""

EDITABLE = frozenset({S.DRAFT, S.CHANGES_REQUESTED})
"""States in which its text is changed directly; later a revision is proposed."""

REVISABLE = frozenset({S.PUBLISHED})
"""States in which a change of the text is proposed and reviewed while the old text stays."""

INDICATORS = 20
"""How many indicators a need may have."""

INDICATOR_LENGTH = 120
"""Characters of an indicator's name, and of its value."""
