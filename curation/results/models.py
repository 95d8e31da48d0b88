"""The trained networks of a data set that can be asked about new images."""

from dataclasses import dataclass
from pathlib import Path

from curation.results.runs import finished_runs
from curation.results.summary import read_results
from curation.results.trained import load_run
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, audit_folder, audit_name, audited, version_names
from models.files.atomic import checked_name
from models.networks.variant_name import architecture_name


@dataclass(frozen=True)
class TrainedModel:
    """Networks that differ in their folds or seeds only; the mean of their answers counts."""

    name: str  # recipe or variant
    architecture: str  # without a mode
    version: str  # of the labels it learned from
    checkpoints: tuple[Path, ...]  # of folds: in one run folder; of seeds: in one run folder each
    of_folds: bool

    @property
    def about(self) -> str:
        """What gives the answer, in words."""
        n = len(self.checkpoints)
        return f"mean of {n} fold models" if self.of_folds else "one seed" if n == 1 else f"mean of {n} seeds"


def trained_models(workspace: Workspace, name: str) -> list[TrainedModel]:
    """Return the fold models of a data set's audits, then the models of its trainings, the newest last.

    Raises:
        ErrataError: a file of an audit or of a run is damaged.
    """
    known = audited(workspace)
    models = []
    for version in version_names(workspace, name):
        if (audit := audit_name(name, version)) in known:
            models += _of_audit(workspace, audit, version)
    groups: dict[str, list[Path]] = {}
    for folder in finished_runs(workspace, dataset=name):
        if (folder / "checkpoint.safetensors").exists():
            groups.setdefault(load_run(folder).group, []).append(folder)
    return [*models, *(_of_seeds(folders) for folders in groups.values())]


def _of_audit(workspace: Workspace, name: str, version: str) -> list[TrainedModel]:
    models = []
    for architecture, run in read_results(audit_folder(workspace, name)).runs.items():
        folds = sorted((workspace.runs / checked_name("run", run)).glob("fold-*.safetensors"))
        if folds:
            models.append(TrainedModel(architecture, architecture_name(architecture), version, tuple(folds), True))
    return models


def _of_seeds(folders: list[Path]) -> TrainedModel:
    runs = sorted((load_run(folder) for folder in folders), key=lambda run: run.seed)
    config = runs[0].config
    name = str(config.get("recipe") or runs[0].variant)
    version = str(config.get("version", ORIGINAL))
    paths = tuple(run.folder / "checkpoint.safetensors" for run in runs)
    return TrainedModel(name, str(config["architecture"]), version, paths, False)
