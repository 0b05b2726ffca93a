"""Learning in a process of its own: it takes hundreds of megabytes and all of an interpreter for seconds, and the process
that asks for it may be the one that serves pages.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from search_index import contexts
from search_index.meaning import save

_ROOT = Path(__file__).parents[1]


def learn_apart(path: Path, *collections: Iterable[str]) -> None:
    """Learn from collections of texts, read once, and save it at `path`; of few texts nothing is written.

    Raises subprocess.CalledProcessError where the other process fails; what was saved before is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        files = [Path(folder, str(number)) for number in range(len(collections))]
        written = sum(_write(file, texts) for file, texts in zip(files, collections, strict=True))
        if written >= contexts.LEAST_TEXTS:
            names = [str(file.absolute()) for file in (path, *files)]
            command = [sys.executable, "-m", "search_index.learning", *names]
            subprocess.run(command, cwd=_ROOT, check=True)  # noqa: S603 - nothing in it comes from outside


def _write(file: Path, texts: Iterable[str]) -> int:
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for count, text in enumerate(texts, start=1):  # noqa: B007 - the last one is the result
            out.write(json.dumps(text) + "\n")
    return count


def _read(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def main() -> None:
    """What the other process does."""
    parser = argparse.ArgumentParser(prog="python -m search_index.learning", description="Learn from texts in files.")
    parser.add_argument("path", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    os.nice(10)  # Pages come first.
    save(contexts.learn(*(list(_read(file)) for file in arguments.files)), arguments.path)


if __name__ == "__main__":
    main()
