"""Who hears of matches and who must not, whatever else would speak for it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.accounts.rules import UserState
from marketplace.alerts import service
from marketplace.alerts.delivery import note
from marketplace.alerts.finding import look
from marketplace.alerts.rules import Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings import claims
from marketplace.listings.events import ListingIndexed
from marketplace.notifications.models import Notification
from marketplace.organisations import members, queries
from marketplace.web.context import Runtime
from tests.alerting import alerted, appears, changes, wants
from tests.factories import make_need, make_result
from tests.letters import Letterbox
from tests.personas import People
from tests.usecases.test_alerts import BOTH_SIDES, NEED_HEARS, RESULT_HEARS
from tests.usecases.test_matches import index_everything

Drain = Callable[[], int]


def test_an_anonymous_need_stays_unnamed(
    factory: UnitOfWorkFactory, people: People, drain: Drain, letters: Letterbox
) -> None:
    make_need(factory, people, anonymous=True)
    result_id = make_result(factory, people)
    index_everything(factory)
    appears(factory, result_id)
    drain()
    assert "worker" in alerted(factory, people)
    with factory.reading() as uow:
        lines = uow.session.scalars(select(Notification).where(Notification.user_id == people.worker.user_id)).all()
    assert not any("寿光蓝海" in f"{line.message} {line.params}" for line in lines)
    with factory.reading() as uow:
        address = uow.session.get_one(User, people.worker.user_id).email
    theirs = [mail for mail in letters.mails if mail.to == address]
    assert any("/alerts/" in mail.text for mail in theirs)
    assert not any("寿光蓝海" in mail.subject + mail.text for mail in theirs)


def _leaves(factory: UnitOfWorkFactory, who: Actor) -> None:
    with factory.writing(who) as uow:
        (place,) = queries.memberships_of(uow.session, who.user_id or 0)
        members.end(uow, place.id)


def _is_disabled(factory: UnitOfWorkFactory, who: Actor) -> None:
    with factory.writing() as uow:
        uow.session.get_one(User, who.user_id).state = UserState.DISABLED


def _wants_no_recommendation(factory: UnitOfWorkFactory, who: Actor) -> None:
    with factory.writing(who) as uow:
        service.choose(uow, Frequency.INSTANT, recommendations=False)


def _wants_nothing(factory: UnitOfWorkFactory, who: Actor) -> None:
    wants(factory, who, Frequency.OFF)


def _mutes(scope: Scope) -> Callable[[UnitOfWorkFactory, Actor], None]:
    def mute(factory: UnitOfWorkFactory, who: Actor) -> None:
        ids = {Scope.PAIR: (1, 2), Scope.RESULT: (1, None), Scope.NEED: (None, 2), Scope.ALL: (None, None)}[scope]
        with factory.writing(who) as uow:
            service.mute(uow, Target(who.user_id or 0, scope, *ids))

    return mute


SILENT = {
    "left": _leaves,
    "disabled": _is_disabled,
    "no recommendation": _wants_no_recommendation,
    "off": _wants_nothing,
    **{f"muted {scope}": _mutes(scope) for scope in (Scope.PAIR, Scope.RESULT, Scope.NEED, Scope.ALL)},
}


@pytest.mark.parametrize("silence", SILENT.values(), ids=SILENT)
@pytest.mark.parametrize("who", ["worker", "company"])
@pytest.mark.parametrize("when", ["before", "while it waits"])
def test_who_must_not_or_does_not_want_to_hear_hears_nothing(
    factory: UnitOfWorkFactory,
    people: People,
    runtime: Runtime,
    drain: Drain,
    silence: Callable[[UnitOfWorkFactory, Actor], None],
    who: str,
    when: str,
) -> None:
    """The others still hear. It holds up to the last moment: between the look and the writing too."""
    assert (make_result(factory, people), make_need(factory, people)) == (1, 2)
    index_everything(factory)
    if when == "before":
        silence(factory, getattr(people, who))
        appears(factory, 1)
    else:
        with factory.reading() as uow:
            findings = look(uow, [ListingIndexed("result", 1, imported=False)])
        silence(factory, getattr(people, who))
        with factory.writing() as uow:
            note(uow, findings)
    drain()
    assert set(alerted(factory, people)) == set(BOTH_SIDES) - {who}


def test_an_unmuted_pair_that_was_never_told_is_told_with_the_next_edit(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    target = Target(people.company.user_id or 0, Scope.PAIR, result_id, need_id)
    index_everything(factory)
    with factory.writing(people.company) as uow:
        service.mute(uow, target)
        service.mute(uow, target)
    appears(factory, result_id)
    drain()
    with factory.writing(people.company) as uow:
        service.unmute(uow, target)
        service.unmute(uow, target)
    changes(factory, result_id, summary="压紧焊接，减少变形，省一半时间。")
    drain()
    assert alerted(factory, people)["company"] == [NEED_HEARS]


def test_when_a_claim_is_approved_the_new_owner_hears(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    """What was imported tells nobody of the unit that holds it in trust; the other side hears all the same."""
    result_id = make_result(factory, people, party_id=people.union_party, author_id=None, on_behalf=True)
    make_need(factory, people)
    index_everything(factory)
    appears(factory, result_id)
    drain()
    assert set(alerted(factory, people)) == {"company", "company_admin"}
    with factory.writing(people.seller_contact) as uow:
        claim = claims.claim(uow, result_id, people.seller_party, "是我们厂的")
    with factory.writing(people.city_official) as uow:
        claims.approve(uow, claim.id)
    drain()
    assert alerted(factory, people)["seller_contact"] == [RESULT_HEARS]
