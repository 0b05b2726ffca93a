"""An unexpected error is written where an operator sees it, without any configuration of logging."""

import subprocess
import sys
from pathlib import Path

SERVER = """
import sys
from pathlib import Path
from marketplace.app import create_app
from marketplace.settings import Settings

app = create_app(Settings(data_dir=Path(sys.argv[1]), database_url=f"sqlite:///{sys.argv[1]}/empty.sqlite"))
print(app.test_client().get("/bases").status_code)
"""


def test_an_unexpected_error_reaches_standard_error_with_its_traceback(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stdout.strip() == "500", "a database without tables is an unexpected error"
    assert "unexpected error on GET /bases" in run.stderr
    assert "Traceback" in run.stderr
