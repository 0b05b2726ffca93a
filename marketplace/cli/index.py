"""`flask index …`: the full-text indexes."""

from functools import partial

import click
from click._termui_impl import ProgressBar
from flask.cli import with_appcontext

from marketplace.listings.rules import ListingKind
from marketplace.matching import meanings
from marketplace.web.context import runtime
from marketplace.wiring import INDEXER
from search_index.edition import NewerEditionError
from search_index.generations import IndexBusyError


@click.group("index")
def group() -> None:
    """The full-text indexes of both catalogues."""


@group.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """Build both indexes anew from the database while the service goes on; then bring in what changed meanwhile."""
    factory = runtime().factory
    for kind in ListingKind:
        try:
            with factory.reading() as uow, click.progressbar(length=0, label=f"{kind.value}s") as bar:
                count = INDEXER.rebuild(uow, kind, partial(_show, bar))
        except (IndexBusyError, NewerEditionError) as error:
            raise click.ClickException(str(error)) from None
        click.echo(f"{count} {kind.value}s indexed")
    with factory.writing() as uow:
        INDEXER.reconcile(uow)
    with factory.reading() as uow:
        meanings.learn(uow)


def _show(bar: "ProgressBar[int]", done: int, total: int) -> None:
    bar.length = total
    bar.update(done - bar.pos)
