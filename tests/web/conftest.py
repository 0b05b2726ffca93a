"""What tests of pages share."""

from collections.abc import Callable

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.wiring import INDEXER


@pytest.fixture
def index(factory: UnitOfWorkFactory) -> Callable[[], None]:
    """Bring the index up to date."""

    def run() -> None:
        with factory.writing() as uow:
            INDEXER.reconcile(uow)

    return run
