"""Which column of a sheet means which field, whatever its header is called and wherever it stands."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import StateTable
from marketplace.listings import importing_cells as cells
from marketplace.listings.importing_cells import Reader
from marketplace.listings.models import Listing
from marketplace.listings.rules import TEXT_LENGTH, TITLE_LENGTH, Industry, ListingKind, normalise

UNIT_LENGTH = 200

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A field, the headers that mean it (separated by spaces), and how its cells are read."""

    field: str
    headers: str
    read: Reader


@dataclass(frozen=True)
class ImportKind:
    """What one kind of listing takes from a sheet; `build` makes the row, without party, state and moments.

    `texts` are the fields of a row that everybody will read as the listing's `public_text`.
    """

    kind: ListingKind
    columns: tuple[Column, ...]
    build: Callable[[Values], Listing]
    model: type[Listing]
    texts: tuple[str, ...]
    public_text: Callable[[Any], str]
    names_party: Callable[[Actor, Any], bool]

    @property
    def states(self) -> StateTable[Any]:
        """The machine of this kind."""
        return self.model.states


KINDS: dict[ListingKind, ImportKind] = {}
"""What can be imported. Each kind registers itself, for the feature that has it lies above this one."""


def register(kind: ImportKind) -> ImportKind:
    """Make a kind importable."""
    KINDS[kind.kind] = kind
    return kind


def shared_columns(title: str, unit: str, text: str) -> tuple[Column, ...]:
    """The columns of both kinds; each argument adds the headers that one kind has beside the general ones."""
    return (
        Column("title", f"{title} 名称 标题 题目 title name", cells.line_up_to(TITLE_LENGTH)),
        Column("unit", f"{unit} 单位 单位名称 所属单位 申报单位 unit", cells.text_up_to(UNIT_LENGTH)),
        Column("text", f"{text} 简介 描述 内容 说明 摘要 description", cells.text_up_to(TEXT_LENGTH)),
        Column("county", "所在县市区 县市区 区县 县区 所属县市区 所在区县 所属区县 县市 county", cells.county),
        Column("industry", "行业 所属行业 行业领域 应用行业 所属领域 industry", cells.word(Industry)),
        Column("ways", "合作方式 转化方式 拟合作方式 合作意向 ways", cells.ways),
    )


def recognise(headers: Sequence[str], kind: ImportKind) -> dict[str, str]:
    """Field -> header. The first of two headers for one field counts. Raises InvalidInput where no header is the title."""
    meanings = {normalise(word): column.field for column in kind.columns for word in column.headers.split()}
    found: dict[str, str] = {}
    for header in headers:
        field = meanings.get(normalise(_without_unit(header)))
        if field:
            found.setdefault(field, header)
    if "title" not in found:
        raise InvalidInput(
            N_("No column holds the title. Name it %(wanted)s. The file has: %(headers)s."),
            wanted=kind.columns[0].headers.split()[0],
            headers="、".join(headers) or "—",
        )
    return found


def _without_unit(header: str) -> str:
    """`预算（万元）` is 预算; a star marks what somebody's form requires."""
    return re.sub(r"[（(\[【].*?[）)\]】]|[*＊]", "", header)
