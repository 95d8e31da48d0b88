"""What cleaner labels changed: each method trained on the labels as given and as curated, tested on both."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.contestants import Contestant
from curation.reports.training.summary import spread
from models.arrays import Doubles
from models.figures.paired import middle, seed_means
from models.networks.variant_name import split_variant
from models.training.config import option
from models.training.recipes import RECIPES, Recipe


def what_changed(board: Board) -> list[dict[str, Any]]:
    """Return the accuracy of each method for each version it was trained on and each it is tested on.

    Returns:
        for each method
        `method`: its name;
        `cells`: version trained on -> version tested on -> {`accuracy`: {mean, std}, `seeds`, `n` images}; the std is
        over the seeds, None for one seed;
        `missing`: version that it was not trained on -> the command that trains it;
        `cleaner_labels`: version -> {`difference`, `low`, `high`}, what testing the same networks on that version
        instead of the first one changes;
        `cleaner_training`: the same for training on that version instead of the first one, at its test labels.
        Differences have 95 % bootstrap intervals and are None where a cell is missing.
    """
    methods = dict.fromkeys(contestant.method for contestant in board.contestants)
    return [_method_figures(board, method) for method in methods]


def _method_figures(board: Board, method: str) -> dict[str, Any]:
    places = {
        contestant.trained: place for place, contestant in enumerate(board.contestants) if contestant.method == method
    }
    first = board.versions[0]
    known = board.contestants[next(iter(places.values()))]
    return {
        "method": method,
        "cells": {
            trained: {tested: _cell(board, place, tested) for tested in board.versions}
            for trained, place in places.items()
        },
        "missing": {version: _command(board, known, version) for version in board.versions if version not in places},
        "cleaner_labels": {
            version: _effect(board, (places[first], version), (places[first], first)) if first in places else None
            for version in board.versions[1:]
        },
        "cleaner_training": {
            version: _effect(board, (places[version], version), (places[first], version))
            if {first, version} <= places.keys()
            else None
            for version in board.versions[1:]
        },
    }


def _cell(board: Board, place: int, tested: str) -> dict[str, Any]:
    right = board.right(tested)[board.members[place]]
    accuracies = right.mean(1).tolist()
    return {"accuracy": spread(accuracies), "seeds": len(accuracies), "n": right.shape[1]}


def _command(board: Board, known: Contestant, version: str) -> str:
    return train_command(board.dataset, known.config, [run.seed for run in known.runs], version)


def _effect(board: Board, after: tuple[int, str], before: tuple[int, str]) -> dict[str, float]:
    """Return how two cells differ, each the place of a contestant and the version it is tested on."""
    low, high = middle(_samples(board, after) - _samples(board, before))
    return {"difference": _mean(board, after) - _mean(board, before), "low": low, "high": high}


def _mean(board: Board, cell: tuple[int, str]) -> float:
    place, tested = cell
    return float(np.mean(board.right(tested)[board.members[place]]))


def _samples(board: Board, cell: tuple[int, str]) -> Doubles:
    place, tested = cell
    return seed_means(board.samples[tested], [board.members[place]])[:, 0]


def train_command(dataset: str, config: Mapping[str, Any], seeds: Sequence[int], version: str) -> str:
    """Return the `errata train …` command that repeats a training on another version of the labels.

    Args:
        dataset: its name.
        config: config.json of the run.
        seeds: those that were trained; all from the lowest to the highest are trained again.
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
    limit = config.get("max_train_images")  # runs of earlier releases do not have it
    parts += ["--max-train-images", str(limit)] if limit and limit != base.max_train_images else []
    if config.get("weights"):
        parts += ["--weights", str(config["weights"])]
    if config.get("init_from") and not base.init_from:
        parts += ["--init-from", str(config["init_from"])]
    lowest, count = min(seeds), max(seeds) - min(seeds) + 1
    parts += ["--seed", str(lowest)] if lowest else []
    parts += ["--seeds", str(count)] if count > 1 else []
    return shlex.join([*parts, "--version", version])


def _of_recipe(recipe: Recipe, mode: Any) -> tuple[str, Any]:
    """Return architecture and mode of a recipe; the mode of the run where the recipe leaves it open."""
    architecture, recipe_mode = split_variant(recipe.architecture)
    return architecture, recipe_mode or mode


def _settings(config: Mapping[str, Any], base: Recipe) -> list[str]:
    """Return the options whose values are not those of the recipe."""
    settings, defaults = config.get("config", {}), base.config.to_dict()
    differing = sorted(name for name in settings if name in defaults and settings[name] != defaults[name])
    return [part for name in differing for part in (option(name), str(settings[name]))]
