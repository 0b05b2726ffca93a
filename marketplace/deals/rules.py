"""The lifecycle of a deal, the negotiation of its terms, and how long each stage may rest. Pure."""

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class DealState(Labelled):
    """The headline of a deal."""

    NEGOTIATING = "negotiating", N_("Negotiating")
    DRAFTING = "drafting", N_("Drafting the contract")
    SIGNING = "signing", N_("Signing")
    IN_FORCE = "in_force", N_("In force")
    PERFORMING = "performing", N_("Performing")
    ACCEPTED = "accepted", N_("Delivered and accepted")
    COMPLETED = "completed", N_("Completed")
    LOST = "lost", N_("Lost")
    TERMINATED = "terminated", N_("Terminated")


class OfferState(Labelled):
    """One proposal of terms; at most one is open in a deal."""

    OPEN = "open", N_("Waiting for an answer")
    ACCEPTED = "accepted", N_("Accepted")
    COUNTERED = "countered", N_("Answered by a counter-offer")
    DECLINED = "declined", N_("Declined")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    LAPSED = "lapsed", N_("Lapsed")


class EntryKind(Labelled):
    """Why the signed amount (A1) changed; entries are dated and never edited."""

    IN_FORCE = "in_force", N_("Entry into force")
    AMENDMENT = "amendment", N_("Amendment")
    TERMINATION = "termination", N_("Termination")


class StepKind(Labelled):
    """What a line of a deal's history is about."""

    DEAL = "deal", N_("Deal")
    OFFER = "offer", N_("Offer")
    CONTRACT = "contract", N_("Contract")
    LETTER_OF_INTENT = "letter_of_intent", N_("Letter of intent")
    AMENDMENT = "amendment", N_("Amendment")
    TERMINATION_AGREEMENT = "termination_agreement", N_("Termination agreement")
    MILESTONE = "milestone", N_("Line of the payment plan")
    RECEIPT = "receipt", N_("Payment")
    ROYALTY = "royalty", N_("Royalty")


PAYABLE = frozenset({DealState.IN_FORCE, DealState.PERFORMING, DealState.ACCEPTED, DealState.TERMINATED})
"""While money may still be on its way: after a termination what it leaves payable, and refunds."""

R, S = Relation, DealState

DEAL_STATES = StateTable(
    "deal",
    S.NEGOTIATING,
    (
        arrow("draft", {S.NEGOTIATING, S.DRAFTING, S.SIGNING}, S.DRAFTING, {R.PARTY}, N_("Write the contract text")),
        arrow("reopen", {S.DRAFTING, S.SIGNING}, S.NEGOTIATING, {R.PARTY}, N_("Negotiate again")),
        arrow("send", {S.DRAFTING}, S.SIGNING, {R.PARTY}, N_("Send for signature")),
        arrow("enter_into_force", {S.SIGNING}, S.IN_FORCE, {R.SYSTEM}, N_("Enter into force")),
        arrow("lose", {S.NEGOTIATING, S.DRAFTING, S.SIGNING}, S.LOST, {R.PARTY}, N_("Give up the deal"), reason=True),
        arrow("perform", {S.IN_FORCE}, S.PERFORMING, {R.PARTY}, N_("Performance has begun")),
        arrow("accept_delivery", {S.PERFORMING}, S.ACCEPTED, {R.BUYER}, N_("Accept the delivery")),
        arrow("complete", {S.ACCEPTED}, S.COMPLETED, {R.BUYER, R.SELLER}, N_("Complete the deal")),
        arrow(
            "terminate",
            {S.IN_FORCE, S.PERFORMING, S.ACCEPTED},
            S.TERMINATED,
            {R.OFFICIAL},
            N_("Record a termination"),
            reason=True,
        ),
        arrow(
            "end_by_agreement",
            {S.IN_FORCE, S.PERFORMING, S.ACCEPTED},
            S.TERMINATED,
            {R.SYSTEM},
            N_("End by agreement"),
            reason=True,
        ),
        arrow(
            "end_use",
            {S.IN_FORCE, S.PERFORMING, S.ACCEPTED},
            S.TERMINATED,
            {R.BUYER},
            N_("End the use"),
            reason=True,
        ),
    ),
    timers=(
        (S.NEGOTIATING, 30),
        (S.DRAFTING, 15),
        (S.SIGNING, 15),
        (S.IN_FORCE, 90),
        (S.PERFORMING, 180),
        (S.ACCEPTED, 60),
    ),
)

BEFORE_FORCE = frozenset({S.NEGOTIATING, S.DRAFTING, S.SIGNING})
"""Offers and letters of intent are for the time before a contract."""

CHANGEABLE = frozenset({S.IN_FORCE, S.PERFORMING, S.ACCEPTED})
"""While the parties can change a contract or end it by agreement (民法典 art. 543, 562)."""

TAKES_BACK = frozenset({"reopen", "lose", "complete"})
"""What puts unsigned texts out of use."""

OFFER_STATES = StateTable(
    "offer",
    OfferState.OPEN,
    (
        arrow("accept", {OfferState.OPEN}, OfferState.ACCEPTED, {R.OTHER_SIDE}, N_("Accept the offer")),
        arrow("counter", {OfferState.OPEN}, OfferState.COUNTERED, {R.OTHER_SIDE}, N_("Make a counter-offer")),
        arrow("decline", {OfferState.OPEN}, OfferState.DECLINED, {R.OTHER_SIDE}, N_("Decline the offer"), reason=True),
        arrow("withdraw", {OfferState.OPEN}, OfferState.WITHDRAWN, {R.OWNER}, N_("Withdraw the offer")),
        arrow("lapse", {OfferState.OPEN}, OfferState.LAPSED, {R.SYSTEM}, N_("Lapse")),
    ),
    timers=((OfferState.OPEN, 14),),
)
