"""How long a training will take: measured on finished trainings of this workspace, else from a rough table."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from curation.results.runs import finished_runs
from curation.results.trained import TrainedRun, load_run
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from curation.workspace.stages import read_records
from models.processors.processes import PROCESSES_PAY_FROM
from models.processors.threads import cores

START_S = 12.0  # to import torch and read the list of images
# Images a second on two cores, forward and back, at the architecture's own size. Every use says that they are rough.
ROUGH: dict[tuple[str, str], float] = {
    ("cnn3", "scratch"): 380.0,
    ("deep_cnn", "scratch"): 270.0,
    ("deep_cnn_bn", "scratch"): 270.0,
    ("plain_cnn", "scratch"): 90.0,
    ("residual_cnn", "scratch"): 150.0,
    ("simple_cnn", "scratch"): 480.0,
    ("simple_cnn_norm_dropout", "scratch"): 280.0,
    ("simple_cnn_sigmoid", "scratch"): 280.0,
    ("simple_cnn_tanh", "scratch"): 280.0,
}
ROUGH_FROZEN = 12_000.0  # a head on features that are already computed
ROUGH_FEATURES = 90.0  # one pass of a frozen backbone over the images
ROUGH_OTHER = 8.0  # a large network, all of it trained


@dataclass(frozen=True)
class Estimate:
    """How long a training will take."""

    seconds: float  # of all its seeds
    runs: int  # finished runs that it was measured on; 0 = from the rough table


def estimate_training(
    workspace: Workspace,
    dataset: str,
    architecture: str,
    mode: str,
    images: int,
    epochs: int,
    seeds: int,
    views: int = 1,
) -> Estimate:
    """Return how long a training will take.

    Args:
        workspace: holds finished trainings.
        dataset: name of the audited data set.
        architecture: its name, without a mode.
        mode: scratch, finetuned or frozen.
        images: number of images to learn from.
        epochs: planned.
        seeds: how many; side by side they share the processors, so they take as long as one after the other.
        views: of each image, for a frozen backbone.
    """
    runs = [load_run(folder) for folder in finished_runs(workspace)]
    alike = [run for run in runs if (run.config.get("architecture"), run.config.get("mode")) == (architecture, mode)]
    measured = [(seconds_per_image(run), seeds_together(run, alike)) for run in alike]
    alone = [seconds / together for seconds, together in measured if seconds is not None]
    if alone:
        rate = 1 / median(alone)
    else:
        rate = ROUGH_FROZEN if mode == "frozen" else ROUGH.get((architecture, mode), ROUGH_OTHER)
    once = _features_s(workspace, dataset, architecture, images, views) if mode == "frozen" else 0.0
    return Estimate(START_S + once + seeds * images * epochs / rate, len(alone))


def seconds_per_image(run: TrainedRun) -> float | None:
    """Return the seconds that a finished run took for an image and epoch; None where its folder does not tell."""
    images, epochs = run.config.get("images", {}).get("train"), run.metrics.get("epochs")
    seconds = run.metrics.get("seconds")
    return seconds / (images * epochs) if images and epochs and seconds else None


def seeds_together(run: TrainedRun, runs: Sequence[TrainedRun]) -> int:
    """Return how many seeds of its training ran side by side with a finished run, itself included.

    The time in its folder is the time it would take alone, times this factor.

    Args:
        run: a finished run.
        runs: finished runs; those of the same training have the same name except for the seed.
    """
    images, epochs = run.config.get("images", {}).get("train", 0), run.metrics.get("epochs", 0)
    seeds = sum(other.group == run.group for other in runs)
    one_by_one = run.config.get("mode") == "frozen" or run.config.get("device") != "cpu"
    return 1 if one_by_one or seeds * images * epochs < PROCESSES_PAY_FROM else min(seeds, cores())


def _features_s(workspace: Workspace, dataset: str, architecture: str, images: int, views: int) -> float:
    """Return how many seconds the backbone takes for the images; 0 where an audit has computed the features already."""
    done = read_records(audit_folder(workspace, dataset)).get(f"features {architecture}")
    if done is None:
        return views * images / ROUGH_FEATURES
    return 0.0 if views == 1 else views * images / ROUGH_FEATURES
