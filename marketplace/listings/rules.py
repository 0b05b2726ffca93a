"""Words and pure rules that hold for results and needs alike."""

import hashlib
import re
import unicodedata

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.organisations.rules import Industry as Industry  # noqa: PLC0414 - listings name it as their own word

TITLE_LENGTH = 120
TEXT_LENGTH = 5000
PHOTOS = 6
PROOFS = 6


class ListingKind(Labelled):
    """The two sides of the market."""

    RESULT = "result", N_("Result")
    NEED = "need", N_("Need")


class Category(Labelled):
    """Kinds of innovation as the union counts them."""

    TACKLING = "tackling", N_("Technical tackling")
    IMPROVEMENT = "improvement", N_("Technical improvement")
    INVENTION = "invention", N_("Invention")
    SUGGESTION = "suggestion", N_("Rationalisation suggestion")
    SMALL_INNOVATION = "small_innovation", N_("Small innovation")
    OPERATING_METHOD = "operating_method", N_("Operating method")


class Maturity(Labelled):
    """How far a result has come, least first: the order is that of comparison."""

    IDEA = "idea", N_("Idea")
    PROTOTYPE = "prototype", N_("Prototype")
    TRIAL = "trial", N_("On trial")
    IN_USE = "in_use", N_("In use")
    PROVEN = "proven", N_("Proven in several places")

    @property
    def rank(self) -> int:
        """Place in the order, 0 for an idea."""
        return list(type(self)).index(self)


class Way(Labelled):
    """Ways of cooperation; the five types of technology contract (民法典 art. 843)."""

    LICENCE = "licence", N_("Licence")
    ASSIGNMENT = "assignment", N_("Assignment")
    DEVELOPMENT = "development", N_("Joint development")
    SERVICE = "service", N_("Technical service")
    CONSULTING = "consulting", N_("Consulting")


class RevisionState(Labelled):
    """A change to a published listing; the old text stays visible until it is approved."""

    PROPOSED = "proposed", N_("Waiting for review")
    APPROVED = "approved", N_("Approved")
    RETURNED = "returned", N_("Returned")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class ClaimState(Labelled):
    """A claim that an imported listing belongs to one's unit."""

    PENDING = "pending", N_("Waiting for an official")
    APPROVED = "approved", N_("Approved")
    REFUSED = "refused", N_("Refused")


class AttachmentKind(Labelled):
    """What an attachment shows."""

    PHOTO = "photo", N_("Photo")
    PROOF = "proof", N_("Proof")


class ProblemKind(Labelled):
    """Why the report of an import tells of a row."""

    REFUSED = "refused", N_("Refused")
    DUPLICATE = "duplicate", N_("Duplicate")
    SIMILAR = "similar", N_("Nearly the same")


R = Relation

REVISION_STATES = StateTable(
    "revision",
    RevisionState.PROPOSED,
    (
        arrow("approve", {RevisionState.PROPOSED}, RevisionState.APPROVED, {R.OFFICIAL}, N_("Approve the change")),
        arrow(
            "return",
            {RevisionState.PROPOSED},
            RevisionState.RETURNED,
            {R.OFFICIAL},
            N_("Return the change"),
            reason=True,
        ),
        arrow(
            "withdraw",
            {RevisionState.PROPOSED},
            RevisionState.WITHDRAWN,
            {R.AUTHOR, R.OWNER},
            N_("Withdraw the change"),
        ),
    ),
    timers=((RevisionState.PROPOSED, 7),),
)

CLAIM_STATES = StateTable(
    "claim",
    ClaimState.PENDING,
    (
        arrow("approve", {ClaimState.PENDING}, ClaimState.APPROVED, {R.OFFICIAL}, N_("Approve the claim")),
        arrow("refuse", {ClaimState.PENDING}, ClaimState.REFUSED, {R.OFFICIAL}, N_("Refuse the claim"), reason=True),
    ),
    timers=((ClaimState.PENDING, 7),),
)


def normalise(text: str) -> str:
    """One form of a text for comparison: NFKC, lower case, without white space and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", "", folded)


def fingerprint(title: str, unit: str, text: str) -> str:
    """SHA-256 by which an import knows that it has seen a row: same normalised title, unit and text."""
    return hashlib.sha256("\x1f".join(map(normalise, (title, unit, text))).encode()).hexdigest()
