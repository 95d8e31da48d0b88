"""The job behind `errata predict`: for image files each model's classes, Grad-CAM maps and the most similar images."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from curation.results.audit import Audit, load_audit
from curation.results.cam_files import CamJob
from curation.results.likeness import NONE_FITS, likeness
from curation.results.models import TrainedModel, trained_models
from curation.workspace.folders import Workspace
from curation.workspace.stages import OnStage
from models.arrays import IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import read_json, write_json
from models.files.tables import write_csv
from models.images.check import ImageCheck, check_images

SCHEMA_VERSION = 1
NEAREST = 6


@dataclass(frozen=True)
class Opinion:
    """What one model says about an image."""

    model: str
    about: str  # of how many networks the mean is
    architecture: str
    version: str  # of the labels it learned from
    top: list[tuple[str, float]]  # class and probability, the most probable first
    cam: str  # file of the Grad-CAM map of the first class; empty where none was asked for


@dataclass(frozen=True)
class Neighbour:
    """A training image that is similar to a new image."""

    image_id: str
    label: str  # as given
    similarity: float  # cosine, in [-1, 1]


@dataclass(frozen=True)
class FileResult:
    """The result for one file."""

    file: str
    problem: str  # why it could not be read; empty otherwise
    sha256: str
    size_px: tuple[int, int]  # width, height
    none_of_these: float | None  # in [0, 1], high = no class fits; None = unknown
    opinions: list[Opinion]
    nearest: list[Neighbour]

    @property
    def fits_none(self) -> bool:
        """Whether no class fits the image."""
        return self.none_of_these is not None and self.none_of_these >= NONE_FITS


def predict_images(
    workspace: Workspace, name: str, paths: Sequence[Path], top: int = 5, cams: Path | None = None,
    on_stage: OnStage | None = None,
) -> list[FileResult]:  # fmt: skip
    """Ask every trained model of a data set about image files.

    Args:
        workspace: holds the models.
        name: of the audited data set.
        paths: image files anywhere; a file that cannot be read gets a problem instead of opinions.
        top: how many classes of each model.
        cams: folder for Grad-CAM maps of each model's first class; None: no maps are drawn.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: the data set was not audited, it has no trained model, or a checkpoint is damaged.
    """
    from models.jobs.predict_files import predict_files

    audit, models = load_audit(workspace, name), trained_models(workspace, name)
    if not models:
        raise ErrataError(f"{name} has no trained model here; run `errata audit {name}` or `errata train {name} …`")
    checks = check_images(paths)
    good = [place for place, check in enumerate(checks) if check.problem is None]
    files = [paths[place] for place in good]
    opinions: list[list[Opinion]] = [[] for _ in good]
    for done, model in enumerate(models):
        if on_stage:
            on_stage("predict", done, len(models))
        if not files:
            break
        predicted = predict_files(model.checkpoints, files)
        maps = _draw(model, predicted.probs.argmax(1), files, [checks[place] for place in good], cams, done)
        for place, probs in enumerate(predicted.probs):
            labels = np.argsort(-probs, kind="stable")[:top]
            ranked = [(predicted.classes[label], float(probs[label])) for label in labels]
            opinions[place].append(
                Opinion(model.name, model.about, model.architecture, model.version, ranked, maps[place])
            )
    if on_stage:
        on_stage("predict", len(models), len(models))
    neighbours, scope = _neighbours(audit, files)
    files_and_checks = enumerate(zip(paths, checks, strict=True))
    return [
        _result(str(path), check, good, place, opinions, neighbours, scope) for place, (path, check) in files_and_checks
    ]


def _result(
    file: str, check: ImageCheck, good: list[int], place: int, opinions: list[list[Opinion]],
    neighbours: list[list[Neighbour]], scope: list[float | None],
) -> FileResult:  # fmt: skip
    size = (check.width_px, check.height_px)
    if check.problem is not None:
        return FileResult(file, check.problem, check.sha256, size, None, [], [])
    number = good.index(place)
    return FileResult(file, "", check.sha256, size, scope[number], opinions[number], neighbours[number])


def _draw(
    model: TrainedModel,
    targets: IntArray,
    files: list[Path],
    checks: list[ImageCheck],
    cams: Path | None,
    number: int,
) -> list[str]:
    """Draw the maps of one model and return their files."""
    if cams is None:
        return [""] * len(files)
    from curation.training.cam import draw_cams

    jobs = []
    for path, check, target in zip(files, checks, targets.tolist(), strict=True):
        output = cams / f"{number}-{check.sha256[:16]}-{target}.png"
        jobs.append(CamJob(path, (check.width_px, check.height_px), target, NO_FOLD, output))
    cams.mkdir(parents=True, exist_ok=True)
    draw_cams(model.checkpoints[0].parent, model.architecture, jobs)
    return [str(job.output) for job in jobs]


def _neighbours(audit: Audit, files: list[Path]) -> tuple[list[list[Neighbour]], list[float | None]]:
    """Return the nearest training images, and how much no class fits, by the audit's first frozen backbone."""
    folders = [voter.run_folder for voter in audit.voters if voter.frozen]
    folders = [folder for folder in folders if (folder / "fold-0.safetensors").exists()]
    if not folders or not files:
        return [[] for _ in files], [None] * len(files)
    from models.jobs.predict_files import predict_files

    folder = folders[0]
    known = Predictions.load(folder / "predictions.npz").embeddings
    new = predict_files([folder / "fold-0.safetensors"], files).embeddings
    if known is None or known.shape[1] != new.shape[1]:  # of an audit that kept other embeddings
        return [[] for _ in files], [None] * len(files)
    nearest, rows = likeness(audit, known, new, NEAREST), audit.rows
    neighbours = [
        [
            Neighbour(str(rows.image_ids[row]), rows.classes[rows.labels[row]], round(float(similarity), 4))
            for row, similarity in zip(near.tolist(), similarities.tolist(), strict=True)
        ]
        for near, similarities in zip(nearest.rows, nearest.similarity, strict=True)
    ]
    scope = nearest.none_of_these
    return neighbours, [None] * len(files) if scope is None else [round(float(score), 4) for score in scope]


def write_predictions(results: Sequence[FileResult], name: str, path: Path) -> None:
    """Write everything as JSON.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_json(
        path, {"schema_version": SCHEMA_VERSION, "dataset": name, "images": [asdict(result) for result in results]}
    )


def read_predictions(path: Path) -> list[FileResult]:
    """Return what `write_predictions` wrote.

    Raises:
        ErrataError: the file is missing, damaged or of another schema.
    """
    values = read_json(path)
    if not isinstance(values, dict) or values.get("schema_version") != SCHEMA_VERSION:
        raise ErrataError(f"{path} is of another version of Errata; predict again")
    return [_read(image) for image in values["images"]]


def _read(image: dict[str, Any]) -> FileResult:
    opinions = [
        Opinion(**{**opinion, "top": [(label, share) for label, share in opinion["top"]]})
        for opinion in image["opinions"]
    ]
    nearest = [Neighbour(**neighbour) for neighbour in image["nearest"]]
    return FileResult(**{**image, "size_px": tuple(image["size_px"]), "opinions": opinions, "nearest": nearest})


def write_predictions_csv(results: Sequence[FileResult], path: Path) -> None:
    """Write a line for each image and model, the classes in columns by falling probability.

    Raises:
        ErrataError: the file cannot be written.
    """
    most = max((len(opinion.top) for result in results for opinion in result.opinions), default=0)
    ranks = [f"{column}_{place}" for place in range(1, most + 1) for column in ("class", "probability")]
    columns = ["file", "problem", "none_of_these", "model", "trained_on", "networks", *ranks]
    write_csv(path, columns, (line for result in results for line in _csv_lines(result)))


def _csv_lines(result: FileResult) -> Iterator[list[str]]:
    """Yield a line for each model's opinion of a file, or one with the problem of a file that cannot be read."""
    none_of_these = "" if result.none_of_these is None else f"{result.none_of_these:.4f}"
    for opinion in result.opinions:
        ranked = [cell for label, share in opinion.top for cell in (label, f"{share:.4f}")]
        yield [result.file, "", none_of_these, opinion.model, opinion.version, opinion.about, *ranked]
    if result.problem:
        yield [result.file, result.problem]
