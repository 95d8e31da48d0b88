"""A prediction as a process of its own: its folder with the uploaded images, its start, its results."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from app.jobs.process import job_folder, start, watch
from curation.training.file_results import FileResult, read_predictions, refused
from curation.training.uploads import Upload, save_uploads
from curation.workspace.folders import Workspace
from models.files.atomic import checked_name, write_json
from models.files.schemas import read_as

KEPT = 20  # predictions on disk; older ones are removed with their images
_PREFIX = "predict-"
_REFUSED = "refused.json"


def prediction_folder(workspace: Workspace, name: str) -> Path:
    """Return the folder of a prediction, whether it exists or not.

    Raises:
        ErrataError: `name` is not a name.
    """
    return job_folder(workspace, f"{_PREFIX}{checked_name('prediction', name)}")


def start_prediction(workspace: Workspace, dataset: str, uploads: Sequence[Upload]) -> str:
    """Save the images, start the process, and return the name of the prediction.

    Raises:
        ErrataError: there are too many images, or all are refused; then nothing is started.
    """
    name = f"{time.time_ns():x}"
    folder = prediction_folder(workspace, name)
    try:
        saved = save_uploads(uploads, folder / "images")
        write_json(folder / _REFUSED, saved.refused)
        outputs = ["--json", str(folder / "predictions.json"), "--csv", str(folder / "predictions.csv")]
        start(folder, ["predict", dataset, *map(str, saved.paths), *outputs, "--cams", str(folder / "cams")])
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_old(workspace)
    return name


def results_of(folder: Path) -> list[FileResult]:
    """Return the results of a finished prediction, files that were refused last; none before it finished.

    Raises:
        ErrataError: its file is damaged.
    """
    path = folder / "predictions.json"
    if not path.exists():
        return []
    problems = read_as(folder / _REFUSED, dict[str, str]) if (folder / _REFUSED).exists() else {}
    return [*read_predictions(path), *(refused(name, problem) for name, problem in problems.items())]


def _remove_old(workspace: Workspace) -> None:
    folders = sorted((workspace.root / "jobs").glob(f"{_PREFIX}*"), key=lambda path: path.name)
    for folder in folders[:-KEPT]:
        if not watch(folder).active:
            shutil.rmtree(folder, ignore_errors=True)
