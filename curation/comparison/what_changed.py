"""{trained on original, trained on curated} x {tested on original, tested on curated}: which cleaning did what."""

from typing import Any

import numpy as np

from curation.comparison.board import Board
from curation.comparison.contestants import Contestant
from curation.comparison.train_again import train_command
from curation.reports.training.summary import spread
from models.arrays import Doubles
from models.figures.paired import middle, seed_means


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
