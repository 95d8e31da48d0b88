"""A training by what it asks for: one network, or an ensemble of several."""

from collections.abc import Sequence
from pathlib import Path

from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.training.combine import ENSEMBLE
from curation.training.ensemble_check import check_ensemble
from curation.training.ensemble_run import run_ensemble
from curation.training.request import OnRuns, TrainRequest
from curation.training.run import run_training
from curation.workspace.folders import Workspace
from curation.workspace.stages import OnStage


def check(workspace: Workspace, request: TrainRequest) -> None:
    """Raise if a request is wrong, before a data set is drawn or read.

    Raises:
        ErrataError: as `TrainRequest.network` or `check_ensemble`.
    """
    if request.recipe.architecture == ENSEMBLE:
        check_ensemble(workspace, request)
    else:
        request.check()


def train(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows,
    request: TrainRequest,
    on_stage: OnStage | None = None,
    on_runs: OnRuns | None = None,
) -> Sequence[Path]:
    """Train a network, or fit an ensemble, for each seed; return the run folders. A finished run is not trained again.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and labels.
        request: what to train.
        on_stage: told (stage, done, total).
        on_runs: told the run folders, one for each seed, before anything is trained.

    Raises:
        ErrataError: anything a person can fix; raised before any work where possible.
    """
    train_all = run_ensemble if request.recipe.architecture == ENSEMBLE else run_training
    return train_all(workspace, spec, rows, request, on_stage, on_runs)
