"""Comparisons and drawings as runs: files and maps are written."""

import json
import re
from pathlib import Path

import pytest

from curation.comparison.image_maps import map_file
from curation.comparison.pages.job import compare_folder, draw_run_maps, write_comparison
from curation.comparison.transfers import read_source_view
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.runs import computing, read_status
from tests.helpers.compared_runs import NAME
from tests.helpers.transferred_runs import TARGET, contestant, transferred_runs


@pytest.fixture(scope="module")
def transferred(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return transferred_runs(tmp_path_factory.mktemp("transferred"))


def test_files_are_written_as_a_run(workspace: Workspace, tmp_path: Path) -> None:
    stages: list[str] = []
    html, file = tmp_path / "c.html", tmp_path / "c.json"
    figures = write_comparison(workspace, NAME, (), (), html, file, lambda stage, *_: stages.append(stage))
    assert json.loads(file.read_text()) == figures
    assert set(stages) <= {"measure networks", "draw Grad-CAM"}
    text = html.read_text()
    assert len(re.findall(r'src="data:image/jpeg', text)) == 3  # the three images on which they differ
    assert "no map drawn" in text  # these runs have no checkpoint
    status = read_status(compare_folder(workspace, NAME))
    assert status is not None
    assert status.state == "finished"
    with computing(compare_folder(workspace, NAME), {}), pytest.raises(ErrataError, match="already being computed"):
        write_comparison(workspace, NAME, (), (), html, None, lambda *_: None)


def test_drawing_on_demand_draws_both(transferred: Workspace) -> None:
    image = "test/forest/2.png"
    paths = draw_run_maps(transferred, NAME, [image], (TARGET,))
    assert paths == [map_file(contestant(transferred), image, "forest")]
    assert paths[0].exists()
    view = read_source_view(contestant(transferred), image)
    assert view is not None
    assert view.cam.exists()
