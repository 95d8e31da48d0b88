"""The command that trains a method again on another version of the labels."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from models.training.config import TrainConfig, option
from models.training.recipes import RECIPES, Recipe


def train_command(dataset: str, config: Mapping[str, Any], seeds: Sequence[int], version: str) -> str:
    """Return the `errata train …` that trains as a run was trained, on another version of the labels.

    Args:
        dataset: its name.
        config: config.json of the run.
        seeds: that were trained; those from the lowest to the highest are trained again.
        version: of the labels.
    """
    name, architecture = str(config.get("recipe", "")), str(config["architecture"])
    recipe = RECIPES.get(name)
    mode = config.get("mode")
    variant = f"{architecture}@{mode}" if mode and not config.get("init_from") else architecture
    parts = ["errata", "train", dataset]
    parts += ["--recipe", name] if recipe else ["--architecture", variant]
    base = recipe or Recipe(variant)
    if recipe and (architecture, mode) != _of_recipe(recipe, mode):
        parts += ["--architecture", variant]
    if members := config.get("members"):
        parts += ["--members", ",".join(sorted(members))] if sorted(members) != sorted(base.members) else []
    else:
        size_px = config.get("input", {}).get("size_px")
        parts += ["--size", str(size_px)] if size_px and size_px != base.size_px else []
        parts += _settings(config, base)
    most = config.get("max_train_images")  # not said by runs of earlier versions
    parts += ["--max-train-images", str(most)] if most and most != base.max_train_images else []
    if config.get("weights"):
        parts += ["--weights", str(config["weights"])]
    if config.get("init_from") and not base.init_from:
        parts += ["--init-from", str(config["init_from"])]
    lowest, count = min(seeds), max(seeds) - min(seeds) + 1
    parts += ["--seed", str(lowest)] if lowest else []
    parts += ["--seeds", str(count)] if count > 1 else []
    return shlex.join([*parts, "--version", version])


def _of_recipe(recipe: Recipe, mode: Any) -> tuple[str, Any]:
    """Return architecture and mode of a recipe; that of a run where the recipe leaves it open."""
    architecture, at, own = recipe.architecture.partition("@")
    return architecture, own if at else mode


def _settings(config: Mapping[str, Any], base: Recipe) -> list[str]:
    """Return the options whose values are not those of the recipe."""
    known = TrainConfig().to_dict()
    own = {name: value for name, value in config.get("config", {}).items() if name in known}
    usual = base.config.to_dict()
    return [part for name, value in sorted(own.items()) if value != usual[name] for part in (option(name), str(value))]
