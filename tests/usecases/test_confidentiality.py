"""How a result works is opened to an interested party once both have signed, and never before; nobody else gets that far."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from marketplace.accounts.models import User
from marketplace.confidentiality import queries, service
from marketplace.confidentiality.models import Agreement, AgreementSignature, Opening
from marketplace.confidentiality.rules import ConfidentialityState as S
from marketplace.contracts.rules import METHOD
from marketplace.contracts.signing_service import Confirmation
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState, OrganisationState
from tests.confiding import (
    SECRET,
    asked,
    change,
    confirmation,
    decline,
    end,
    in_force,
    log,
    make_secret,
    make_talks,
    read,
    sign,
    signed_by_reader,
    state,
    unmet,
)
from tests.crowd import run_at_once
from tests.factories import make_interest, make_need, make_result
from tests.paying import refused
from tests.personas import PASSWORD, People, actor_in

OUTSIDERS = ("stranger", "loner", "colleague", "other_official", "administrator")


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A trade secret in which the buyer's interest was accepted."""
    return make_talks(factory, people)


def test_it_opens_once_both_have_signed(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    refused(lambda: read(factory, people.company, agreement_id), Conflict)
    sign(factory, people.company, agreement_id)
    assert state(factory, agreement_id) is S.SIGNED_BY_READER
    refused(lambda: read(factory, people.company, agreement_id), Conflict)
    sign(factory, people.seller_contact, agreement_id)
    assert state(factory, agreement_id) is S.IN_FORCE
    assert read(factory, people.company, agreement_id) == SECRET
    assert read(factory, people.company_admin, agreement_id) == SECRET
    buyer = "寿光蓝海化工有限公司"
    assert log(factory, people, agreement_id) == [("孙丽华", buyer, "description"), ("周强", buyer, "description")]


def test_the_text_names_both_the_term_and_the_law(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.reading() as uow:
        row = uow.session.get_one(Agreement, agreement_id)
    names = ("青州前程机械有限公司", "寿光蓝海化工有限公司")
    law = ("第五百零一条", "第二十四条", "（2025年修订，2025年10月15日起施行）第十条")
    for said in (*names, "5年", *law):
        assert said in row.text
    assert SECRET not in row.text
    assert "{" not in row.text


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_asks_signs_or_reads(factory: UnitOfWorkFactory, people: People, result_id: int, who: str) -> None:
    outsider: Actor = getattr(people, who)
    refused(lambda: asked(factory, people, result_id, outsider), NotPermitted)
    own = outsider.own_party_id
    assert own is not None

    def ask_for_himself() -> None:
        with factory.writing(outsider) as uow:
            service.ask(uow, result_id, own)

    refused(ask_for_himself, Conflict)
    agreement_id = asked(factory, people, result_id)
    refused(lambda: sign(factory, outsider, agreement_id), NotFound)
    sign(factory, people.company, agreement_id)
    refused(lambda: sign(factory, outsider, agreement_id), NotFound)
    refused(lambda: decline(factory, outsider, agreement_id), NotFound)
    sign(factory, people.seller_contact, agreement_id)
    refused(lambda: read(factory, outsider, agreement_id), NotFound)
    refused(lambda: end(factory, outsider, agreement_id), NotFound)
    with factory.reading(outsider) as uow:
        assert queries.of_result(uow, result_id).agreements == []
        refused(lambda: queries.agreement_view(uow, agreement_id), NotFound)


def test_each_side_signs_in_its_turn_and_once(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = asked(factory, people, result_id)
    assert unmet(factory, people.seller_contact, agreement_id) == {"turn"}
    refused(lambda: sign(factory, people.seller_contact, agreement_id), Conflict)
    sign(factory, people.company, agreement_id)
    assert unmet(factory, people.company_admin, agreement_id) == {"once", "turn"}
    refused(lambda: sign(factory, people.company_admin, agreement_id), Conflict)
    refused(lambda: decline(factory, people.company, agreement_id), NotPermitted)
    sign(factory, people.seller_contact, agreement_id)
    refused(lambda: sign(factory, people.seller_contact, agreement_id), Conflict)
    refused(lambda: decline(factory, people.seller_contact, agreement_id), Conflict)
    refused(lambda: end(factory, people.company, agreement_id), NotPermitted)
    with factory.reading() as uow:
        assert len(uow.session.scalars(select(AgreementSignature)).all()) == 2


def test_one_person_never_signs_for_both(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    with factory.writing() as uow:
        uow.session.add(
            Membership(
                organisation_id=people.seller_id,
                user_id=people.company.user_id,
                role=MembershipRole.CONTACT,
                state=MembershipState.ADMITTED,
                requested_at=uow.now(),
            )
        )
    with factory.reading() as uow:
        both = actor_in(uow.session, uow.session.get_one(User, people.company.user_id))
    agreement_id = asked(factory, people, result_id, people.company_admin)
    sign(factory, both, agreement_id)
    refused(lambda: sign(factory, both, agreement_id), NotPermitted)
    sign(factory, people.seller_contact, agreement_id)
    assert state(factory, agreement_id) is S.IN_FORCE


@pytest.mark.parametrize("unit", ["seller_id", "buyer_id"])
def test_who_is_not_verified_signs_nothing(
    factory: UnitOfWorkFactory, people: People, result_id: int, unit: str
) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing() as uow:
        of_unit = update(Organisation).where(Organisation.id == getattr(people, unit))
        uow.session.execute(of_unit.values(state=OrganisationState.SUBMITTED, verified_at=None))
    refused(lambda: sign(factory, people.company, agreement_id), NotPermitted)


@pytest.mark.parametrize("wrong", ["sha256", "method", "password", "code"])
def test_a_signature_needs_the_text_shown_the_method_password_and_code(
    factory: UnitOfWorkFactory, people: People, result_id: int, wrong: str
) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing(people.company) as uow:
        service.send_signing_code(uow, agreement_id)
        right = confirmation(uow, agreement_id)
    given = {"sha256": right.shown_sha256, "method": METHOD, "password": PASSWORD, "code": right.code}
    given[wrong] = "0" * 6

    def press() -> None:
        with factory.writing(people.company) as uow:
            service.sign(
                uow, agreement_id, Confirmation(given["sha256"], given["method"], given["password"], given["code"])
            )

    refused(press, Conflict if wrong == "sha256" else InvalidInput)
    assert state(factory, agreement_id) is S.ASKED


def test_a_text_written_anew_is_not_signed_with_what_was_shown_before(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    agreement_id = asked(factory, people, result_id)
    with factory.writing(people.company) as uow:
        service.send_signing_code(uow, agreement_id)
        shown = confirmation(uow, agreement_id)
    change(factory, result_id, title="花键感应淬火喷液圈")
    assert asked(factory, people, result_id) == agreement_id

    def press() -> None:
        with factory.writing(people.company) as uow:
            service.sign(uow, agreement_id, shown)

    refused(press, Conflict)
    # Nor does the code of the earlier text sign the present one.
    with factory.reading() as uow:
        present = uow.session.get_one(Agreement, agreement_id)
    assert (present.number, "花键感应淬火喷液圈" in present.text) == (2, True)

    def press_again() -> None:
        with factory.writing(people.company) as uow:
            service.sign(uow, agreement_id, Confirmation(present.sha256, METHOD, PASSWORD, shown.code))

    refused(press_again, InvalidInput)
    sign(factory, people.company, agreement_id)


def test_what_is_signed_is_not_written_anew(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    change(factory, result_id, title="另一个名字")
    refused(lambda: asked(factory, people, result_id), Conflict)
    sign(factory, people.seller_contact, agreement_id)


def test_silence_lapses_after_its_working_days(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, result_id: int
) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)

    def tick() -> S:
        with factory.writing() as uow:
            service.lapse_overdue(uow)
        return state(factory, agreement_id)

    clock.forward(days=21)  # 11 December 2026: fifteen working days after 20 November.
    assert tick() is S.SIGNED_BY_READER
    assert unmet(factory, people.seller_contact, agreement_id) == set()
    clock.forward(days=1)
    assert unmet(factory, people.seller_contact, agreement_id) == {"in_time"}
    refused(lambda: sign(factory, people.seller_contact, agreement_id), Conflict)
    assert tick() is S.LAPSED
    assert asked(factory, people, result_id) != agreement_id


def test_a_refusal_has_a_reason_and_is_no_end(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    refused(lambda: decline(factory, people.seller_contact, agreement_id, "  "), InvalidInput)
    refused(lambda: decline(factory, people.seller_contact, agreement_id, "长" * 1001), InvalidInput)
    decline(factory, people.seller_contact, agreement_id)
    assert state(factory, agreement_id) is S.DECLINED
    refused(lambda: read(factory, people.company, agreement_id), Conflict)
    assert asked(factory, people, result_id) != agreement_id


@pytest.mark.parametrize(
    "values",
    [
        {"state": InterestState.DELIVERED},
        {"state": InterestState.EXPRESSED},
        {"state": InterestState.DECLINED, "reason": "没有产能"},
        {"state": InterestState.LAPSED},
    ],
)
def test_before_acceptance_nobody_asks_and_no_anonymous_need_is_named(
    factory: UnitOfWorkFactory, people: People, values: dict[str, object]
) -> None:
    result_id = make_secret(factory, people)
    need_id = make_need(factory, people, anonymous=True)
    make_interest(factory, people, result_id=result_id, need_id=need_id, **values)
    refused(lambda: asked(factory, people, result_id), Conflict)
    with factory.reading(people.seller_contact) as uow:
        assert queries.of_result(uow, result_id) == queries.OfResult([], ())
    with factory.reading(people.company) as uow:
        assert queries.of_result(uow, result_id).may_ask == ()


def test_a_patent_filed_keeps_nothing_back(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    make_interest(factory, people, result_id=result_id)
    refused(lambda: asked(factory, people, result_id), Conflict)
    with factory.reading(people.company) as uow:
        assert queries.of_result(uow, result_id).may_ask == ()


def test_what_is_held_in_trust_is_opened_by_nobody(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    change(factory, result_id, on_behalf=True)
    refused(lambda: asked(factory, people, result_id), Conflict)


def test_two_windows_ask_sign_and_open_once(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    found: list[int] = []
    run_at_once([lambda: found.append(asked(factory, people, result_id))] * 2)
    assert found[0] == found[1]
    with factory.writing(people.company) as uow:
        service.send_signing_code(uow, found[0])
        given = confirmation(uow, found[0])
    outcomes: list[str] = []

    def press() -> None:
        try:
            with factory.writing(people.company) as uow:
                service.sign(uow, found[0], given)
            outcomes.append("signed")
        except Conflict:
            outcomes.append("told")

    run_at_once([press, press])
    assert sorted(outcomes) == ["signed", "told"]
    sign(factory, people.seller_contact, found[0])
    texts: list[str] = []
    run_at_once([lambda: texts.append(read(factory, people.company, found[0]))] * 2)
    assert texts == [SECRET, SECRET]
    with factory.reading() as uow:
        assert len(uow.session.scalars(select(Opening)).all()) == 1


def test_of_signing_and_declining_at_once_one_is_told(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    agreement_id = signed_by_reader(factory, people, result_id)
    with factory.writing(people.seller_contact) as uow:
        service.send_signing_code(uow, agreement_id)
        given = confirmation(uow, agreement_id)
    outcomes: list[str] = []

    def attempt(name: str, use_case: Callable[[], None]) -> None:
        try:
            use_case()
            outcomes.append(name)
        except Conflict:
            outcomes.append("told")

    def countersign() -> None:
        with factory.writing(people.seller_contact) as uow:
            service.sign(uow, agreement_id, given)

    run_at_once(
        [
            lambda: attempt("declined", lambda: decline(factory, people.seller_contact, agreement_id)),
            lambda: attempt("in_force", countersign),
        ]
    )
    assert min(outcomes, key=lambda one: one == "told") == state(factory, agreement_id).value
    assert outcomes.count("told") == 1


def test_the_interest_of_a_seller_counts_as_well(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_secret(factory, people)
    sides = {
        "from_party_id": people.seller_party,
        "to_party_id": people.buyer_party,
        "from_user_id": people.worker.user_id,
    }
    make_interest(factory, people, result_id=result_id, need_id=make_need(factory, people), side="result", **sides)
    assert in_force(factory, people, result_id)
