"""A throw-away PostgreSQL cluster for one test run, made from the server binaries on the machine.

The process that started the run owns the folder and stops the server at the end; the first test that needs a
database, in whichever xdist worker, starts it. It listens on loopback only, keeps nothing, and fsync is off. The server
refuses to run as root, so root drops to the user `postgres`.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

FOLDER = pytest.StashKey[Path]()
OPTIONS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c timezone=UTC -c jit=off"
)


def pytest_configure(config: pytest.Config) -> None:
    """Name the folder that every process of this run shares."""
    given = getattr(config, "workerinput", {}).get("postgres_folder")
    config.stash[FOLDER] = Path(given) if given else Path(tempfile.mkdtemp(prefix="jiangguo-postgres-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell an xdist worker where the folder is."""
    config: pytest.Config = getattr(node, "config")  # noqa: B009 - xdist has no types
    getattr(node, "workerinput")["postgres_folder"] = str(config.stash[FOLDER])  # noqa: B009


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and leave nothing behind."""
    folder = config.stash.get(FOLDER, None)
    if folder is None or hasattr(config, "workerinput"):
        return
    if (folder / "data" / "postmaster.pid").exists():
        _run(_binary("pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database that belongs to this process alone."""
    if _binary("initdb") is None:
        pytest.skip("PostgreSQL's server binaries (initdb, pg_ctl) are not on this machine")
    server = _server(request.config.stash[FOLDER])
    name = f"jiangguo_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server}/{name}"


def _server(folder: Path) -> str:
    """The running server's URL without a database; starts it when no other process has."""
    address = folder / "address"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists():
            port = _free_port()
            _start(folder, port)
            address.write_text(f"postgresql://postgres@127.0.0.1:{port}")
    return address.read_text()


def _start(folder: Path, port: int) -> None:
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    _run(
        _binary("initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    )
    options = f"{OPTIONS} -c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
    _run(_binary("pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "start")


def _run(*command: str | None) -> None:
    """Run a server binary, as the user `postgres` when this is root; its output comes with the failure."""
    words = [word for word in command if word is not None]
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *words]
    # The server inherits its parent's output; a pipe would stay open, and waiting for its end would never end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(words, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{words}: {output.read()}")


def _binary(name: str) -> str | None:
    """The path of a server binary; Debian keeps them out of PATH, one folder per version."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4].split(".")[0])
    )
    return str(installed[-1]) if installed else shutil.which(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
