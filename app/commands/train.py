"""`errata train`, `errata architectures` and `errata recipes`: trainings, and what there is to train."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.arguments import DatasetName, LabelVersion, Seed, comma_separated
from app.commands.listing import Json, print_list, tell_notices
from app.terminal import tell
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.training.config import TrainConfig

if TYPE_CHECKING:
    from curation.training.request import TrainRequest
    from models.training.recipes import Recipe


def with_settings(command: Callable[..., None], settings: type[Any]) -> Callable[..., None]:
    """Return a command whose `**settings` are spelled out, so that no field of a dataclass is written twice.

    Args:
        command: takes `**settings`.
        settings: a dataclass; each field becomes an option, None where it is not given. Its metadata holds its `help`.
    """
    signature = inspect.signature(command)
    written = [
        parameter for parameter in signature.parameters.values() if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    options = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=_option(field.type, field.metadata["help"]),
        )
        for field in fields(settings)
    ]
    command.__signature__ = signature.replace(parameters=[*written, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in (*written, *options)}
    return command


def _option(kind: Any, text: str) -> Any:
    return Annotated[kind | None, typer.Option(help=text, show_default="the recipe's")]


def train(
    name: DatasetName,
    recipe: Annotated[str, typer.Option(help="a name that `errata recipes` lists")] = "",
    architecture: Annotated[
        str, typer.Option(help="ARCH, or ARCH@scratch, @finetuned or @frozen, in place of the recipe's")
    ] = "",
    seed: Seed = 0,
    seeds: Annotated[int, typer.Option(help="how many trainings, with the seeds from --seed on", min=1, max=100)] = 1,
    size: Annotated[int, typer.Option(help="side of the input in px; 0 = the architecture's own", min=0, max=4096)] = 0,
    max_train_images: Annotated[
        int, typer.Option(help="how many are learned from, drawn in the proportions of the classes; 0 = all", min=0)
    ] = 0,
    classes: Annotated[str, typer.Option(help="learn only these, by commas; by default all")] = "",
    init_from: Annotated[str, typer.Option(help="start from the backbone of this run or recipe")] = "",
    weights: Annotated[Path | None, typer.Option(help="a local file with the pretrained weights")] = None,
    engine: Annotated[str, typer.Option(help="of frozen features: auto, torch, compile, openvino or eager")] = "auto",
    version: LabelVersion = "original",
    members: Annotated[str, typer.Option(help="of an ensemble: architectures or cross-validated runs, by commas")] = "",
    **settings: Any,
) -> None:
    """Train one network by a recipe and measure it on test. Every field of the recipe is an option."""
    from curation.datasets.opening import check_known
    from curation.versions.working_copy import check_known_version

    check_known(name, workspace := Workspace.from_environment())
    check_known_version(name, version, workspace)
    chosen = chosen_recipe(recipe, architecture, size, max_train_images, members, settings)
    names = class_names(classes)
    from curation.results.runs import find_checkpoint
    from curation.training.request import TrainRequest

    start = init_from or chosen.init_from
    checkpoint = find_checkpoint(workspace, start, name) if start else None
    title, all_seeds = recipe or chosen.architecture, tuple(range(seed, seed + seeds))
    run(workspace, name, TrainRequest(chosen, title, names, all_seeds, weights, checkpoint, engine, version))


with_settings(train, TrainConfig)


def chosen_recipe(
    recipe: str, architecture: str, size: int, max_train_images: int, members: str, settings: Mapping[str, Any]
) -> "Recipe":
    """Return the recipe with every option that was given in its place.

    Raises:
        ErrataError: neither recipe nor architecture is named, or a name or value is not allowed.
    """
    from curation.training.combine import ENSEMBLE
    from models.training.recipes import Recipe, find_recipe

    if not recipe and not architecture:
        raise ErrataError("name what to train: --recipe R or --architecture ARCH; errata recipes lists them")
    base = find_recipe(recipe) if recipe else Recipe(architecture)
    given = {name: value for name, value in settings.items() if value is not None}
    chosen = replace(
        base,
        architecture=architecture or base.architecture,
        config=TrainConfig.from_dict({**base.config.to_dict(), **given}),
        size_px=size or base.size_px,
        max_train_images=max_train_images or base.max_train_images,
        members=comma_separated(members) or base.members,
    )
    if members and chosen.architecture != ENSEMBLE:
        raise ErrataError(f"--members are those of an ensemble, not of {chosen.architecture}; leave them out")
    return chosen


def class_names(classes: str) -> tuple[str, ...]:
    """Return the classes to tell apart, all where none is given.

    Raises:
        ErrataError: the text names no class.
    """
    names = comma_separated(classes)
    if classes and not names:
        raise ErrataError(f"--classes {classes!r} names no class; separate at least two by commas, or leave it out")
    return names


def run(workspace: Workspace, name: str, request: "TrainRequest") -> None:
    """Train and print the results; of processes that train together only the first prints."""
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.datasets.opening import open_dataset
    from curation.reports.training.table import markdown_table, run_table
    from curation.results.trained import report_folder
    from curation.training.train import check, train
    from models.training.fabric import is_first

    check(workspace, request)  # a wrong name is refused before a data set is drawn or read
    first = is_first()
    with stage_display() if first else nullcontext(_silent) as show:
        spec, rows = open_dataset(name, workspace, 0, lambda done, total: show("draw images", done, total))
        if first:
            tell_notices(rows.notices)

        def on_runs(folders: Sequence[Path]) -> None:
            report = report_folder(workspace, spec.name, folders[0].name) / "report.html"
            record(spec.name, request.version, runs=[folder.name for folder in folders], outputs={"report": report})

        folders = train(workspace, spec, rows, request, show, on_runs if first else None)
    if not first:
        return
    tell(markdown_table(run_table(folders)))
    tell(f"report: {report_folder(workspace, spec.name, folders[0].name) / 'report.html'}")


def _silent(stage: str, done: int, total: int) -> None:
    pass


def architectures(as_json: Json = False) -> None:
    """List the architectures of audits and trainings."""
    from app.jobs.variants import ARCHITECTURES, SIZES

    rows = [
        {
            "name": name,
            "parameters": SIZES[name][0],
            "input_px": SIZES[name][1],
            "weights": ["scratch", "finetuned", "frozen"] if weights else ["scratch"],
        }
        for name, weights in sorted(ARCHITECTURES.items())
    ]
    print_list(tuple(rows[0]), rows, as_json, end="and any torchvision:NAME or timm:NAME; parameters with six classes")


def recipes(as_json: Json = False) -> None:
    """List the recipes of `errata train`."""
    from models.training.recipes import RECIPES

    rows = [
        {"name": name, "architecture": recipe.architecture, "summary": recipe.summary}
        for name, recipe in RECIPES.items()
    ]
    print_list(("name", "architecture", "summary"), rows, as_json)
