"""What has to be settled before a document is signed, each with who found it and when, from what is on record. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.accounts.queries import names_of_users
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.contracts.signing_service import matter_of
from marketplace.deals.models import Deal, Offer
from marketplace.deals.preemption_service import sale_of
from marketplace.deals.signatories import signing_parties
from marketplace.identity.models import Authority
from marketplace.identity.queries import AuthorityRow, agents_of, authority_rows, verified_identities
from marketplace.identity.rules import flaw
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import PartyName, names_of
from marketplace.powers.queries import powers_of
from marketplace.preemptions.queries import entitled, sending_conditions, told
from marketplace.related.queries import findings
from marketplace.results.models import Result
from marketplace.results.rules import OwnerConsent, Ownership


@dataclass(frozen=True)
class Point:
    """One thing to be settled: `label` and `said` are msgids, `about` the party or listing, `code` a number."""

    label: str
    about: str
    is_met: bool
    said: str
    by_id: int | None = None
    at: datetime | None = None
    code: str = ""
    agent: str = ""
    by: str = ""


IDENTITY = N_("Identity of the party")
AGENT = N_("Identity of the agent")
AUTHORITY = N_("Authority to sign")
OWNERSHIP = N_("Ownership of the result")
CONSENT = N_("Consent of the owner unit")
FIRST = N_("Right of the contributors to buy first (Civil Code, art. 847)")
RELATION = N_("Relation between the parties")
TYPE = N_("Type of the contract")

_VERIFIED, _NOT_VERIFIED = N_("Verified"), N_("Not verified yet")
_NOT_GIVEN = N_("The identity number is not verified yet.")
_NOBODY = N_("Nobody who may act for it has a verified identity and an authority in force that covers this.")
_HIMSELF = N_("Signs in his own name.")


def points(uow: UnitOfWork, deal: Deal, document: Document) -> tuple[Point, ...]:
    """All of it, in the order in which it is shown."""
    signing = [one.party_id for one in signing_parties(uow.session, deal, document.id)]
    parties = names_of(uow.session, signing)
    found = [point for key in signing for point in _party(uow, parties[key], document)]
    found += [*_result(uow, deal, document), *_relation(uow, deal), *_type(uow, document)]
    names = names_of_users(uow.session, [one.by_id for one in found])
    return tuple(replace(one, by=names.get(one.by_id, "")) for one in found)


def _party(uow: UnitOfWork, party: PartyName, document: Document) -> Iterator[Point]:
    if party.organisation_id is None:
        identity = verified_identities(uow.session, [party.user_id or 0]).get(party.user_id or 0)
        if identity is None:
            yield Point(IDENTITY, party.name, False, _NOT_GIVEN)
        else:
            by, at = identity.verified_by_id, identity.verified_at
            yield Point(IDENTITY, party.name, True, _VERIFIED, by, at, code=identity.masked)
        yield Point(AUTHORITY, party.name, True, _HIMSELF)
        return
    unit = uow.session.get_one(Organisation, party.organisation_id)
    said = _VERIFIED if party.is_verified else _NOT_VERIFIED
    code = unit.credit_code or ""
    yield Point(IDENTITY, party.name, party.is_verified, said, unit.verified_by_id, unit.verified_at, code=code)
    yield from _authorities(uow, unit, document)
    yield from _agents(uow, party, document)


def _authorities(uow: UnitOfWork, unit: Organisation, document: Document) -> Iterator[Point]:
    """Everybody who could sign for the unit today."""
    rows = _able(uow, unit, document)
    for row in rows:
        by_id, at = (row.verified.by_id, row.verified.at) if row.verified else (None, None)
        yield Point(AUTHORITY, unit.name, True, row.authority.kind.label, by_id, at, agent=row.agent)
    if not rows:
        yield Point(AUTHORITY, unit.name, False, _NOBODY)


def _agents(uow: UnitOfWork, party: PartyName, document: Document) -> Iterator[Point]:
    """Whoever is to sign by a written power has shown who he is, or cannot."""
    given = [one for one in powers_of(uow.session, document, china_day(uow.now())) if one.row.party_id == party.id]
    for power in (one for one in given if one.is_good):
        identity = verified_identities(uow.session, [power.row.to_id]).get(power.row.to_id)
        if identity is None:
            yield Point(AGENT, party.name, False, _NOT_GIVEN, agent=power.agent)
        else:
            by, at = identity.verified_by_id, identity.verified_at
            yield Point(AGENT, party.name, True, _VERIFIED, by, at, agent=power.agent)


def _able(uow: UnitOfWork, unit: Organisation, document: Document) -> list[AuthorityRow]:
    matter, day = matter_of(uow.session, document), china_day(uow.now())
    agents = [user_id for user_id, _ in agents_of(uow.session, unit.id)]
    identified = verified_identities(uow.session, agents)
    rows = authority_rows(uow.session, (Authority.organisation_id == unit.id) & Authority.user_id.in_(identified))
    good = [row for row in rows if not flaw(row.cover, matter.deal_id, matter.amount_fen, day)]
    return list({row.authority.user_id: row for row in reversed(good)}.values())


def _result(uow: UnitOfWork, deal: Deal, document: Document) -> Iterator[Point]:
    result = uow.session.get(Result, deal.result_id) if deal.result_id else None
    if result is None:
        yield Point(OWNERSHIP, deal.title, True, N_("The deal is about no listed result."))
        return
    known = result.ownership is not None
    label = result.ownership.label if result.ownership else N_("The questionnaire on ownership is not answered.")
    yield Point(OWNERSHIP, result.title, known, label, result.author_id, result.submitted_at)
    if result.ownership is Ownership.NON_SERVICE:
        yield Point(CONSENT, result.title, True, N_("Not needed: it belongs to the person."))
    else:
        is_given = result.owner_consent is not OwnerConsent.NOT_ASKED
        by, at = result.owner_consent_by_id, result.owner_consent_at
        yield Point(CONSENT, result.title, is_given, result.owner_consent.label, by, at)
    yield _first(uow, deal, document)


def _first(uow: UnitOfWork, deal: Deal, document: Document) -> Point:
    if entitled(uow, sale_of(deal), document) is None:
        return Point(FIRST, "", True, N_("Nobody has it here: no service result is assigned."))
    rows, is_draft = told(uow, document.id), document.state is DocumentState.DRAFT
    is_settled = not is_draft or all(one.is_met for one in sending_conditions(uow, sale_of(deal), document))
    said = N_("All were told, and nobody can still buy first.") if is_settled else N_("Not settled yet.")
    newest = max(rows, key=lambda row: row.answered_at or row.told_at, default=None)
    if newest is None:
        return Point(FIRST, "", is_settled, said)
    return Point(
        FIRST, "", is_settled, said, newest.answered_by_id or newest.told_by_id, newest.answered_at or newest.told_at
    )


def _relation(uow: UnitOfWork, deal: Deal) -> Iterator[Point]:
    newest = next(iter(findings(uow.session, deal.id)), None)
    if newest is None:
        yield Point(RELATION, "", False, N_("Nobody has looked yet; the platform looks when the text is sent."))
        return
    said = N_("The parties are related.") if newest.is_related else N_("No relation is known or declared.")
    yield Point(RELATION, "", True, said, newest.found_by_id, newest.found_at)


def _type(uow: UnitOfWork, document: Document) -> Iterator[Point]:
    """Both parties settle it by the offer that one makes and the other accepts; a letter of intent has none."""
    if document.kind is not DocumentKind.CONTRACT or document.contract_type is None:
        return
    offer = uow.session.get(Offer, document.offer_id) if document.offer_id else None
    by, at = (offer.answered_by_id, offer.answered_at) if offer else (None, None)
    yield Point(TYPE, "", offer is not None, document.contract_type.label, by, at)
