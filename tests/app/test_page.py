"""The Streamlit app itself: the address chooses the screen, and the first page loads nothing heavy."""

import subprocess
import sys

from curation.workspace.folders import Workspace
from tests.helpers import REPOSITORY
from tests.helpers.app_driver import PAGE, show, texts
from tests.helpers.small_audit import small_audit


def test_an_unknown_screen_is_the_first(workspace: Workspace) -> None:
    assert texts(show("scenes", screen="reviw").subheader) == "Not audited yet"


def test_the_first_page_loads_nothing_heavy(workspace: Workspace) -> None:
    """Torch and FiftyOne take seconds and gigabytes of memory: they are loaded when they are asked for."""
    small_audit(workspace)
    files = [path.relative_to(REPOSITORY) for path in (REPOSITORY / "app").rglob("*.py")]
    modules = [
        ".".join(path.with_suffix("").parts) for path in files if path.name not in ("main.py", "page.py", "screen.py")
    ]
    program = (
        "import importlib, sys; from streamlit.testing.v1 import AppTest\n"
        f"app = AppTest.from_file({str(PAGE)!r}, default_timeout=60)\n"
        "app.query_params['dataset'] = 'tiny'\napp.run(); assert app.button and not app.exception\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "heavy = {'torch', 'fiftyone', 'sklearn', 'umap', 'scipy', 'cleanlab', 'cv2', 'timm', 'pandas', 'pyarrow'}\n"
        "print(*heavy & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=PAGE.parent)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
