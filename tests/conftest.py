"""What every test has: the rule about skips and a PostgreSQL of its own when it asks for one."""

import gc

from hypothesis import settings

# How long an example takes is for the benchmarks: the first one of a process reads a dictionary.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = ["tests.skips", "tests.postgres", "tests.world", "tests.letters", "tests.online"]


def pytest_collection_finish() -> None:
    """What was imported to get here stays to the end: no collection of garbage need look through it again.

    Nor through pages and SQL, which stay as well, as often as Python would: that is a twentieth of the whole run.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
