"""Every contestant against every other: exact McNemar, paired bootstrap, several tests allowed for."""

from itertools import combinations
from typing import Any

from curation.comparison.board import Board
from models.figures.paired import holm, mcnemar, middle, seed_means


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
