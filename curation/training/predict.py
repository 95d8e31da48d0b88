"""The job behind `errata predict`: image files to every model's classes, Grad-CAM maps and the images like them."""

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
    about: str  # mean of how many networks
    architecture: str
    version: str  # of the labels it learned from
    top: list[tuple[str, float]]  # class and probability, the most probable first
    cam: str  # file of the Grad-CAM map of the first class; empty where none was asked for


@dataclass(frozen=True)
class Neighbour:
    """A training image like a new one."""

    image_id: str
    label: str  # as given
    similarity: float  # cosine, in [-1, 1]


@dataclass(frozen=True)
class FileResult:
    """What is said about one file."""

    file: str
    problem: str  # why it could not be read; empty otherwise
    sha256: str
    size_px: tuple[int, int]  # width, height
    none_of_these: float | None  # in [0, 1], high = no class fits; None = cannot be told
    opinions: list[Opinion]
    nearest: list[Neighbour]

    @property
    def fits_none(self) -> bool:
        """Whether it looks like none of the classes."""
        return self.none_of_these is not None and self.none_of_these >= NONE_FITS


def predict_images(
    workspace: Workspace, name: str, paths: Sequence[Path], top: int = 5, cams: Path | None = None,
    on_stage: OnStage | None = None,
) -> list[FileResult]:  # fmt: skip
    """Ask every trained model of a data set about image files.

    Args:
        workspace: where the models are.
        name: of the audited data set.
        paths: image files of any place; one that cannot be read gets its problem, the others go on.
        top: classes of each model.
        cams: folder for Grad-CAM maps of each model's first class; none are drawn where None.
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
        said = predict_files(model.checkpoints, files)
        maps = _draw(model, said.probs.argmax(1), files, [checks[place] for place in good], cams, done)
        for place, probs in enumerate(said.probs):
            best = np.argsort(-probs, kind="stable")[:top]
            own = [(said.classes[label], float(probs[label])) for label in best]
            opinions[place].append(
                Opinion(model.name, model.about, model.architecture, model.version, own, maps[place])
            )
    if on_stage:
        on_stage("predict", len(models), len(models))
    near, scope = _like(audit, files)
    files_and_checks = enumerate(zip(paths, checks, strict=True))
    return [_result(str(path), check, good, place, opinions, near, scope) for place, (path, check) in files_and_checks]


def _result(
    file: str, check: ImageCheck, good: list[int], place: int, opinions: list[list[Opinion]],
    near: list[list[Neighbour]], scope: list[float | None],
) -> FileResult:  # fmt: skip
    size = (check.width_px, check.height_px)
    if check.problem is not None:
        return FileResult(file, check.problem, check.sha256, size, None, [], [])
    own = good.index(place)
    return FileResult(file, "", check.sha256, size, scope[own], opinions[own], near[own])


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


def _like(audit: Audit, files: list[Path]) -> tuple[list[list[Neighbour]], list[float | None]]:
    """Return the nearest training images, and how far no class fits, by the audit's first frozen backbone."""
    frozen = [one for one in audit.voters if one.frozen and (one.run_folder / "fold-0.safetensors").exists()]
    if not frozen or not files:
        return [[] for _ in files], [None] * len(files)
    from models.jobs.predict_files import predict_files

    folder = frozen[0].run_folder
    known = Predictions.load(folder / "predictions.npz").embeddings
    new = predict_files([folder / "fold-0.safetensors"], files).embeddings
    if known is None or known.shape[1] != new.shape[1]:  # of an audit that kept other embeddings
        return [[] for _ in files], [None] * len(files)
    found, rows = likeness(audit, known, new, NEAREST), audit.rows
    near = [
        [
            Neighbour(str(rows.image_ids[row]), rows.classes[rows.labels[row]], round(float(alike), 4))
            for row, alike in zip(own.tolist(), shares.tolist(), strict=True)
        ]
        for own, shares in zip(found.rows, found.similarity, strict=True)
    ]
    scope = found.none_of_these
    return near, [None] * len(files) if scope is None else [round(float(one), 4) for one in scope]


def write_results(results: Sequence[FileResult], name: str, path: Path) -> None:
    """Write everything as JSON.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_json(path, {"schema_version": SCHEMA_VERSION, "dataset": name, "images": [asdict(one) for one in results]})


def read_results(path: Path) -> list[FileResult]:
    """Return what `write_results` wrote.

    Raises:
        ErrataError: the file is missing, damaged or of another schema.
    """
    values = read_json(path)
    if not isinstance(values, dict) or values.get("schema_version") != SCHEMA_VERSION:
        raise ErrataError(f"{path} is of another version of Errata; predict again")
    return [_read(one) for one in values["images"]]


def _read(one: dict[str, Any]) -> FileResult:
    opinions = [
        Opinion(**{**said, "top": [(label, share) for label, share in said["top"]]}) for said in one["opinions"]
    ]
    nearest = [Neighbour(**near) for near in one["nearest"]]
    return FileResult(**{**one, "size_px": tuple(one["size_px"]), "opinions": opinions, "nearest": nearest})


def write_results_csv(results: Sequence[FileResult], path: Path) -> None:
    """Write a line for each image and model, the classes in columns by falling probability.

    Raises:
        ErrataError: the file cannot be written.
    """
    most = max((len(said.top) for one in results for said in one.opinions), default=0)
    ranks = [f"{what}_{place}" for place in range(1, most + 1) for what in ("class", "probability")]
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
