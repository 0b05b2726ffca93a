"""What a sheet of needs holds. Names and telephone numbers of persons are never taken over: nobody asked them."""

from marketplace.listings import importing_cells as cells
from marketplace.listings.importing_columns import Column, ImportKind, Values, register, shared_columns
from marketplace.listings.rules import ListingKind, Maturity
from marketplace.needs.indexing import public_text
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party


def _build(values: Values) -> Need:
    lowest, highest = values["budget"]
    return Need(
        description=values["text"],
        budget_min_fen=lowest,
        budget_max_fen=highest,
        deadline=values["deadline"],
        maturity_wanted=values["maturity_wanted"],
    )


IMPORT = register(
    ImportKind(
        ListingKind.NEED,
        (
            *shared_columns(
                "需求名称 技术需求名称 需求标题 难题名称 需求 项目名称",
                "需求单位 企业名称 需求企业 企业 提出单位 发布单位",
                "需求描述 需求内容 需求简介 技术需求描述 需求说明 技术需求 难题描述",
            ),
            Column("budget", "预算 预算金额 拟投入资金 投入预算 意向金额", cells.amounts),
            Column("deadline", "截止日期 截止时间 有效期 有效期至 期限 完成期限", cells.day_ahead),
            Column("maturity_wanted", "成熟度要求 期望成熟度 成熟度", cells.word(Maturity)),
        ),
        _build,
        Need,
        ("text",),
        public_text,
        may_know_party,
    )
)
