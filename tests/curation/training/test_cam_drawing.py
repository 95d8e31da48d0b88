"""Maps on demand: of the requested image, by all models of the audit."""

import sys
import types
from pathlib import Path

import pytest

from curation.results.audit import Audit
from curation.results.cam_files import CamJob, cam_pair
from curation.training.cam_drawing import draw_image, drawing_folder, missing_cams
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.runs import computing, read_status
from tests.helpers.small_audit import ARCHITECTURES, small_audit


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    """An audit without maps, with a checkpoint for each architecture as far as names go."""
    made = small_audit(workspace, cams=0)
    for architecture in made.architectures:
        (architecture.run_folder / "fold-0.safetensors").touch()
    return made


def test_both_maps_of_every_architecture(workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[str, int, str]] = []

    def draw_cams(folder: Path, name: str, jobs: list[CamJob]) -> None:
        drawn.extend((name, job.target, job.path.name) for job in jobs)
        for job in jobs:
            job.output.parent.mkdir(exist_ok=True)
            job.output.touch()

    stand_in = types.ModuleType("curation.training.cam")
    stand_in.draw_cams = draw_cams  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "curation.training.cam", stand_in)
    row = int(audit.suspects("test")[0])  # test/sea/0.png, which shows a forest
    assert missing_cams(audit, row) == list(audit.architectures)
    paths = draw_image(workspace, "tiny", "test/sea/0.png")
    classes = audit.rows.classes
    targets = [classes.index("sea"), classes.index("forest")]
    assert drawn == [(name, target, "0.png") for name in ARCHITECTURES for target in targets]
    assert paths == [path for architecture in audit.architectures for path in cam_pair(audit, architecture, row)]
    assert missing_cams(audit, row) == []
    assert draw_image(workspace, "tiny", "test/sea/0.png") == paths
    assert len(drawn) == 4  # nothing is drawn twice
    status = read_status(drawing_folder(workspace, "tiny"))
    assert status is not None
    assert status.state == "finished"


def test_an_image_nobody_has(workspace: Workspace, audit: Audit) -> None:
    with pytest.raises(ErrataError, match=r"tiny has no image 'test/sea/99.png'; `errata issues tiny` lists"):
        draw_image(workspace, "tiny", "test/sea/99.png")


def test_a_model_trained_elsewhere(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    assert missing_cams(audit, 0) == []
    with pytest.raises(ErrataError, match="there is no network to look into"):
        draw_image(workspace, "tiny", "test/sea/0.png")


def test_one_at_a_time(workspace: Workspace, audit: Audit) -> None:
    with (
        computing(drawing_folder(workspace, "tiny"), {}),
        pytest.raises(ErrataError, match="draw-tiny is already being computed by process"),
    ):
        draw_image(workspace, "tiny", "test/sea/0.png")
