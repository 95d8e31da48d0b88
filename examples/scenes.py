"""Scenes: four small networks, transfer from ImageNet, and an ensemble, side by side.

The study compared a plain network with saturating activations, tanh, and batch norm with dropout, then heads on
pretrained networks, and put them together. EfficientNet-Lite0 takes the place of ResNet-50 and MobileNet, whose
weights are a download: name these with --heads.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from curation import Workspace, comparison_figures, open_dataset, read_board
from curation.comparison.headline import headline_sentence
from examples.study import options, run, show, train_by_recipe

SMALL = ("scenes-simple", "scenes-sigmoid", "scenes-tanh", "scenes-norm-dropout")


def trainings(asked: argparse.Namespace) -> list[Sequence[Path]]:
    """Train the small networks, the head and the ensemble; return the run folders of each."""
    return [train_by_recipe(asked, name) for name in (*SMALL, "scenes-lite0-frozen", "scenes-ensemble")]


def main() -> None:
    """Train all, print the table, and say which differences are more than luck."""
    asked = options(__doc__, "scenes")
    done = trainings(asked)
    show(asked, done)
    workspace = Workspace.from_environment()
    spec, _ = open_dataset(asked.data, workspace, seed=0)
    names = [folder.name for folders in done for folder in folders]
    board = read_board(workspace, spec.name, names)
    print(headline_sentence(comparison_figures(workspace, board)))


if __name__ == "__main__":
    run(main)
