"""The main job: images in, models trained, labels ranked, everything shown in FiftyOne; resumable, in order."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from curation.audit.config import AuditConfig
from curation.database.names import dataset_name
from curation.datasets.catalog import DatasetSpec
from curation.datasets.rows import Rows
from curation.images.checking import bytes_key, check_listed, group_duplicates, note_problems, rows_key
from curation.results.audit import Audit, load_audit
from curation.training.prepared import Prepared
from curation.versions.working_copy import working_copy
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from curation.workspace.stages import Stages
from models.arrays import Progress
from models.errors import ErrataError
from models.figures.predictions import Predictions
from models.files.atomic import atomic, digest, read_json, write_json
from models.files.runs import computing

if TYPE_CHECKING:
    from curation.training.out_of_fold import Material


class Auditing:
    """One audit under way; each method is a stage."""

    def __init__(self, workspace: Workspace, spec: DatasetSpec, rows: Rows, config: AuditConfig, stages: Stages):
        self.workspace, self.spec, self.config, self.stages = workspace, spec, config, stages
        self.folder = stages.run_folder
        self._listed = rows
        self.runs: dict[str, str] = {}  # architecture -> run folder's name
        self.members: dict[str, tuple[str, ...]] = {}  # of those that combine others

    def read_images(self) -> None:
        """Read and check every image once, and note what is wrong with the picture itself."""
        self.checked = check_listed(self._listed, self.stages)
        self.rows, self.key = self.checked.rows, rows_key(self.checked)
        note_problems(self.checked, self.workspace.features / "image-values", self.stages)

    def group_copies(self, predictions: Predictions | None = None) -> None:
        """Group copies, which share a fold, by hashes and the embeddings that there are before any model is trained.

        Those are the features of the first frozen architecture, or come with predictions made elsewhere.
        """
        given = None if predictions is None else predictions.embeddings
        if given is not None:
            self.duplicates = group_duplicates(self.checked, self.stages, lambda: given, bytes_key(given))
        elif predictions is None and (frozen := self._frozen()):
            self.duplicates = group_duplicates(self.checked, self.stages, self._features(frozen), frozen)
        else:
            self.duplicates = group_duplicates(self.checked, self.stages)

    def _frozen(self) -> str | None:
        """Return the first architecture whose backbone stays as it is: its embeddings know nothing of the labels."""
        from models.networks.variants import parse_variant

        return next((name for name in self.config.members if parse_variant(name).mode == "frozen"), None)

    def _features(self, name: str) -> Callable[[], np.ndarray]:
        """Compute the features of a frozen architecture, in the stage in which its training looks for them."""
        from models.networks.architectures import find_architecture
        from models.networks.variants import parse_variant, pretrained_backbone

        variant, material = parse_variant(name), self._material()

        def features(progress: Progress | None = None) -> np.ndarray:
            return material.features(variant.architecture, pretrained_backbone(variant), progress)

        inputs = [self.key, find_architecture(variant.architecture).input.to_dict(), self.config.engine]
        self.stages.do(f"features {name}", inputs, [], features)
        return features

    def _material(self) -> "Material":
        from curation.training.out_of_fold import Material

        return Material(Prepared(self.workspace, self.checked, self.config.engine), self.spec.name, self.key)

    def train(self) -> None:
        """Predict every image with models that did not train on it."""
        from curation.training.combine import combine
        from curation.training.out_of_fold import problem_of, train_out_of_fold

        problem = problem_of(self.rows, self.duplicates.groups, self.config.folds, self.config.seed)
        material = self._material()
        trained = {name: train_out_of_fold(name, problem, material, self.stages) for name in self.config.members}
        combined = {name: combine(name, trained, problem, material, self.stages) for name in self.config.combinations}
        self.runs = {**trained, **combined}
        self.members = dict.fromkeys(combined, self.config.members)

    def import_predictions(self, predictions: Predictions, name: str) -> None:
        """Take the predictions of a model trained elsewhere."""
        given = [predictions.probs, predictions.embeddings, predictions.fold]
        key = digest(self.key, [None if array is None else bytes_key(array) for array in given])
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
            "members": self.members,
            "title": self.spec.title,
            "licence": self.spec.licence,
            "dataset_key": self.key,
            "stages": [record.name for record in self.stages.records],
        }
        self._forget_other_images()
        write_json(self.folder / "results.json", about)

    def _forget_other_images(self) -> None:
        """Remove findings and maps of other images: after a kill, as many of them would pass for those of these."""
        before = self.folder / "results.json"
        if before.exists() and read_json(before).get("dataset_key") != self.key:
            for stale in (self.folder / "findings.npz", *self.folder.glob("map-*.npy")):
                stale.unlink(missing_ok=True)

    def judge(self) -> None:
        """Judge every label by all architectures together, and by what frozen embeddings tell beside them."""
        from curation.scoring.findings import METHOD, Findings, find

        output = self.folder / "findings.npz"
        if output.exists():
            try:
                Findings.load(output)
            except ErrataError:  # damaged, or of an earlier Errata: made again instead of failing every audit
                output.unlink()
        audit = self.audit()

        def work(_: Progress) -> None:
            opinions = {one.name: one.predictions.probs for one in audit.voters}
            frozen = {one.name: one.predictions.embeddings for one in audit.voters if one.frozen}
            embeddings = {name: own for name, own in frozen.items() if own is not None}
            evidence = {name: self._material().evidence(name) for name in embeddings}
            rows, groups, learn = audit.rows, audit.duplicates.groups, audit.rows.splits == "train"
            seed, n_classes = self.config.seed, len(rows.classes)
            find(rows.labels, n_classes, learn, groups, opinions, embeddings, evidence, seed).save(output)

        inputs = [METHOD, self.key, self.runs, bytes_key(self.duplicates.groups), self.config.seed]
        self.stages.do("judge", inputs, [output], work)

    def map(self) -> None:
        """Project the embeddings of every architecture to two dimensions."""
        from curation.audit.projection import project

        for architecture in self.audit().architectures:
            embeddings, output = architecture.predictions.embeddings, self.folder / f"map-{architecture.slug}.npy"
            if embeddings is None:
                continue

            def work(_: Progress, embeddings: np.ndarray = embeddings, output: Path = output) -> None:
                with atomic(output) as temporary:
                    np.save(temporary, project(embeddings, self.config.seed))

            inputs = [architecture.run_folder.name, bytes_key(self.duplicates.groups), self.config.seed]
            self.stages.do(f"map {architecture.name}", inputs, [output], work)

    def draw_cams(self) -> None:
        """Draw Grad-CAM maps of the most suspicious images for the given and the suggested class."""
        from curation.results.cam_files import cam_jobs

        audit = self.audit()
        suspects = [audit.suspects(split)[: self.config.cams_per_split] for split in sorted(set(self.rows.splits))]
        for architecture in audit.architectures:
            if architecture.name not in self.config.members:
                continue  # trained elsewhere, or a combination: there is no network to look into
            jobs = cam_jobs(audit, architecture, np.concatenate(suspects))

            def work(progress: Progress, folder: Path = architecture.run_folder, name: str = architecture.name) -> None:
                from curation.training.cam import draw_cams

                draw_cams(folder, name, jobs, progress=progress)  # noqa: B023 - called before the loop goes on

            names = [job.output.name for job in jobs]
            self.stages.do(f"cams {architecture.name}", names, [job.output for job in jobs], work)

    def write_dataset(self) -> None:
        """Write everything into the FiftyOne dataset."""
        from curation.in_fiftyone.write_audit import write_audit

        marker = self.folder / "fiftyone.json"

        def work(progress: Progress) -> None:
            write_audit(self.workspace, self.audit(), progress)
            write_json(marker, {"dataset": dataset_name(self.spec.name)})

        inputs = [self.key, self.runs, [record.key for record in self.stages.records]]
        self.stages.do("fiftyone", inputs, [marker], work)

    def report(self) -> None:
        """Write report.html and report.json."""
        from curation.reports.audit.write import write_report

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
    copy = working_copy(workspace, spec, rows, config.version)
    spec, rows = copy.to_audit()
    about = {"dataset": spec.name, "source": spec.source, **asdict(config), **copy.config}
    with computing(audit_folder(workspace, spec.name), about) as run:
        stages = Stages(run, on_stage)
        auditing = Auditing(workspace, spec, rows, config, stages)
        auditing.read_images()
        if predictions:
            given = predictions[1](auditing.rows)
            auditing.import_predictions(given, predictions[0])
            auditing.group_copies(given)
        else:
            auditing.group_copies()
            auditing.train()
        auditing.judge()
        auditing.map()
        auditing.draw_cams()
        auditing.write_dataset()
        auditing.report()
        stages.forget_others()
        return auditing.audit()
