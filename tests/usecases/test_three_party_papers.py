"""What a contract in the form of three parties looks like to others: the PDF, the evidence, the public page, who is told."""

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from marketplace.contracts.models import Document
from marketplace.deals import document_service, verification
from marketplace.deals.files import ALL, ONE, SEVERAL, pdfs_of
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.notifications.models import Notification
from tests.evidence.packages import exported, problem, unpacked
from tests.factories import sign
from tests.making import himself, make_threefold, sign_by_all
from tests.papers import verified_by
from tests.pdfs import pdf_text, pdfsig
from tests.personas import People

Drain = Callable[[], int]


def test_every_signature_is_in_the_pdf_and_another_program_calls_it_valid(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    document_id = make_threefold(factory, people)
    drain()
    for who in (people.colleague, people.company, people.worker, people.seller_contact):
        sign(factory, himself(factory, who), document_id)
    drain()
    with factory.reading() as uow:
        _, *sealed = pdfs_of(uow, document_id)
        with factory.services.files.open(sealed[-1].sha256) as file:
            content = file.read()
    assert [one.label for one in sealed] == [ONE, SEVERAL, SEVERAL, ALL]
    said = pdfsig(content)
    assert said.count("Signature Validation: Signature is Valid.") == 4
    text = pdf_text(content)
    assert text.count("丙方一") >= 3
    assert "本人签署" in text


def test_the_evidence_is_proved_by_the_enclosed_program(
    factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path
) -> None:
    document_id = make_threefold(factory, people)
    sign_by_all(factory, people, document_id)
    drain()
    content = exported(factory, 1)
    assert problem(tmp_path, content) == ""
    (document,) = json.loads(unpacked(content)["documents.json"])["documents"]
    assert [(one["side"], one["name"]) for one in document["parties"]] == [
        ("buyer", "寿光蓝海化工有限公司"),
        ("seller", "青州前程机械有限公司"),
        ("maker", "王建国"),
        ("maker", "李秀英"),
    ]
    assert len(document["signatures"]) == 4


def test_so_is_that_of_one_on_paper(factory: UnitOfWorkFactory, people: People, drain: Drain, tmp_path: Path) -> None:
    document_id = make_threefold(factory, people)
    verified_by(
        factory,
        people.city_official,
        document_id,
        *(himself(factory, one) for one in (people.seller_contact, people.company, people.worker, people.colleague)),
    )
    drain()
    assert problem(tmp_path, exported(factory, 1)) == ""
    with factory.reading() as uow, factory.services.files.open(pdfs_of(uow, document_id)[-1].sha256) as file:
        text = pdf_text(file.read())
    assert "以各方签字、盖章并经工会组织核验的纸质文本为准，最后一方的签署日期为2026年11月20日" in text


def test_the_public_page_tells_of_the_makers_their_family_names_alone(
    factory: UnitOfWorkFactory, people: People
) -> None:
    document_id = make_threefold(factory, people)
    with factory.reading() as uow:
        code = uow.session.get_one(Document, document_id).code or ""
        found = verification.by_code(uow, code)
    assert [(one.role, one.name) for one in found.signatories][2:] == [("maker", "王**"), ("maker", "李**")]


def told(factory: UnitOfWorkFactory, who: Actor) -> list[str]:
    with factory.reading() as uow:
        mine = select(Notification.message).where(Notification.user_id == who.user_id).order_by(Notification.id)
        return list(uow.session.scalars(mine))


def test_makers_are_told_when_it_is_sent_signed_and_complete(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    document_id = make_threefold(factory, people)
    drain()
    assert ["ready to be signed" in one for one in told(factory, people.colleague)][-1:] == [True]
    sign(factory, himself(factory, people.worker), document_id)
    drain()
    assert "another party has signed" in told(factory, people.colleague)[-1]
    assert "another party has signed" in told(factory, people.company)[-1]
    with factory.writing(himself(factory, people.colleague)) as uow:
        document_service.decline(uow, document_id, "份额不对。")
    drain()
    for who in (people.worker, people.company, people.seller_contact):
        assert "another party declined to sign" in told(factory, who)[-1]
