"""`errata train`, and what there is to train."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.arguments import Name, Seed, Version
from app.commands.field_options import with_options
from models.training.config import TrainConfig

training = typer.Typer()


def train(
    name: Name,
    recipe: Annotated[str, typer.Option(help="errata recipes lists them")] = "",
    architecture: Annotated[str, typer.Option(help="ARCH or ARCH@MODE, in place of the recipe's")] = "",
    seed: Seed = 0,
    seeds: Annotated[int, typer.Option(help="train so many times, with seeds from --seed on", min=1, max=100)] = 1,
    size: Annotated[
        int, typer.Option(help="side of the input, px; the architecture's own where 0", min=0, max=4096)
    ] = 0,
    max_train_images: Annotated[int, typer.Option(help="drawn in the proportions of the classes; 0 = all", min=0)] = 0,
    classes: Annotated[str, typer.Option(help="comma-separated: tell only these apart")] = "",
    init_from: Annotated[str, typer.Option(help="a run, or a recipe, whose backbone to start from")] = "",
    weights: Annotated[Path | None, typer.Option(help="a local file with the pretrained weights")] = None,
    engine: Annotated[str, typer.Option(help="for frozen features: auto, torch, compile, openvino, eager")] = "auto",
    version: Version = "original",
    members: Annotated[str, typer.Option(help="of an ensemble: variants or cross-validated runs, by commas")] = "",
    **settings: Any,
) -> None:
    """Train one network by a recipe and measure it on test. Every field of the recipe is an option."""
    from curation.datasets.opening import check_known
    from curation.versions.working_copy import check_known_version
    from curation.workspace.folders import Workspace

    workspace, every = Workspace.from_environment(), tuple(range(seed, seed + seeds))
    check_known(name, workspace)
    check_known_version(name, version, workspace)
    from app.commands.train import request
    from app.commands.train import train as run

    asked = request(
        workspace,
        name,
        recipe,
        architecture,
        settings,
        size,
        max_train_images,
        classes,
        init_from,
        weights,
        every,
        engine,
        version,
        members,
    )
    run(name, asked)


training.command()(with_options(train, TrainConfig))


@training.command()
def architectures() -> None:
    """List the architectures of audits and trainings."""
    from models.networks.architectures import architecture_rows

    typer.echo(f"{'name':<26} {'parameters':>12}  {'input':>6}  weights")
    for row in architecture_rows():
        start = "scratch, finetuned, frozen" if row.pretrained else "scratch"
        typer.echo(f"{row.name:<26} {row.parameters:>12,}  {row.size_px:>3} px  {start}")
    typer.echo("and any torchvision:NAME or timm:NAME; parameters with six classes")


@training.command()
def recipes() -> None:
    """List the recipes of `errata train`."""
    from models.training.recipes import RECIPES

    for name, recipe in RECIPES.items():
        typer.echo(f"{name:<28} {recipe.architecture:<28} {recipe.about}")
