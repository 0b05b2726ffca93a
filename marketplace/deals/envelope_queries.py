"""The reading side of the envelope, as a document's page shows it: order, turn, last day, reminders and written powers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.contracts.envelope import is_in_order, is_over, turn
from marketplace.contracts.models import Document, SigningReminder
from marketplace.contracts.queries import confirmations, makers_of, newest_scan
from marketplace.contracts.rules import DocumentState, PaperState
from marketplace.contracts.signing_service import order_of, signatures, whose_turn
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.powers.models import SigningPower
from marketplace.powers.queries import Power, powers_of
from marketplace.powers.service import giver_gap


@dataclass(frozen=True)
class Reminded:
    """One reminder: when, by whom (empty: the worker), and how many days were left where the worker sent it."""

    at: datetime
    by: str
    days_left: int | None


@dataclass(frozen=True)
class EnvelopeView:
    """What the envelope says, and what the reader may do with it. `order` and the rest are by party."""

    order: Mapping[int, int]
    turn: frozenset[int]
    sign_by: date | None
    days_left: int | None
    """Days from today to the last one, None once nothing is to be signed any more."""
    is_over: bool
    reminded: Mapping[int, Sequence[Reminded]] = field(default_factory=dict)
    powers: Mapping[int, Sequence[Power]] = field(default_factory=dict)
    to_remind: frozenset[int] = frozenset()
    """Those whom the reader may remind today."""
    to_hand_over: frozenset[int] = frozenset()
    """Those for which the reader may hand the signature over."""
    own_power: SigningPower | None = None
    """The power by which the reader signs."""

    @property
    def is_in_order(self) -> bool:
        """Whether one signs after the other."""
        return is_in_order(self.order)

    def is_turn_of(self, party_id: int) -> bool:
        """Whether the party may sign now, as far as the order goes."""
        return party_id in self.turn


def envelope_view(uow: UnitOfWork, document: Document, held: frozenset[Relation]) -> EnvelopeView:
    """The envelope of a text that was sent, for whoever may read it."""
    today, order = china_day(uow.now()), order_of(uow.session, document.id)
    signed = {one.party_id for one in signatures(uow, document.id)}
    is_open = document.state is DocumentState.SENT
    over = is_over(document.sign_by, today)
    whose = turn(order, signed) if is_open else frozenset()
    reminded, powers = _reminded(uow, document.id), _by_party(powers_of(uow.session, document, today))
    is_signable = is_open and not over and document.paper is PaperState.NONE
    mine = {one for one in order if uow.actor.acts_for(one)}
    return EnvelopeView(
        order=order,
        turn=whose,
        sign_by=document.sign_by,
        days_left=(document.sign_by - today).days if is_signable and document.sign_by else None,
        is_over=is_open and over,
        reminded=reminded,
        powers=powers,
        to_remind=frozenset(_to_remind(uow, whose - mine, reminded, held, today)) if is_signable else frozenset(),
        to_hand_over=frozenset(_to_hand_over(uow, document, mine - signed, powers)) if is_signable else frozenset(),
        own_power=_own(uow, powers) if Relation.DELEGATE in held else None,
    )


def makers_awaited(uow: UnitOfWork, deal_id: int) -> tuple[int, frozenset[int]] | None:
    """The text that is out for signature, and the parties of those who made the result and have not signed it, or confirmed its
    scan; None where nobody of them has to."""
    sent = select(Document).where(Document.deal_id == deal_id, Document.state == DocumentState.SENT)
    for document in uow.session.scalars(sent.order_by(Document.id)).all():
        scan = newest_scan(uow, document.id) if document.paper is PaperState.UPLOADED else None
        done = confirmations(uow, scan.id) if scan else signatures(uow, document.id)
        makers = {one.party_id for one in makers_of(uow.session, document.id)}
        left = (makers - {one.party_id for one in done}) & (makers if scan else whose_turn(uow, document.id))
        if left:
            return document.id, frozenset(left)
    return None


def _by_party(powers: Sequence[Power]) -> Mapping[int, Sequence[Power]]:
    found: dict[int, list[Power]] = defaultdict(list)
    for power in powers:
        found[power.row.party_id].append(power)
    return found


def _reminded(uow: UnitOfWork, document_id: int) -> Mapping[int, Sequence[Reminded]]:
    rows = (
        select(SigningReminder, User.name)
        .outerjoin(User, User.id == SigningReminder.by_id)
        .where(SigningReminder.document_id == document_id)
        .order_by(SigningReminder.id)
    )
    found: dict[int, list[Reminded]] = defaultdict(list)
    for row, name in uow.session.execute(rows):
        found[row.party_id].append(Reminded(row.at, name or "", row.days_left))
    return found


def _to_remind(
    uow: UnitOfWork,
    party_ids: frozenset[int],
    reminded: Mapping[int, Sequence[Reminded]],
    held: frozenset[Relation],
    today: date,
) -> Sequence[int]:
    """Buyer and seller remind everybody else, an official all, and nobody so soon after the last time."""
    if not held & {Relation.PARTY, Relation.OFFICIAL}:
        return ()
    by_hand = [one.at for rows in reminded.values() for one in rows if one.by]
    days = timedelta(days=uow.settings.reminder_days)
    return () if any(china_day(at) + days > today for at in by_hand) else tuple(party_ids)


def _to_hand_over(
    uow: UnitOfWork, document: Document, party_ids: set[int], powers: Mapping[int, Sequence[Power]]
) -> Sequence[int]:
    free = [one for one in party_ids if not any(power.is_good for power in powers.get(one, ()))]
    return [one for one in free if not giver_gap(uow, uow.actor.user_id, document, one)]


def _own(uow: UnitOfWork, powers: Mapping[int, Sequence[Power]]) -> SigningPower | None:
    given = [one.row for rows in powers.values() for one in rows if one.is_good]
    return next((row for row in given if row.to_id == uow.actor.user_id), None)
