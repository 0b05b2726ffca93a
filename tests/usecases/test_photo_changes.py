"""A change may bring photos and take some off: insiders see them, everybody once they are approved, nobody when they are not."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace import upkeep
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.permissions import VISITOR, Actor
from marketplace.listings import attachments, revisions
from marketplace.listings.models import Attachment, Listing
from marketplace.listings.photos import PhotoChange, first_photos
from marketplace.listings.queries import page_of
from marketplace.listings.rules import PHOTOS, AttachmentKind
from marketplace.results import service as results
from tests.factories import make_result
from tests.personas import People
from tests.usecases.test_listing_changes import do, photo


def proposal(factory: UnitOfWorkFactory, count: int, *removed: int) -> PhotoChange:
    uploads = [attachments.Upload(AttachmentKind.PHOTO, f"{number}.jpg", photo()) for number in range(count)]
    return PhotoChange(attachments.keep(factory.services, uploads), frozenset(removed))


def shown(factory: UnitOfWorkFactory, result_id: int, actor: Actor = VISITOR) -> list[int]:
    with factory.reading(actor) as uow:
        return [one.id for one in page_of(uow, uow.session.get_one(Listing, result_id)).photos]


@pytest.fixture
def result_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A published result with two photos."""
    made = make_result(factory, people)
    change = do(factory, people.worker, results.revise, made, {}, proposal(factory, 2))
    do(factory, people.county_official, revisions.approve, change.id)
    return made


def test_photos_show_once_they_are_approved(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    first, second = shown(factory, result_id)
    change = do(factory, people.worker, results.revise, result_id, {"problem": "新的问题"}, proposal(factory, 1, first))
    assert shown(factory, result_id) == shown(factory, result_id, people.worker) == [first, second]
    with factory.reading(people.county_official) as uow:
        page = page_of(uow, uow.session.get_one(Listing, result_id))
        after = [one.id for one in page.photos_after]
        assert page.changes_photos
    with factory.reading() as uow:
        assert first_photos(uow.session, [result_id]) == {result_id: first}
    do(factory, people.county_official, revisions.approve, change.id)
    assert shown(factory, result_id) == after
    assert after[0] == second
    assert len(after) == 2
    with factory.reading() as uow:
        assert first_photos(uow.session, [result_id]) == {result_id: second}


@pytest.mark.parametrize("end", ["return", "withdraw", "end"])
def test_a_change_that_comes_to_nothing_leaves_the_old_photos(
    factory: UnitOfWorkFactory, people: People, result_id: int, end: str
) -> None:
    before = shown(factory, result_id)
    change = do(factory, people.worker, results.revise, result_id, {}, proposal(factory, 1, *before))
    if end == "return":
        do(factory, people.county_official, revisions.return_, change.id, "照片里有人脸")
    elif end == "withdraw":
        do(factory, people.worker, revisions.withdraw, change.id)
    else:
        do(factory, people.worker, results.withdraw, result_id)
    with factory.reading() as uow:
        assert sorted(uow.session.scalars(select(Attachment.id))) == before


def test_the_files_of_a_returned_change_are_swept(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    blue = attachments.Upload(AttachmentKind.PHOTO, "新.jpg", photo("blue"))
    (row,) = attachments.keep(factory.services, [blue])
    change = do(factory, people.worker, results.revise, result_id, {}, PhotoChange([row]))
    path = factory.services.files.path(row.sha256)
    old = path.stat().st_mtime - timedelta(days=3).total_seconds()
    os.utime(path, (old, old))
    with factory.writing() as uow:
        upkeep.sweep_files(uow)
    assert path.exists()
    do(factory, people.county_official, revisions.return_, change.id, "请换一张")
    with factory.writing() as uow:
        upkeep.sweep_files(uow)
    assert not path.exists()


def test_no_more_photos_than_fit(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.worker, results.revise, result_id, {}, proposal(factory, PHOTOS - 1))
    assert list(refused.value.fields) == ["photos"]
    with factory.reading() as uow:
        assert revisions.open_revision(uow, uow.session.get_one(Listing, result_id)) is None
    first = shown(factory, result_id)[0]
    do(factory, people.worker, results.revise, result_id, {}, proposal(factory, PHOTOS - 1, first))


def test_photos_of_another_listing_stay(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    other = make_result(factory, people)
    change = do(factory, people.worker, results.revise, other, {}, proposal(factory, 1, *shown(factory, result_id)))
    do(factory, people.county_official, revisions.approve, change.id)
    assert [len(shown(factory, one)) for one in (result_id, other)] == [2, 1]


def test_a_change_of_nothing_is_none(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    with pytest.raises(InvalidInput):
        do(factory, people.worker, results.revise, result_id, {}, PhotoChange())


def test_a_proposed_photo_goes_with_its_change(factory: UnitOfWorkFactory, people: People, result_id: int) -> None:
    new = proposal(factory, 1)
    do(factory, people.worker, results.revise, result_id, {}, new)
    with pytest.raises(NotFound):
        do(factory, people.worker, attachments.remove, new.added[0].id)


def test_a_photo_taken_off_at_once_does_not_stop_its_change(
    factory: UnitOfWorkFactory, people: People, result_id: int
) -> None:
    first, second = shown(factory, result_id)
    change = do(factory, people.worker, results.revise, result_id, {}, proposal(factory, 0, first))
    do(factory, people.county_official, attachments.remove, first)
    do(factory, people.county_official, revisions.approve, change.id)
    assert shown(factory, result_id) == [second]
