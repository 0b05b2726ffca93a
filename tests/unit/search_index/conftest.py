"""An empty index in a folder of its own."""

from pathlib import Path

import pytest

from search_index.index import SearchIndex


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return SearchIndex(tmp_path / "index", facets=("county", "state"), sorts=("at",))
