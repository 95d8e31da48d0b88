"""Small runs with real networks: one was transferred from another that tells pets apart, and the sea."""

from pathlib import Path

import torch

from curation.comparison.contestants import Contestant, choose_contestants
from curation.workspace.folders import Workspace
from models.images.input_spec import InputSpec
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.compared_runs import NAME, compared_runs, trained_run
from tests.helpers.small_audit import CLASSES

SOURCE, TARGET = "tiny-source-44444444", "tiny-target-55555555"
IMAGES = ["test/sea/0.png", "test/street/1.png"]


def transferred_runs(root: Path) -> Workspace:
    """Write the runs of `compared_runs`, the source and its transfer; return the workspace."""
    workspace = compared_runs(root, reviewed=False)
    pets = ("cat", "dog", "sea")
    source = trained_run(
        workspace, SOURCE, 0, {}, "source", "simple_cnn", "scratch", ["test/sea/0.png"], pets, dataset="pets"
    )
    target = trained_run(
        workspace, TARGET, 0, {"test/sea/0.png": "street"}, "target", "simple_cnn", "scratch",
        init_from=f"{SOURCE}-s0",
    )  # fmt: skip
    spec = InputSpec(32, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
    for folder, classes in ((source, pets), (target, CLASSES)):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = build_classifier(parse_variant("simple_cnn"), len(classes), 32).eval()
        info = CheckpointInfo("simple_cnn", classes, {}, 0, input=spec)
        save_checkpoint(folder / "checkpoint.safetensors", network, info)
    return workspace


def contestant(workspace: Workspace, name: str = TARGET) -> Contestant:
    """Return the contestant of a name."""
    return choose_contestants(workspace, NAME, (name,))[0]
