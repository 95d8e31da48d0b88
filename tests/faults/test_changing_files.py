"""Files of the data set rewritten, removed or added while an audit computes, between any two of its stages."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from curation.audit.config import AuditConfig
from curation.audit.run import run_audit
from curation.datasets.opening import open_dataset
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.arrays import FloatArray
from models.errors import ErrataError
from models.training.config import TrainConfig
from models.training.recipes import OUT_OF_FOLD
from tests.helpers.drawn_folder import draw, draw_folder
from tests.helpers.reliability import record, size

pytestmark = pytest.mark.faults
TOUCHED, NEW = "train/dots/05.png", "train/dots/zz.png"
NETWORKS = ("efficientnet_lite0", "simple_cnn_norm_dropout")
MOMENTS = ("problems", "features", "duplicates", "train", "pixels", "judge", "map", "cams", "report")


def _rewritten(folder: Path) -> None:
    draw("waves", 3000).save(folder / TOUCHED)


def _removed(folder: Path) -> None:
    (folder / TOUCHED).unlink(missing_ok=True)


def _added(folder: Path) -> None:
    draw("dots", 3001).save(folder / NEW)


CHANGES: dict[str, Callable[[Path], None]] = {"rewritten": _rewritten, "removed": _removed, "added": _added}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of pictures; the audits of this file have no FiftyOne, which reads no pictures, and short trainings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("curation.in_fiftyone.write_audit.write_audit", lambda *arguments: None)
        patch.setitem(OUT_OF_FOLD, "scratch", TrainConfig(epochs=1))
        yield draw_folder(tmp_path_factory.mktemp("pictures") / "drawn", train=8, test=4)


def audit(home: Path, folder: Path, at: str = "", change: Callable[[Path], None] | None = None) -> Audit:
    """Audit the folder, which is changed when a stage begins."""
    left = [change] if change else []

    def on_stage(stage: str, done: int, total: int) -> None:
        if left and stage.startswith(at):
            left.pop()(folder)

    workspace = Workspace(home)
    spec, rows = open_dataset(str(folder), workspace, seed=0)
    finished = run_audit(workspace, spec, rows, AuditConfig(NETWORKS, folds=2, cams_per_split=40), on_stage=on_stage)
    assert not left
    return finished


def judged(audited: Audit) -> tuple[list[str], FloatArray]:
    """Return what was judged, and how."""
    return list(audited.checked.sha256s), audited.consensus.label_quality


def assert_same(seen: Audit, expected: Audit) -> None:
    assert judged(seen)[0] == judged(expected)[0]
    np.testing.assert_allclose(judged(seen)[1], judged(expected)[1], atol=1e-5)


def refusal(home: Path, folder: Path, at: str, change: Callable[[Path], None], expected: Audit) -> str:
    """Return the sentence with which the audit ends; empty where it ends as if nothing had changed."""
    try:
        finished = audit(home, folder, at, change)
    except ErrataError as error:
        return str(error)
    assert_same(finished, expected)
    return ""


@pytest.mark.skipif(not size(0, 1), reason="minutes; make faults")
@pytest.mark.parametrize("how", CHANGES)
def test_what_is_judged_is_what_was_hashed(how: str, pictures: Path, tmp_path: Path) -> None:
    """An audit under which a file changes ends with a sentence, or as if nothing had; the next is of the files then."""
    before = audit(tmp_path / "before", pictures)
    shutil.copytree(pictures, changed := tmp_path / "drawn")
    CHANGES[how](changed)
    after = audit(tmp_path / "after", changed)
    refused = 0
    for moment in MOMENTS:
        shutil.rmtree(changed)
        shutil.copytree(pictures, changed)
        home = tmp_path / moment
        if sentence := refusal(home, changed, moment, CHANGES[how], before):
            assert "05.png was changed" in sentence or "05.png is not there" in sentence
            refused += 1
        assert_same(audit(home, changed), after)
    if how != "added":
        assert refused  # at least where features are decoded after it
        record(
            "Faults",
            f"a file {how} between two stages of an audit",
            refused,
            "one sentence; the next audit is of the files as they are then",
        )
    if untouched := len(MOMENTS) - refused:
        record(
            "Faults",
            f"a file {how} between two stages of an audit",
            untouched,
            "what was hashed is judged; the next audit is of the files as they are then",
        )
