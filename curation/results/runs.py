"""Trained runs by name or recipe."""

from pathlib import Path
from typing import Any

from curation.results.trained import load_run
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from curation.workspace.run_names import may_be_of
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name
from models.training.recipes import RECIPES


def finished_runs(workspace: Workspace, recipe: str = "", dataset: str = "") -> list[Path]:
    """Return the folders of finished trainings, newest last; only of one recipe or data set if it is named.

    Raises:
        ErrataError: a file of a training of that data set is damaged; those of others are left out.
    """
    dated, others, damaged = [], set(audited(workspace)), dict[str, ErrataError]()
    for metrics in workspace.runs.glob("*/metrics.json"):
        try:
            config = _config_of(metrics.parent)
        except ErrataError as error:
            damaged[metrics.parent.name] = error
            continue
        others.add(config.get("dataset", ""))
        if recipe in ("", config.get("recipe")) and dataset in ("", config.get("dataset")):
            dated.append((metrics.stat().st_mtime, metrics.parent))
    for run, problem in damaged.items():
        if dataset and may_be_of(run, dataset, others):
            raise problem
    return [folder for _, folder in sorted(dated)]


def _config_of(folder: Path) -> dict[str, Any]:
    """Return what a finished training was asked to do; it names its network and classes."""
    config = load_run(folder).config
    if lost := [name for name in ("architecture", "classes") if not config.get(name)]:
        path = folder / "config.json"
        raise ErrataError(f"{path} is damaged (it lacks {lost[0]}); delete the run folder and train again")
    return config


def find_checkpoint(workspace: Workspace, name: str, dataset: str = "") -> Path:
    """Return the checkpoint of a run, or of a recipe's newest finished run, on that data set if there is one.

    Raises:
        ErrataError: there is no such run, it has no checkpoint, or no run of that recipe is finished.
    """
    if name in RECIPES:
        runs = finished_runs(workspace, name, dataset) or finished_runs(workspace, name)
        if not runs:
            raise ErrataError(f"no finished run of recipe {name} to start from; run: errata train NAME --recipe {name}")
        return runs[-1] / "checkpoint.safetensors"
    folder = workspace.runs / checked_name("run", name)
    for file in ("checkpoint.safetensors", "fold-0.safetensors"):
        if (folder / file).exists():
            return folder / file
    known = [path.parent.name for path in workspace.runs.glob("*/*.safetensors")]
    raise unknown("run with a checkpoint", name, sorted(set(known)))
