"""Who is named on a result: with consent, by a typed name, and linked to nobody by guesswork."""

import pytest

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.results import contributors, service
from marketplace.results.contributors import Person
from tests.personas import People
from tests.usecases.test_results import do, draft


def test_people_are_named_with_their_consent(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    with factory.reading() as uow:
        email = email_of(uow, people.colleague)
    both = [Person("王建国", user_id=people.worker.user_id), Person("李秀英", email.upper())]
    do(factory, people.worker, service.save_step, result_id, {}, both)
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.worker, service.submit, result_id)
    assert set(refused.value.fields) == {"contributors"}
    with pytest.raises(NotPermitted):
        do(factory, people.colleague, service.save_step, result_id, {"title": "改"})
    with factory.writing(people.colleague) as uow:
        service.agree(uow, result_id, agreed=True)
    kept = [Person("王建国", user_id=people.worker.user_id), Person("李秀英", user_id=people.colleague.user_id)]
    do(factory, people.worker, service.save_step, result_id, {}, [*kept, Person("张三")])
    with factory.reading(people.worker) as uow:
        assert [bool(row.consented_at) for row in contributors.of(uow, result_id)] == [True, True, False]
        assert service.lacking(uow, service.get(uow, result_id)) == []
    with pytest.raises(NotFound), factory.writing(people.stranger) as uow:
        service.agree(uow, result_id, agreed=True)


def test_nobody_is_linked_by_a_guessed_number_or_an_unknown_address(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    do(factory, people.worker, service.save_step, result_id, {}, [Person("吴敏", user_id=people.stranger.user_id)])
    with factory.reading(people.worker) as uow:
        assert [row.user_id for row in contributors.of(uow, result_id)] == [None]
    with pytest.raises(InvalidInput):
        do(factory, people.worker, service.save_step, result_id, {}, [Person("某人", "nobody@example.com")])


def test_an_address_does_not_tell_whose_it_is(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = draft(factory, people.worker, people.seller_party)
    with factory.reading() as uow:
        email = email_of(uow, people.stranger)
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.worker, service.save_step, result_id, {}, [Person(" ", email)])
    assert set(refused.value.fields) == {"contributors"}


def email_of(uow: UnitOfWork, actor: Actor) -> str:
    return str(
        uow.session.connection().exec_driver_sql(f"SELECT email FROM users WHERE id = {actor.user_id}").scalar_one()
    )
