"""What an agreement protects is opened to its reader alone, recorded each time, and closed once it is over."""

from collections.abc import Callable

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError

from marketplace.accounts.models import User
from marketplace.confidentiality import opening, queries, service
from marketplace.contracts.rules import EndReason
from marketplace.deals import service as deals
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole
from marketplace.results.models import Contributor
from marketplace.results.rules import ResultState
from tests.confiding import (
    SECRET,
    add_paper,
    change,
    end,
    in_force,
    log,
    make_secret,
    make_talks,
    read,
    sign,
    signed_by_reader,
)
from tests.factories import make_deal
from tests.paying import refused
from tests.personas import People, actor_in


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A trade secret in which the buyer's interest was accepted."""
    return make_talks(factory, people)


def test_owner_author_and_officials_see_who_has_read_it(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    agreement_id = in_force(factory, people, result_id)
    read(factory, people.company, agreement_id)
    for who in ("seller_contact", "worker", "county_official", "city_official", "company"):
        with factory.reading(getattr(people, who)) as uow:
            (view,) = queries.of_result(uow, result_id).agreements
            assert [row.person for row in view.read] == ["孙丽华"], who
            assert view.may_open == (who == "company")
    refused(lambda: read(factory, people.county_official, agreement_id), NotPermitted)
    refused(lambda: sign(factory, people.worker, agreement_id), Conflict)


def test_once_it_is_ended_nothing_new_opens(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = in_force(factory, people, result_id)
    read(factory, people.company, agreement_id)
    end(factory, people.seller_contact, agreement_id)
    refused(lambda: read(factory, people.company, agreement_id), Conflict)
    with factory.reading(people.company) as uow:
        assert opening.shown_description(uow, agreement_id) is None
        assert len(queries.agreement_view(uow, agreement_id).read) == 1


def test_nothing_opens_after_the_term(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    agreement_id = in_force(factory, people, result_id)
    clock.forward(days=5 * 365)  # 19 November 2031, with one leap day: the last day.
    assert read(factory, people.company, agreement_id) == SECRET
    clock.forward(days=1)
    refused(lambda: read(factory, people.company, agreement_id), Conflict)


def test_once_the_talks_are_over_nothing_opens(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    result_id = make_secret(factory, people)
    deal_id = make_deal(factory, people, result_id=result_id)
    agreement_id = in_force(factory, people, result_id)
    assert read(factory, people.company, agreement_id) == SECRET
    with factory.writing(people.company) as uow:
        deals.take(uow, deal_id, "lose", "价格谈不拢", EndReason.PRICE)
    drain()
    refused(lambda: read(factory, people.company, agreement_id), Conflict)


@pytest.mark.parametrize("taken_away", [ResultState.SUSPENDED, ResultState.WITHDRAWN, ResultState.EXPIRED])
def test_what_is_taken_away_is_closed_and_what_is_paused_is_not(
    factory: UnitOfWorkFactory, people: People, result_id: int, taken_away: ResultState
) -> None:
    agreement_id = in_force(factory, people, result_id)
    change(factory, result_id, state=ResultState.PAUSED)
    assert read(factory, people.company, agreement_id) == SECRET
    change(factory, result_id, state=taken_away)
    refused(lambda: read(factory, people.company, agreement_id), Conflict)


def test_another_owner_has_agreed_to_nothing(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = in_force(factory, people, result_id)
    change(factory, result_id, party_id=people.stranger_party)
    refused(lambda: read(factory, people.company, agreement_id), Conflict)


def test_a_contributor_reads_what_he_made_and_for_another_party_as_anybody(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    with factory.writing() as uow:
        uow.session.add(Contributor(result_id=result_id, place=1, name="李秀英", user_id=people.colleague.user_id))
        uow.session.add(Contributor(result_id=result_id, place=2, name="孙丽华", user_id=people.company.user_id))
    agreement_id = in_force(factory, people, result_id)
    refused(lambda: read(factory, people.colleague, agreement_id), NotFound)
    read(factory, people.company, agreement_id)
    assert [person for person, _, _ in log(factory, people, agreement_id)] == ["孙丽华"]


def test_who_has_left_the_party_reads_no_more(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = in_force(factory, people, result_id)
    with factory.writing() as uow:
        gone = update(Membership).where(Membership.user_id == people.company.user_id)
        uow.session.execute(gone.values(role=MembershipRole.MEMBER))
    with factory.reading() as uow:
        member = actor_in(uow.session, uow.session.get_one(User, people.company.user_id))
    refused(lambda: read(factory, member, agreement_id), NotFound)


def test_a_reload_writes_no_second_row_another_text_does(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    agreement_id = in_force(factory, people, result_id)
    for minutes in (0, 1, 58):
        clock.forward(minutes=minutes)
        read(factory, people.company, agreement_id)
    assert len(log(factory, people, agreement_id)) == 1
    clock.forward(minutes=1)
    with factory.reading(people.company) as uow:
        assert opening.shown_description(uow, agreement_id) is None
    read(factory, people.company, agreement_id)
    assert len(log(factory, people, agreement_id)) == 2
    change(factory, result_id, description=SECRET + "压力零点三兆帕。")
    with factory.reading(people.company) as uow:
        assert opening.shown_description(uow, agreement_id) is None
    read(factory, people.company, agreement_id)
    assert len(log(factory, people, agreement_id)) == 3


def test_papers_open_as_the_owner_names_them(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    first = add_paper(factory, people, result_id)
    second = add_paper(factory, people, result_id, b"%PDF-1.4\n% pay slips\n%%EOF\n")
    foreign = add_paper(factory, people, make_secret(factory, people), b"%PDF-1.4\n% of another\n%%EOF\n")
    agreement_id = signed_by_reader(factory, people, result_id)
    refused(lambda: sign(factory, people.seller_contact, agreement_id, (foreign,)), InvalidInput)
    sign(factory, people.seller_contact, agreement_id, (first,))
    with factory.reading(people.company) as uow:
        (named,) = queries.agreement_view(uow, agreement_id).papers
        hidden = next(one.sha256 for one in queries.proofs_of(uow, result_id) if one.id == second)

    def take(sha256: str) -> None:
        with factory.writing(people.company) as uow:
            opening.open_paper(uow, agreement_id, sha256)

    take(named.sha256)
    refused(lambda: take(hidden), NotFound)
    assert log(factory, people, agreement_id) == [("孙丽华", "寿光蓝海化工有限公司", "喷液圈图纸.pdf")]

    def name(actor: Actor, *papers: int) -> None:
        with factory.writing(actor) as uow:
            service.name_papers(uow, agreement_id, papers)

    refused(lambda: name(people.company, second), NotPermitted)
    refused(lambda: name(people.seller_contact), InvalidInput)
    name(people.seller_contact, second)
    take(hidden)
    end(factory, people.seller_contact, agreement_id)
    refused(lambda: take(hidden), Conflict)
    refused(lambda: name(people.seller_contact, second), Conflict)


def test_openings_and_signatures_are_only_added_to(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = in_force(factory, people, result_id)
    read(factory, people.company, agreement_id)
    for statement in (
        "DELETE FROM confidentiality_openings",
        "UPDATE confidentiality_grounds SET masked = 'x'",
        "UPDATE confidentiality_signatures SET signer_name = 'x'",
    ):
        with pytest.raises(DatabaseError, match="only added"), factory.writing() as uow:
            uow.session.execute(text(statement))
