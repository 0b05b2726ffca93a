"""What parties changed of the standard texts is marked where it is printed; what is signed has no mark."""

import pytest

from marketplace.contracts.models import Document
from marketplace.contracts.typesetting import typeset
from marketplace.deals import document_service
from marketplace.deals.printing import sheet_of
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.factories import make_contract, make_deal
from tests.pdfs import pdf_pages, pdf_text, words_beyond
from tests.personas import People
from tests.standard_texts import LONGER, in_force
from tests.world import NOW

APPENDIX = "附页：与标准文本不同的条款"


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract drafted from the second version of one clause."""
    in_force(factory, people)
    return make_contract(factory, people, make_deal(factory, people))


def printed(factory: UnitOfWorkFactory, document_id: int) -> list[str]:
    with factory.reading() as uow:
        sheet = sheet_of(uow, uow.session.get_one(Document, document_id))
    return ["".join(page.split()) for page in pdf_pages(typeset(sheet, NOW)[0])]


def test_a_reworded_clause_is_marked_and_the_version_named(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    assert APPENDIX not in "".join(printed(factory, document_id))
    agreed = {"confidentiality": LONGER.replace("五年", "八年"), "dispute": "提交潍坊仲裁委员会仲裁。"}
    with factory.writing(people.company) as uow:
        reworded = document_service.amend(uow, document_id, agreed)
        text, reworded_id = reworded.text, reworded.id
    pages = printed(factory, reworded_id)
    assert "双方对本条有修改；标准文本第2版，对照见附页。" in "".join(pages)
    assert "双方对本条有修改；标准文本第1版，对照见附页。" in "".join(pages)
    appendix = next(page for page in pages if APPENDIX in page)
    assert "不是正文的组成部分" in appendix
    assert "第四条" in appendix
    assert "第十一条" in appendix
    assert "第五条" not in appendix
    assert "不少于五年" in appendix
    assert "不少于八年" in appendix
    assert "标准文本" not in text
    assert "附页" not in text


def test_a_run_without_gaps_does_not_leave_the_page(
    factory: UnitOfWorkFactory, people: People, document_id: int
) -> None:
    """What stands beyond the edge of the paper is signed without being read."""
    run = "PN-4711-" + "A7K9" * 60 + "终"
    agreed = {"confidentiality": f"甲方应当保密的图纸编号为{run}。", "dispute": f"提交{run}仲裁。"}
    with factory.writing(people.company) as uow:
        reworded = document_service.amend(uow, document_id, agreed)
        pdf, _ = typeset(sheet_of(uow, reworded), NOW)
    assert words_beyond(pdf, 20) == []
    assert pdf_text(pdf).count(run) >= 2
