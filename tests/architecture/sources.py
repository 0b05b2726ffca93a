"""The tree as data: every Python file that is written by hand, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("marketplace", "search_index", "benchmarks", "tests")
GENERATED = ROOT / "marketplace" / "migrations" / "versions"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.as_posix()

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def sources() -> tuple[Source, ...]:
    """All of them, in a fixed order."""
    paths = sorted(
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if GENERATED not in path.parents
    )
    texts = [(path.relative_to(ROOT), path.read_text(encoding="utf-8")) for path in [*paths, ROOT / "wsgi.py"]]
    return tuple(Source(path, text, ast.parse(text, path.name)) for path, text in texts)


def product() -> Iterator[Source]:
    """What is shipped, without tests and benchmarks."""
    return (source for source in sources() if source.path.parts[0] not in {"tests", "benchmarks"})
