"""Fold trainings on the workers of a cluster: a fold is a shard, its files are named by the run and the fold."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.files.atomic import atomic
from models.jobs.fold import Fold, train_fold
from models.processors.cluster import Cluster
from models.processors.mapped import Held
from models.processors.threads import torch_threads

Place = tuple[int, int]  # a fold, and the threads of torch in which it is trained


@dataclass(frozen=True)
class FoldSetup:
    """What the folds of a run share."""

    fold: Fold  # any of them: they differ in their number only
    returns_files: bool  # the worker sees no run folder: what it writes is sent back


def fold_worker(setup: FoldSetup) -> Callable[[Place], list[bytes]]:
    """Return what trains a fold: it writes into the run folder, or returns the content of its files."""

    def work(place: Place) -> list[bytes]:
        k, threads = place
        with torch_threads(threads):
            if not setup.returns_files:
                train_fold(replace(setup.fold, k=k))
                return []
            with tempfile.TemporaryDirectory() as folder:
                fold = replace(setup.fold, k=k, folder=Path(folder))
                train_fold(fold)
                return [file.read_bytes() for file in fold.files]

    return work


def train_on_cluster(
    cluster: Cluster, folds: Sequence[Fold], threads: Sequence[int], report: Callable[[], None]
) -> None:
    """Train the models of some folds of a run, as many at a time as the cluster has room for.

    Args:
        cluster: does the work.
        folds: those to train; where the workers see no run folder, the images are sent to them.
        threads: of torch, of each fold: those that it has on this machine alone, because the numbers depend on them.
        report: called about twice a second.
    """
    if not folds:
        return
    fold = folds[0]
    if not cluster.shares_workspace:
        fold = replace(fold, pixels=Held(fold.pixels.open()))
    fold.folder.mkdir(parents=True, exist_ok=True)
    setup = FoldSetup(fold, not cluster.shares_workspace)
    places = [(fold.k, count) for fold, count in zip(folds, threads, strict=True)]
    for place, contents in cluster.results(fold_worker, setup, places, poll=report):
        for file, content in zip(folds[place].files, contents, strict=False):  # none where the worker wrote the files
            with atomic(file) as temporary:
                temporary.write_bytes(content)
        report()
