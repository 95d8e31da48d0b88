"""What the studies share: their options, a training by its recipe, the table and the pictures of trainings."""

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from curation import (
    TrainRequest,
    Workspace,
    find_checkpoint,
    find_recipe,
    markdown_table,
    open_dataset,
    report_folder,
    run_table,
    train,
)
from models.errors import ErrataError


def options(study: str | None, dataset: str) -> argparse.Namespace:
    """Return the options that every study has: `data`, `epochs`, `images`, `seeds` and `output`."""
    parser = argparse.ArgumentParser(description=study, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", default=dataset, help="name of a data set, or the path of an image folder")
    parser.add_argument("--epochs", type=int, default=0, help="of each training; 0 = as in the study")
    parser.add_argument("--images", type=int, default=0, help="to learn from at most; 0 = all")
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each network")
    parser.add_argument("--output", type=Path, default=Path("study"), help="folder of the pictures")
    return parser.parse_args()


def train_by_recipe(
    asked: argparse.Namespace, name: str, architecture: str = "", classes: tuple[str, ...] = ()
) -> Sequence[Path]:
    """Train a recipe's network on the data set of the study and return the run folders, one for each seed.

    Args:
        asked: the options of the study.
        name: of the recipe.
        architecture: in place of the recipe's.
        classes: to tell apart; all where empty.
    """
    workspace, recipe = Workspace.from_environment(), find_recipe(name)
    spec, rows = open_dataset(asked.data, workspace, seed=0)
    epochs = asked.epochs if not recipe.members else 0  # an ensemble's members are trained as an audit trains them
    recipe = replace(
        recipe,
        architecture=architecture or recipe.architecture,
        config=replace(recipe.config, epochs=epochs or recipe.config.epochs),
        max_train_images=asked.images or recipe.max_train_images,
    )
    start = find_checkpoint(workspace, recipe.init_from, spec.name) if recipe.init_from else None
    seeds = tuple(range(asked.seeds))
    return train(workspace, spec, rows, TrainRequest(recipe, name, classes, seeds, init_from=start))


def show(asked: argparse.Namespace, trainings: Sequence[Sequence[Path]]) -> None:
    """Print the table of trainings, and save the learning curves and the confusion matrix of each as SVG."""
    folders = dict.fromkeys(folder for training in trainings for folder in training)  # two may be the same
    print(markdown_table(run_table(list(folders))))
    asked.output.mkdir(parents=True, exist_ok=True)
    workspace = Workspace.from_environment()
    spec, _ = open_dataset(asked.data, workspace, seed=0)
    for training in trainings:
        report = report_folder(workspace, spec.name, training[0].name)
        for picture in sorted(report.glob("*.svg")):
            shutil.copy(picture, asked.output / f"{report.name}-{picture.name}")
    print(f"curves and confusion matrices: {asked.output}")


def run(main: Callable[[], None]) -> None:
    """Run a study; what a person can fix is one sentence."""
    try:
        main()
    except ErrataError as error:
        sys.exit(f"errata: {error}")
