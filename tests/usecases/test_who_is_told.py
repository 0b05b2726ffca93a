"""Who hears of steps of listings, imports, organisations, members and deals; never who took them."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState, PaperState
from marketplace.deals.events import DealMoved, MessageSent, OfferMoved
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ClaimMoved, ImportFinished, ListingMoved, ListingRevised, RevisionMoved
from marketplace.listings.models import Claim, Decision, ImportRun, Revision
from marketplace.listings.rules import ClaimState, ListingKind, RevisionState
from marketplace.matching import service as matching
from marketplace.matching.rules import Origin, Side
from marketplace.notifications.models import Notification
from marketplace.organisations.events import MembershipMoved, OrganisationMoved
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipState
from tests.factories import make_need, make_result
from tests.inboxes import happen, those, told
from tests.personas import People

Drain = Callable[[], int]


REVIEWED = [
    ("ask_owner", "submitted", "owner_review", {"seller_contact"}, "/results/"),
    ("skip_owner", "submitted", "county_review", {"county_official"}, "/review/"),
    ("pass_to_official", "owner_review", "county_review", {"county_official", "worker", "seller_contact"}, "/"),
    ("approve", "county_review", "published", {"worker", "seller_contact"}, "/results/"),
    ("request_changes", "county_review", "changes_requested", {"worker", "seller_contact"}, "/results/"),
    ("object", "owner_review", "changes_requested", {"worker", "seller_contact"}, "/results/"),
    ("suspend", "published", "suspended", {"worker", "seller_contact"}, "/results/"),
    ("go_stale", "published", "stale", {"worker", "seller_contact"}, "/results/"),
    ("publish_imported", "draft", "published", set(), ""),
    ("pause", "published", "paused", set(), ""),
]


@pytest.mark.parametrize(("action", "source", "target", "who", "path"), REVIEWED, ids=[row[0] for row in REVIEWED])
def test_steps_of_a_listing(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    action: str,
    source: str,
    target: str,
    who: set[str],
    path: str,
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        words = {"action": action, "from_state": source, "to_state": target, "reason": "缺少检测报告"}
        uow.session.add(Decision(listing_id=result_id, at=uow.now(), **words))
    happen(factory, None, ListingMoved("result", result_id, action, source, target))
    drain()
    found = told(factory, people)
    assert set(found) == who
    for lines in found.values():
        ((text, url),) = lines
        assert url.startswith(path)
        assert "变压器油箱自动焊接工装" in text
        assert ("缺少检测报告" in text) == (action in {"request_changes", "object", "suspend"})


def test_a_need_in_review_waits_for_the_officials_of_the_city_where_a_county_has_none(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    need_id = make_need(factory, people)
    happen(factory, people.company, ListingMoved("need", need_id, "take_up", "submitted", "review"))
    drain()
    assert those(factory, people) == {"city_official"}


def test_revisions(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        revision = Revision(
            listing_id=result_id,
            state=RevisionState.PROPOSED,
            changes={},
            proposed_by_id=people.worker.user_id,
            proposed_at=uow.now(),
            note="数据没有来源",
        )
        uow.session.add(revision)
        uow.flush()
        revision_id = revision.id
    happen(factory, people.worker, RevisionMoved("result", result_id, revision_id, "propose"))
    drain()
    assert those(factory, people) == {"county_official"}
    happen(factory, people.county_official, RevisionMoved("result", result_id, revision_id, "return"))
    happen(factory, people.county_official, ListingRevised("result", result_id, revision_id))
    drain()
    texts = [text for text, _ in told(factory, people)["worker"]]
    assert "数据没有来源" in texts[0]
    assert "approved" in texts[1]


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [("make", "company", {"county_official"}), ("refuse", "county_official", {"company"})],
)
def test_claims(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        claim = Claim(
            listing_id=result_id,
            party_id=people.buyer_party,
            state=ClaimState.PENDING,
            note="是我们的",
            claimed_by_id=people.company.user_id,
            claimed_at=uow.now(),
        )
        uow.session.add(claim)
        uow.flush()
        claim_id = claim.id
    happen(factory, getattr(people, actor), ClaimMoved("result", result_id, claim_id, action))
    drain()
    assert those(factory, people) == who


@pytest.mark.parametrize(
    ("held", "said"),
    [(0, "."), (2, ", 2 wait for your word: they are nearly the same as listings that are here.")],
)
def test_who_started_an_import_hears_of_its_end(
    factory: UnitOfWorkFactory, people: People, drain: Drain, held: int, said: str
) -> None:
    with factory.writing() as uow:
        run = ImportRun(
            kind=ListingKind.RESULT,
            file_name="results.csv",
            sha256="0" * 64,
            dry_run=False,
            user_id=people.city_official.user_id,
            started_at=uow.now(),
        )
        uow.session.add(run)
        uow.flush()
        run_id = run.id
    happen(factory, people.city_official, ImportFinished(run_id, 12, 3, 1, held))
    drain()
    (((text, url),),) = told(factory, people).values()
    assert text == f"The import of results.csv has finished: 12 created, 3 skipped as duplicates, 1 refused{said}"
    assert url == f"/imports/{run_id}"


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [
        ("submit", "company_admin", {"city_official"}),
        ("verify", "city_official", {"company_admin"}),
        ("return", "city_official", {"company_admin"}),
        ("revoke", "city_official", {"company_admin"}),
    ],
)
def test_organisations(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    happen(factory, getattr(people, actor), OrganisationMoved(people.buyer_id, action))
    drain()
    assert those(factory, people) == who


@pytest.mark.parametrize(
    ("action", "actor", "who"),
    [
        ("request", "loner", {"company_admin"}),
        ("admit", "company_admin", {"loner"}),
        ("refuse", "company_admin", {"loner"}),
        ("leave", "company_admin", {"loner"}),
        ("leave", "loner", set()),
    ],
)
def test_members(
    factory: UnitOfWorkFactory, people: People, drain: Drain, action: str, actor: str, who: set[str]
) -> None:
    loner = people.loner.user_id or 0
    happen(factory, getattr(people, actor), MembershipMoved(1, people.buyer_id, loner, action))
    drain()
    assert those(factory, people) == who


SELLERS, BUYERS = {"seller_contact"}, {"company", "company_admin"}


@pytest.fixture
def deal_id(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    """A deal of seller and buyer, with an empty inbox for everybody."""
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    with factory.writing(people.company) as uow:
        row = matching.express(uow, Side.NEED, result_id, need_id, "想看现场", Origin.PAGE)
        deal = Deal(
            title="油箱焊接工装",
            interest_id=row.id,
            result_id=result_id,
            seller_party_id=people.seller_party,
            buyer_party_id=people.buyer_party,
            seller_county="qingzhou",
            buyer_county="shouguang",
            state=DealState.NEGOTIATING,
            opened_at=uow.now(),
            moved_at=uow.now(),
        )
        uow.session.add(deal)
        uow.flush()
        deal_id = deal.id
    drain()
    with factory.writing() as uow:
        uow.session.execute(delete(Notification))
    return deal_id


@pytest.mark.parametrize(
    ("make", "actor", "who"),
    [
        (lambda d, b, s: DealMoved(d, "enter_into_force", "signing", "in_force"), None, SELLERS | BUYERS | {"worker"}),
        (lambda d, b, s: DealMoved(d, "end_by_agreement", "in_force", "terminated"), None, SELLERS | BUYERS),
        (lambda d, b, s: DealMoved(d, "lose", "drafting", "lost", b), "company", SELLERS | {"company_admin"}),
        (lambda d, b, s: DealMoved(d, "send", "drafting", "signing", b), "company", set()),
        (lambda d, b, s: MessageSent(d, 1, s), "seller_contact", BUYERS),
        (lambda d, b, s: OfferMoved(d, 1, "make", b), "company", SELLERS),
        (lambda d, b, s: OfferMoved(d, 1, "accept", s), "seller_contact", BUYERS),
        (lambda d, b, s: OfferMoved(d, 1, "lapse", b), None, SELLERS | BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "upload", "", s), "seller_contact", BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "complete", "", None), None, SELLERS | BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "amendment", "complete", "", None), None, SELLERS | BUYERS),
        (lambda d, b, s: DocumentMoved(4, d, "contract", "draft", "", s), "seller_contact", set()),
    ],
)
def test_deals(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    deal_id: int,
    make: Callable[[int, int, int], Event],
    actor: str | None,
    who: set[str],
) -> None:
    happen(factory, getattr(people, actor) if actor else None, make(deal_id, people.buyer_party, people.seller_party))
    drain()
    assert those(factory, people) == who


@pytest.mark.parametrize(("paper", "who"), [(PaperState.UPLOADED, set()), (PaperState.CONFIRMED, {"county_official"})])
def test_a_paper_waits_for_officials_once_both_sides_have_confirmed_it(
    factory: UnitOfWorkFactory, people: People, drain: Drain, deal_id: int, paper: PaperState, who: set[str]
) -> None:
    with factory.writing() as uow:
        document = Document(
            deal_id=deal_id,
            kind=DocumentKind.LETTER_OF_INTENT,
            number=1,
            amount_fen=0,
            clauses=[],
            text="意向书",
            sha256="0" * 64,
            state=DocumentState.SENT,
            paper=paper,
            created_by_id=people.company.user_id,
            by_party_id=people.buyer_party,
            created_at=uow.now(),
        )
        uow.session.add(document)
        uow.flush()
        event = DocumentMoved(document.id, deal_id, "letter_of_intent", "confirm", "", people.seller_party)
    happen(factory, people.seller_contact, event)
    drain()
    assert those(factory, people) == who


def leave(factory: UnitOfWorkFactory, *people: Actor) -> None:
    with factory.writing() as uow:
        gone = Membership.user_id.in_([one.user_id for one in people])
        uow.session.execute(update(Membership).where(gone).values(state=MembershipState.LEFT))


def test_who_has_left_the_unit_hears_no_more_of_what_he_wrote_for_it(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id = make_result(factory, people)
    own_id = make_result(factory, people, party_id=people.worker.own_party_id)
    leave(factory, people.worker)
    for one in (result_id, own_id):
        happen(factory, None, ListingMoved("result", one, "go_stale", "published", "stale"))
    drain()
    urls = {who: [url for _, url in lines] for who, lines in told(factory, people).items()}
    assert urls == {"seller_contact": [f"/results/{result_id}"], "worker": [f"/results/{own_id}"]}


def test_who_has_left_hears_of_no_interest_he_received_or_sent(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    pair = make_result(factory, people), make_need(factory, people)
    with factory.writing(people.company) as uow:
        sent = matching.express(uow, Side.NEED, *pair, "想看现场", Origin.PAGE).id
    leave(factory, people.worker, people.company)
    drain()
    assert those(factory, people) == {"seller_contact"}
    with factory.writing(people.seller_contact) as uow:
        matching.decline(uow, sent, "没有产能")
    drain()
    assert those(factory, people) == {"seller_contact", "company_admin"}


def test_who_has_left_does_not_hear_that_his_change_came_back(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        revision = Revision(
            listing_id=result_id, state=RevisionState.RETURNED, changes={"title": "新题目"}, note="缺照片",
            proposed_by_id=people.colleague.user_id, proposed_at=uow.now(),
        )  # fmt: skip
        uow.session.add(revision)
        uow.flush()
    leave(factory, people.colleague)
    happen(factory, None, RevisionMoved("result", result_id, revision.id, "return"))
    drain()
    assert those(factory, people) == {"worker", "seller_contact"}
