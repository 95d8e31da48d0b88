"""Which architecture would have been chosen on the labels as given and on the curated ones, and how sure that is."""

from itertools import combinations
from typing import Any

import numpy as np

from curation.comparison.board import Board
from models.arrays import Doubles
from models.figures.paired import best_shares, differ_share, holm, mcnemar, middle, seed_means


def contests(board: Board) -> list[dict[str, Any]]:
    """Return who wins on the first version of the labels and who on each later one.

    Contestants are held against each other only where they were trained on the same labels.

    Returns:
        for each version that two contestants or more were trained on, and each version tested on after the first:
        `trained`, `before` and `after` (versions tested on), `contestants` (names), `accuracy` and `best` (how probably
        each is the best one, in bootstrap samples of images and seeds) as version -> a list; `winner` as version ->
        names, several where they tie; `differ`, how probably both versions pick different ones from the same images;
        `wrong_pick`, how probably the first version picks none of the winners of the second; `not_best`, how probably
        the winner of the first version is not the best by the second. All probabilities are in [0, 1].
    """
    before = board.versions[0]
    trained_on = dict.fromkeys(contestant.trained for contestant in board.contestants)
    results = []
    for trained in sorted(trained_on, key=lambda version: version != before):
        places = [place for place, contestant in enumerate(board.contestants) if contestant.trained == trained]
        if len(places) > 1:
            results += [_contest(board, places, trained, before, after) for after in board.versions[1:]]
    return results


def _contest(board: Board, places: list[int], trained: str, before: str, after: str) -> dict[str, Any]:
    members = [board.members[place] for place in places]
    draws = {version: seed_means(board.samples[version], members) for version in (before, after)}
    accuracy = {
        version: np.array([board.right(version)[rows].mean() for rows in members]) for version in (before, after)
    }
    best = {version: best_shares(draws[version]) for version in (before, after)}
    winners = {version: _winners(accuracy[version]) for version in (before, after)}
    names = [board.contestants[place].name for place in places]
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
        the seeds where there are several; and the exact McNemar test of one run each (`runs`: the lowest seed that
        both have, else the lowest of each): `first_only` and `second_only`, the images that one run gets right and the
        other does not, `p`, and `p_holm`, which allows for as many tests as there are pairs.
    """
    means = seed_means(board.samples[version], board.members)
    right = board.right(version)
    accuracies = [float(right[rows].mean()) for rows in board.members]
    tests: list[dict[str, Any]] = []
    for i, j in combinations(range(len(board.contestants)), 2):
        run_i, run_j = _one_run_each(board, i, j)
        test, (low, high) = mcnemar(right[run_i], right[run_j]), middle(means[:, i] - means[:, j])
        tests.append(
            {
                "first": board.contestants[i].name,
                "second": board.contestants[j].name,
                "difference": accuracies[i] - accuracies[j],
                "low": low,
                "high": high,
                "runs": [board.runs[run_i].name, board.runs[run_j].name],
                **test._asdict(),
            }
        )
    for pair, adjusted in zip(tests, holm([pair["p"] for pair in tests]), strict=True):
        pair["p_holm"] = adjusted
    return tests


def _one_run_each(board: Board, first: int, second: int) -> tuple[int, int]:
    """Return a run of each contestant.

    The run of the lowest common seed; without one, each contestant's lowest seed.
    """
    runs_a, runs_b = ({board.runs[run].seed: run for run in board.members[place]} for place in (first, second))
    shared = sorted(set(runs_a) & set(runs_b))
    seed_a, seed_b = (shared[0], shared[0]) if shared else (min(runs_a), min(runs_b))
    return runs_a[seed_a], runs_b[seed_b]
