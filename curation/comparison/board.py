"""A comparison as arrays: the class each run predicts for each image, and whether it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from curation.comparison.common_images import CommonImages, common_images, read_versions
from curation.comparison.contestants import Contestant, choose_contestants, comparable, stale
from curation.results.trained import TrainedRun
from curation.versions.rows import CuratedRows
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, version_names
from models.arrays import BoolArray, Doubles, FloatArray, IntArray
from models.errors import ErrataError
from models.figures.paired import bootstrap_shares
from models.figures.predictions import Predictions


@dataclass(frozen=True)
class Board:
    """C contestants with R runs in total, compared on N test images."""

    dataset: str
    versions: tuple[str, ...]  # of the labels, `original` first where it is among them
    contestants: tuple[Contestant, ...]
    images: CommonImages
    probs: tuple[FloatArray, ...]  # for each run, in the order of contestants and seeds, (N, K)
    skipped: Mapping[str, str]  # name of a contestant that cannot be compared -> why
    stale: frozenset[str]  # names of contestants; their version has other images or labels today than they saw

    @property
    def runs(self) -> list[TrainedRun]:
        """The R runs."""
        return [run for contestant in self.contestants for run in contestant.runs]

    @cached_property
    def members(self) -> list[list[int]]:
        """For each contestant the places of its runs among all."""
        sizes = [len(contestant.runs) for contestant in self.contestants]
        return [list(range(end - size, end)) for end, size in zip(np.cumsum(sizes).tolist(), sizes, strict=True)]

    @cached_property
    def predicted(self) -> IntArray:
        """The most probable class, shape (R, N)."""
        return np.stack([probs.argmax(1) for probs in self.probs])

    def right(self, version: str) -> BoolArray:
        """Return whether each run is right on each image by the labels of a version, shape (R, N)."""
        allowed = self.images.versions[version].right
        return np.asarray(allowed[np.arange(len(allowed)), self.predicted])

    def effective_labels(self, version: str, run: int) -> IntArray:
        """Return the labels that a run is measured by, shape (N,); where several are right, the one it predicts."""
        return np.where(self.right(version)[run], self.predicted[run], self.images.versions[version].labels)

    @cached_property
    def samples(self) -> dict[str, Doubles]:
        """For each version the accuracy of each run in bootstrap samples of the images, shape (B, R).

        Runs and versions see the same samples.
        """
        stacked = np.concatenate([self.right(version) for version in self.versions])
        shares = bootstrap_shares(stacked)
        return dict(zip(self.versions, np.split(shares, len(self.versions), axis=1), strict=True))


def read_board(workspace: Workspace, dataset: str, runs: Sequence[str] = (), tested_on: Sequence[str] = ()) -> Board:
    """Return the comparison of trained runs of a data set.

    Args:
        workspace: holds runs and versions.
        dataset: under the name it is audited.
        runs: as for `choose_contestants`.
        tested_on: versions of the labels; `original` and the newest curated version where empty.

    Raises:
        ErrataError: as `choose_contestants`; an unknown version, a version named twice, runs that tell other classes
            apart, or no image that all of them held out.
    """
    tested_on = tested_on or default_versions(workspace, dataset)
    if len(set(tested_on)) < len(tested_on):
        raise ErrataError(f"a version is named twice in {', '.join(tested_on)}; name each once")
    contestants = choose_contestants(workspace, dataset, runs)
    rows = read_versions(workspace, dataset, list(dict.fromkeys([*tested_on, ORIGINAL])))
    given = rows[ORIGINAL].checked.rows.classes
    contestants, skipped = comparable(contestants, given, version_names(workspace, dataset), strict=bool(runs))
    trained_on = {contestant.trained for contestant in contestants}
    rows |= read_versions(workspace, dataset, sorted(trained_on - rows.keys()))
    members = [(contestant, *read_probs(run)) for contestant in contestants for run in contestant.runs]
    held_out = [frozenset(names) & _test_images(rows[contestant.trained]) for contestant, names, _ in members]
    classes = sorted({name for contestant in contestants for name in contestant.classes})
    images = common_images({version: rows[version] for version in tested_on}, held_out, classes)
    probs = tuple(_aligned(names, probs, contestant.classes, images) for contestant, names, probs in members)
    return Board(dataset, tuple(tested_on), tuple(contestants), images, probs, skipped, stale(contestants, rows))


def default_versions(workspace: Workspace, dataset: str) -> list[str]:
    """Return the versions that a comparison tests on unless others are named: as given, and the newest curated one."""
    known = version_names(workspace, dataset)
    return [ORIGINAL, known[-1]] if len(known) > 1 else [ORIGINAL]


def _test_images(curated: CuratedRows) -> frozenset[str]:
    rows = curated.checked.rows
    return frozenset(rows.image_ids[(rows.splits == "test") & curated.members].tolist())


def read_probs(run: TrainedRun) -> tuple[list[str], FloatArray]:
    """Return image_ids and probs, shape (N, K), of a run.

    Raises:
        ErrataError: its predictions are missing or damaged.
    """
    predictions = Predictions.load(run.folder / "predictions.npz", with_embeddings=False)
    return predictions.image_ids.tolist(), predictions.probs


def _aligned(names: Sequence[str], probs: FloatArray, classes: tuple[str, ...], images: CommonImages) -> FloatArray:
    """Return probabilities of the common images and classes, shape (N, K); 0 for classes a run does not know."""
    row_of = {name: row for row, name in enumerate(names)}
    common = probs[[row_of[name] for name in images.rows.image_ids.tolist()]]
    aligned: npt.NDArray[np.float32] = np.zeros((len(common), len(images.rows.classes)), np.float32)
    for column, name in enumerate(classes):
        aligned[:, images.rows.classes.index(name)] = common[:, column]
    return aligned
