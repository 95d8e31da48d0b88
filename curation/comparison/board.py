"""The comparison as arrays: who predicts what of which image, and whether that is right."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.comparison.common_images import CommonImages, common_images, read_versions
from curation.comparison.contestants import Contestant, choose_contestants, comparable, stale
from curation.results.trained import TrainedRun
from curation.versions.rows import CuratedRows
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, versions
from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.errors import ErrataError
from models.figures.paired import bootstrap_shares
from models.figures.predictions import Predictions


@dataclass(frozen=True)
class Board:
    """C contestants with R runs in all, held against each other on N test images."""

    dataset: str
    versions: tuple[str, ...]  # of the labels, `original` first where it is among them
    contestants: tuple[Contestant, ...]
    images: CommonImages
    probs: tuple[FloatArray, ...]  # for each run, in the order of contestants and seeds, (N, K)
    skipped: Mapping[str, str]  # contestants that cannot be compared -> why
    stale: frozenset[str]  # contestants that learned from other images or labels than their version has today

    @property
    def runs(self) -> list[TrainedRun]:
        """The R runs."""
        return [run for one in self.contestants for run in one.runs]

    @cached_property
    def members(self) -> list[list[int]]:
        """For each contestant the places of its runs."""
        ends = np.cumsum([len(one.runs) for one in self.contestants]).tolist()
        return [list(range(end - len(one.runs), end)) for end, one in zip(ends, self.contestants, strict=True)]

    @cached_property
    def predicted(self) -> IntArray:
        """The most probable class, shape (R, N)."""
        return np.stack([own.argmax(1) for own in self.probs])

    def right(self, version: str) -> BoolArray:
        """Return whether each run is right on each image by the labels of a version, shape (R, N)."""
        allowed = self.images.versions[version].right
        return np.asarray(allowed[np.arange(len(allowed)), self.predicted])

    def effective_labels(self, version: str, run: int) -> IntArray:
        """Return the labels that a run is measured by, shape (N,): of several right classes the one it predicts."""
        return np.where(self.right(version)[run], self.predicted[run], self.images.versions[version].labels)

    @cached_property
    def samples(self) -> dict[str, Doubles]:
        """For each version the accuracy of each run in bootstrap samples of the images, shape (B, R).

        Runs and versions see the same samples.
        """
        stacked = np.concatenate([self.right(version) for version in self.versions])
        shares = bootstrap_shares(stacked)
        return dict(zip(self.versions, np.split(shares, len(self.versions), axis=1), strict=True))


def lay_out(workspace: Workspace, dataset: str, runs: Sequence[str] = (), labels: Sequence[str] = ()) -> Board:
    """Return the comparison of trained runs of a data set.

    Args:
        workspace: holds runs and versions.
        dataset: under the name it is audited.
        runs: as for `choose_contestants`.
        labels: versions of the labels to test on; `original` and the newest curated split where empty.

    Raises:
        ErrataError: as `choose_contestants`; an unknown version, a version named twice, runs that tell other classes
            apart, or no image that all of them held out.
    """
    labels = labels or _usual_versions(workspace, dataset)
    if len(set(labels)) < len(labels):
        raise ErrataError(f"a version is named twice in {', '.join(labels)}; name each once")
    contestants = choose_contestants(workspace, dataset, runs)
    every = read_versions(workspace, dataset, list(dict.fromkeys([*labels, ORIGINAL])))
    given = every[ORIGINAL].checked.rows.classes
    contestants, skipped = comparable(contestants, given, versions(workspace, dataset), strict=bool(runs))
    trained_on = read_versions(workspace, dataset, sorted({one.trained for one in contestants} - set(every)))
    known = {**every, **trained_on}
    own = {run.name: read_probs(run) for one in contestants for run in one.runs}
    held_out = [frozenset(own[run.name][0]) & _tested(known[one.trained]) for one in contestants for run in one.runs]
    classes = sorted({name for one in contestants for name in one.classes})
    images = common_images({version: every[version] for version in labels}, held_out, classes)
    probs = tuple(_aligned(*own[run.name], one.classes, images) for one in contestants for run in one.runs)
    return Board(dataset, tuple(labels), tuple(contestants), images, probs, skipped, stale(contestants, known))


def _usual_versions(workspace: Workspace, dataset: str) -> list[str]:
    known = versions(workspace, dataset)
    return [ORIGINAL, known[-1]] if len(known) > 1 else [ORIGINAL]


def _tested(own: CuratedRows) -> frozenset[str]:
    rows = own.checked.rows
    return frozenset(rows.image_ids[(rows.splits == "test") & own.members].tolist())


def read_probs(run: TrainedRun) -> tuple[list[str], FloatArray]:
    """Return image_ids and probs, shape (N, K), of a run; its embeddings, a hundred times as much, stay on the disk.

    Raises:
        ErrataError: its predictions are missing or damaged.
    """
    path: Path = run.folder / "predictions.npz"
    try:
        with path.open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            return file["image_ids"].tolist(), np.asarray(file["probs"], np.float32)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        whole = Predictions.load(path)  # says what is wrong with it
        return whole.image_ids.tolist(), whole.probs


def _aligned(names: Sequence[str], probs: FloatArray, classes: tuple[str, ...], images: CommonImages) -> FloatArray:
    """Return probabilities of the common images and classes, shape (N, K); 0 for classes a run does not know."""
    row = {name: place for place, name in enumerate(names)}
    own = probs[[row[name] for name in images.rows.image_ids.tolist()]]
    aligned: npt.NDArray[np.float32] = np.zeros((len(own), len(images.rows.classes)), np.float32)
    for column, name in enumerate(classes):
        aligned[:, images.rows.classes.index(name)] = own[:, column]
    return aligned
