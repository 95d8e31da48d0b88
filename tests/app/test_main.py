"""The first visitor waits for no import; that the server serves is seen by test_browser and test_serve."""

import os
import subprocess
import sys
from pathlib import Path

from curation.workspace.folders import Workspace
from tests.helpers import REPOSITORY
from tests.helpers.small_audit import small_audit

PAGE = REPOSITORY / "app" / "page.py"
SCREENS = sorted(path.parent.name for path in PAGE.parent.glob("screens/*/screen.py"))
PROGRAM = f"""
import sys
import app.main
from streamlit.testing.v1 import AppTest
loaded = set(sys.modules)
for screen in {SCREENS!r}:
    app = AppTest.from_file({str(PAGE)!r}, default_timeout=60)
    app.query_params["dataset"], app.query_params["screen"] = "tiny", screen
    app.run()
    assert app.selectbox and not app.exception, screen
print(*[name for name in set(sys.modules) - loaded if not name.startswith("streamlit")])
"""


def test_the_modules_of_all_screens_are_loaded_before_the_first_visitor(tmp_path: Path) -> None:
    small_audit(Workspace(tmp_path / "home"))
    environment = {**os.environ, "ERRATA_HOME": str(tmp_path / "home")}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, env=environment, cwd=PAGE.parent
    )
    assert run.returncode == 0, run.stderr
    assert len(SCREENS) == 10
    late = run.stdout.split()  # a few small ones of Streamlit and the standard library
    assert len(late) < 20, late
    slow = {"app", "curation", "models", "numpy", "PIL", "yaml", "psutil", "pandas", "pyarrow"}
    assert slow.isdisjoint(name.partition(".")[0] for name in late), late
