"""The house stays readable: files and functions that fit in a head, and no drawer for odds and ends."""

import ast
import re

import pytest

from tests.architecture.sources import Function, Source, product, sources

MAX_FILE_LINES = 350
LARGER = {"marketplace/evidence/verify.py": 480}
"""It goes out as one file that needs nothing else, and so cannot be several."""

MAX_FUNCTION_LINES = 50
MAX_HIDDEN_IMPORTS = 3
DRAWERS = re.compile(r"(^|_)(util|utils|utility|utilities|helper|helpers|common|manager|managers|misc)(_|$)")


def test_no_file_is_too_long() -> None:
    lengths = {source.name: len(source.text.splitlines()) for source in sources()}
    assert {name: length for name, length in lengths.items() if length > LARGER.get(name, MAX_FILE_LINES)} == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{source.name}:{function.name}": length
        for source in sources()
        for function in source.functions()
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_every_function_is_annotated() -> None:
    bare = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources()
        for function in source.functions()
        if not annotated(function)
    ]
    assert bare == []


def test_imports_are_not_hidden_in_functions() -> None:
    hidden = sorted({place for source in sources() for place in hidden_imports(source)})
    assert len(hidden) <= MAX_HIDDEN_IMPORTS, hidden


def test_no_file_is_a_drawer() -> None:
    parts = {(source.name, part) for source in sources() for part in source.path.with_suffix("").parts}
    assert sorted(name for name, part in parts if DRAWERS.search(part)) == []


def test_there_is_one_commit() -> None:
    """Data is changed through the unit of work alone: event, audit row and change stand or fall together."""
    committing = [
        source.name
        for source in product()
        if source.path.parts[0] == "marketplace" and "migrations" not in source.path.parts
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert committing == ["marketplace/infra/unit_of_work.py"]


def annotated(function: Function) -> bool:
    """Whether every argument but self and cls, and the result, says its type."""
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return function.returns is not None and all(one.annotation or one.arg in {"self", "cls"} for one in named)


def hidden_imports(source: Source) -> list[str]:
    """Where functions import, as file and line."""
    return [
        f"{source.name}:{node.lineno}"
        for function in source.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a: int, *b: str, c: int = 1, **d: int) -> None: ...", True),
        ("def f(self, a: int) -> None: ...", True),
        ("def f(a) -> None: ...", False),
        ("def f(a: int): ...", False),
        ("def f(*a) -> None: ...", False),
    ],
)
def test_the_measure_of_annotation(code: str, expected: bool) -> None:
    [function] = ast.parse(code).body
    assert isinstance(function, Function)
    assert annotated(function) is expected
