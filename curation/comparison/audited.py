"""The architectures of an audit as contestants: compared among themselves from the first minute, before any training.

Each speaks through its fold models: an image outside train is judged by the mean of all of them, a training image by
the one that did not learn from it. Such a mean is an ensemble, so it is never compared with a network trained once.
"""

from collections.abc import Sequence

import numpy as np

from curation.comparison.board import Board, default_versions
from curation.comparison.common_images import common_images, read_versions
from curation.comparison.contestants import Contestant
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.trained import TrainedRun
from curation.workspace.folders import Workspace
from curation.workspace.names import MEAN_OF_FOLDS, ORIGINAL
from models.arrays import FloatArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD

_IN_SAMPLE = "its predictions have no folds, so it may have learned from these images"


def audit_board(workspace: Workspace, audit: Audit, tested_on: Sequence[str] = ()) -> Board:
    """Return the comparison of the architectures of an audit, on the test images; on val or train where there are none.

    Args:
        workspace: holds versions.
        audit: of the labels as given.
        tested_on: versions of the labels; `original` and the newest curated version where empty.

    Raises:
        ErrataError: an unknown version, a version named twice, or no architecture whose predictions are held out.
    """
    tested_on = tuple(tested_on or default_versions(workspace, audit.name))
    held_out = [architecture for architecture in audit.architectures if architecture.predictions.fold is not None]
    skipped = {architecture.name: _IN_SAMPLE for architecture in audit.architectures if architecture not in held_out}
    if not held_out:
        raise ErrataError(f"no architecture of the audit of {audit.name} can be compared: {_IN_SAMPLE}")
    split = next(split for split in ("test", "val", "train") if (audit.rows.splits == split).any())
    rows = read_versions(workspace, audit.name, list(dict.fromkeys([*tested_on, ORIGINAL])))
    names = frozenset(audit.rows.image_ids[audit.rows.splits == split].tolist())
    tested = {version: rows[version] for version in tested_on}
    images = common_images(tested, [names], audit.rows.classes, split)
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    places = np.array([row_of[name] for name in images.rows.image_ids.tolist()])
    probs = tuple(_widened(held.predictions.probs[places], len(images.rows.classes)) for held in held_out)
    contestants = tuple(_contestant(audit, held, split) for held in held_out)
    return Board(audit.name, tested_on, contestants, images, probs, skipped, frozenset())


def _contestant(audit: Audit, architecture: ArchitectureResult, split: str) -> Contestant:
    fold = architecture.predictions.fold
    folds = int(fold.max()) + 1 if fold is not None and (fold != NO_FOLD).any() else 0
    config = {
        "architecture": architecture.name,
        "classes": list(audit.rows.classes),
        "members": list(architecture.members),
        "dataset": audit.name,
        "version": ORIGINAL,
    }
    run = TrainedRun(architecture.run_folder, config, None, [], {})
    single = fold is not None and bool((fold[audit.rows.splits == split] != NO_FOLD).all())
    models = "out of fold" if single or not folds else MEAN_OF_FOLDS.format(folds)
    return Contestant(architecture.name, architecture.name, ORIGINAL, (run,), models)


def _widened(probs: FloatArray, classes: int) -> FloatArray:
    """Return probabilities with 0 for the classes that a version added, shape (N, classes)."""
    missing = classes - probs.shape[1]
    return np.pad(probs, ((0, 0), (0, missing))).astype(np.float32) if missing else probs
