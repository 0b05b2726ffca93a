"""Changes to what others see already, and claims to what was published on behalf."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, SignInRequired
from marketplace.kernel.permissions import VISITOR, Actor
from marketplace.listings import attachments, claims, revisions
from marketplace.listings.models import Attachment, Claim, Listing
from marketplace.listings.rules import AttachmentKind, ClaimState, RevisionState
from marketplace.needs import service as needs
from marketplace.results import service as results
from marketplace.results.rules import ResultState
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_results import at_once

CHANGE: dict[str, Any] = {
    "problem": "新的问题",
    "title": "变压器油箱自动焊接工装",
    "patent_filed_on": date(2026, 1, 20),
}


def do(factory: UnitOfWorkFactory, actor: Actor, use_case: Callable[..., Any], *arguments: Any) -> Any:
    with factory.writing(actor) as uow:
        return use_case(uow, *arguments)


def listing(factory: UnitOfWorkFactory, listing_id: int) -> Any:
    with factory.reading() as uow:
        row = uow.session.get_one(Listing, listing_id)
        uow.session.refresh(row)  # The columns of its kind as well.
        return row


def test_a_change_holds_only_what_differs_and_shows_once_approved(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    revision = do(factory, people.worker, results.revise, result_id, CHANGE)
    assert revision.changes == {"problem": "新的问题", "patent_filed_on": "2026-01-20"}
    before = listing(factory, result_id)
    assert (before.problem, before.version) == ("人工焊接变压器油箱变形大，返修多。", 1)
    with pytest.raises(NotPermitted):
        do(factory, people.seller_contact, revisions.approve, revision.id)
    approved = do(factory, people.county_official, revisions.approve, revision.id)
    after = listing(factory, result_id)
    assert (after.problem, after.patent_filed_on, after.version) == ("新的问题", date(2026, 1, 20), 2)
    assert (approved.state, after.status) == (RevisionState.APPROVED, ResultState.PUBLISHED)


def test_of_two_officials_who_approve_a_change_at_once_one_wins(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    revision_id = do(factory, people.worker, results.revise, result_id, CHANGE).id
    officials = iter((people.county_official, people.city_official))
    outcomes = at_once(lambda: do(factory, next(officials), revisions.approve, revision_id).state)
    assert RevisionState.APPROVED in outcomes
    assert [type(one) for one in outcomes].count(Conflict) == 1
    assert listing(factory, result_id).version == 2


def test_one_change_at_a_time(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    first = do(factory, people.worker, results.revise, result_id, CHANGE)
    with pytest.raises(Conflict):
        do(factory, people.seller_contact, results.revise, result_id, {"problem": "又一个"})
    do(factory, people.worker, revisions.withdraw, first.id)
    second = do(factory, people.worker, results.revise, result_id, {"problem": "又一个"})
    with pytest.raises(InvalidInput):
        do(factory, people.county_official, revisions.return_, second.id, "")
    do(factory, people.county_official, revisions.return_, second.id, "写清楚")
    assert listing(factory, result_id).problem == "人工焊接变压器油箱变形大，返修多。"


def test_a_change_cannot_take_away_what_must_be_there(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    refused: tuple[dict[str, Any], ...] = (
        {"problem": " "},
        {"patent_number": ""},
        {"ways": []},
        {"title": "变压器油箱自动焊接工装"},
    )
    for fields in refused:
        with pytest.raises(InvalidInput):
            do(factory, people.worker, results.revise, result_id, fields)
    with pytest.raises(ValueError, match="not fields"):
        do(factory, people.worker, results.revise, result_id, {"ownership": "non_service"})


@pytest.mark.parametrize("who", ["colleague", "company", "stranger", "city_official"])
def test_nobody_else_proposes_a_change(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    result_id = make_result(factory, people)
    with pytest.raises(NotPermitted):
        do(factory, getattr(people, who), results.revise, result_id, CHANGE)


@pytest.mark.parametrize("who", ["colleague", "company", "other_official", "administrator"])
def test_a_change_is_unknown_to_outsiders(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    result_id = make_result(factory, people)
    revision_id = do(factory, people.worker, results.revise, result_id, CHANGE).id
    for use_case in (revisions.approve, revisions.withdraw):
        with pytest.raises(NotFound):
            do(factory, getattr(people, who), use_case, revision_id)


def test_a_listing_that_ends_takes_its_change_along(factory: UnitOfWorkFactory, people: People) -> None:
    need_id = make_need(factory, people)
    revision = do(factory, people.company, needs.revise, need_id, {"deadline": date(2027, 7, 1)})
    do(factory, people.company, needs.withdraw, need_id)
    with factory.reading() as uow:
        assert revisions.open_revision(uow, uow.session.get_one(Listing, need_id)) is None
    with pytest.raises(Conflict):
        do(factory, people.city_official, revisions.approve, revision.id)


@pytest.fixture
def imported(factory: UnitOfWorkFactory, people: People) -> int:
    """A result published on behalf, without author and county."""
    return make_result(
        factory, people, author_id=None, on_behalf=True, county=None, party_id=people.union_party, ownership=None
    )


def test_a_unit_takes_over_what_was_published_on_its_behalf(
    factory: UnitOfWorkFactory, people: People, imported: int
) -> None:
    mine = do(factory, people.worker, claims.claim, imported, people.seller_party, "专利是我们的")
    assert do(factory, people.worker, claims.claim, imported, people.seller_party, "再点一次").id == mine.id
    other = do(factory, people.stranger, claims.claim, imported, people.stranger_party, "也是我们的")
    with pytest.raises(NotFound):
        do(factory, people.county_official, claims.approve, mine.id)
    with pytest.raises(NotPermitted):
        do(factory, people.worker, claims.approve, mine.id)
    do(factory, people.city_official, claims.approve, mine.id)
    result = listing(factory, imported)
    assert (result.party_id, result.author_id, result.on_behalf) == (people.seller_party, people.worker.user_id, False)
    assert (result.county, result.version, result.status) == ("qingzhou", 2, ResultState.PUBLISHED)
    with factory.reading() as uow:
        assert uow.session.get_one(Claim, other.id).state is ClaimState.REFUSED
    with pytest.raises(Conflict):
        do(factory, people.stranger, claims.claim, imported, people.stranger_party, "还是我们的")


def test_of_two_claims_approved_at_once_one_wins(factory: UnitOfWorkFactory, people: People, imported: int) -> None:
    one = do(factory, people.worker, claims.claim, imported, people.seller_party, "我们的").id
    two = do(factory, people.stranger, claims.claim, imported, people.stranger_party, "我们的").id
    ids = iter((one, two))
    outcomes = at_once(lambda: do(factory, people.city_official, claims.approve, next(ids)).state)
    assert ClaimState.APPROVED in outcomes
    assert [type(one) for one in outcomes].count(Conflict) == 1


def test_a_claim_is_refused_with_a_reason(factory: UnitOfWorkFactory, people: People, imported: int) -> None:
    mine = do(factory, people.worker, claims.claim, imported, people.seller_party, "我们的")
    with pytest.raises(InvalidInput):
        do(factory, people.city_official, claims.refuse, mine.id, "")
    assert do(factory, people.city_official, claims.refuse, mine.id, "专利号不符").reason == "专利号不符"
    assert listing(factory, imported).on_behalf


def test_who_may_not_claim(factory: UnitOfWorkFactory, people: People, imported: int) -> None:
    with pytest.raises(SignInRequired):
        do(factory, VISITOR, claims.claim, imported, people.seller_party, "我的")
    for party, note, field in ((people.buyer_party, "我的", "party_id"), (people.seller_party, " ", "note")):
        with pytest.raises(InvalidInput) as refused:
            do(factory, people.worker, claims.claim, imported, party, note)
        assert field in refused.value.fields
    with pytest.raises(Conflict):
        do(factory, people.stranger, claims.claim, make_result(factory, people), people.stranger_party, "我的")


def test_nobody_decides_his_own_claim_or_a_rivals(factory: UnitOfWorkFactory, people: People, imported: int) -> None:
    official = replace(
        people.city_official,
        user_id=people.county_official.user_id,
        organisation_ids=frozenset({people.seller_id}),
        unit_party_ids=frozenset({people.seller_party}),
    )
    own = do(factory, official, claims.claim, imported, people.seller_party, "我们厂的")
    rivals = do(factory, people.stranger, claims.claim, imported, people.stranger_party, "我们厂的")
    for use_case in (claims.approve, claims.refuse):
        for claim in (own, rivals):
            with pytest.raises(NotPermitted):
                do(factory, official, use_case, claim.id, "理由")
    do(factory, people.city_official, claims.approve, own.id)


def photo(colour: str = "green") -> BytesIO:
    content = BytesIO()
    marks = Image.Exif()
    marks[0x010E] = "the workshop of somebody"
    Image.new("RGB", (800, 600), colour).save(content, "JPEG", exif=marks)
    content.seek(0)
    return content


def attach(uow: UnitOfWork, result_id: int, kind: AttachmentKind, name: str, content: BytesIO) -> Attachment:
    (row,) = attachments.keep(uow.services, [attachments.Upload(kind, name, content)])
    attachments.add(uow, results.get(uow, result_id), [row])
    return row


def test_a_photo_keeps_nothing_but_its_pixels(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = do(factory, people.worker, results.create_draft).id
    row = do(factory, people.worker, attach, result_id, AttachmentKind.PHOTO, "C:\\a\\照片\x00.jpg", photo())
    assert row.name == "照片.jpg"
    with factory.services.files.open(row.sha256) as stored:
        content = stored.read()
    assert b"workshop" not in content
    assert Image.open(BytesIO(content)).size == (800, 600)


def test_files_that_are_refused(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = do(factory, people.worker, results.create_draft).id
    huge = BytesIO(b"%PDF-1.7" + bytes(20 * 1024 * 1024))
    for kind, content in (
        (AttachmentKind.PHOTO, BytesIO(b"%PDF-1.7 a report is no photo")),
        (AttachmentKind.PROOF, BytesIO(b"<html>no proof</html>")),
        (AttachmentKind.PROOF, huge),
        (AttachmentKind.PHOTO, BytesIO(b"")),
    ):
        with pytest.raises(InvalidInput) as refused:
            do(factory, people.worker, attach, result_id, kind, "x.jpg", content)
        assert list(refused.value.fields) == [f"{kind.value}s"]
    for _ in range(6):
        do(factory, people.worker, attach, result_id, AttachmentKind.PHOTO, "x.jpg", photo())
    with pytest.raises(InvalidInput):
        do(factory, people.worker, attach, result_id, AttachmentKind.PHOTO, "x.jpg", photo())


def test_who_removes_a_photo(factory: UnitOfWorkFactory, people: People) -> None:
    result_id = do(factory, people.worker, results.create_draft).id
    row = do(factory, people.worker, attach, result_id, AttachmentKind.PHOTO, "x.jpg", photo())
    with pytest.raises(NotFound):
        do(factory, people.colleague, attachments.remove, row.id)
    with factory.writing() as uow:
        result = uow.session.get_one(Listing, result_id)
        result.state, result.published_at, result.county = ResultState.PUBLISHED, uow.now(), "qingzhou"
    with pytest.raises(NotFound):
        do(factory, people.colleague, attachments.remove, row.id)
    do(factory, people.county_official, attachments.remove, row.id)
    with factory.reading() as uow:
        assert uow.session.scalars(select(Attachment)).all() == []
