"""`errata train`."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from app.commands.progress import stage_display
from curation.datasets.opening import open_dataset
from curation.reports.training.table import markdown_table, run_table
from curation.results.runs import find_checkpoint
from curation.results.trained import group_of
from curation.training.combinations import ENSEMBLE
from curation.training.request import TrainRequest, network_of
from curation.training.run import run_training
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.training.config import TrainConfig
from models.training.recipes import Recipe, find_recipe


def request(
    workspace: Workspace,
    dataset: str,
    recipe: str,
    architecture: str,
    settings: dict[str, Any],
    size: int,
    max_train_images: int,
    classes: str,
    init_from: str,
    weights: Path | None,
    seeds: tuple[int, ...],
    engine: str,
    version: str,
    members: str = "",
) -> TrainRequest:
    """Return what is asked for: the recipe with every option that was given in its place.

    Raises:
        ErrataError: neither recipe nor architecture is named, or a name or value is not allowed.
    """
    if not recipe and not architecture:
        raise ErrataError("name what to train: --recipe R or --architecture ARCH; errata recipes lists them")
    base = find_recipe(recipe) if recipe else Recipe(architecture)
    given = {name: value for name, value in settings.items() if value is not None}
    changed = replace(
        base,
        architecture=architecture or base.architecture,
        config=TrainConfig.from_dict({**base.config.to_dict(), **given}),
        size_px=size or base.size_px,
        max_train_images=max_train_images or base.max_train_images,
        members=_listed(members) or base.members,
    )
    if members and changed.architecture != ENSEMBLE:
        raise ErrataError(f"--members are those of an ensemble, not of {changed.architecture}; leave them out")
    start = init_from or base.init_from
    names = _listed(classes)
    if classes and not names:
        raise ErrataError(f"--classes {classes!r} names no class; separate at least two by commas, or leave it out")
    checkpoint = find_checkpoint(workspace, start, dataset) if start else None
    name = recipe or changed.architecture
    return TrainRequest(changed, name, names, seeds, weights, checkpoint, engine, version)


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(",") if name.strip())


def train(name: str, asked: TrainRequest) -> None:
    """Train, and say what came out; of processes that train together the first speaks."""
    from curation.training.ensemble_check import check_ensemble
    from models.training.fabric import is_first

    workspace = Workspace.from_environment()
    if asked.recipe.architecture == ENSEMBLE:
        check_ensemble(workspace, asked)
    else:
        network_of(asked)  # a wrong name is said before a data set is drawn or read
    first = is_first()
    with stage_display() if first else nullcontext(_silent) as show:
        spec, rows = open_dataset(name, workspace, 0, lambda done, total: show("draw images", done, total))
        folders = run_training(workspace, spec, rows, asked, show)
    if not first:
        return
    typer.echo(markdown_table(run_table(folders)))
    typer.echo(f"report: {workspace.reports / spec.name / 'runs' / group_of(folders[0].name) / 'report.html'}")


def _silent(stage: str, done: int, total: int) -> None:
    pass
