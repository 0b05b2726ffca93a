"""Deals made outside the platform, as an official tells them, for tests of the offline ledger and of duplicates."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from marketplace.contracts.rules import ContractType
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import DuplicateState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.permissions import Actor
from marketplace.offline import importing, queries, service
from marketplace.offline.queries import Sum, Wanted
from marketplace.offline.rules import Told
from tests.sheets import sheet

DAY = date(2026, 11, 18)

TOLD = Told(
    title="变压器油箱焊接工装技术许可合同",
    seller_name="青州前程机械有限公司",
    buyer_name="寿光蓝海化工有限公司",
    fen=18_000_000,
    day=DAY,
    contract_type=ContractType.LICENCE,
    source="企业报送的合同复印件",
    seller_county="qingzhou",
    buyer_county="shouguang",
)
"""What the platform's own deal of the tests may have been called on paper."""

OTHER = replace(TOLD, title="磷石膏综合利用工艺", buyer_name="高密新材料有限公司", buyer_county="gaomi")
"""Something else."""

HEADS = ("项目名称", "卖方", "卖方所在县市区", "买方", "买方所在县市区", "合同类型", "金额（元）", "签订日期", "来源")
ROW = (
    "变压器油箱焊接工装",
    "青州前程机械有限公司",
    "青州市",
    "寿光蓝海化工有限公司",
    "寿光市",
    "技术许可",
    "180000",
    "2026-11-18",
    "合同复印件",
)
OTHER_ROW = (
    "磷石膏综合利用工艺",
    "青州前程机械有限公司",
    "青州",
    "高密新材料有限公司",
    "高密市",
    "技术开发合同",
    "12万",
    "2026/10/8",
    "电话核实",
)


def entered(factory: UnitOfWorkFactory, actor: Actor, told: Told = TOLD, *, all_the_same: bool = False) -> int:
    """A row of the ledger. Returns its id."""
    with factory.writing(actor) as uow:
        return service.enter(uow, told, all_the_same=all_the_same).id


def uploaded(factory: UnitOfWorkFactory, actor: Actor, *rows: tuple[str, ...]) -> int:
    """A sheet with these rows that was read. Returns its id."""
    with factory.writing(actor) as uow:
        return importing.upload(uow, Upload(BytesIO(sheet(HEADS, *rows)), "线下合同.csv")).id


def total(factory: UnitOfWorkFactory, actor: Actor, **narrowed: Any) -> Sum:
    """The sum of the year as this official sees it now."""
    with factory.reading(actor) as uow:
        wanted = Wanted(**{"first": date(2026, 1, 1), "last": date(2026, 12, 31), "as_of": uow.now(), **narrowed})
        return queries.total(uow.session, actor, wanted)


def pairs(factory: UnitOfWorkFactory) -> list[tuple[str, str, DuplicateState]]:
    """Every suspicion in the order in which they were found."""
    with factory.reading() as uow:
        return [
            (f"{one.first_kind.value}:{one.first_id}", f"{one.second_kind.value}:{one.second_id}", one.state)
            for one in uow.session.scalars(select(Duplicate).order_by(Duplicate.id))
        ]
