"""Organisations when others write at the same moment, and when the disk has lost a file."""

import io

import pytest

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import NotFound
from marketplace.organisations import papers
from marketplace.organisations.models import Organisation
from marketplace.organisations.parties import party_of_user
from marketplace.organisations.rules import Paper
from tests.crowd import run_at_once
from tests.personas import People
from tests.usecases.test_organisations import PDF, now, registered, submitted


def test_while_a_paper_is_looked_at_others_can_write(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = registered(factory, people.loner)

    class Slow(io.BytesIO):
        """So large a scan that somebody else saves something meanwhile."""

        def read(self, size: int | None = -1, /) -> bytes:
            with factory.writing() as uow:
                uow.session.get_one(User, people.worker.user_id).locale = "en"
            return super().read(size)

    with factory.writing(now(factory, people.loner)) as uow:
        papers.save(uow, organisation_id, Paper.LICENCE, Slow(PDF))
    with factory.reading() as uow:
        assert uow.session.get_one(Organisation, organisation_id).licence_sha256


def test_a_paper_that_the_disk_has_lost_is_not_there(factory: UnitOfWorkFactory, people: People) -> None:
    organisation_id = submitted(factory, people.loner)
    with factory.reading(people.county_official) as uow:
        sha256 = uow.session.get_one(Organisation, organisation_id).licence_sha256 or ""
        factory.services.files.path(sha256).unlink()
        assert not papers.is_picture(uow, sha256)
        with pytest.raises(NotFound):
            papers.open_paper(uow, organisation_id, Paper.LICENCE)


def test_a_party_that_two_need_at_once_is_made_once(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        user = User(name="新人", email="new@example.com", password_hash="x", created_at=uow.now())
        uow.session.add(user)
        uow.flush()
        user_id = user.id
    found: list[int] = []

    def need_it() -> None:
        with factory.writing() as uow:
            found.append(party_of_user(uow, user_id).id)

    run_at_once([need_it] * 8)
    assert len(found) == 8
    assert len(set(found)) == 1
