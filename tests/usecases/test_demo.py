"""The demo proves the flow: what the story tells is what the use cases made of it, to the fen."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts import service as accounts
from marketplace.accounts.models import User
from marketplace.audit import service as audit
from marketplace.audit.models import AuditRow
from marketplace.confidentiality.models import Agreement
from marketplace.confidentiality.queries import openings
from marketplace.contracts.models import Document, Scan, Signature
from marketplace.deals.models import Deal
from marketplace.deals.queries import count_stalled
from marketplace.demo.load import PASSWORD, SIGN_INS, is_empty, load
from marketplace.demo.story import DATA, read_story
from marketplace.home import oversight
from marketplace.infra.database import Base
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import SYSTEM
from marketplace.listings.models import Listing
from marketplace.matching.models import Interest
from marketplace.organisations.models import Organisation
from marketplace.registrations.models import Registration, RegistrationEntry
from marketplace.reminders.models import Reminder
from marketplace.results.models import Result
from marketplace.rewards.stop import standing
from marketplace.statistics.adding import cut, total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Dimension, FigureCode, Period
from marketplace.targets.queries import Asked, current
from tests.demo_world import LOADED_ON, TODAY, Demo, demo, demo_folder, demo_settings, open_demo
from tests.world import empty_tables

__all__ = ["demo", "demo_folder"]

ALWAYS = Period(TODAY - timedelta(days=800), TODAY)
HEADLINE = {
    "draft_contract": "drafting",
    "send": "signing",
    "perform": "performing",
    "accept_delivery": "accepted",
    "complete": "completed",
    "lose": "lost",
    "verify_scan": "in_force",
}
"""Where a step leaves the deal; a second signature is counted apart."""
SECOND = {"sign": "in_force", "sign_termination": "terminated"}
"""Where the second signature of a document leaves it."""


def told(name: str) -> list[dict[str, Any]]:
    """A data file as it lies there."""
    rows: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def headline(steps: list[dict[str, Any]]) -> str:
    """Where these steps leave a deal, worked out without the product."""
    state, given = "negotiating", Counter[str]()
    for step in steps:
        given[step["action"]] += 1
        is_second = step["action"] in SECOND and given[step["action"]] == 2
        state = SECOND[step["action"]] if is_second else HEADLINE.get(step["action"], state)
    return state


def contract_rows() -> list[tuple[str, date, int]]:
    """(interest, day, fen): what A1 is made of, worked out from the story alone."""
    rows = []
    for deal in told("deals"):
        given, amount, then = Counter[str](), 0, 0
        for step in deal["steps"]:
            day, action = TODAY - timedelta(days=step["days_ago"]), step["action"]
            if action in {"offer", "counter"}:
                amount = step["amount_yuan"] * 100
            if action in {"amend_contract", "agree_to_end"}:
                then = step.get("amount_yuan", step.get("payable_yuan", 0)) * 100
            given[action] += 1
            if action == "verify_scan" or (action == "sign" and given["sign"] == 2):
                rows.append((deal["interest"], day, amount))
            if action in {"sign_amendment", "sign_termination"} and given[action] == 2:
                rows.append((deal["interest"], day, then - amount))
                amount = then
    return rows


def letter_rows() -> list[tuple[str, date, int]]:
    """The same for A0: letters that both have signed."""
    rows = []
    for deal in told("deals"):
        letters = [step for step in deal["steps"] if step["action"] == "letter_of_intent"]
        signed = [step for step in deal["steps"] if step["action"] == "sign_letter"]
        if letters and len(signed) == 2:
            rows.append(
                (deal["interest"], TODAY - timedelta(days=signed[1]["days_ago"]), letters[0]["amount_yuan"] * 100)
            )
    return rows


@pytest.fixture
def uow(demo: Demo) -> Iterator[UnitOfWork]:
    """A look at the loaded demo."""
    with demo.runtime.factory.reading(SYSTEM) as unit:
        yield unit


def check_states(uow: UnitOfWork) -> None:
    """Everything stands where the story says."""
    closed = {"closed": lambda row: row["outcome"]}
    wanted = {
        Organisation: Counter(row["state"] for row in told("organisations")),
        Result: Counter(row["state"] for row in told("results")),
        Interest: Counter(row["state"] for row in told("interests")),
        Deal: Counter(headline(row["steps"]) for row in told("deals")),
    }
    for table, expected in wanted.items():
        assert states(uow, table) == expected, table
    assert "done" in {one.status for deal in uow.session.scalars(select(Deal.id)).all() if (one := standing(uow, deal))}
    needs = Counter(closed.get(row["state"], lambda row: row["state"])(row) for row in told("needs"))
    found = uow.session.execute(
        select(Listing.state, func.count().label("count")).where(Listing.kind == "need").group_by(Listing.state)
    )
    assert {str(row.state): row.count for row in found} == needs


def states(uow: UnitOfWork, table: Any) -> dict[str, int]:
    found = uow.session.execute(select(table.state, func.count()).group_by(table.state))
    return {str(state): count for state, count in found}


def check_figures(uow: UnitOfWork) -> None:
    """A0 and A1 are those of a calculation by hand."""
    for code, rows in ((FigureCode.A1, contract_rows()), (FigureCode.A0, letter_rows())):
        figure = total(uow, Filter(DEFINITIONS[code], ALWAYS, uow.now()))
        assert figure.value == sum(fen for *_, fen in rows)
        assert figure.count == sum(fen > 0 for *_, fen in rows)


def test_everything_stands_where_the_story_says(uow: UnitOfWork) -> None:
    check_states(uow)


def test_figures_are_those_of_a_calculation_by_hand(uow: UnitOfWork) -> None:
    assert contract_rows()
    assert letter_rows()
    check_figures(uow)


@pytest.mark.parametrize("days", [30, 120, 365])
def test_figures_of_a_span_hold_only_its_days(uow: UnitOfWork, days: int) -> None:
    first = TODAY - timedelta(days=days)
    for code, rows in ((FigureCode.A1, contract_rows()), (FigureCode.A0, letter_rows())):
        figure = total(uow, Filter(DEFINITIONS[code], Period(first, TODAY), uow.now()))
        assert figure.value == sum(fen for _, day, fen in rows if day >= first)


def test_what_is_registered_is_that_of_the_story(uow: UnitOfWork) -> None:
    """A2 is the contract's amount wherever the story names no other, A3 that less the equipment it names."""
    contracts = {interest: fen for interest, _, fen in contract_rows() if fen > 0}
    expected, refusals = Counter[str](), 0
    for deal in told("deals"):
        actions = [step["action"] for step in deal["steps"]]
        refusals += actions.count("refuse_registration")
        if "verify_registration" in actions:
            paper = deal["steps"][actions.index("record_certificate")]
            expected["a2"] += contracts[deal["interest"]]
            expected["a3"] += contracts[deal["interest"]] - paper.get("payable_yuan", 0) * 100
    a2, a3 = uow.session.execute(select(func.sum(RegistrationEntry.a2_fen), func.sum(RegistrationEntry.a3_fen))).one()
    assert (a2, a3) == (expected["a2"], expected["a3"])
    assert (a3 < a2, refusals) == (True, states(uow, Registration)["refused"])


def test_the_targets_of_the_year_are_those_of_the_story_and_one_reminder_was_sent(demo: Demo) -> None:
    last: dict[tuple[str, str | None], int] = {}
    for row in sorted(told("targets"), key=lambda one: -one["part_of_year_ago"]):
        for place, value in row["values"].items():
            last[row["figure"], None if place == "city" else place] = value
    with demo.runtime.factory.reading(demo.person("official@example.com")) as uow:
        for code in (FigureCode.A1, FigureCode.A4, FigureCode.C4):
            set_now = current(uow.session, Asked(DEFINITIONS[code], TODAY.year, TODAY, uow.now()))
            wanted = {place: value for (figure, place), value in last.items() if figure == code.value}
            assert {place: target.value for place, target in set_now.items()} == wanted
        (stalled, *_) = oversight.stalled_deals(uow)
        (reminder,) = uow.session.scalars(select(Reminder)).all()
    assert reminder.subject == f"deal:{stalled.deal.id}"


def test_the_seller_s_county_is_that_of_who_owns_the_result(uow: UnitOfWork) -> None:
    """Worked out from the story: the unit's county, or that of the person whose non-service result it is."""
    county_of_unit = {row["key"]: row["county"] for row in told("organisations")}
    county_of_person = {row["key"]: row["county"] for row in told("people")}
    results = {row["key"]: row for row in told("results")}
    interests = {row["key"]: row for row in told("interests")}
    expected: Counter[str] = Counter()
    for key, _, fen in contract_rows():
        result = results[interests[key]["result"]]
        own = result["ownership"] == "non_service"
        expected[county_of_person[result["author"]] if own else county_of_unit[result["organisation"]]] += fen
    found = cut(uow, Filter(DEFINITIONS[FigureCode.A1], ALWAYS, uow.now()), Dimension.SELLER)
    assert {county: figure.value for county, figure in found.items()} == expected


def test_how_things_stand_is_what_the_lists_and_states_say(demo: Demo, uow: UnitOfWork) -> None:
    """Figures made of histories come out as what people see today."""

    def standing(code: FigureCode) -> int:
        return total(uow, Filter(DEFINITIONS[code], ALWAYS, uow.now())).value

    with demo.runtime.factory.reading(demo.person("official@example.com")) as of_official:
        stalled = count_stalled(of_official)[0]
    published = states(uow, Result)["published"]
    ended = states(uow, Deal)
    assert (standing(FigureCode.C9), standing(FigureCode.C11)) == (published, stalled)
    assert (standing(FigureCode.C12), standing(FigureCode.C13)) == (ended["lost"], ended["terminated"])
    reasons = cut(uow, Filter(DEFINITIONS[FigureCode.C12], ALWAYS, uow.now()), Dimension.REASON)
    given = [step["end_reason"] for deal in told("deals") for step in deal["steps"] if step["action"] == "lose"]
    assert {reason: figure.value for reason, figure in reasons.items()} == Counter(given)


def test_one_of_two_benefits_is_verified(uow: UnitOfWork) -> None:
    """Reckoned from the story: what is saved per unit times how many, less the costs."""
    told_of = [one for one in told("benefits") if "verified_days_ago" in one]
    fen = sum((one["unit_yuan"] * one["quantity"] - one["costs_yuan"]) * 100 for one in told_of)
    found = total(uow, Filter(DEFINITIONS[FigureCode.B1], ALWAYS, uow.now()))
    assert (found.value, found.count, len(told("benefits"))) == (fen, 1, 2)


def test_the_audit_chain_is_whole_and_runs_forwards(uow: UnitOfWork) -> None:
    assert audit.verify(uow.session) is None
    moments = list(uow.session.scalars(select(AuditRow.at).order_by(AuditRow.id)))
    assert moments == sorted(moments)
    assert moments[-1] <= LOADED_ON


def test_nothing_is_left_in_the_outbox(uow: UnitOfWork) -> None:
    assert uow.session.scalar(select(func.count(OutboxRow.id))) == 0


def test_dates_are_offsets_from_the_day_of_loading(uow: UnitOfWork) -> None:
    for row in told("results"):
        listing = uow.session.scalars(select(Listing).where(Listing.title == row["title"])).one()
        assert china_day(listing.created_at) == TODAY - timedelta(days=row["days_ago"])


def test_what_everybody_sees_is_in_the_index(demo: Demo) -> None:
    shown = {"result": sum(row["state"] == "published" for row in told("results"))}
    shown["need"] = sum(row["state"] == "published" for row in told("needs"))
    catalogues = demo.runtime.factory.services.catalogues
    assert {kind: index.status().documents for kind, index in catalogues.items()} == shown


def test_nothing_published_is_stale_on_the_day_of_loading(uow: UnitOfWork) -> None:
    oldest = uow.session.scalar(select(func.min(Listing.fresh_at)).where(Listing.state == "published"))
    assert oldest is not None
    assert LOADED_ON - oldest < timedelta(days=uow.settings.listing_fresh_days - 30)


def test_signatures_bind_exactly_the_text(uow: UnitOfWork) -> None:
    pairs = uow.session.execute(select(Signature.sha256, Document.sha256).join(Document)).all()
    assert len(pairs) == sum(step["action"].startswith("sign") for deal in told("deals") for step in deal["steps"])
    assert all(signed == text for signed, text in pairs)


def test_agreements_are_read_under_or_wait_for_their_owner(uow: UnitOfWork) -> None:
    rows = uow.session.scalars(select(Agreement).order_by(Agreement.id)).all()
    read = [len(openings(uow, row.id)) for row in rows]
    assert read == [len(one.get("read_days_ago", ())) for one in told("confidentiality")]
    assert [row.state for row in rows] == ["in_force", "signed_by_reader"]


def test_scans_are_specimens_on_disk(demo: Demo, uow: UnitOfWork) -> None:
    scans = list(uow.session.scalars(select(Scan)))
    assert len(scans) == sum(step["action"] == "upload_scan" for deal in told("deals") for step in deal["steps"])
    assert all(demo.runtime.factory.services.files.path(scan.sha256).stat().st_size == scan.size for scan in scans)


def test_the_sign_ins_work_on_a_loopback_address_alone(demo: Demo, demo_folder: Path) -> None:
    public = open_demo(demo_settings(demo_folder).model_copy(update={"public_url": "https://jiangguo.example.org"}))
    for email in SIGN_INS:
        mobile = demo.person(email).user_id
        with demo.runtime.factory.reading() as unit:
            assert accounts.sign_in(unit, email, PASSWORD, "", "") is not None
            number = unit.session.get_one(User, mobile).mobile or ""
            unit.session.rollback()
        for contact in (email, number):
            with public.runtime.factory.reading() as unit:
                assert accounts.sign_in(unit, contact, PASSWORD, "", "") is None
                unit.session.rollback()
    public.runtime.factory.engine.dispose()


def check_breaking_off(fresh: Demo) -> None:
    """People who had registered before it broke are gone again."""
    story = read_story()
    nobody_s = story.results[0].model_copy(update={"author": "nobody"})
    broken = story.model_copy(update={"results": (nobody_s,), "needs": (), "interests": (), "deals": ()})
    with pytest.raises(KeyError):
        load(fresh.runtime.factory, story=broken)
    with fresh.runtime.factory.reading() as unit:
        assert is_empty(unit)
        assert unit.session.scalar(select(func.count()).select_from(AuditRow)) == 0


def test_a_story_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    fresh = open_demo(demo_settings(tmp_path / "fresh"))
    Base.metadata.create_all(fresh.runtime.factory.engine)
    check_breaking_off(fresh)
    fresh.runtime.factory.engine.dispose()


def test_its_people_come_without_what_they_did(tmp_path: Path) -> None:
    fresh = open_demo(demo_settings(tmp_path / "fresh"))
    Base.metadata.create_all(fresh.runtime.factory.engine)
    story = read_story()
    load(fresh.runtime.factory, story=story.cast())
    with fresh.runtime.factory.reading() as unit:
        assert unit.session.scalar(select(func.count()).select_from(User)) == len(story.people)
        assert unit.session.scalar(select(func.count()).select_from(Result)) == 0
    fresh.runtime.factory.engine.dispose()


def test_on_postgresql_a_story_that_breaks_off_leaves_nothing_either(tmp_path: Path, postgres_schema: str) -> None:
    on_postgres = open_demo(demo_settings(tmp_path / "data", empty_tables(postgres_schema)))
    check_breaking_off(on_postgres)
    on_postgres.runtime.factory.engine.dispose()


@pytest.mark.soak
def test_on_postgresql_the_demo_loads_as_well(tmp_path: Path, postgres_schema: str) -> None:
    """First a story that breaks off, then the real one in the same database."""
    on_postgres = open_demo(demo_settings(tmp_path / "data", empty_tables(postgres_schema)))
    check_breaking_off(on_postgres)
    load(on_postgres.runtime.factory)
    with on_postgres.runtime.factory.reading(SYSTEM) as unit:
        check_states(unit)
        check_figures(unit)
        assert audit.verify(unit.session) is None
        assert unit.session.scalar(select(func.count(OutboxRow.id))) == 0
    on_postgres.runtime.factory.engine.dispose()
