"""Learning curves as trainings write them: a JSON object a line for each epoch; without torch."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.errors import ErrataError

Epoch = dict[str, Any]  # "epoch" from 1, losses in nats, accuracies in [0, 1], …; None or NaN where there is none


def read_curves(folder: Path, folds: Sequence[int]) -> dict[int, list[Epoch]]:
    """Return the learning curves of a cross-validation: for each fold that has one, a list of epochs.

    Raises:
        ErrataError: a curve is damaged.
    """
    paths = {k: folder / f"fold-{k}.jsonl" for k in folds}
    return {k: _epochs(path) for k, path in paths.items() if path.exists()}


def read_curve(folder: Path) -> list[Epoch]:
    """Return the learning curve of a single trained run, from its metrics.jsonl; empty before the first epoch ends.

    If an epoch was written twice, before and after a run was resumed, the later line counts.

    Raises:
        ErrataError: the file is damaged.
    """
    path = folder / "metrics.jsonl"
    if not path.exists():
        return []
    by_number = {int(epoch["epoch"]): epoch for epoch in _epochs(path)}
    return [by_number[number] for number in sorted(by_number)]


def kept_epoch(epochs: Sequence[Epoch]) -> int | None:
    """Return the epoch whose weights training keeps: the last of the lowest `val_loss`; None without any."""
    losses = [(epoch["val_loss"], -int(epoch["epoch"])) for epoch in epochs if is_number(epoch.get("val_loss"))]
    return -min(losses)[1] if losses else None


def is_number(value: Any) -> bool:
    """Return whether a figure of an epoch is a number, neither missing nor NaN."""
    return isinstance(value, int | float) and value == value


def _epochs(path: Path) -> list[Epoch]:
    """Return the lines of a file without a last line that is still being written: it has no line end."""
    try:
        whole = path.read_text(encoding="utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        raise ErrataError(f"{path} is damaged ({error}); delete it and train again") from error
    epochs: list[Epoch] = []
    for number, line in enumerate(whole, 1):
        try:
            epochs.append(json.loads(line))
        except ValueError as error:
            raise ErrataError(f"{path} is damaged in line {number} ({error}); delete it and train again") from error
        if not isinstance(epochs[-1], dict) or not isinstance(epochs[-1].get("epoch"), int):
            raise ErrataError(f"{path} has no epoch in line {number}; delete it and train again")
    return epochs
