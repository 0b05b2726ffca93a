"""The officials' queue: what is in it, for whom, how old it is. Today is Friday 20 November 2026 in China.

Seven days are allowed for a review: what came in on 13 November is on its last day, what came in on the 12th is a day late.
"""

from dataclasses import replace
from datetime import UTC, datetime

from marketplace.deals import document_service
from marketplace.home import review_queue
from marketplace.home.review_queue import ReviewRow, Wanted
from marketplace.home.rules import Age, ReviewKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor, Appointment, Office
from marketplace.listings.models import Claim, Revision
from marketplace.listings.rules import ClaimState, RevisionState
from marketplace.needs.rules import NeedState
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationState
from marketplace.results.rules import ResultState
from tests.factories import make_contract, make_deal, make_need, make_result
from tests.papers import scanned
from tests.personas import People

LATE_ON_THE_12TH = datetime(2026, 11, 12, 15, 59, tzinfo=UTC)
"""23:59 in China."""
EARLY_ON_THE_13TH = datetime(2026, 11, 12, 16, 0, tzinfo=UTC)
"""0:00 in China."""
ALL = Wanted()
SHOUGUANG = Appointment(Office.COUNTY_OFFICIAL, "shouguang")


def listed(factory: UnitOfWorkFactory, actor: Actor, wanted: Wanted = ALL) -> list[ReviewRow]:
    with factory.reading(actor) as uow:
        rows = review_queue.listed(uow, wanted)
        assert review_queue.count(uow, wanted) == len(rows)
        return rows


def test_age_is_counted_in_days_of_china(factory: UnitOfWorkFactory, people: People) -> None:
    late = make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=LATE_ON_THE_12TH)
    last = make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=EARLY_ON_THE_13TH)
    rows = listed(factory, people.county_official)
    assert [(row.target_id, row.age) for row in rows] == [(late, Age(8, 7)), (last, Age(7, 7))]
    assert [(row.age.overdue, row.age.left) for row in rows] == [(1, None), (0, 0)]


def test_the_summary_counts_what_the_list_shows_as_overdue(factory: UnitOfWorkFactory, people: People) -> None:
    for since in (LATE_ON_THE_12TH, EARLY_ON_THE_13TH):
        make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=since)
    with factory.reading(people.city_official) as uow:
        (row,) = review_queue.by_kind(uow)
    assert (row.kind, row.count, row.oldest, row.overdue) == (ReviewKind.RESULT, 2, Age(8, 7), 1)


def test_every_kind_is_in_the_list_oldest_first(factory: UnitOfWorkFactory, people: People) -> None:
    make_everything(factory, people)
    kinds = [row.kind for row in listed(factory, people.city_official)]
    assert kinds == [
        ReviewKind.ORGANISATION,
        ReviewKind.CLAIM,
        ReviewKind.REVISION,
        ReviewKind.NEED,
        ReviewKind.RESULT,
    ]


def test_an_official_sees_his_county_only(factory: UnitOfWorkFactory, people: People) -> None:
    make_everything(factory, people)
    assert {row.county for row in listed(factory, people.county_official)} == {"qingzhou"}
    assert [row.kind for row in listed(factory, people.county_official)] == [ReviewKind.REVISION, ReviewKind.RESULT]
    assert listed(factory, people.other_official) == []


def test_what_has_no_county_is_the_citys(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, state=ResultState.COUNTY_REVIEW, county=None)
    assert listed(factory, people.county_official) == []
    assert len(listed(factory, people.city_official)) == 1


def test_nobody_else_has_a_queue(factory: UnitOfWorkFactory, people: People) -> None:
    make_everything(factory, people)
    for actor in (people.worker, people.company_admin, people.administrator, people.loner):
        assert listed(factory, actor) == []


def test_the_list_is_narrowed_by_kind_and_county(factory: UnitOfWorkFactory, people: People) -> None:
    make_everything(factory, people)
    official = people.city_official
    assert [row.kind for row in listed(factory, official, Wanted(kind=ReviewKind.CLAIM))] == [ReviewKind.CLAIM]
    assert {row.county for row in listed(factory, official, Wanted(county="shouguang"))} == {"shouguang"}
    assert listed(factory, official, Wanted(ReviewKind.CLAIM, "qingzhou")) == []


def test_what_is_decided_or_not_handed_in_is_not_in_the_list(factory: UnitOfWorkFactory, people: People) -> None:
    for state in set(ResultState) - {ResultState.COUNTY_REVIEW}:
        make_result(factory, people, state=state)
    for need_state in set(NeedState) - {NeedState.REVIEW}:
        make_need(factory, people, state=need_state)
    assert listed(factory, people.city_official) == []


def make_everything(factory: UnitOfWorkFactory, people: People) -> None:
    """One of each kind, a day apart: a unit first, a result last; the result and the revision in Qingzhou."""
    days = [datetime(2026, 11, day, 2, 0, tzinfo=UTC) for day in range(10, 15)]
    make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=days[4])
    make_need(factory, people, state=NeedState.REVIEW, stage_since=days[3])
    revised, claimed = make_result(factory, people), make_result(factory, people, county="shouguang", author_id=None)
    with factory.writing() as uow:
        revision = Revision(
            listing_id=revised,
            state=RevisionState.PROPOSED,
            changes={"title": "新"},
            proposed_by_id=people.worker.user_id or 0,
            proposed_at=days[2],
        )
        claim = Claim(
            listing_id=claimed,
            party_id=people.buyer_party,
            state=ClaimState.PENDING,
            note="我们的",
            claimed_by_id=people.company.user_id or 0,
            claimed_at=days[1],
        )
        uow.session.add_all((revision, claim))
        unit = uow.session.get_one(Organisation, people.stranger_id)
        unit.state, unit.verified_at, unit.submitted_at = OrganisationState.SUBMITTED, None, days[0]


def test_a_paper_waits_once_both_have_confirmed_it_and_for_nobody_who_is_a_party(
    factory: UnitOfWorkFactory, people: People
) -> None:
    deal = make_deal(factory, people)
    document = make_contract(factory, people, deal)
    with factory.writing(people.company) as uow:
        scan = scanned(uow, document).id
        document_service.confirm_scan(uow, document, scan)
    assert listed(factory, people.city_official) == []
    with factory.writing(people.seller_contact) as uow:
        document_service.confirm_scan(uow, document, scan)
    for actor in (people.city_official, people.county_official):
        assert [(row.kind, row.target_id, row.age) for row in listed(factory, actor)] == [
            (ReviewKind.SCAN, deal, Age(0, 7))
        ]
    partial = replace(people.county_official, party_ids=people.county_official.party_ids | {people.buyer_party})
    member = replace(people.county_official, organisation_ids=frozenset({people.seller_id}))
    assert listed(factory, partial) == listed(factory, member) == []
    assert listed(factory, people.other_official) == []
    buyers_official = replace(people.other_official, appointments=frozenset({SHOUGUANG}))
    assert len(listed(factory, buyers_official, Wanted(county="shouguang"))) == 1
