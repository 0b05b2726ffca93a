"""`flask evidence …`: what proves a deal, in one file that is checked without the platform."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from flask.cli import with_appcontext

from marketplace.evidence.service import write_evidence
from marketplace.kernel.errors import DomainError
from marketplace.web.context import runtime


@click.group("evidence")
def group() -> None:
    """Evidence that anybody checks offline."""


@group.command("export")
@click.argument("deal", type=int)
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def export(deal: int, out: Path) -> None:
    """Write OUT, a ZIP with the signed documents of a deal, what proves them, and the program that checks it.

    It holds the whole contract, so only its owner may read it. A file that is there already is left alone.
    """
    try:
        with _new(out) as file, runtime().factory.reading() as uow:
            write_evidence(uow, deal, file)
    except FileExistsError:
        raise click.ClickException(f"There is a file {out} already. Choose another name.") from None
    except (DomainError, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{out}: {out.stat().st_size} bytes. Check it: python verify.py {out.name}")


@contextmanager
def _new(path: Path) -> Iterator[BinaryIO]:
    """A file in the making; it gets its name when it is whole and on disk. Raises FileExistsError, at the latest then."""
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
