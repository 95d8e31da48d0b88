"""The job behind `errata predict`: for image files each model's classes, Grad-CAM maps and the most similar images."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.images.grey_ranges import grey_range_of
from curation.results.audit import Audit, load_audit
from curation.results.cam_files import CamJob
from curation.results.likeness import Likeness, likeness
from curation.results.models import TrainedModel, trained_models
from curation.training.file_results import FileResult, Neighbour, Opinion, refused
from curation.training.known_images import known_images
from curation.workspace.folders import Workspace
from curation.workspace.stages import OnStage
from models.arrays import FloatArray, IntArray
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.images.check import ImageCheck, nothing_known
from models.images.check_apart import check_apart
from models.images.grey_range import GreyRange

NEAREST = 6
_NO_BACKBONE = "no model of this audit has a frozen backbone; audit with efficientnet_lite0 or NAME@frozen"
_NO_EMBEDDINGS = "the audit kept other embeddings; audit the data set again"
_FEW = "that takes 50 images with labels that are probably right"


def predict_images(
    workspace: Workspace, name: str, paths: Sequence[Path], top: int = 5, cams: Path | None = None,
    on_stage: OnStage | None = None,
) -> list[FileResult]:  # fmt: skip
    """Ask every trained model of a data set about image files.

    Args:
        workspace: holds the models.
        name: of the audited data set.
        paths: image files anywhere; a file that cannot be read, or that ends the process that decodes it, gets a
            problem instead of opinions.
        top: how many classes of each model.
        cams: folder for Grad-CAM maps of each model's first class; None: no maps are drawn.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: the data set was not audited, it has no trained model, or a checkpoint is damaged.
    """
    audit, models = load_audit(workspace, name), trained_models(workspace, name)
    if not models:
        raise ErrataError(f"{name} has no trained model here; run `errata audit {name}` or `errata train {name} …`")
    grey_range = grey_range_of(audit.rows.path(0))  # also of files elsewhere: by it the models learned
    checks = check_apart(paths, nothing_known, lambda path: grey_range)
    good = [place for place, check in enumerate(checks) if check.problem is None]
    files, readable = [paths[place] for place in good], [checks[place] for place in good]
    results = [refused(str(path), check.problem or "") for path, check in zip(paths, checks, strict=True)]
    if not files:
        return results
    opinions, embeddings = _ask(models, files, readable, top, cams, grey_range, on_stage)
    alike, missing = _alike(audit, embeddings)
    near = alike.rows if alike else [np.empty(0, np.int64) for _ in files]
    known = known_images(workspace, audit, files, readable, near)
    for number, (place, check) in enumerate(zip(good, readable, strict=True)):
        score = alike.none_of_these[number] if alike and alike.none_of_these is not None else None
        results[place] = FileResult(
            str(files[number]),
            "",
            check.sha256,
            (check.width_px, check.height_px),
            None if score is None else round(float(score), 4),
            opinions[number],
            _neighbours(audit, alike, number) if alike else [],
            known[number],
            missing,
        )
    return results


def _ask(
    models: Sequence[TrainedModel], files: list[Path], checks: list[ImageCheck], top: int, cams: Path | None,
    grey_range: GreyRange | None, on_stage: OnStage | None,
) -> tuple[list[list[Opinion]], dict[Path, FloatArray]]:  # fmt: skip
    """Return each model's opinion of each file, and by each model's first checkpoint its embeddings of the files."""
    from models.jobs.predict_files import predict_files

    opinions: list[list[Opinion]] = [[] for _ in files]
    embeddings: dict[Path, FloatArray] = {}
    for done, model in enumerate(models):
        if on_stage:
            on_stage("predict", done, len(models))
        predicted = predict_files(model.checkpoints, files, grey_range=grey_range)
        embeddings[model.checkpoints[0]] = predicted.embeddings
        maps = _draw(model, predicted.probs.argmax(1), files, checks, cams, grey_range, done)
        for place, probs in enumerate(predicted.probs):
            labels = np.argsort(-probs, kind="stable")[:top]
            ranked = [(predicted.classes[label], float(probs[label])) for label in labels]
            opinions[place].append(
                Opinion(model.name, model.about, model.architecture, model.version, ranked, maps[place])
            )
    if on_stage:
        on_stage("predict", len(models), len(models))
    return opinions, embeddings


def _draw(
    model: TrainedModel,
    targets: IntArray,
    files: list[Path],
    checks: list[ImageCheck],
    cams: Path | None,
    grey_range: GreyRange | None,
    number: int,
) -> list[str]:
    """Draw the maps of one model and return their files."""
    if cams is None:
        return [""] * len(files)
    from curation.training.cam import draw_cams

    jobs = []
    for path, check, target in zip(files, checks, targets.tolist(), strict=True):
        output = cams / f"{number}-{check.sha256[:16]}-{target}.png"
        jobs.append(CamJob(path, (check.width_px, check.height_px), target, NO_FOLD, output, grey_range))
    cams.mkdir(parents=True, exist_ok=True)
    draw_cams(model.checkpoints[0].parent, model.architecture, jobs)
    return [str(job.output) for job in jobs]


def _alike(audit: Audit, embeddings: dict[Path, FloatArray]) -> tuple[Likeness | None, str]:
    """Return what the files look like to the audit's first frozen backbone, and why a score is missing.

    Args:
        audit: of the data set.
        embeddings: first checkpoint of each model -> embeddings of the files.
    """
    folders = [voter.run_folder for voter in audit.voters if voter.frozen]
    asked = [folder for folder in folders if folder / "fold-0.safetensors" in embeddings]
    if not asked:
        return None, _NO_BACKBONE
    known, new = Predictions.load(asked[0] / "predictions.npz").embeddings, embeddings[asked[0] / "fold-0.safetensors"]
    if known is None or known.shape[1] != new.shape[1]:
        return None, _NO_EMBEDDINGS
    alike = likeness(audit, known, new, NEAREST)
    return alike, _FEW if alike.none_of_these is None else ""


def _neighbours(audit: Audit, alike: Likeness, number: int) -> list[Neighbour]:
    """Return the nearest training images of a file."""
    rows = audit.rows
    return [
        Neighbour(str(rows.image_ids[row]), rows.classes[rows.labels[row]], round(float(similarity), 4))
        for row, similarity in zip(alike.rows[number].tolist(), alike.similarity[number], strict=True)
    ]
