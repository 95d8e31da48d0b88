"""The first stages of every job: each image is read and checked once, its problems found, and copies are grouped."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from curation.datasets.rows import Rows
from curation.images.checked_rows import METHOD, CheckedRows
from curation.images.class_copies import class_copy_notices
from curation.images.compared_pairs import ComparedPairs
from curation.images.duplicates import THUMBNAIL_PX, Duplicates, find_duplicates
from curation.images.keys import bytes_key, content_key, listed_key
from curation.images.notices import reading_notices
from curation.images.problems import ImageProblems, find_problems
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import ByteArray, FloatArray, IntArray, Progress
from models.errors import ErrataError
from models.figures.folds import too_few_to_judge
from models.files.atomic import digest
from models.processors.cluster import Cluster

# Raised whenever the same images give other results; where their measured values change, these need another folder too.
DUPLICATES_METHOD, PROPOSED_METHOD, PROBLEMS_METHOD = 3, 3, 1


@dataclass(frozen=True)
class EmbeddingSource:
    """Embeddings that propose which images may be copies."""

    key: str  # digest of their inputs other than the images
    read: Callable[[], FloatArray]  # returns them, shape (N, D); only called where pairs are not known yet


def check_listed(
    listed: Rows,
    workspace: Workspace,
    stages: Stages,
    left_out: Sequence[tuple[str, str]] | None = None,
    cluster: Cluster | None = None,
) -> CheckedRows:
    """Read and check every image once; unreadable ones are skipped, and listed with the reason.

    Args:
        listed: the images.
        workspace: where earlier checks are found.
        stages: of the job.
        left_out: name and reason of images that are skipped unread, where predictions made elsewhere judge the labels
            and nothing is to be learned; None: models are to learn from the images.
        cluster: machines that read the images; this one alone by default.

    Raises:
        ErrataError: no image is readable, or the readable images make no problem to learn.
    """
    from curation.images.grey_ranges import GreyRanges
    from curation.images.known_checks import KnownChecks
    from models.images.check_apart import check_here
    from models.images.check_shards import check_on_cluster

    folder, grey_ranges = stages.run_folder, GreyRanges()

    def check(progress: Progress) -> CheckedRows:
        known, shards = KnownChecks(workspace).get, folder / ".checks"
        if cluster is None:
            checks = check_here(listed.paths, known, grey_ranges.of, shards, progress)
        else:
            checks = check_on_cluster(cluster, listed.paths, known, grey_ranges.of, shards, progress)
        readable = [check for check in checks if check.problem is None]
        checked = CheckedRows(
            listed.where(np.array([check.problem is None for check in checks], bool)),
            np.array([check.sha256 for check in readable], np.str_),
            np.array([check.phash for check in readable], np.uint64),
            np.array([(check.width_px, check.height_px) for check in readable], np.int64).reshape(-1, 2),
            (
                *(left_out or ()),
                *(
                    (str(image_id), check.problem)
                    for image_id, check in zip(listed.image_ids, checks, strict=True)
                    if check.problem is not None
                ),
            ),
            readings=np.array([check.reading for check in readable], np.str_),
        )
        checked.save(folder)
        shutil.rmtree(shards, ignore_errors=True)
        return checked

    def load() -> CheckedRows:
        kept = CheckedRows.load(folder)
        if kept.method != METHOD:
            raise ErrataError(f"{folder} holds images as an earlier Errata read them; audit the data set again")
        return kept

    outputs = [folder / "rows.npz", folder / "rows.json"]
    ranges = [str(grey_range) for path in listed.paths if (grey_range := grey_ranges.of(path))]
    inputs = [listed_key(listed), *([list(left_out)] if left_out else []), *([ranges] if ranges else [])]
    checked = stages.value("images", inputs, outputs, check, load)
    if left_out is None:
        check_learnable(checked.rows, checked.skipped)
    elif not len(checked.rows):
        raise ErrataError(f"{listed.root} has no readable image, the first because {checked.skipped[-1][1]}")
    readings = [] if checked.readings is None else reading_notices(checked.readings)
    copied = class_copy_notices(checked.rows, checked.sha256s)
    return replace(checked, rows=replace(checked.rows, notices=(*listed.notices, *readings, *copied)))


def note_problems(checked: CheckedRows, workspace: Workspace, stages: Stages) -> ImageProblems:
    """Score every image for damage by camera or conversion; the measured values are kept by content."""
    from curation.images.values import measure_images

    output, contents = stages.run_folder / "problems.npz", [str(content) for content in checked.contents]

    def measure(progress: Progress) -> ImageProblems:
        values = measure_images(checked.rows.paths, contents, workspace.features / "image-values", progress)
        problems = find_problems(values, checked.sizes_px)
        problems.save(output)
        return problems

    inputs = [PROBLEMS_METHOD, bytes_key(checked.contents, checked.sizes_px)]
    return stages.value("problems", inputs, [output], measure, lambda: ImageProblems.load(output))


def group_duplicates(
    checked: CheckedRows, workspace: Workspace, stages: Stages, embeddings: EmbeddingSource | None = None
) -> Duplicates:
    """Group copies and near copies: they share a fold, and a test image with a twin in train is flagged.

    Compared pairs are kept by content: another audit of some of these images only compares the pairs that are new.
    Where near copies would leave no label that another picture of its class could judge, as among white circles on
    black, only equal contents are copies.

    Args:
        checked: N readable images.
        workspace: where compared pairs are kept.
        stages: of the job.
        embeddings: of the images; without them copies are sought by perceptual hashes alone.
    """
    from models.images.decode import read_pixels

    paths, contents, output = checked.rows.paths, checked.contents, stages.run_folder / "duplicates.npz"
    proposed_by = digest(PROPOSED_METHOD, embeddings.key if embeddings else "")  # hashes, and embeddings

    def thumbnails(rows: IntArray) -> ByteArray:
        return np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear", str(contents[row])) for row in rows])

    def group(progress: Progress) -> Duplicates:
        kept = ComparedPairs(workspace.copies / f"method-{DUPLICATES_METHOD}", proposed_by)
        read = embeddings.read if embeddings else None
        duplicates = find_duplicates(contents, checked.hashes, thumbnails, read, kept, progress)
        duplicates.save(output)
        return duplicates

    inputs = [DUPLICATES_METHOD, content_key(checked), proposed_by]
    duplicates = stages.value("duplicates", inputs, [output], group, lambda: Duplicates.load(output))
    learn = checked.rows.splits == "train"
    if learn.any() and too_few_to_judge(checked.rows.labels, duplicates.groups, learn).all():
        duplicates = duplicates.exact_only(contents)
        duplicates.save(output)
    return duplicates


def check_learnable(rows: Rows, skipped: Sequence[tuple[str, str]]) -> None:
    """Raise if the readable images make no problem to learn.

    Args:
        rows: the readable images.
        skipped: image_id and problem of all others.

    Raises:
        ErrataError: there is no training image, training images of a single class, or of each class a single one.
    """
    n = len(skipped)
    left = f" after {n} unreadable files were left out, the first because {skipped[0][1]}" if n else ""
    if not (rows.splits == "train").any():
        raise ErrataError(f"{rows.root} has no readable training image{left}; nothing can be learned from it")
    present = np.unique(rows.labels[rows.splits == "train"])
    if len(present) < 2:
        raise ErrataError(f"{rows.root} has training images of one class only{left}; an audit needs at least two")
    if too_few_to_judge(rows.labels, np.arange(len(rows)), rows.splits == "train").all():
        raise ErrataError(
            f"{rows.root} has a single training image of each class{left}; a label is judged by other images of its "
            "class: add images"
        )
