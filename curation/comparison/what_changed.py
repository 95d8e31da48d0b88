"""{trained on original, trained on curated} x {tested on original, tested on curated}: which cleaning did what."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.contestants import Contestant
from curation.reports.training.summary import spread
from models.arrays import Doubles
from models.figures.paired import middle, seed_means
from models.training.config import TrainConfig, option
from models.training.recipes import RECIPES, Recipe


def what_changed(board: Board) -> list[dict[str, Any]]:
    """Return for each method its accuracy by the labels it was trained on and by those it is tested on.

    Returns:
        for each method its name and `cells`: version trained on -> version tested on -> {`accuracy`: {mean, std}, the
        std over seeds, None for one; `seeds`, `n` images}; `missing`: version not trained on -> the command that does;
        `cleaner_labels` and `cleaner_training`: version -> {`difference`, `low`, `high`}, what testing the same
        networks on that version's labels changes, and what training on them changes at the same test labels, each with
        its 95 % bootstrap interval; None where a cell is missing. The others are held against the first version.
    """
    methods = list(dict.fromkeys(one.method for one in board.contestants))
    return [_line(board, method) for method in methods]


def _line(board: Board, method: str) -> dict[str, Any]:
    own = {one.trained: place for place, one in enumerate(board.contestants) if one.method == method}
    first = board.versions[0]
    known = next(board.contestants[place] for place in own.values())
    wanted = [version for version in board.versions if version not in own]
    return {
        "method": method,
        "cells": {
            trained: {tested: _cell(board, place, tested) for tested in board.versions}
            for trained, place in own.items()
        },
        "missing": {version: _command(board, known, version) for version in wanted},
        "cleaner_labels": {
            version: _effect(board, (own[first], version), (own[first], first)) if first in own else None
            for version in board.versions[1:]
        },
        "cleaner_training": {
            version: _effect(board, (own[version], version), (own[first], version))
            if {first, version} <= own.keys()
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
    """Return the difference of two cells, each a contestant and the version it is tested on."""
    (low, high), means = middle(_samples(board, after) - _samples(board, before)), []
    for place, tested in (after, before):
        means.append(float(np.mean(board.right(tested)[board.members[place]])))
    return {"difference": means[0] - means[1], "low": low, "high": high}


def _samples(board: Board, cell: tuple[int, str]) -> Doubles:
    place, tested = cell
    return seed_means(board.samples[tested], [board.members[place]])[:, 0]


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
