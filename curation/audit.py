"""The main job: images in, models trained, labels ranked, everything shown in FiftyOne; resumable, in order."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from curation.catalog import DatasetSpec
from curation.duplicates import THUMBNAIL_PX, Duplicates, find_duplicates
from curation.results import Audit, CheckedRows, audit_folder, checked_version, load_audit, slug
from curation.rows import Rows
from curation.stages import Stages
from curation.workspace import Workspace
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files import atomic, digest, write_json
from models.predictions import NO_FOLD, Predictions
from models.runs import computing

DEFAULT_ARCHITECTURES = ("efficientnet_lite0", "simple_cnn_norm_dropout")


@dataclass(frozen=True)
class AuditConfig:
    """What an audit is asked to do."""

    architectures: tuple[str, ...] = DEFAULT_ARCHITECTURES
    folds: int = 5
    seed: int = 0
    cams_per_split: int = 50  # most suspicious images whose Grad-CAM maps are drawn
    engine: str = "auto"  # for frozen features; see models.engines
    version: str = "original"  # of the labels

    def checked(self) -> "AuditConfig":
        """Return the config.

        Raises:
            ErrataError: an unknown architecture, version or engine, an architecture named twice, too few folds, or
                a negative number.
        """
        from models.architectures import find_architecture
        from models.engines import ENGINES

        if not self.architectures:
            raise ErrataError("no architecture is named; give at least one with --architectures")
        for name in self.architectures:
            find_architecture(name)
        if len(set(self.architectures)) < len(self.architectures):
            raise ErrataError(f"an architecture is named twice in {','.join(self.architectures)}; name each once")
        checked_version(self.version)
        if self.engine not in ("auto", *ENGINES):
            raise unknown("engine", self.engine, ("auto", *ENGINES))
        if self.folds < 2:
            raise ErrataError(f"--folds {self.folds} is too few: an out-of-fold prediction needs at least 2")
        if self.cams_per_split < 0 or self.seed < 0:
            raise ErrataError("--seed and --cams must not be negative")
        return self


class Auditing:
    """One audit under way; each method is a stage."""

    def __init__(self, workspace: Workspace, spec: DatasetSpec, rows: Rows, config: AuditConfig, stages: Stages):
        self.workspace, self.spec, self.config, self.stages = workspace, spec, config, stages
        self.folder = stages.run_folder
        self._listed = rows
        self.runs: dict[str, str] = {}  # architecture -> run folder's name

    def read_images(self) -> None:
        """Read and check every image once; what cannot be read is skipped and said."""
        from models.images import check_images

        listed = self._listed

        def work(progress: Progress) -> None:
            checks = check_images(listed.paths, progress=progress)
            good = np.array([check.problem is None for check in checks], bool)
            skipped = [(str(i), check.problem or "") for i, check in zip(listed.image_ids, checks, strict=True)]
            kept = [check for check in checks if check.problem is None]
            CheckedRows(
                listed.where(good),
                np.array([check.sha256 for check in kept], np.str_),
                np.array([check.phash for check in kept], np.uint64),
                np.array([(check.width_px, check.height_px) for check in kept], np.int64).reshape(-1, 2),
                tuple(entry for entry in skipped if entry[1]),
            ).save(self.folder)

        outputs = [self.folder / "rows.npz", self.folder / "rows.json"]
        self.stages.do("images", [listed_key(listed)], outputs, work)
        self.checked = CheckedRows.load(self.folder)
        self.rows = self.checked.rows
        self.key = digest(
            _bytes_key(self.rows.image_ids, self.rows.labels, self.rows.splits, self.checked.sha256s), self.rows.classes
        )
        _check_rows(self.rows, len(self.checked.skipped))

    def find_duplicates(self) -> None:
        """Group copies and near copies: they share a fold, and a test image with a twin in train is flagged."""
        from models.images import read_pixels

        paths, output = self.rows.paths, self.folder / "duplicates.npz"

        def work(progress: Progress) -> None:
            find_duplicates(
                self.checked.sha256s,
                self.checked.hashes,
                lambda rows: np.stack([read_pixels(paths[row], THUMBNAIL_PX, "bilinear") for row in rows]),
            ).save(output)

        self.stages.do("duplicates", [self.key], [output], work)
        self.duplicates = Duplicates.load(output)

    def train(self) -> None:
        """Predict every image with models that did not train on it."""
        from curation.training import Material, train_out_of_fold
        from models.cross_validate import Problem
        from models.folds import assign_folds

        train = self.rows.splits == "train"
        fold = np.full(len(self.rows), NO_FOLD, np.int64)
        fold[train] = assign_folds(
            self.rows.labels[train],
            self.duplicates.groups[train],
            self.rows.classes,
            self.config.folds,
            self.config.seed,
        )
        problem = Problem(
            self.rows.image_ids, self.rows.labels, self.rows.classes, fold, self.duplicates.groups, self.config.seed
        )
        material = Material(self.workspace, self.spec.name, self.checked, self.key, self.config.engine)
        for name in self.config.architectures:
            self.runs[name] = train_out_of_fold(name, problem, material, self.stages)

    def import_predictions(self, predictions: Predictions, name: str) -> None:
        """Take the predictions of a model trained elsewhere."""
        given = [predictions.probs, predictions.embeddings, predictions.fold]
        key = digest(self.key, [None if array is None else _bytes_key(array) for array in given])
        run = f"{self.spec.name}-{name}"[:55] + f"-{key[:8]}"
        output = self.workspace.runs / run / "predictions.npz"
        self.stages.do(f"predictions {name}", [key], [output], lambda _: predictions.save(output))
        self.runs[name] = run

    def rank(self) -> None:
        """Write what the audit consists of, so that everything after this can be read back from the folder."""
        about = {
            "config": asdict(self.config),
            "version": self.config.version,
            "runs": self.runs,
            "title": self.spec.title,
            "licence": self.spec.licence,
            "dataset_key": self.key,
            "stages": [record.name for record in self.stages.records],
        }
        write_json(self.folder / "results.json", about)

    def map(self) -> None:
        """Project the embeddings of every architecture to two dimensions."""
        from curation.projection import project

        for architecture in self.audit().architectures:
            embeddings, output = architecture.predictions.embeddings, self.folder / f"map-{architecture.slug}.npy"
            if embeddings is None:
                continue

            def work(_: Progress, embeddings: np.ndarray = embeddings, output: Path = output) -> None:
                with atomic(output) as temporary:
                    np.save(temporary, project(embeddings, self.config.seed))

            inputs = [architecture.run_folder.name, self.config.seed]
            self.stages.do(f"map {architecture.name}", inputs, [output], work)

    def draw_cams(self) -> None:
        """Draw Grad-CAM maps of the most suspicious images for the given and the suggested class."""
        from curation.cam_files import cam_jobs
        from models.architectures import ARCHITECTURES

        audit = self.audit()
        suspects = [audit.suspects(split)[: self.config.cams_per_split] for split in sorted(set(self.rows.splits))]
        for architecture in audit.architectures:
            if architecture.name not in ARCHITECTURES:
                continue  # trained elsewhere: there is no network to look into
            jobs = cam_jobs(audit, architecture, np.concatenate(suspects))

            def work(progress: Progress, folder: Path = architecture.run_folder, name: str = architecture.name) -> None:
                from curation.cam import draw_cams

                draw_cams(folder, name, jobs, progress=progress)  # noqa: B023 - called before the loop goes on

            names = [job.output.name for job in jobs]
            self.stages.do(f"cams {architecture.name}", names, [job.output for job in jobs], work)

    def write_dataset(self) -> None:
        """Write everything into the FiftyOne dataset."""
        from curation.inference import write_audit

        marker = self.folder / "fiftyone.json"

        def work(progress: Progress) -> None:
            write_audit(self.workspace, self.audit(), progress)
            write_json(marker, {"dataset": f"errata-{self.spec.name}"})

        inputs = [self.key, self.runs, [record.key for record in self.stages.records]]
        self.stages.do("fiftyone", inputs, [marker], work)

    def report(self) -> None:
        """Write report.html and report.json."""
        from curation.report.write import write_report

        folder = self.workspace.reports / self.spec.name
        outputs = [folder / "report.html", folder / "report.json"]
        inputs = [[record.key for record in self.stages.records], self.spec.title]
        self.stages.do("report", inputs, outputs, lambda _: write_report(self.audit(), self.spec, folder))

    def audit(self) -> Audit:
        """Return what is found so far."""
        self.rank()
        return load_audit(self.workspace, self.spec.name)


def run_audit(
    workspace: Workspace,
    spec: DatasetSpec,
    rows: Rows,
    config: AuditConfig,
    predictions: tuple[str, Callable[[Rows], Predictions]] | None = None,
    on_stage: Callable[[str, int, int], None] | None = None,
) -> Audit:
    """Audit a data set; a second call with the same arguments only does what is missing.

    Args:
        workspace: where everything is kept.
        spec: the data set.
        rows: its images and given labels.
        config: what to do.
        predictions: name and reader of a model's predictions made elsewhere; no model is trained then.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: anything a person can mend.
    """
    config = config.checked()
    about = {"dataset": spec.name, "source": spec.source, **asdict(config)}
    with computing(audit_folder(workspace, spec.name), about) as run:
        stages = Stages(run, on_stage)
        auditing = Auditing(workspace, spec, rows, config, stages)
        auditing.read_images()
        auditing.find_duplicates()
        if predictions:
            auditing.import_predictions(predictions[1](auditing.rows), predictions[0])
        else:
            auditing.train()
        auditing.map()
        auditing.draw_cams()
        auditing.write_dataset()
        auditing.report()
        stages.forget_others()
        return auditing.audit()


def listed_key(rows: Rows) -> str:
    """Return a digest of the listed files: names, labels, splits, sizes and modification times."""
    stats = [path.stat() if path.exists() else None for path in rows.paths]
    files = np.array([(stat.st_size, stat.st_mtime_ns) if stat else (-1, -1) for stat in stats], np.int64)
    return digest(str(rows.root), rows.classes, _bytes_key(rows.image_ids, rows.labels, rows.splits, files))


def _bytes_key(*arrays: np.ndarray) -> str:
    return hashlib.sha256(b"\0".join(str(array.dtype).encode() + array.tobytes() for array in arrays)).hexdigest()


def _check_rows(rows: Rows, n_skipped: int) -> None:
    """Raise if the readable images make no problem to learn."""
    left = f" after {n_skipped} unreadable files were left out (see rows.json)" if n_skipped else ""
    if not (rows.splits == "train").any():
        raise ErrataError(f"{rows.root} has no readable training image{left}; nothing can be learned from it")
    present = np.unique(rows.labels[rows.splits == "train"])
    if len(present) < 2:
        raise ErrataError(f"{rows.root} has training images of one class only{left}; an audit needs at least two")


__all__: Sequence[str] = ("Audit", "AuditConfig", "run_audit", "slug")
