"""Breaks the rules that a SELECT states, one at a time: every comparison, number, column, window and branch of it.

A statement is written out as SQL again and again. Each time one of its rules is written otherwise, and whoever checks what comes
of it must notice. The rules are found in the statement itself, so that one that is added later is broken as well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import BigInteger, Case, Column, CompoundSelect, Engine, Integer, Over, String, Table, TypeCoerce
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, ClauseList, Label, UnaryExpression
from sqlalchemy.sql.selectable import Alias
from sqlalchemy.sql.visitors import iterate

TRUE, FALSE = "1 = 1", "1 = 0"
_CHINA, _UTC = "'+8 hours'", "'+0 hours'"
_NEIGHBOURS: dict[Any, Any] = {
    operators.lt: operators.le,
    operators.le: operators.lt,
    operators.gt: operators.ge,
    operators.ge: operators.gt,
    operators.add: operators.sub,
    operators.sub: operators.add,
}
_COMPARISONS = {
    *(operators.eq, operators.ne, operators.is_, operators.is_not),
    *(operators.in_op, operators.not_in_op, operators.between_op),
    *(one for one in _NEIGHBOURS if operators.is_comparison(one)),
}
_FUNCTIONS = {"lead": "lag", "lag": "lead", "max": "min", "min": "max"}


@dataclass
class Rules:
    """What was found in one writing of a statement, and which of it is broken, by its number."""

    target: int | None = None
    said: list[str] = field(default_factory=list)
    silent: int = 0

    def broken(self, what: str) -> bool:
        """Whether this is the rule that is broken."""
        if self.silent:
            return False
        self.said.append(what)
        return len(self.said) - 1 == self.target


_Compiler: Any = SQLiteCompiler
"""Its methods are not annotated."""


class _Breaking(_Compiler):  # type: ignore[misc]
    """Writes SQL, and one rule of it wrongly."""

    rules: Rules
    about = ""
    """The table whose statements are broken; all of them if none is named."""

    def __init__(self, dialect: Any, statement: Any, *args: Any, **kw: Any) -> None:
        tables = {one.name for one in iterate(statement) if isinstance(one, Table)} if statement is not None else set()
        is_other = bool(self.about) and (self.about not in tables or not statement.is_select)
        self.rules.silent += is_other
        super().__init__(dialect, statement, *args, **kw)
        self.rules.silent -= is_other

    def visit_binary(self, binary: BinaryExpression[Any], override_operator: Any = None, **kw: Any) -> str:
        name = f"{_short(binary.left)} {binary.operator.__name__.strip('_')} {_short(binary.right)}"
        constant, neighbour = None, override_operator
        if binary.operator in _COMPARISONS:
            constant = next((one for one in (TRUE, FALSE) if self._broken(f"{name}: {one}")), None)
        if binary.operator in _NEIGHBOURS and self._broken(f"{name}: {_NEIGHBOURS[binary.operator].__name__}"):
            neighbour = _NEIGHBOURS[binary.operator]
        # What stands beside IS NULL is not looked into: it only matters whether there is any.
        self.rules.silent += binary.operator in {operators.is_, operators.is_not}
        text: str = super().visit_binary(binary, override_operator=neighbour, **kw)
        self.rules.silent -= binary.operator in {operators.is_, operators.is_not}
        return constant or text

    def visit_unary(self, unary: UnaryExpression[Any], **kw: Any) -> str:
        operator: Any = unary.operator
        wrong = {operators.neg: "-", operators.inv: "NOT "}.get(operator)
        text: str
        if unary.operator is operators.exists and self._broken(f"exists: {TRUE}"):
            return TRUE
        if unary.modifier is operators.desc_op and self._broken(f"{_short(unary.element)} not descending"):
            text = super().visit_unary(unary, **kw)
            return text.replace(" DESC", " ASC")
        if wrong and self._broken(f"{wrong}{_short(unary.element)} without {wrong}"):
            text = super().visit_unary(unary, **kw)
            return text.removeprefix(wrong)
        text = super().visit_unary(unary, **kw)
        return text

    def visit_bindparam(self, bindparam: Any, **kw: Any) -> str:
        text: str = super().visit_bindparam(bindparam, **kw)
        value = bindparam.value
        if isinstance(value, bool) or not isinstance(value, int):
            return text
        if self._broken(f"{value} is one more"):
            return f"({text} + 1)"
        return f"(-{text})" if value and self._broken(f"{value} is negative") else text

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> str:
        text: str = super().visit_column(column, *args, **kw)
        for other in _alike(column, (date, datetime)) + _alike(column, BigInteger):
            if self._broken(f"{column.name} is {other.name}"):
                return text.replace(column.name, other.name)
        return text

    def visit_label(self, label: Label[Any], *args: Any, **kw: Any) -> str:
        inner: Any = label.element
        plain = inner.typed_expression if isinstance(inner, TypeCoerce) else inner
        text: str = super().visit_label(label, *args, **kw)
        # A column of a whole row is called what it is called in its table.
        is_chosen = not self.about or str(getattr(plain, "name", None)) not in str(label.name)
        others = _alike(plain, String) + _alike(plain, Integer) if is_chosen else []
        if others and kw.get("within_columns_clause") and self._broken(f"{plain.name} is {others[0].name}"):
            return text.replace(plain.name, others[0].name, 1)
        return text

    def visit_case(self, clause: Case[Any], **kw: Any) -> str:
        if clause.value is not None and len(clause.whens) > 1:
            for place, (when, _) in enumerate(clause.whens):
                if self._broken(f"not when {_short(when)}"):
                    clause = clause._clone()
                    clause.whens = [one for number, one in enumerate(clause.whens) if number != place]
                    break
        text: str = super().visit_case(clause, **kw)
        return text

    def visit_over(self, over: Over[Any], **kw: Any) -> str:
        of, along = (list(part) if part is not None else [] for part in (over.partition_by, over.order_by))
        for place, one in enumerate(of):
            if self._broken(f"not for each {_short(one)}"):
                del of[place]
                break
        for place, one in enumerate(along):
            if self._broken(f"backwards by {_short(one)}"):
                along[place] = one.desc()
                break
        over = over._clone()
        over.partition_by, over.order_by = (ClauseList(*part) if part else None for part in (of, along))
        text: str = super().visit_over(over, **kw)
        return text

    def visit_function(self, func: Any, *args: Any, **kw: Any) -> str:
        wrong = _FUNCTIONS.get(func.name) if self._has_opposite(func.name) else None
        text: str = super().visit_function(func, *args, **kw)
        return text.replace(func.name, wrong, 1) if wrong else text

    def visit_compound_select(self, cs: CompoundSelect[Any], *args: Any, **kw: Any) -> str:
        for place in range(len(cs.selects)):
            if self._broken(f"without part {place + 1}"):
                cs = cs._clone()
                cs.selects = [one for number, one in enumerate(cs.selects) if number != place]
                break
        text: str = super().visit_compound_select(cs, *args, **kw)
        return text

    def visit_join(self, join: Any, *args: Any, **kw: Any) -> str:
        text: str = super().visit_join(join, *args, **kw)
        is_inner = join.isouter and self._broken("only what has another side")
        return text.replace("LEFT OUTER JOIN", "JOIN", 1) if is_inner else text

    def render_literal_value(self, value: Any, type_: Any) -> str:
        if isinstance(value, Enum):
            value, type_ = value.value, String()
        text: str = super().render_literal_value(value, type_)
        return text

    def limit_clause(self, select: Any, **kw: Any) -> str:
        self.rules.silent += 1
        text: str = super().limit_clause(select, **kw)
        self.rules.silent -= 1
        return text

    def _has_opposite(self, name: str) -> bool:
        return name in _FUNCTIONS and self._broken(f"{name} is {_FUNCTIONS[name]}")

    def _broken(self, what: str) -> bool:
        return self.rules.broken(what)


def _short(element: Any) -> str:
    """What a part of a rule is called: a column or function by its name, a value as it is."""
    value, name = getattr(element, "value", None), getattr(element, "name", None)
    return str(value) if isinstance(value, (int, str)) else str(name or type(element).__name__)


def _alike(column: Any, kind: Any) -> list[Column[Any]]:
    """Other columns of the same table that hold the same kind of value."""
    table = getattr(column, "table", None)
    real = table.element if isinstance(table, Alias) else table
    if not isinstance(real, Table) or not isinstance(column, Column):
        return []
    columns = list(real.c)
    place = [one.name for one in columns].index(column.name)
    others = columns[place + 1 :] + columns[:place]
    return [one for one in others if _is(column, kind) and _is(one, kind)]


def _is(column: Column[Any], kind: Any) -> bool:
    if isinstance(kind, tuple):
        return column.type.python_type in kind
    # A large number is an amount, any other the id of something.
    return isinstance(column.type, kind) and isinstance(column.type, BigInteger) == (kind is BigInteger)


def written(statement: Any, target: int | None = None) -> tuple[str, Rules]:
    """A statement as SQL of SQLite with one of its rules broken, and the rules that it has."""
    rules = Rules(target)
    broken: Any = sqlite.dialect()
    broken.statement_compiler = type("Breaking", (_Breaking,), {"rules": rules})
    text = str(statement.compile(dialect=broken, compile_kwargs={"literal_binds": True}))
    parts = text.split(_CHINA)
    for place in range(1, len(parts)):
        if rules.broken(f"the {place}. day is that of Greenwich"):
            parts[place - 1 : place + 1] = [_UTC.join(parts[place - 1 : place + 1])]
            break
    return _CHINA.join(parts), rules


def each_broken(statement: Any) -> Iterator[tuple[str, str]]:
    """Every rule of a statement, and the statement without it."""
    right, rules = written(statement)
    for target, what in enumerate(rules.said):
        text, _ = written(statement, target)
        assert text != right, what
        yield what, text


@contextmanager
def breaking(engine: Engine, table: str, target: int | None = None) -> Iterator[Rules]:
    """Whatever is read from a table meanwhile is read by statements of which one rule is broken; tells the rules that were met.

    A statement is written once however often it is run, so the same reading meets the same rules in the same order.
    """
    rules = Rules(target)
    whole: Any = engine.dialect
    kept = whole.statement_compiler
    whole.statement_compiler = type("Breaking", (_Breaking,), {"rules": rules, "about": table})
    engine.clear_compiled_cache()
    try:
        yield rules
    finally:
        whole.statement_compiler = kept
        engine.clear_compiled_cache()


def missed(engine: Engine, table: str, *checks: Callable[[], None]) -> set[str]:
    """The rules about a table whose breaking none of the checks notices; unbroken, all of them pass."""
    met: set[str] = set()
    noticed: set[str] = set()
    for check in checks:
        with breaking(engine, table) as rules:
            check()
        met |= set(rules.said)
        noticed |= {name for target, name in enumerate(rules.said) if _fails(engine, table, target, check)}
    return met - noticed


def _fails(engine: Engine, table: str, target: int, check: Callable[[], None]) -> bool:
    with breaking(engine, table, target):
        try:
            check()
        except (AssertionError, SQLAlchemyError, KeyError, TypeError):
            return True
    return False
