"""Use cases on an organisation's account at the processor: it is named, checked by the processor, and ended."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from marketplace.infra.processor import AccountFacts, PaymentProcessor, ProcessorRefuses
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.worker import Survey
from marketplace.kernel.errors import Conflict, InvalidInput, NotPermitted
from marketplace.kernel.events import Event
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.online.events import AccountMoved, ProcessorTold
from marketplace.online.models import OnlineAccount, ProcessorEvent
from marketplace.online.rules import ACCOUNT_STATES, COUNTS, AccountState, Outcome
from marketplace.organisations.models import Organisation
from marketplace.organisations.policy import require_insider
from marketplace.organisations.rules import OrganisationState

ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{8,50}")
_BY_SYSTEM = frozenset({Relation.SYSTEM})
NO_CHARGES = "该账户尚未开通收款，或缺少资料；请在 Stripe 后台补齐。"
NOT_JOINED = "该账户没有加入本平台，或账号有误。"
Checked = tuple[int, AccountFacts | None]
"""An account's row, and what the processor says of it: None when it has not joined the platform."""


def processor_of(uow: UnitOfWork) -> PaymentProcessor:
    """The processor. Raises Conflict while nobody pays online."""
    if uow.services.processor is None:
        raise Conflict(N_("Online payment is not set up here."))
    return uow.services.processor


def name_account(uow: UnitOfWork, organisation_id: int, account: str) -> OnlineAccount:
    """Name the account that payments to the organisation go to; the processor is asked about it at once.

    For the administrators of a verified organisation. Raises NotFound, NotPermitted, Conflict where one is named already,
    InvalidInput for what is no account, or is somebody else's here; emits AccountMoved.
    """
    processor_of(uow)
    organisation = _administered(uow, organisation_id)
    if organisation.state is not OrganisationState.VERIFIED:
        raise NotPermitted(N_("The organisation is not verified yet."))
    if current(uow, organisation_id) is not None:
        raise Conflict(N_("An account is connected already. Disconnect it first."))
    cleaned = account.strip()
    if not ACCOUNT.fullmatch(cleaned):
        raise InvalidInput(N_("Write the number of the account as Stripe shows it: acct_…"), field="account")
    taken = select(OnlineAccount.id).where(OnlineAccount.account == cleaned, OnlineAccount.state.in_(COUNTS))
    if uow.session.scalar(taken) is not None:
        raise InvalidInput(N_("Another organisation has connected this account."), field="account")
    row = OnlineAccount(
        organisation_id=organisation_id,
        account=cleaned,
        state=AccountState.NAMED,
        named_by_id=uow.actor.user_id or 0,
        named_at=uow.now(),
    )
    uow.session.add(row)
    uow.flush()
    _announce(uow, row, "name")
    return row


def end_account(uow: UnitOfWork, organisation_id: int) -> None:
    """Nothing new is paid to the account from now on; pages that are open there stay. Emits AccountMoved."""
    _administered(uow, organisation_id)
    row = current(uow, organisation_id)
    if row is None:
        raise Conflict(N_("No account is connected."))
    advance(uow, ACCOUNT_STATES, row, "end", frozenset({Relation.OWNER}))
    _announce(uow, row, "end")


def current(uow: UnitOfWork, organisation_id: int) -> OnlineAccount | None:
    """The account an organisation has named and not ended, locked for this unit of work."""
    wanted = select(OnlineAccount).where(
        OnlineAccount.organisation_id == organisation_id, OnlineAccount.state.in_(COUNTS)
    )
    return uow.session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def require_administered(uow: UnitOfWork, organisation_id: int) -> Organisation:
    """The organisation, for those who administer it. Raises NotFound, NotPermitted."""
    organisation = require_insider(uow, organisation_id)
    if organisation_id not in uow.actor.administered_ids:
        raise NotPermitted(N_("Only an administrator of the organisation may do this."))
    return organisation


def _administered(uow: UnitOfWork, organisation_id: int) -> Organisation:
    organisation = require_administered(uow, organisation_id)
    # Of two who name an account at once the second waits here, and is then told that there is one.
    return uow.session.get_one(Organisation, organisation.id, with_for_update=True, populate_existing=True)


def _look(uow: UnitOfWork, events: Sequence[Event]) -> list[Checked]:
    """Ask the processor about the accounts that were named, or that it has told something about."""
    numbers = {number for event in events for number in _numbers(uow, event)}
    return [checked for number in sorted(numbers) if (checked := _ask(uow, number)) is not None]


def _numbers(uow: UnitOfWork, event: Event) -> list[int]:
    if isinstance(event, AccountMoved):
        return [event.account_id] if event.action == "name" else []
    if not isinstance(event, ProcessorTold):
        return []
    told = uow.session.get_one(ProcessorEvent, event.event_id)
    if not told.kind.startswith("account."):
        return []
    rows = select(OnlineAccount.id).where(OnlineAccount.account == told.account, OnlineAccount.state.in_(COUNTS))
    return list(uow.session.scalars(rows))


def _ask(uow: UnitOfWork, account_id: int) -> Checked | None:
    row = uow.session.get_one(OnlineAccount, account_id)
    if row.state not in COUNTS:
        return None
    try:
        return row.id, processor_of(uow).account(row.account)
    except ProcessorRefuses:
        return row.id, None


def _note(uow: UnitOfWork, found: list[Checked]) -> None:
    """Take the account from where it stands to what the processor says; saying it twice changes nothing."""
    for account_id, facts in found:
        row = uow.session.get(OnlineAccount, account_id, with_for_update=True, populate_existing=True)
        if row is None or row.state not in COUNTS:
            continue
        row.checked_at = uow.now()
        if facts is not None:
            row.name, row.country = facts.name[:200], facts.country[:2]
        row.note = NOT_JOINED if facts is None else "" if facts.can_be_paid else NO_CHARGES
        action = "refuse" if row.note else "connect"
        if ACCOUNT_STATES.find(action, row.state) is not None:
            advance(uow, ACCOUNT_STATES, row, action, _BY_SYSTEM)
            _announce(uow, row, action)
        uow.flush()
    _followed(uow, found)


def _followed(uow: UnitOfWork, found: list[Checked]) -> None:
    accounts = select(OnlineAccount.account).where(OnlineAccount.id.in_([account_id for account_id, _facts in found]))
    waiting = select(ProcessorEvent).where(
        ProcessorEvent.outcome == Outcome.WAITING,
        ProcessorEvent.kind.startswith("account."),
        ProcessorEvent.account.in_(accounts),
    )
    for told in uow.session.scalars(waiting):
        told.outcome, told.followed_at = Outcome.FOLLOWED, uow.now()


def _announce(uow: UnitOfWork, row: OnlineAccount, action: str) -> None:
    uow.emit(AccountMoved(row.id, row.organisation_id, action))


CHECKER: Survey[list[Checked]] = Survey(_look, _note)
"""Asks the processor, outside any transaction that writes, whether an account can be paid."""
