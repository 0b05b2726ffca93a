"""What must be true before somebody signs an agreement, for whom he signs, and whether its text still names the parties."""

from dataclasses import replace

from marketplace.confidentiality.models import Agreement
from marketplace.confidentiality.queries import signatures
from marketplace.confidentiality.rules import WAITING, ConfidentialityState
from marketplace.contracts.clauses import PartyFacts, names_parties
from marketplace.contracts.conditions import Condition, SigningFacts, conditions
from marketplace.contracts.confirming import ways_for
from marketplace.contracts.queries import party_facts
from marketplace.contracts.rules import DocumentState
from marketplace.identity.consent import versions_for_confidentiality
from marketplace.identity.queries import consented_versions
from marketplace.identity.standing import Matter, standing_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.organisations.parties import names_of
from marketplace.organisations.regions import load_region

OF_NO_DEAL = Matter(None, 0)
"""An agreement is about a result, before there need be a deal, and is no technology contract: a power limited to a deal or an
amount was not given for it."""

OUTDATED = N_("The text names a party as it no longer is. Have it written anew, then read and sign that.")
OUTDATED_WHEN_SIGNED = N_(
    "The text names a party as it no longer is, and its reader has signed it. Decline it; it can then be asked for anew."
)


def signing_conditions(uow: UnitOfWork, agreement: Agreement) -> tuple[Condition, ...]:
    """What must be true before the actor signs, as for every signature here, but that it is never signed on paper."""
    party_id = signer(uow, agreement)
    parties = names_of(uow.session, (agreement.owner_party_id, agreement.reader_party_id))
    signed = signatures(uow, agreement.id)
    standing = standing_of(uow, uow.actor.user_id, party_id, OF_NO_DEAL)
    facts = SigningFacts(
        state=DocumentState.SENT if agreement.state in WAITING else DocumentState.VOID,
        awaits_official=False,
        acts_for_party=uow.actor.acts_for(party_id),
        is_party_verified=parties[party_id].is_verified,
        is_other_verified=all(name.is_verified for name in parties.values()),
        names_its_parties=names_parties(agreement.text, parties_today(uow, agreement)),
        has_party_signed=any(one.party_id == party_id for one in signed),
        has_person_signed_other_side=any(
            one.user_id == uow.actor.user_id and one.party_id != party_id for one in signed
        ),
        is_turn=party_id == _turn(agreement)[0],
        is_in_time=china_day(uow.now()) <= agreement.due_on,
        has_certificates=uow.services.certificates.is_ready,
        can_get_code=bool(ways_for(uow, agreement.text).factors),
        identity_gap=standing.identity_gap,
        authority_gap=standing.authority_gap,
    )
    asked = tuple(_worded(one, agreement) for one in conditions(facts) if one.key != "paper")
    return (*asked, _consented(uow))


def _worded(condition: Condition, agreement: Agreement) -> Condition:
    """What its reader has signed already nobody writes anew: the owner declines it, and it is asked anew."""
    if condition.key != "named":
        return condition
    is_asked = agreement.state is ConfidentialityState.ASKED
    return replace(condition, refusal=Conflict(OUTDATED if is_asked else OUTDATED_WHEN_SIGNED))


def _consented(uow: UnitOfWork) -> Condition:
    """Before the text of the consent spoke of these agreements nobody could be asked for it (个人信息保护法 art. 14)."""
    covering = versions_for_confidentiality(china_day(uow.now()))
    given = consented_versions(uow.session, uow.actor.user_id or 0)
    return Condition(
        "consent",
        N_("You have consented to the use of your identity number for confidentiality agreements."),
        not covering or bool(covering & given),
        NotPermitted(
            N_(
                "Your consent to the use of your identity number does not name confidentiality agreements. Consent anew."
            )
        ),
    )


def _turn(agreement: Agreement) -> tuple[int, int]:
    """The party whose turn it is, and the other."""
    sides = (agreement.reader_party_id, agreement.owner_party_id)
    return sides if agreement.state is ConfidentialityState.ASKED else sides[::-1]


def signer(uow: UnitOfWork, agreement: Agreement) -> int:
    """The party the actor signs for: the one whose turn it is, where he may act for it; else his own, which is told why not."""
    turn, other = _turn(agreement)
    return other if uow.actor.acts_for(other) and not uow.actor.acts_for(turn) else turn


def parties_today(uow: UnitOfWork, agreement: Agreement) -> tuple[PartyFacts, PartyFacts]:
    """The owner and the reader as they are today."""
    region = load_region(uow.settings.region)
    owner, reader = agreement.owner_party_id, agreement.reader_party_id
    return party_facts(uow.session, region, owner), party_facts(uow.session, region, reader)
