"""What becomes of an application for registration, and what a certificate may say. Pure; amounts are in fen with tax."""

from collections.abc import Mapping

from marketplace.deals.rules import DealState
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class RegistrationState(Labelled):
    """An application of the seller to the registrar, up to the certificate."""

    DRAFT = "draft", N_("Application being filled in")
    APPLIED = "applied", N_("Applied for")
    REGISTERED = "registered", N_("Contract registered")
    REFUSED = "refused", N_("Refused by the registrar")
    WITHDRAWN = "withdrawn", N_("Application withdrawn")
    CANCELLED = "cancelled", N_("Registration cancelled")


class RecordKind(Labelled):
    """What a paper of the registrar says. A registration is never edited: a later paper takes its place from its own day on."""

    CERTIFICATE = "certificate", N_("Certificate of registration")
    CHANGE = "change", N_("Change of the registration")
    CANCELLATION = "cancellation", N_("Cancellation of the registration")


class RecordState(Labelled):
    """A paper of the registrar as the seller has recorded it; it counts once an official has compared it with its scan."""

    RECORDED = "recorded", N_("Waiting for an official")
    VERIFIED = "verified", N_("Verified by the scan")
    RETURNED = "returned", N_("Returned by an official")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class TransferState(Labelled):
    """The registration of a patent's assignment with CNIPA; the assignment takes effect on it (专利法 art. 10)."""

    APPLIED = "applied", N_("Applied for with CNIPA")
    EFFECTIVE = "effective", N_("Registered with CNIPA")
    REFUSED = "refused", N_("Refused by CNIPA")


R, S, P, T = Relation, RegistrationState, RecordState, TransferState

REGISTRATION_STATES = StateTable(
    "registration",
    S.DRAFT,
    (
        arrow("submit", {S.DRAFT}, S.APPLIED, {R.SELLER}, N_("Note that the application was handed in")),
        arrow("register", {S.APPLIED}, S.REGISTERED, {R.OFFICIAL}, N_("Verify the certificate")),
        arrow("refuse", {S.APPLIED}, S.REFUSED, {R.SELLER}, N_("Record the registrar's refusal"), reason=True),
        arrow("withdraw", {S.DRAFT, S.APPLIED}, S.WITHDRAWN, {R.SELLER}, N_("Withdraw the application")),
        arrow("cancel", {S.REGISTERED}, S.CANCELLED, {R.OFFICIAL}, N_("Verify the cancellation")),
    ),
    timers=((S.DRAFT, 30), (S.APPLIED, 30)),
)

RECORD_STATES = StateTable(
    "registration_record",
    P.RECORDED,
    (
        arrow("verify", {P.RECORDED}, P.VERIFIED, {R.OFFICIAL}, N_("Verify the paper of the registrar")),
        arrow("return", {P.RECORDED}, P.RETURNED, {R.OFFICIAL}, N_("Return it to the seller"), reason=True),
        arrow("withdraw", {P.RECORDED}, P.WITHDRAWN, {R.SELLER}, N_("Withdraw the record")),
    ),
    timers=((P.RECORDED, 7),),
)

TRANSFER_STATES = StateTable(
    "patent_transfer",
    T.APPLIED,
    (
        arrow("take_effect", {T.APPLIED}, T.EFFECTIVE, {R.PARTY}, N_("Record the registration with CNIPA")),
        arrow("refuse", {T.APPLIED}, T.REFUSED, {R.PARTY}, N_("Record the refusal of CNIPA"), reason=True),
    ),
    timers=((T.APPLIED, 90),),
)

APPLICABLE = frozenset({DealState.IN_FORCE, DealState.PERFORMING, DealState.ACCEPTED, DealState.COMPLETED})
"""While an application may be begun: from the contract on, but not for one that was terminated."""

LIVE = frozenset({S.DRAFT, S.APPLIED, S.REGISTERED})
"""A deal has one such application at most; after a refusal, withdrawal or cancellation another may be made."""

RECORDED_FOR: Mapping[RecordKind, RegistrationState] = {
    RecordKind.CERTIFICATE: S.APPLIED,
    RecordKind.CHANGE: S.REGISTERED,
    RecordKind.CANCELLATION: S.REGISTERED,
}
"""In which state of the application a paper can come."""


LONGEST_REASON = 1000


def require_amounts(kind: RecordKind, a2_fen: int, a3_fen: int) -> None:
    """Raise InvalidInput for amounts that no certificate bears: A3 is A2 less equipment and materials, so never more than it.

    技术合同认定规则 (2001) art. 51–52. A cancellation leaves nothing of either.
    """
    if kind is RecordKind.CANCELLATION:
        return
    if a2_fen <= 0:
        raise InvalidInput(N_("The total on the certificate is more than zero."), field="a2")
    if not 0 <= a3_fen <= a2_fen:
        more = N_("The technology amount cannot be more than the total: it is the total less equipment and materials.")
        raise InvalidInput(more, field="a3")
