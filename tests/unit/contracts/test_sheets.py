"""Where the text of a document ends on paper: nothing can be written in above the places to sign."""

from datetime import UTC, datetime

import pytest

from marketplace.contracts.typesetting import Line, Row, SetClause, Sheet, SignatureBlock, typeset
from tests.pdfs import pdf_pages

NOTE = "（本页以下无正文，接下页）"
PARTY: tuple[Row, ...] = (("甲方（委托人）", "寿光蓝海化工有限公司"),)


def pages(*clauses: SetClause) -> list[str]:
    """The pages of a document with these clauses."""
    sheet = Sheet(
        name="技术服务合同",
        reference="JG-000001-HT01",
        project="变压器油箱自动焊接工装",
        parties=(PARTY, PARTY),
        clauses=clauses,
        legend="",
        signatures=tuple(SignatureBlock(place, f"{place}方", "青州前程机械有限公司", ()) for place in ("甲", "乙")),
        method="电子签署：签署人登录平台、阅读全文后以密码确认。" * 6,
        house="潍坊市总工会 · 匠果",
        code="AAAA-BBBB-CCCC-DDDD",
        url="http://127.0.0.1/verify/AAAABBBBCCCCDDDD",
        sha256="0" * 64,
    )
    return pdf_pages(typeset(sheet, datetime(2026, 11, 20, tzinfo=UTC))[0])


def clause(heading: str, count: int) -> SetClause:
    said = "双方应当协商解决，也可以请各自所属的工会组织或者技术市场管理机构调解。" * 2
    return SetClause(heading, tuple(Line(f"1.{number}", said, False) for number in range(1, count + 1)))


@pytest.mark.parametrize(
    ("count", "marked"),
    [(5, [False]), (9, [True, False]), (21, [False, False]), (29, [False, True, False]), (37, [False, False, False])],
)
def test_a_page_left_half_empty_before_the_places_to_sign_is_closed_off(count: int, marked: list[bool]) -> None:
    assert [NOTE in page for page in pages(clause("第一条　标的", count))] == marked


def test_a_last_clause_of_one_paragraph_stays_with_its_heading() -> None:
    before, last = pages(clause("第一条　标的", 9), clause("第二条　其他约定", 1))
    assert NOTE in before
    assert "第二条" not in before
    assert "第二条" in last
