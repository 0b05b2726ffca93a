"""The lifecycle of a deal, every action in every state by every relation; who owes the next step; the track bar."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from marketplace.contracts.rules import DocumentState, PaperState
from marketplace.deals.progress import DocumentFacts, MoneyFacts, OfferFacts, Situation, Who, next_step, track
from marketplace.deals.rules import DEAL_STATES, DealState, OfferState
from marketplace.kernel.states import Relation
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
EXPECTED: Expected = {
    ("draft", "negotiating"): ("drafting", {R.PARTY}),
    ("draft", "drafting"): ("drafting", {R.PARTY}),
    ("draft", "signing"): ("drafting", {R.PARTY}),
    ("reopen", "drafting"): ("negotiating", {R.PARTY}),
    ("reopen", "signing"): ("negotiating", {R.PARTY}),
    ("send", "drafting"): ("signing", {R.PARTY}),
    ("enter_into_force", "signing"): ("in_force", {R.SYSTEM}),
    ("lose", "negotiating"): ("lost", {R.PARTY}),
    ("lose", "drafting"): ("lost", {R.PARTY}),
    ("lose", "signing"): ("lost", {R.PARTY}),
    ("perform", "in_force"): ("performing", {R.PARTY}),
    ("accept_delivery", "performing"): ("accepted", {R.BUYER}),
    ("complete", "accepted"): ("completed", {R.BUYER, R.SELLER}),
    ("terminate", "in_force"): ("terminated", {R.OFFICIAL}),
    ("terminate", "performing"): ("terminated", {R.OFFICIAL}),
    ("terminate", "accepted"): ("terminated", {R.OFFICIAL}),
    ("end_by_agreement", "in_force"): ("terminated", {R.SYSTEM}),
    ("end_by_agreement", "performing"): ("terminated", {R.SYSTEM}),
    ("end_by_agreement", "accepted"): ("terminated", {R.SYSTEM}),
    ("end_use", "in_force"): ("terminated", {R.BUYER}),
    ("end_use", "performing"): ("terminated", {R.BUYER}),
    ("end_use", "accepted"): ("terminated", {R.BUYER}),
}
ACTIONS = {action for action, _ in EXPECTED} | {"open", "sign"}
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(("action", "state"), list(itertools.product(sorted(ACTIONS), DealState)))
def test_who_may_do_what(action: str, state: DealState) -> None:
    for relation in R:
        check(DEAL_STATES, EXPECTED, action, state, relation)


def test_what_ends_a_deal_and_what_needs_a_reason() -> None:
    assert DEAL_STATES.initial is DealState.NEGOTIATING
    assert DEAL_STATES.terminal() == {DealState.COMPLETED, DealState.LOST, DealState.TERMINATED}
    assert reasons(DEAL_STATES) == {"lose", "terminate", "end_by_agreement", "end_use"}


def test_every_open_state_has_a_timer() -> None:
    assert {state for state, _ in DEAL_STATES.timers} == set(DealState) - DEAL_STATES.terminal()


def offer(state: OfferState, side: Who = Who.SELLER) -> OfferFacts:
    return OfferFacts(state, side, date(2026, 12, 4))


def text(
    state: DocumentState, paper: PaperState = PaperState.NONE, signed: str = "", confirmed: str = ""
) -> DocumentFacts:
    sides = {"s": Who.SELLER, "b": Who.BUYER}
    return DocumentFacts(
        state, paper, Who.BUYER, frozenset(sides[c] for c in signed), frozenset(sides[c] for c in confirmed)
    )


def ordered(signed: str = "", paper: PaperState = PaperState.NONE) -> DocumentFacts:
    """A text that the buyer signs first, until 24 November."""
    facts = text(DocumentState.SENT, paper, signed)
    return replace(facts, order={Who.SELLER: 2, Who.BUYER: 1}, sign_by=date(2026, 11, 24))


SENT, N, S = DocumentState.SENT, DealState.NEGOTIATING, DealState.SIGNING
DRAFT, IN_FORCE = DocumentState.DRAFT, DealState.IN_FORCE
DUE_SOON = MoneyFacts(None, date(2026, 11, 30), False)
OVERPAID = MoneyFacts(None, None, True, True)
LEFT = MoneyFacts(None, None, False)


@pytest.mark.parametrize(
    ("at", "who", "due"),
    [
        (Situation(N, TODAY), Who.SELLER, date(2026, 12, 20)),
        (Situation(N, TODAY, offer(OfferState.OPEN)), Who.BUYER, date(2026, 12, 4)),
        (Situation(N, TODAY, offer(OfferState.OPEN, Who.BUYER)), Who.SELLER, date(2026, 12, 4)),
        (Situation(N, TODAY, offer(OfferState.OPEN), letter=text(SENT)), Who.BUYER, date(2026, 12, 4)),
        (Situation(N, TODAY, letter=text(SENT, signed="b")), Who.SELLER, date(2026, 12, 5)),
        (Situation(N, TODAY, offer(OfferState.ACCEPTED, Who.BUYER)), Who.BUYER, date(2026, 12, 20)),
        (Situation(N, TODAY, offer(OfferState.DECLINED)), Who.SELLER, date(2026, 12, 20)),
        (Situation(N, TODAY, offer(OfferState.LAPSED, Who.BUYER)), Who.BUYER, date(2026, 12, 20)),
        (Situation(DealState.DRAFTING, TODAY, contract=text(DocumentState.DRAFT)), Who.BUYER, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(SENT)), Who.BOTH, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(SENT, signed="s")), Who.BUYER, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(SENT, PaperState.UPLOADED)), Who.BOTH, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(SENT, PaperState.UPLOADED, confirmed="b")), Who.SELLER, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(SENT, PaperState.CONFIRMED)), Who.OFFICIAL, date(2026, 11, 27)),
        (Situation(S, TODAY, contract=text(DocumentState.DECLINED)), Who.BUYER, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=text(DocumentState.EXPIRED)), Who.BUYER, date(2026, 12, 5)),
        (Situation(S, TODAY, contract=ordered()), Who.BUYER, date(2026, 11, 24)),
        (Situation(S, TODAY, contract=ordered("b")), Who.SELLER, date(2026, 11, 24)),
        (Situation(S, TODAY, contract=ordered(paper=PaperState.UPLOADED)), Who.BOTH, date(2026, 11, 24)),
        (Situation(DealState.IN_FORCE, TODAY), Who.SELLER, date(2027, 2, 18)),
        (Situation(DealState.PERFORMING, TODAY), Who.SELLER, date(2027, 5, 19)),
        (Situation(DealState.ACCEPTED, TODAY), Who.BOTH, date(2027, 1, 19)),
        (Situation(IN_FORCE, TODAY, amendment=text(SENT, signed="s")), Who.BUYER, date(2026, 12, 5)),
        (Situation(IN_FORCE, TODAY, termination=text(SENT)), Who.BOTH, date(2026, 12, 5)),
        (Situation(IN_FORCE, TODAY, money=DUE_SOON, amendment=text(SENT)), Who.BOTH, date(2026, 12, 5)),
        (Situation(IN_FORCE, TODAY, amendment=text(SENT, PaperState.CONFIRMED)), Who.OFFICIAL, date(2026, 11, 27)),
        (Situation(IN_FORCE, TODAY, amendment=text(DRAFT)), Who.BUYER, date(2026, 12, 5)),
        (Situation(IN_FORCE, TODAY, amendment=text(DocumentState.DECLINED)), Who.SELLER, date(2027, 2, 18)),
        (Situation(IN_FORCE, TODAY, amendment=text(DocumentState.COMPLETE)), Who.SELLER, date(2027, 2, 18)),
        (Situation(DealState.TERMINATED, TODAY, money=OVERPAID), Who.SELLER, date(2026, 12, 20)),
        (Situation(DealState.TERMINATED, TODAY, money=OVERPAID, settle_on=TODAY), Who.SELLER, TODAY),
        (Situation(DealState.TERMINATED, TODAY, money=LEFT, settle_on=TODAY), Who.BUYER, TODAY),
        (Situation(DealState.COMPLETED, TODAY), Who.NOBODY, None),
        (Situation(DealState.LOST, TODAY), Who.NOBODY, None),
        (Situation(DealState.TERMINATED, TODAY), Who.NOBODY, None),
    ],
)
def test_who_owes_the_next_step_by_when(at: Situation, who: Who, due: date | None) -> None:
    step = next_step(at)
    assert (step.who, step.due) == (who, due)


@pytest.mark.parametrize(
    ("at", "marks"),
    [
        (Situation(N, TODAY), "current waiting waiting waiting waiting waiting"),
        (Situation(DealState.DRAFTING, TODAY), "done current waiting waiting waiting waiting"),
        (Situation(S, TODAY), "done done current waiting waiting waiting"),
        (Situation(DealState.PERFORMING, TODAY), "done done done current waiting waiting"),
        (Situation(DealState.COMPLETED, TODAY), "done done done done waiting waiting"),
        (Situation(DealState.TERMINATED, TODAY), "done done done failed waiting waiting"),
        (Situation(DealState.LOST, TODAY), "failed waiting waiting waiting waiting waiting"),
        (
            Situation(DealState.LOST, TODAY, contract=text(DocumentState.DRAFT)),
            "done failed waiting waiting waiting waiting",
        ),
        (Situation(DealState.LOST, TODAY, contract=text(SENT)), "done done failed waiting waiting waiting"),
    ],
)
def test_the_track_bar(at: Situation, marks: str) -> None:
    assert [stage.status for stage in track(at)] == marks.split()
