"""What officials write in their sheets for our enums: the Chinese words, beside the stored value and the English word."""

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from marketplace.kernel.messages import Labelled
from marketplace.listings.rules import Category, Industry, Maturity, Way, normalise

L = TypeVar("L", bound=Labelled)

WORDS: Mapping[Labelled, str] = {
    Industry.MACHINERY: "机械 机械制造 装备制造 机械装备 装备",
    Industry.AUTOMOTIVE: "汽车 汽车与零部件 汽车及零部件 汽车零部件 汽车制造",
    Industry.CHEMICAL: "化工 石油化工 石化 盐化工",
    Industry.TEXTILE: "纺织 纺织服装 服装 轻纺",
    Industry.FOOD: "食品 食品加工 农副食品加工",
    Industry.AGRICULTURE: "农业 现代农业 种植 养殖",
    Industry.ELECTRONICS: "电子 电子信息 信息技术 软件 信息",
    Industry.ENERGY: "能源 电力能源 电力 电力与能源 新能源",
    Industry.MATERIALS: "新材料 冶金 新材料与冶金 材料 钢铁 新材料冶金",
    Industry.CONSTRUCTION: "建筑 建材 建筑建材 建筑与建材 建筑业",
    Industry.PAPER: "造纸 包装 造纸包装 造纸与包装",
    Industry.MEDICAL: "医药 医疗 医药健康 医药与健康 卫生 生物医药",
    Industry.ENVIRONMENT: "环保 节能环保 节能与环保 节能",
    Industry.LOGISTICS: "交通 物流 交通物流 交通运输 交通运输与物流",
    Industry.OTHER: "其他 其它",
    Category.TACKLING: "技术攻关 攻关",
    Category.IMPROVEMENT: "技术改进 技术革新 技改 技术改造",
    Category.INVENTION: "发明 发明创造 发明专利",
    Category.SUGGESTION: "合理化建议 建议",
    Category.SMALL_INNOVATION: "小革新 五小 小发明 小改小革 五小创新 小创新",
    Category.OPERATING_METHOD: "操作法 先进操作法 工作法 先进工作法",
    Maturity.IDEA: "构想 概念 设想 创意",
    Maturity.PROTOTYPE: "样机 样品 原型",
    Maturity.TRIAL: "试用 中试 试运行 试验 小试",
    Maturity.IN_USE: "应用 已应用 在用 使用中 已投入使用",
    Maturity.PROVEN: "推广 多处验证 多处应用 成熟 已推广 多地验证 产业化",
    Way.LICENCE: "许可 实施许可 技术许可 专利许可 许可使用",
    Way.ASSIGNMENT: "转让 技术转让 专利转让",
    Way.DEVELOPMENT: "开发 合作开发 联合开发 技术开发 委托开发",
    Way.SERVICE: "服务 技术服务",
    Way.CONSULTING: "咨询 技术咨询",
}


@cache
def _table(enum: type[L]) -> Mapping[str, L]:
    table: dict[str, L] = {}
    for member in enum:
        for word in (member.value, member.label, *WORDS[member].split()):
            table[normalise(word)] = member
    return table


def word_of(enum: type[L], text: str) -> L | None:
    """The member that a cell means, or None when it is no word we know."""
    return _table(enum).get(normalise(text))
