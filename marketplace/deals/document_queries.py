"""The reading side of one document: text, hash, signatures, scan, what is still missing and what the reader may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.contracts.change_service import fits_the_money
from marketplace.contracts.changes import OVERTAKEN
from marketplace.contracts.clauses import Clause, from_rows, heading_of, ordinal
from marketplace.contracts.conditions import SIGNED_ON_PAPER, Condition, conditions
from marketplace.contracts.envelope import LONGEST_DAYS
from marketplace.contracts.models import AmendedRoyalty, Document, DocumentParty, Scan, ScanConfirmation, Signature
from marketplace.contracts.passing import passed_days
from marketplace.contracts.queries import confirmations, names_its_parties, newest_scan
from marketplace.contracts.royalties import Royalty
from marketplace.contracts.rules import (
    CHANGES,
    DOCUMENT_STATES,
    LIVE,
    OFFICIAL_AWAITED,
    PAPER_STATES,
    RENEWABLE,
    TAKES_BACK,
    UNSIGNED_AGAIN,
    DocumentKind,
    DocumentState,
    PaperState,
    awaits_official,
    grouped,
)
from marketplace.contracts.service import fetch
from marketplace.contracts.signing_service import signatures, signing_facts
from marketplace.deals.before_signing import Point, points
from marketplace.deals.booking import contract_in_force, signed_since
from marketplace.deals.comparing import Changed, opposed
from marketplace.deals.delegates import require_readable, signs_by_power
from marketplace.deals.envelope_queries import EnvelopeView, envelope_view
from marketplace.deals.files import DocumentPdf, pdfs_of
from marketplace.deals.models import Deal
from marketplace.deals.policy import READERS
from marketplace.deals.preemption_service import sale_of
from marketplace.deals.renewing import Newer, newer_standards
from marketplace.deals.royalty_terms import holds_from, royalty_offered
from marketplace.deals.signatories import signing_parties
from marketplace.deals.standing import ended_on, is_ended_by_right
from marketplace.identity.models import SignatureGround
from marketplace.identity.queries import grounds_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.organisations.parties import PartyName, names_of
from marketplace.organisations.regions import load_region
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.queries import sending_conditions, told


@dataclass(frozen=True)
class Signatory:
    """One party of a document, and what it has done so far."""

    party: PartyName
    role: str
    is_mine: bool
    may_sign: bool
    signature: Signature | None
    confirmation: ScanConfirmation | None
    confirmed_by: str
    tells_origin: bool = False
    """Whether the reader may know from where it was signed: he signed it himself, or is an official (个人信息保护法 art. 6)."""


@dataclass(frozen=True)
class DocumentPage:
    """Everything a document's page shows."""

    deal: Deal
    document: Document
    relations: frozenset[Relation]
    clauses: tuple[Clause, ...]
    signatories: tuple[Signatory, ...]
    scan: Scan | None
    actions: frozenset[str]
    paper_actions: frozenset[str]
    verified_by: str
    pdfs: tuple[DocumentPdf, ...] = ()
    contract: Document | None = None
    """The contract that this document changes or ends."""
    since: Sequence[Document] = ()
    """What was signed about this contract since."""
    overtaken: str = ""
    """A msgid of why it can no longer be signed, where money has overtaken what it says."""
    sending: tuple[Condition, ...] = ()
    told: tuple[Preemption, ...] = ()
    passed: tuple[date, ...] = ()
    """Days the text names that have passed, where it could still be sent or taken up."""
    newer: tuple[Newer, ...] = ()
    """Clauses whose standard text has changed since, where a party can still write the text anew."""
    usual_day: date | None = None
    """The last day for signing that is proposed for a draft."""
    envelope: EnvelopeView | None = None
    """From the day it is sent on."""
    before: tuple[Point, ...] = ()
    """What has to be settled before it is signed, while it is not."""
    is_outdated: bool = False
    """Whether it is open and names a party as it no longer is."""
    grounds: Mapping[int, SignatureGround] = field(default_factory=dict)
    """What the signatures rested on, by party."""
    royalty: AmendedRoyalty | Royalty | None = None
    """The royalty of this contract, or the one that this amendment brings."""
    royalty_from: date | None = None
    """From when on it holds, where all have signed and no later one goes before it."""
    is_ended_by_right: bool = False
    """Whether the buyer ended the contract as it allows him to."""

    @property
    def ended_on(self) -> date | None:
        """On which day in China what this text says ended before it was fulfilled."""
        return ended_on(self.deal, self.document)

    @property
    def usual_days(self) -> int:
        """For how many days a text is open for signature, where nobody chose."""
        return DOCUMENT_STATES.days_allowed(DocumentState.SENT) or LONGEST_DAYS

    @property
    def changes(self) -> tuple[Changed, ...]:
        """What an amendment changes, old and new wording side by side."""
        return opposed([one for clause in self.clauses for one in clause.compared])

    @property
    def is_change(self) -> bool:
        """Whether it is about a contract in force."""
        return self.document.kind in CHANGES

    @property
    def can_take_off(self) -> bool:
        """Whether the reader may take this change off the table."""
        return self.is_change and "void" in self.actions and self.document.state in LIVE

    @property
    def may_tell(self) -> bool:
        """Whether the reader tells the contributors of the text, and records their papers."""
        return Relation.SELLER in self.relations and self.document.state is DocumentState.DRAFT

    @property
    def may_enter(self) -> bool:
        """Whether the reader has a part in the deal, beside this text."""
        return bool(self.relations & READERS)

    @property
    def can_take_up(self) -> bool:
        """Whether the reader may write a text that was declined or not signed in time anew."""
        return self.document.state in UNSIGNED_AGAIN and "void" in self.actions and not self.is_past

    @property
    def is_past(self) -> bool:
        """Whether days have passed that only writing it anew puts right; those of a letter are renewed with its words."""
        return bool(self.passed) and self.is_change

    @property
    def is_sendable(self) -> bool:
        """Whether nobody may buy first any more who has not said that he does not."""
        return all(one.is_met for one in self.sending)

    @property
    def pdf(self) -> DocumentPdf | None:
        """The file to take home; None before the text is printed."""
        return self.pdfs[-1] if self.pdfs else None

    @property
    def heading(self) -> str:
        """What the text says before its first clause."""
        return heading_of(self.document.text)

    @property
    def code(self) -> str:
        """The code to check it by, in groups; empty before it is sent."""
        return grouped(self.document.code or "")

    @property
    def ordinals(self) -> tuple[str, ...]:
        """The number of every clause, as the text writes it."""
        return tuple(ordinal(number) for number in range(1, len(self.clauses) + 1))

    @property
    def lacks_day(self) -> bool:
        """Whether an official can but reject the scan, because nobody has said on which day the last party signed."""
        return self.scan is not None and self.scan.signed_on is None and "reject" in self.paper_actions

    @property
    def to_confirm(self) -> tuple[Signatory, ...]:
        """My parties that have not confirmed the scan."""
        is_uploaded = self.document.paper is PaperState.UPLOADED and self.document.state is DocumentState.SENT
        return tuple(one for one in self.signatories if is_uploaded and one.is_mine and one.confirmation is None)

    @property
    def awaits_paper(self) -> str:
        """What is said to whoever has confirmed his signature on paper and so signs no more, as a msgid; empty for others."""
        if awaits_official(self.document.state, self.document.paper):
            return OFFICIAL_AWAITED
        is_uploaded = self.document.paper is PaperState.UPLOADED
        has_signed = is_uploaded and self.to_sign and all(one.confirmation for one in self.to_sign)
        return SIGNED_ON_PAPER if has_signed else ""

    @property
    def to_sign(self) -> tuple[Signatory, ...]:
        """Parties I may sign for that have not signed, if I may only when the other has."""
        is_sent = self.document.state is DocumentState.SENT
        return tuple(one for one in self.signatories if is_sent and one.may_sign and one.signature is None)

    @property
    def is_my_turn(self) -> bool:
        """Whether one of them can sign now, as far as order and last day go."""
        view = self.envelope
        if view is None or view.is_over or self.awaits_paper:
            return False
        return any(view.is_turn_of(one.party.id) for one in self.to_sign)


def document_page(uow: UnitOfWork, document_id: int) -> DocumentPage:
    """One document. Raises NotFound when it is not there or not for this actor to know of, NotPermitted for a delegate whose
    power no longer holds."""
    session = uow.session
    document = fetch(uow, document_id)
    deal = session.get_one(Deal, document.deal_id)
    held = require_readable(uow, deal, document)
    scan = newest_scan(uow, document_id)
    return DocumentPage(
        deal=deal,
        document=document,
        relations=held,
        clauses=from_rows(document.clauses),
        signatories=_signatories(uow, deal, document, scan, held),
        scan=scan,
        actions=_actions(document, held),
        paper_actions=_paper_actions(document, scan, held),
        verified_by=_name(uow, document.verified_by_id),
        pdfs=pdfs_of(uow, document_id),
        contract=contract_in_force(session, deal.id) if document.kind in CHANGES else None,
        since=signed_since(session, deal.id) if _is_contract_in_force(document) else (),
        overtaken=OVERTAKEN[document.kind] if fits_the_money(uow, document) is False else "",
        sending=sending_conditions(uow, sale_of(deal), document) if document.state is DocumentState.DRAFT else (),
        told=tuple(told(uow, document_id)),
        passed=passed_days(uow, document) if document.state in RENEWABLE else (),
        newer=newer_standards(uow, document) if document.state in RENEWABLE and Relation.PARTY in held else (),
        usual_day=_usual_day(uow, document),
        envelope=envelope_view(uow, document, held) if document.sent_at else None,
        before=points(uow, deal, document) if document.state in LIVE else (),
        is_outdated=document.state in LIVE
        and not names_its_parties(session, load_region(uow.settings.region), document),
        grounds=grounds_of(session, document_id),
        royalty=session.get(AmendedRoyalty, document_id) or royalty_offered(session, document),
        is_ended_by_right=is_ended_by_right(session, deal),
        royalty_from=holds_from(session, document) if document.kind is DocumentKind.AMENDMENT else None,
    )


@dataclass(frozen=True)
class MadeRow:
    """A text that somebody signs because he made the result, and the title of its deal."""

    document: Document
    title: str


def as_maker(uow: UnitOfWork) -> tuple[MadeRow, ...]:
    """Every text that was sent to the actor as a maker of the result, the newest first."""
    mine = (DocumentParty.party_id == uow.actor.own_party_id, DocumentParty.maker.is_not(None))
    rows = (
        select(Document, Deal.title)
        .join(DocumentParty, DocumentParty.document_id == Document.id)
        .join(Deal, Deal.id == Document.deal_id)
        .where(*mine, Document.sent_at.is_not(None))
        .order_by(Document.id.desc())
    )
    return tuple(MadeRow(document, title) for document, title in uow.session.execute(rows))


def _usual_day(uow: UnitOfWork, document: Document) -> date | None:
    days = DOCUMENT_STATES.days_allowed(DocumentState.SENT)
    return china_day(uow.now()) + timedelta(days=days) if days and document.state is DocumentState.DRAFT else None


def _is_contract_in_force(document: Document) -> bool:
    return document.kind is DocumentKind.CONTRACT and document.state is DocumentState.COMPLETE


def _paper_actions(document: Document, scan: Scan | None, held: frozenset[Relation]) -> frozenset[str]:
    """What can be done with the paper now; nobody verifies a scan of which no day is said."""
    if document.state is not DocumentState.SENT:
        return frozenset()
    found = frozenset(one.action for one in PAPER_STATES.available(document.paper, held))
    return found if scan is None or scan.signed_on else found - {"verify"}


def _actions(document: Document, held: frozenset[Relation]) -> frozenset[str]:
    found = frozenset(one.action for one in DOCUMENT_STATES.available(document.state, held))
    return found - TAKES_BACK if awaits_official(document.state, document.paper) else found


def signing_conditions(uow: UnitOfWork, document: Document, party_id: int) -> tuple[Condition, ...]:
    """What must be true before the actor may sign for this party."""
    return conditions(signing_facts(uow, document, party_id, has_power=signs_by_power(uow, document, party_id)))


def _signatories(
    uow: UnitOfWork, deal: Deal, document: Document, scan: Scan | None, held: frozenset[Relation]
) -> tuple[Signatory, ...]:
    parties = signing_parties(uow.session, deal, document.id)
    names = names_of(uow.session, [one.party_id for one in parties])
    signed = {signature.party_id: signature for signature in signatures(uow, document.id)}
    given = {one.party_id: one for one in confirmations(uow, scan.id)} if scan else {}
    return tuple(
        Signatory(
            names[one.party_id],
            one.role,
            uow.actor.acts_for(one.party_id),
            uow.actor.acts_for(one.party_id) or signs_by_power(uow, document, one.party_id),
            signed.get(one.party_id),
            given.get(one.party_id),
            _name(uow, given[one.party_id].user_id) if one.party_id in given else "",
            one.party_id in signed and (Relation.OFFICIAL in held or signed[one.party_id].user_id == uow.actor.user_id),
        )
        for one in parties
    )


def _name(uow: UnitOfWork, user_id: int | None) -> str:
    return (uow.session.scalar(select(User.name).where(User.id == user_id)) or "") if user_id else ""
