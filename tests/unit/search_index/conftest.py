"""An empty index in a folder of its own."""

from pathlib import Path

import pytest

from search_index.index import SearchIndex
from tests.contract.plain import opened


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return opened(tmp_path / "index")
