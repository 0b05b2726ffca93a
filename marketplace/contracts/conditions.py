"""What has to be true before somebody may sign, each condition with its words: the page shows them, the use case checks them."""

from dataclasses import dataclass

from marketplace.accounts.signing_codes import NO_CONTACT
from marketplace.contracts.envelope import NOT_YET, TOO_LATE
from marketplace.contracts.rules import OFFICIAL_AWAITED, DocumentState
from marketplace.kernel.errors import Conflict, DomainError, NotPermitted
from marketplace.kernel.messages import N_

SIGNED_ON_PAPER = N_(
    "Your party has confirmed that it signed this text on paper. It waits for the others, then for an official."
)


@dataclass(frozen=True)
class SigningFacts:
    """One person, about to sign one document for one party; `fits_the_money` is None where the text names no payments,
    `names_its_parties` where nobody compared.

    A gap is a msgid of what is missing, empty where nothing is; `authority_gap` is None for whoever signs for himself.
    """

    state: DocumentState
    awaits_official: bool
    acts_for_party: bool
    is_party_verified: bool
    is_other_verified: bool
    has_party_signed: bool
    has_person_signed_other_side: bool
    has_certificates: bool
    can_get_code: bool
    has_confirmed_paper: bool = False
    is_turn: bool = True
    is_in_time: bool = True
    names_its_parties: bool | None = None
    fits_the_money: bool | None = None
    identity_gap: str = ""
    authority_gap: str | None = None


@dataclass(frozen=True)
class Condition:
    """One precondition: `label` is a msgid of what must be true, `refusal` what is said when it is not."""

    key: str
    label: str
    is_met: bool
    refusal: DomainError


def conditions(facts: SigningFacts) -> tuple[Condition, ...]:
    """All preconditions in the order in which they are shown."""
    named = () if facts.names_its_parties is None else (_of_the_names(facts.names_its_parties),)
    money = () if facts.fits_the_money is None else (_of_the_money(facts.fits_the_money),)
    return (
        *_of_the_parties(facts),
        *named,
        *_of_the_envelope(facts),
        *_of_the_standing(facts),
        *money,
        *_of_the_signer(facts),
    )


def _of_the_standing(facts: SigningFacts) -> tuple[Condition, ...]:
    """Who signs, and by what authority (民法典 art. 61, 161, 165)."""
    identity = Condition(
        "identity",
        N_("Your own identity is verified."),
        not facts.identity_gap,
        NotPermitted(facts.identity_gap),
    )
    if facts.authority_gap is None:
        return (identity,)
    authority = Condition(
        "authority",
        N_(
            "You hold an authority in force to sign this for your unit: as its legal representative or by a written power."
        ),
        not facts.authority_gap,
        NotPermitted(facts.authority_gap),
    )
    return (identity, authority)


def _of_the_names(are_right: bool) -> Condition:
    return Condition(
        "named",
        N_("The text names every party as it is today."),
        are_right,
        Conflict(N_("The text names a party as it no longer is. Write it anew.")),
    )


def _of_the_money(fits: bool) -> Condition:
    return Condition(
        "money",
        N_("No payment has overtaken what this text says of the money."),
        fits,
        Conflict(N_("Money has moved since this text was written, on what it settles. Write it anew from the plan.")),
    )


def _of_the_envelope(facts: SigningFacts) -> tuple[Condition, ...]:
    return (
        Condition("in_time", N_("The last day for signing has not passed."), facts.is_in_time, Conflict(TOO_LATE)),
        Condition("turn", N_("It is your party's turn to sign."), facts.is_turn, Conflict(NOT_YET)),
    )


def _of_the_parties(facts: SigningFacts) -> tuple[Condition, ...]:
    return (
        Condition(
            "sent",
            N_("The text has been sent for signature and was not replaced."),
            facts.state is DocumentState.SENT,
            Conflict(N_("This text is not open for signature: it was replaced, declined, or is signed by all.")),
        ),
        Condition(
            "paper",
            N_("No signed paper of it waits for an official."),
            not facts.awaits_official,
            Conflict(OFFICIAL_AWAITED),
        ),
        Condition(
            "one_way",
            N_("Your party has not confirmed a signed paper of this text."),
            not facts.has_confirmed_paper,
            Conflict(SIGNED_ON_PAPER),
        ),
        Condition(
            "acts",
            N_(
                "You may sign for this party: as its contact or administrator, as the person himself, or by a written power."
            ),
            facts.acts_for_party,
            NotPermitted(N_("You may not sign for this party.")),
        ),
        Condition(
            "verified",
            N_("The identity of your party is verified."),
            facts.is_party_verified,
            NotPermitted(N_("Your party is not verified yet. Who is not verified cannot sign.")),
        ),
        Condition(
            "other_verified",
            N_("The identity of every other party is verified."),
            facts.is_other_verified,
            NotPermitted(N_("Another party is not verified yet. Nobody can sign before that.")),
        ),
        Condition(
            "once",
            N_("Your party has not signed this text yet."),
            not facts.has_party_signed,
            Conflict(N_("Your party has signed this text already.")),
        ),
    )


def _of_the_signer(facts: SigningFacts) -> tuple[Condition, ...]:
    return (
        Condition(
            "two_people",
            N_("You have not signed for another party."),
            not facts.has_person_signed_other_side,
            NotPermitted(N_("One person cannot sign for two parties.")),
        ),
        Condition(
            "certificates",
            N_("The platform can make certificates for signatures."),
            facts.has_certificates,
            Conflict(N_("Electronic signing is not set up here yet. Sign on paper, or ask the union.")),
        ),
        Condition(
            "contact",
            N_("A one-time code can be sent to you, or your authenticator app makes one."),
            facts.can_get_code,
            NotPermitted(NO_CONTACT),
        ),
    )


def require_all(facts: SigningFacts) -> None:
    """Raise the refusal of the first condition that is not met."""
    for condition in conditions(facts):
        if not condition.is_met:
            raise condition.refusal
