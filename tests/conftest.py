"""What every test has: the rule about skips and a PostgreSQL of its own when it asks for one."""

from hypothesis import settings

# How long an example takes is for the benchmarks: the first one of a process reads a dictionary.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = ["tests.skips", "tests.postgres", "tests.world", "tests.letters", "tests.online"]
