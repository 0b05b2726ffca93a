"""Use cases on payment pages: one is asked for, opened at the processor, paid or expired. Called by the deal, which has locked
itself."""

import secrets
from datetime import timedelta

from sqlalchemy import select

from marketplace.infra.processor import PageOpened, PageWanted
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.online.events import PageMoved
from marketplace.online.models import OnlineAccount, PaymentPage
from marketplace.online.rules import LARGEST_FEN, OPENS_WITHIN, PAGE_LASTS, PAGE_STATES, PageState

_BY_BUYER, _BY_SYSTEM = frozenset({Relation.BUYER}), frozenset({Relation.SYSTEM})
_LAST_CHANCE = timedelta(minutes=5)
NO_PAGE = N_("There is no such payment.")


def ask(uow: UnitOfWork, deal_id: int, milestone_id: int, account: OnlineAccount, fen: int, title: str) -> PaymentPage:
    """The page on which what is left of a line is paid: the one that is there already, else a new row for one.

    So a second click, or a second tab, is sent to the same page, and a click after a crash asks the processor again with the
    same key, which opens no second one. Raises Conflict for more than one page takes; emits PageMoved.
    """
    if fen > LARGEST_FEN:
        raise Conflict(N_("One online payment takes at most 999,999.99 yuan. Pay this line by bank transfer."))
    for page in _unpaid(uow, milestone_id):
        if page.fen == fen and page.account_id == account.id and not _is_over(uow, page):
            return page
        if page.expires_at <= uow.now():
            move(uow, page, "expire", _BY_BUYER)
    page = PaymentPage(
        key=secrets.token_hex(24),
        deal_id=deal_id,
        milestone_id=milestone_id,
        account_id=account.id,
        fen=fen,
        title=title,
        state=PageState.ASKED,
        asked_by_id=uow.actor.user_id or 0,
        asked_at=uow.now(),
        expires_at=uow.now() + PAGE_LASTS,
    )
    uow.session.add(page)
    uow.flush()
    uow.emit(PageMoved(page.id, deal_id, "ask", fen))
    return page


def wanted(uow: UnitOfWork, page: PaymentPage, return_url: str) -> PageWanted:
    """What the processor is asked for: the same each time, or it would refuse the key."""
    account = uow.session.get_one(OnlineAccount, page.account_id).account
    return PageWanted(account, page.key, page.fen, page.title, return_url, page.expires_at)


def others_open(uow: UnitOfWork, page: PaymentPage) -> list[tuple[str, str]]:
    """Account and session of the other pages on which the same line could be paid now, for another amount: they are to be
    closed."""
    others = (
        select(OnlineAccount.account, PaymentPage.session_id)
        .join(OnlineAccount, OnlineAccount.id == PaymentPage.account_id)
        .where(
            PaymentPage.milestone_id == page.milestone_id,
            PaymentPage.id != page.id,
            PaymentPage.state == PageState.OPEN,
            PaymentPage.expires_at > uow.now(),
        )
    )
    return [(account, session_id or "") for account, session_id in uow.session.execute(others)]


def opened(uow: UnitOfWork, page_id: int, opened_page: PageOpened) -> str:
    """Note where the page is; returns its address. Of two who ask at once both are given the same one. Emits PageMoved."""
    page = fetch(uow, page_id)
    if page.state is PageState.ASKED:
        page.session_id, page.url = opened_page.session_id, opened_page.url
        move(uow, page, "open", _BY_BUYER)
    return opened_page.url


def failed(uow: UnitOfWork, page_id: int, why: str) -> None:
    """The processor refuses to open it; `why` is its word. Emits PageMoved."""
    page = fetch(uow, page_id)
    if page.state is PageState.ASKED:
        page.note = why[:1000]
        move(uow, page, "fail", _BY_BUYER)


def paid(uow: UnitOfWork, page: PaymentPage, session_id: str, receipt_id: int) -> None:
    """The processor says that it is paid. Emits PageMoved."""
    move(uow, page, "pay", _BY_SYSTEM, session_id=session_id, receipt_id=receipt_id)


def expired(uow: UnitOfWork, page: PaymentPage) -> None:
    """The processor says that nobody can pay there any more. Emits PageMoved."""
    if PAGE_STATES.find("expire", page.state) is not None:
        move(uow, page, "expire", _BY_SYSTEM)


def move(uow: UnitOfWork, page: PaymentPage, action: str, relations: frozenset[Relation], **values: object) -> None:
    """Take an action of its table, setting `values` in the same UPDATE. Emits PageMoved."""
    advance(uow, PAGE_STATES, page, action, relations, "", **values)
    uow.emit(PageMoved(page.id, page.deal_id, action, page.fen))


def fetch(uow: UnitOfWork, page_id: int) -> PaymentPage:
    """The page as it is now, locked. Raises NotFound."""
    page = uow.session.get(PaymentPage, page_id, with_for_update=True, populate_existing=True)
    if page is None:
        raise NotFound(NO_PAGE)
    return page


def _unpaid(uow: UnitOfWork, milestone_id: int) -> list[PaymentPage]:
    states = (PageState.ASKED, PageState.OPEN)
    of_line = select(PaymentPage).where(PaymentPage.milestone_id == milestone_id, PaymentPage.state.in_(states))
    return list(uow.session.scalars(of_line.order_by(PaymentPage.id).execution_options(populate_existing=True)))


def _is_over(uow: UnitOfWork, page: PaymentPage) -> bool:
    """Too late to pay there, or to ask the processor again for it: it allows no page that lasts less than half an hour."""
    if page.state is PageState.ASKED:
        return uow.now() - page.asked_at > OPENS_WITHIN
    return page.expires_at - uow.now() < _LAST_CHANCE
