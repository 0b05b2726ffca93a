"""verify.py stands alone: it runs without the platform, is copied as it is, and is not part of it."""

import ast
import io
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from marketplace.infra.authority import Authority
from tests.architecture.sources import product
from tests.evidence.packages import PROGRAM, Files, run

ALLOWED = sys.stdlib_module_names | {"cryptography"}


def test_a_person_runs_it_on_the_zip(tmp_path: Path, content: bytes, files: Files, authority: Authority) -> None:
    (tmp_path / "deal.zip").write_bytes(content)
    (tmp_path / "root.pem").write_text(authority.root_pem)
    shutil.copy(PROGRAM, tmp_path)
    anchor = files["anchors.txt"].decode().strip()
    answer = run("verify.py", "deal.zip", "--root", "root.pem", "--anchor", anchor, cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Everything holds. / 全部相符。" in answer.stdout
    assert "Not proved: " in answer.stdout
    (tmp_path / "deal.zip").write_bytes(content[:-1])
    answer = run("verify.py", "deal.zip", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert "WRONG / 不符: ZIP" in answer.stdout


def test_a_person_runs_it_in_the_folder(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "deal"
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        source.extractall(folder)
    assert run("verify.py", cwd=folder).returncode == 0
    assert run(folder / "verify.py", folder, cwd=tmp_path).returncode == 0
    text = folder / "documents" / "contract-1.txt"
    text.write_bytes(text.read_bytes() + b" ")
    answer = run("verify.py", cwd=folder)
    assert answer.returncode == 1
    assert "documents/contract-1.txt: is not what the manifest says" in answer.stdout


@pytest.mark.parametrize("name", ["nothing.zip", "empty"])
def test_what_is_no_package_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    answer = run(PROGRAM, name, cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert "cannot be read" in answer.stdout


def test_it_is_enclosed_as_it_is(files: Files) -> None:
    assert files["verify.py"] == PROGRAM.read_bytes()


def test_it_needs_nothing_but_python_and_cryptography() -> None:
    tree = ast.parse(PROGRAM.read_bytes())
    assert {name.partition(".")[0] for name in imported(tree)} <= ALLOWED


def test_the_product_does_not_use_it() -> None:
    users = [source.name for source in product() if "marketplace.evidence.verify" in imported(source.tree)]
    assert users == []


def imported(tree: ast.AST) -> set[str]:
    """The full names of what is imported, a name from a module as one of it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        if isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return names
