"""Trained runs as read from their folders, finished or under way; needs no torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from curation.workspace.folders import Workspace
from curation.workspace.run_files import read_config, read_metrics
from curation.workspace.run_names import group_of
from models.errors import ErrataError
from models.figures.curves import Epoch, kept_epoch, read_curve
from models.figures.predictions import Predictions
from models.files.runs import Status, read_status

# What the seeds of one recipe share; the rest of config.json may differ.
_SHARED = ("dataset", "recipe", "architecture", "mode", "classes", "input", "config")


def report_folder(workspace: Workspace, dataset: str, run: str) -> Path:
    """Return the folder of the report of a training; all its seeds share it.

    Args:
        workspace: where everything is kept.
        dataset: its name.
        run: the name of any run of the training, with or without its seed.
    """
    return workspace.reports / dataset / "runs" / group_of(run)


@dataclass(frozen=True)
class TrainedRun:
    """One training of one seed."""

    folder: Path
    config: dict[str, Any]  # dataset, recipe, architecture, mode, seed, classes, images, input, config, versions, …
    status: Status | None
    curve: list[Epoch]
    metrics: dict[str, Any]  # val, test, seconds, images_per_s, parameters; empty until it is finished

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.name

    @property
    def group(self) -> str:
        """The name without its seed: what the seeds of one recipe share."""
        return group_of(self.name)

    @property
    def seed(self) -> int:
        """The seed it was trained with."""
        return int(self.config.get("seed", 0))

    @property
    def variant(self) -> str:
        """What was trained, `ARCH@MODE` or `ensemble of A, B`; empty where the folder does not say."""
        architecture, mode = self.config.get("architecture", ""), self.config.get("mode")
        if members := self.config.get("members"):
            return f"{architecture} of {', '.join(sorted(members))}"
        return f"{architecture}@{mode}" if mode else architecture

    @property
    def state(self) -> str:
        """`running`, `finished`, `failed`, `cancelled`, `interrupted` or `not started`."""
        return self.status.state if self.status else "finished" if self.metrics else "not started"

    @property
    def kept_epoch(self) -> int | None:
        """The epoch whose weights it keeps; None where no validation images choose it."""
        return kept_epoch(self.curve)

    @property
    def planned_epochs(self) -> int:
        """How many epochs the training is to take."""
        return int(self.config.get("config", {}).get("epochs") or len(self.curve))

    def figures(self, split: str) -> dict[str, Any] | None:
        """Return the figures of a split, as `metrics.evaluate` makes them; None where it has no image."""
        figures: dict[str, Any] | None = self.metrics.get(split)
        return figures if figures and figures["n"] else None

    def predictions(self) -> Predictions | None:
        """Return the predictions; None until they are written."""
        path = self.folder / "predictions.npz"
        return Predictions.load(path) if path.exists() else None


def load_run(folder: Path) -> TrainedRun:
    """Return what a run folder holds so far.

    Raises:
        ErrataError: there is no run in it, or a file of it is damaged.
    """
    if not (folder / "config.json").exists():
        raise ErrataError(f"{folder} holds no run: it has no config.json; give the folder of a trained run")
    return TrainedRun(folder, read_config(folder), read_status(folder), read_curve(folder), read_metrics(folder))


def load_seeds(folders: Sequence[Path]) -> list[TrainedRun]:
    """Return the runs of one recipe, ordered by seed.

    Raises:
        ErrataError: no folder is given, two have the same seed, two were trained differently, or a file is damaged.
    """
    if not folders:
        raise ErrataError("no run folder is given; give one, or those of the seeds of one recipe")
    runs = sorted((load_run(folder) for folder in folders), key=lambda run: run.seed)
    first = runs[0]
    for previous, run in pairwise(runs):
        if run.seed == previous.seed:
            raise ErrataError(f"runs {previous.name} and {run.name} have the same seed {run.seed}; give each seed once")
        for name in _SHARED:
            if run.config.get(name) != first.config.get(name):
                raise ErrataError(
                    f"runs {first.name} and {run.name} are no seeds of one recipe: their {name} differs; "
                    "report them apart"
                )
    return runs
