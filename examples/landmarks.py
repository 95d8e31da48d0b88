"""Landmarks: what a network learned of four classes, transferred to two others, and where it looks.

The study trained a small network on some landmarks and went on with two others: all weights, or the head alone. Here
classes of the scenes stand in for landmarks; name your own with --data, --source and --target.
"""

from pathlib import Path

import numpy as np

from curation import Workspace, draw_run_maps, load_run, open_dataset
from examples.study import options, run, show, train_by_recipe

SOURCE, TARGET = ("buildings", "forest", "sea", "street"), ("glacier", "mountain")
MAPS = 3  # of the surest test images


def surest(folder: Path) -> list[str]:
    """Return the test images of which a run is surest."""
    predictions = load_run(folder).predictions()
    if predictions is None:
        return []
    order = np.argsort(-predictions.probs.max(axis=1))
    return [str(predictions.image_ids[row]) for row in order[:MAPS]]


def main() -> None:
    """Train the source, go on with the target in two ways, and draw Grad-CAM maps of the surest test images."""
    asked = options(__doc__, "scenes")
    source = train_by_recipe(asked, "landmarks-source", classes=SOURCE)
    all_weights = train_by_recipe(asked, "landmarks-target", classes=TARGET)
    head = train_by_recipe(asked, "landmarks-target-frozen", classes=TARGET)
    show(asked, [source, all_weights, head])
    workspace = Workspace.from_environment()
    spec, _ = open_dataset(asked.data, workspace, seed=0)
    for path in draw_run_maps(workspace, spec.name, surest(all_weights[0]), [all_weights[0].name]):
        print(f"Grad-CAM: {path}")


if __name__ == "__main__":
    run(main)
