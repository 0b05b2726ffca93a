"""What every test has: the rule about skips and a PostgreSQL of its own when it asks for one."""

pytest_plugins = ["tests.skips", "tests.postgres", "tests.world", "tests.letters", "tests.online"]
