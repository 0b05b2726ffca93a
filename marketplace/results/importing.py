"""What a sheet of results holds. Names and telephone numbers of persons are never taken over: nobody asked them."""

from marketplace.listings import importing_cells as cells
from marketplace.listings.importing_columns import Column, ImportKind, Values, register, shared_columns
from marketplace.listings.rules import TEXT_LENGTH, Category, ListingKind, Maturity
from marketplace.results.indexing import public_text
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure

PATENT_LENGTH = 40


def _patent_number(cell: cells.Cell) -> object:
    """A number; 无 and 否 say that there is none."""
    return "" if cell.text in {"无", "否", "没有", "/", "-"} else cells.line_up_to(PATENT_LENGTH)(cell)


def _build(values: Values) -> Result:
    """The text of a public list is public already, so it is the summary, which is open to all; ownership stays unknown."""
    patent = values["patent_number"]
    return Result(
        summary=values["text"],
        problem=values["problem"],
        conditions=values["conditions"],
        category=values["category"],
        maturity=values["maturity"],
        patent_number=patent,
        disclosure=Disclosure.PATENT_FILED if patent else None,
        price_fen=values["price_fen"],
        benefit_fen=values["benefit_fen"],
    )


IMPORT = register(
    ImportKind(
        ListingKind.RESULT,
        (
            *shared_columns(
                "成果名称 成果 项目名称 专利名称 成果标题",
                "完成单位 第一完成单位 主要完成单位 成果单位 专利权人 权利人 申请人",
                "成果简介 成果描述 成果内容 成果介绍 项目简介 主要内容",
            ),
            Column("category", "类别 成果类别 成果类型 类型 category", cells.word(Category)),
            Column("maturity", "成熟度 成果成熟度 成果阶段 所处阶段 maturity", cells.word(Maturity)),
            Column("patent_number", "专利号 申请号 专利申请号 授权号", _patent_number),
            Column("problem", "解决的问题 解决问题 存在问题 技术难题", cells.text_up_to(TEXT_LENGTH)),
            Column("conditions", "使用条件 应用条件 适用范围 应用范围", cells.text_up_to(TEXT_LENGTH)),
            Column("price_fen", "价格 转让价格 意向价格 报价", cells.amount),
            Column("benefit_fen", "年效益 经济效益 年经济效益", cells.amount),
        ),
        _build,
        Result,
        ("problem", "text", "conditions"),
        public_text,
        lambda _reader, _result: True,
    )
)
