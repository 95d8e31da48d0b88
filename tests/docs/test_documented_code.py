"""The Python of the documentation runs: docs/functions.md and the notebook, on small drawn scenes."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import curation
from curation.datasets.scenery.scenes import draw_scenes
from curation.workspace.folders import Workspace

FUNCTIONS = Path("docs/functions.md").read_text(encoding="utf-8")
NOTEBOOK = json.loads(Path("docs/notebooks/tour.ipynb").read_text(encoding="utf-8"))
BLOCKS = re.findall(r"```python\n(.*?)```", FUNCTIONS, re.DOTALL)
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def scenes(mongo_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace in which the scenes are few and small; data set and database are of the whole run."""
    monkeypatch.setenv("ERRATA_HOME", str(mongo_workspace.root))
    monkeypatch.setenv("MPLBACKEND", "agg")
    if not (drawn := mongo_workspace.drawn / "scenes").exists():
        draw_scenes(drawn, 6, 5, size_px=32)
    return mongo_workspace


@pytest.mark.mongo
@pytest.mark.parametrize("code", [BLOCKS, [cell["source"] for cell in CELLS]], ids=["functions", "notebook"])
def test_it_runs_from_top_to_bottom(code: Sequence[str], scenes: Workspace) -> None:
    known: dict[str, object] = {}
    for block in code:
        exec(compile(block, "documented", "exec"), known)


def test_every_public_name_has_its_example() -> None:
    used = set(re.findall(r"\w+", "\n".join(BLOCKS)))
    assert used >= set(curation.__all__)


def test_every_public_name_is_there_and_documented() -> None:
    for name in curation.__all__:
        assert getattr(curation, name).__doc__
    assert set(dir(curation)) == set(curation.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        curation.nothing  # noqa: B018


def test_the_notebook_holds_no_output() -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in CELLS)
