"""What a notice is before it reaches an inbox, and the paths notices lead to (handlers have no request to build URLs in)."""

from dataclasses import dataclass, field

from marketplace.kernel.wording import Params
from marketplace.notifications.audience import People


@dataclass(frozen=True)
class Notice:
    """One message to several people."""

    people: People
    message: str
    url: str
    params: Params = field(default_factory=dict)


def listing_path(kind: str, listing_id: int) -> str:
    """The page of a result or need."""
    return f"/{kind}s/{listing_id}"


def review_path(listing_id: int) -> str:
    """Where an official reviews a listing."""
    return f"/review/{listing_id}"


def interest_path(interest_id: int) -> str:
    """The page of an interest."""
    return f"/interests/{interest_id}"


def deal_path(deal_id: int) -> str:
    """The deal room."""
    return f"/deals/{deal_id}"


def payments_path(deal_id: int) -> str:
    """The payment plan of a deal."""
    return f"/deals/{deal_id}/payments"


def document_path(document_id: int) -> str:
    """The page of a document."""
    return f"/documents/{document_id}"


def preemption_path(preemption_id: int) -> str:
    """Where a contributor says whether he buys first."""
    return f"/preemptions/{preemption_id}"


def confidentiality_path(agreement_id: int) -> str:
    """The page of a confidentiality agreement."""
    return f"/confidentiality/{agreement_id}"


def registration_path(deal_id: int) -> str:
    """The registration of a deal's contract."""
    return f"/deals/{deal_id}/registration"


def reward_path(reward_id: int) -> str:
    """The page of a reward."""
    return f"/rewards/{reward_id}"


def benefit_path(declaration_id: int) -> str:
    """The page of a declared benefit."""
    return f"/benefits/{declaration_id}"


def snapshot_path(number: str) -> str:
    """The page of frozen figures."""
    return f"/reports/{number}"


def organisation_path(organisation_id: int) -> str:
    """The page of an organisation."""
    return f"/organisations/{organisation_id}"


def import_path(run_id: int) -> str:
    """The report of an import."""
    return f"/imports/{run_id}"
