"""Which architecture would have been chosen: on the labels as given, and on the curated ones."""

from itertools import combinations
from typing import Any

import numpy as np

from curation.comparison.board import Board
from models.arrays import Doubles
from models.figures.paired import best_shares, differ_share, holm, mcnemar, middle, seed_means


def contests(board: Board) -> list[dict[str, Any]]:
    """Return who wins on the first version of the labels and who on each other, among contestants trained on the same.

    Returns:
        for each version trained on that two contestants or more share, and each version to hold against the first:
        `trained`, `before` and `after` (versions tested on), `contestants` (names), `accuracy` and `best` (how probably
        each is the best one, in bootstrap samples of images and seeds) as version -> a list; `winner` as version ->
        names, several where they tie; `differ`, how probably both versions pick different ones from the same images;
        `wrong_pick`, how probably the first version picks none of the winners of the other; `not_best`, how probably
        the winner of the first version is not the best by the other. All probabilities in [0, 1].
    """
    before, found = board.versions[0], []
    for trained in sorted({one.trained for one in board.contestants}, key=_original_first(board)):
        own = [place for place, one in enumerate(board.contestants) if one.trained == trained]
        if len(own) > 1:
            found += [_contest(board, own, trained, before, after) for after in board.versions[1:]]
    return found


def _original_first(board: Board) -> Any:
    order = [one.trained for one in board.contestants]
    return lambda trained: (trained != board.versions[0], order.index(trained))


def _contest(board: Board, own: list[int], trained: str, before: str, after: str) -> dict[str, Any]:
    members = [board.members[place] for place in own]
    draws = {version: seed_means(board.samples[version], members) for version in (before, after)}
    accuracy = {
        version: np.array([board.right(version)[rows].mean() for rows in members]) for version in (before, after)
    }
    best = {version: best_shares(draws[version]) for version in (before, after)}
    winners = {version: _winners(accuracy[version]) for version in (before, after)}
    names = [board.contestants[place].name for place in own]
    return {
        "trained": trained,
        "before": before,
        "after": after,
        "contestants": names,
        "accuracy": {version: accuracy[version].tolist() for version in (before, after)},
        "best": {version: best[version].tolist() for version in (before, after)},
        "winner": {version: [names[place] for place in winners[version]] for version in (before, after)},
        "differ": differ_share(draws[before], draws[after]),
        "wrong_pick": float(np.clip(1 - best[before][winners[after]].sum(), 0, 1)),
        "not_best": float(np.clip(1 - best[after][winners[before]].sum(), 0, 1)),
    }


def _winners(accuracy: Doubles) -> list[int]:
    return [int(place) for place in np.flatnonzero(accuracy >= accuracy.max() - 1e-12)]


def pair_tests(board: Board, version: str) -> list[dict[str, Any]]:
    """Return how each two contestants differ by the labels of a version.

    Returns:
        for each pair the names `first` and `second`; `difference`, the mean accuracy of the first over its seeds less
        that of the second, in [-1, 1], with its 95 % interval `low` to `high` from a bootstrap of the images, and of
        the seeds where there are several; and of one run each (`runs`: of a seed that both have, else the lowest) the
        exact McNemar test: `first_only` and `second_only` images right, `p`, and `p_holm`, which allows for as many
        tests as there are pairs.
    """
    means = seed_means(board.samples[version], board.members)
    right = board.right(version)
    accuracies = [float(right[rows].mean()) for rows in board.members]
    found: list[dict[str, Any]] = []
    for i, j in combinations(range(len(board.contestants)), 2):
        one, other = _one_run_each(board, i, j)
        test, (low, high) = mcnemar(right[one], right[other]), middle(means[:, i] - means[:, j])
        found.append(
            {
                "first": board.contestants[i].name,
                "second": board.contestants[j].name,
                "difference": accuracies[i] - accuracies[j],
                "low": low,
                "high": high,
                "runs": [board.runs[one].name, board.runs[other].name],
                **test._asdict(),
            }
        )
    for line, adjusted in zip(found, holm([line["p"] for line in found]), strict=True):
        line["p_holm"] = adjusted
    return found


def _one_run_each(board: Board, first: int, second: int) -> tuple[int, int]:
    """Return a run of each contestant: of the lowest seed that both have, else the lowest of each."""
    one, other = ({board.runs[place].seed: place for place in board.members[which]} for which in (first, second))
    shared = sorted(set(one) & set(other))
    return (one[shared[0]], other[shared[0]]) if shared else (one[min(one)], other[min(other)])
