"""Writes applications and registrations as the registrar's form heads them: in Chinese, whatever the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import BinaryIO

from marketplace.infra.spreadsheets import Cell, Column, Sheet, write_xlsx
from marketplace.kernel.money import Money
from marketplace.registrations.models import RegistrationRecord
from marketplace.registrations.official_form import Field, FieldKind, Values
from marketplace.registrations.queries import RegisteredRow, RegistrationRow
from marketplace.registrations.rules import RegistrationState

_STATES = {
    RegistrationState.DRAFT: "填写中",
    RegistrationState.APPLIED: "已申请",
    RegistrationState.REGISTERED: "已登记",
    RegistrationState.REFUSED: "未予登记",
    RegistrationState.WITHDRAWN: "已撤回申请",
    RegistrationState.CANCELLED: "已撤销登记",
}


def one_application(stream: BinaryIO, row: RegistrationRow) -> None:
    """One application, a line per field, with the certificate where there is one."""
    items: list[tuple[str, Cell]] = [(field.label, cell(field, row.registration.content)) for field in row.form.fields]
    items += [("依据", row.form.source), ("状态", _STATES[row.registration.state])]
    items += _certificate(row.valid)
    write_xlsx(stream, [Sheet("技术合同登记表", (Column("栏目", 36), Column("内容", 80)), items)])


def _certificate(valid: RegistrationRecord | None) -> list[tuple[str, Cell]]:
    if valid is None:
        return []
    return [
        ("登记证明编号", valid.number),
        ("登记日期", valid.dated),
        ("核定合同成交额（元）", Money(valid.a2_fen)),
        ("核定技术交易额（元）", Money(valid.a3_fen)),
    ]


def registered_contracts(stream: BinaryIO, rows: Sequence[RegisteredRow], first: date, last: date) -> None:
    """Every registration of a period, a line per contract; the columns are those of the forms they were filled in by."""
    fields = {field.key: field for row in rows for field in row.form.fields}
    columns = [
        *(
            Column(title, 22)
            for title in ("登记证明编号", "首次登记日期", "状态", "合同成交额（元）", "技术交易额（元）")
        ),
        *(Column(field.label, 22) for field in fields.values()),
    ]
    about: list[tuple[str, Cell]] = [("首次登记日期自", first), ("至", last), ("金额截至", last), ("合同数", len(rows))]
    write_xlsx(
        stream,
        [
            Sheet("登记合同", columns, (_line(row, fields.values()) for row in rows)),
            Sheet("说明", (Column("项目", 20), Column("内容", 30)), about),
        ],
    )


def _line(row: RegisteredRow, fields: Iterable[Field]) -> Sequence[Cell]:
    state = _STATES[RegistrationState.REGISTERED if row.a2_fen else RegistrationState.CANCELLED]
    own = {field.key: field for field in row.form.fields}
    content = row.registration.content
    filled = (cell(own[field.key], content) if field.key in own else None for field in fields)
    return row.number, row.dated, state, Money(row.a2_fen), Money(row.a3_fen), *filled


def cell(field: Field, values: Values) -> Cell:
    """The value of a field as a cell: amounts as numbers in yuan, days as days, a choice by its name."""
    value = values.get(field.key)
    if value is None:
        return None
    if field.kind in {FieldKind.MONEY, FieldKind.DERIVED}:
        return Money(int(value))
    if field.kind is FieldKind.DAY:
        return date.fromisoformat(str(value))
    option = field.option(str(value)) if field.kind is FieldKind.CHOICE else None
    return option.name if option else value
