"""A whole audit with predictions made elsewhere: judged once, read back at most once, redone where it must be."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.audit import judging, run
from curation.audit.config import AuditConfig
from curation.audit.foreign_predictions import Foreign
from curation.audit.run import draw_map, draw_suspects, report, run_audit
from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.images.duplicates import Duplicates
from curation.results.audit import Audit, load_audit
from curation.results.cam_files import CamJob
from curation.results.issue_table import issue_rows
from curation.review.bench import Bench
from curation.review.population import draw_order_of
from curation.scoring.findings import Findings, judge_labels
from curation.workspace.folders import Workspace
from curation.workspace.run_files import read_config
from curation.workspace.stages import Stages
from models.arrays import FloatArray, Progress
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.files.runs import Run, computing, read_status
from models.processors.cluster import Cluster
from tests.helpers.drawn_folder import LEAK, draw_folder
from tests.helpers.small_audit import small_audit
from tests.models.cluster.stand_ins import Nobody

CONFIG = AuditConfig(("simple_cnn",))


class Case:
    """A folder of pictures, and predictions of their labels with embeddings."""

    def __init__(self, pictures: Path, home: Path):
        self.workspace = Workspace(home)
        self.spec: DatasetSpec
        self.rows: Rows
        self.spec, self.rows = open_dataset(str(pictures), self.workspace, seed=0)
        self.folder = self.workspace.runs / "audit-few"

    def audit(self, with_decisions: bool = False) -> Audit:
        config = replace(CONFIG, with_decisions=with_decisions)
        return run_audit(self.workspace, self.spec, self.rows, config, ("mine", predictions_of))

    @property
    def training_images(self) -> list[str]:
        rows = load_audit(self.workspace, "few").rows
        return [str(image_id) for image_id in rows.image_ids[rows.splits == "train"]]

    def decide(self, *verdicts: str) -> None:
        """Let Ana judge the first images in training, one verdict each."""
        images = self.training_images[: len(verdicts)]
        decisions = [Decision("ana", image, verdict) for image, verdict in zip(images, verdicts, strict=True)]
        open_ledger(self.workspace, "few").decide(*decisions)


def predictions_of(rows: Rows) -> Foreign:
    n, k = len(rows), len(rows.classes)
    numbers = np.random.default_rng(0).random((n, k))
    probs = (numbers / numbers.sum(1, keepdims=True)).astype(np.float32)
    fold = np.where(rows.splits == "train", np.arange(n) % 2, NO_FOLD)
    return Foreign(Predictions(rows.image_ids, probs, probs[:, :2].copy(), fold))


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Without FiftyOne and UMAP, which `tests/test_pipeline.py` has."""
    monkeypatch.setattr("curation.in_fiftyone.write_audit.write_audit", lambda *_: None)
    monkeypatch.setattr("curation.in_fiftyone.write_audit.write_judgement", lambda *_: True)
    monkeypatch.setattr("curation.audit.projection.project", lambda embeddings, _: embeddings[:, :2].copy())
    return Case(draw_folder(tmp_path / "few", train=4, test=2), tmp_path / "home")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was judged, and read back, since."""
    names: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **keywords: Any) -> Any:
            names.append(name)
            return function(*arguments, **keywords)

        return counting

    monkeypatch.setattr(judging, "judge_labels", counted("judge", judge_labels))
    for kind in (Findings, Duplicates, Predictions):
        monkeypatch.setattr(kind, "load", counted(f"load {kind.__name__}", getattr(kind, "load")))  # noqa: B009
    return names


@pytest.mark.parametrize("cluster", [None, Nobody()])
def test_a_second_audit_is_refused_while_another_computes_and_asks_no_cluster(
    case: Case, cluster: Cluster | None
) -> None:
    sentence = r"audit-few is already being computed by process \d+; wait for it or cancel it"
    with computing(case.folder, {"whose": "the first"}):
        with pytest.raises(ErrataError, match=sentence):
            run_audit(case.workspace, case.spec, case.rows, CONFIG, ("mine", predictions_of), cluster=cluster)
        assert read_config(case.folder) == {"whose": "the first"}  # the second wrote nothing
        status = read_status(case.folder)
        assert status is not None
        assert status.state == "running"
    assert case.audit().name == "few"


def test_labels_are_judged_once_and_only_predictions_are_read_back_twice(case: Case, calls: list[str]) -> None:
    first = case.audit()
    assert sorted(calls) == ["judge", "load Predictions"]
    calls.clear()
    again = case.audit()
    whole = ["load Predictions"]  # else they are made again
    assert sorted(calls) == ["load Duplicates", "load Findings", "load Predictions", *whole]
    assert all(record.reused for record in again.stages)
    assert [record.name for record in again.stages] == [record.name for record in first.stages]


def test_the_audit_that_was_made_is_the_one_that_is_read(case: Case) -> None:
    made = case.audit()
    read = load_audit(case.workspace, "few")
    assert (read.name, read.folder, read.config, read.stages) == (made.name, made.folder, made.config, made.stages)
    assert [architecture.name for architecture in read.architectures] == ["mine"]
    for ours, theirs in ((made, read), (read, made)):
        np.testing.assert_array_equal(ours.findings.label_quality, theirs.findings.label_quality)
        np.testing.assert_array_equal(ours.duplicates.groups, theirs.duplicates.groups)
        np.testing.assert_array_equal(ours.architectures[0].points, theirs.architectures[0].points)
        assert ours.problems is not None


def test_damaged_findings_are_made_again(case: Case) -> None:
    whole = case.audit().findings
    file = case.folder / "findings.npz"
    file.write_bytes(file.read_bytes()[:100])
    assert not next(record for record in case.audit().stages if record.name == "judge").reused
    np.testing.assert_array_equal(Findings.load(file).label_quality, whole.label_quality)


@pytest.mark.parametrize("results", [True, False])
def test_damaged_predictions_are_taken_again(case: Case, results: bool) -> None:
    whole = case.audit().architectures[0].predictions
    (file,) = case.workspace.runs.glob("*/predictions.npz")
    if not results:
        (case.folder / "results.json").write_text("{")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    np.testing.assert_array_equal(case.audit().architectures[0].predictions.probs, whole.probs)
    assert file.read_bytes() != content


def test_an_interrupted_audit_shows_what_it_has(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(judging, "judge_labels", interrupted)
    with pytest.raises(KeyboardInterrupt):
        case.audit()
    audit = load_audit(case.workspace, "few")
    assert audit.findings.voters == ("mine",)
    assert [record.name for record in audit.stages] == ["images", "problems", "predictions mine", "duplicates"]


def test_the_label_quality_is_one_number_that_knows_of_copies_with_other_labels(case: Case) -> None:
    before = case.audit().findings.label_quality
    labels = case.rows.labels.copy()
    copy = np.flatnonzero(np.isin(case.rows.image_ids, LEAK))
    labels[copy[0]] = (labels[copy[1]] + 1) % len(case.rows.classes)
    case.rows = replace(case.rows, labels=labels)
    audit = case.audit()
    quality = audit.findings.label_quality
    np.testing.assert_array_equal(audit.consensus.label_quality, quality)
    kept = audit.rows.image_ids == case.rows.image_ids[copy[1]]
    assert quality[kept][0] != before[kept][0]  # its label is the same, that of its copy is not
    first = audit.suspects()[0]
    assert [row[4] for row in issue_rows(audit) if row[0] == audit.rows.image_ids[first]] == [f"{quality[first]:.4f}"]


# --- judged again with what people decided --------------------------------------------------------------------------


def test_judging_again_learns_from_verdicts_and_the_way_back_is_free(case: Case, calls: list[str]) -> None:
    given = case.audit()
    case.decide(*["none-of-these"] * 5, "keep")
    calls.clear()
    taught = case.audit(with_decisions=True)
    assert calls.count("judge") == 1
    assert (taught.findings.verdicts, taught.findings.line) == (6, 6)
    assert (taught.findings.label_quality != given.findings.label_quality).any()
    np.testing.assert_array_equal(taught.findings.draw_quality, given.findings.label_quality)
    read = load_audit(case.workspace, "few")
    np.testing.assert_array_equal(read.findings.label_quality, taught.findings.label_quality)
    np.testing.assert_array_equal(read.findings.draw_quality, given.findings.label_quality)
    calls.clear()
    assert all(record.reused for record in case.audit(with_decisions=True).stages)
    case.decide("unsure")  # takes one verdict back, and settles nothing
    assert case.audit(with_decisions=True).findings.verdicts == 5
    assert calls.count("judge") == 1
    calls.clear()
    back = case.audit()
    assert "judge" not in calls
    np.testing.assert_array_equal(back.findings.label_quality, given.findings.label_quality)
    assert load_audit(case.workspace, "few").findings.verdicts == 0


def test_drawn_looks_keep_their_order(case: Case) -> None:
    first = draw_order_of(case.audit())
    case.decide(*["none-of-these"] * 5)
    audit = case.audit(with_decisions=True)
    assert (audit.findings.label_quality != audit.findings.draw_quality).any()
    for order in (draw_order_of(audit), draw_order_of(load_audit(case.workspace, "few"))):
        np.testing.assert_array_equal(order.tickets, first.tickets)
        np.testing.assert_array_equal(order.weights, first.weights)
        np.testing.assert_array_equal(order.order, first.order)


def test_verdicts_on_images_that_are_gone_teach_nothing(case: Case) -> None:
    case.audit()
    case.decide("keep", "keep")
    (case.spec.root / case.training_images[0]).unlink()
    case.spec, case.rows = open_dataset(str(case.spec.root), case.workspace, seed=0)
    assert case.audit(with_decisions=True).findings.verdicts == 1


def test_nothing_to_learn_from_is_said_before_anything_is_done(case: Case) -> None:
    with pytest.raises(ErrataError, match="'few' has no finished audit"):
        case.audit(with_decisions=True)
    case.audit()
    status = (case.folder / "status.json").read_text()
    with pytest.raises(ErrataError, match="nothing to learn from: no verdict on a training image of 'few' is settled"):
        case.audit(with_decisions=True)
    assert (case.folder / "status.json").read_text() == status


# --- what stages depend on -----------------------------------------------------------------------------------------


def stages(workspace: Workspace) -> Stages:
    return Stages(Run(workspace.runs / "audit-tiny"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def reported(workspace: Workspace, audit: Audit, spec: DatasetSpec) -> bool:
    """Return whether the report was written again."""
    command = stages(workspace)
    report(workspace, audit, spec, command)
    return not command.records[-1].reused


def test_the_report_is_written_again_where_what_it_shows_has_changed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    audit = small_audit(workspace, cams=0)
    spec = DatasetSpec("tiny", "Tiny", "folder", audit.rows.root, "CC0", "nowhere")
    assert reported(workspace, audit, spec)
    assert not reported(workspace, audit, spec)
    for changed in (replace(spec, title="Small"), replace(spec, title="Small", licence="CC-BY")):
        spec = changed
        assert reported(workspace, audit, spec)
    (audit.rows.root / "truth.csv").write_text("image_id,split,label,true_label,kind\n")
    assert reported(workspace, audit, spec)
    assert reported(workspace, replace(audit, config={**audit.config, "folds": 7}), spec)
    code = tmp_path / "curation" / "reports"
    code.mkdir(parents=True)
    (code / "page.html").write_text("<p>")
    monkeypatch.setattr(run, "__file__", str(tmp_path / "curation" / "audit" / "run.py"))
    assert reported(workspace, audit, spec)
    assert not reported(workspace, audit, spec)
    (code / "page.html").write_text("<b>")
    assert reported(workspace, audit, spec)
    page = workspace.reports / "tiny" / "report.html"
    for cut in (page.read_bytes()[:-9], b"<html>"):
        page.write_bytes(cut)
        assert reported(workspace, audit, spec)


def test_a_map_depends_on_the_embeddings_and_on_no_label(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[FloatArray] = []

    def project(embeddings: FloatArray, seed: int) -> FloatArray:
        made.append(embeddings)
        return embeddings[:, :2] + seed

    monkeypatch.setattr("curation.audit.projection.project", project)
    architecture = small_audit(workspace, cams=0).architectures[0]
    embeddings = architecture.predictions.embeddings
    assert embeddings is not None
    elsewhere = replace(architecture, run_folder=workspace.runs / "trained-with-other-labels")
    for shown in (architecture, architecture, elsewhere):
        points = draw_map(shown, 0, stages(workspace)).points
        np.testing.assert_array_equal(points, embeddings[:, :2])
    assert len(made) == 1
    retrained = replace(architecture, predictions=replace(architecture.predictions, embeddings=embeddings + 1))
    draw_map(retrained, 0, stages(workspace))
    draw_map(retrained, 1, stages(workspace))
    assert len(made) == 3
    damaged = workspace.runs / "audit-tiny" / f"map-{architecture.slug}.npy"
    damaged.write_bytes(b"")
    draw_map(retrained, 1, stages(workspace))
    assert len(made) == 4
    damaged.write_bytes(b"")
    assert load_audit(workspace, "tiny").architectures[0].points is None  # the audit is there without its map
    assert "is damaged" in caplog.text


def test_maps_of_suspects_name_the_run_that_is_looked_into(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, drawn = small_audit(workspace), []
    config = AuditConfig(("simple_cnn_norm_dropout",), cams_per_split=4)
    monkeypatch.setattr("curation.training.cam.draw_cams", lambda folder, *_, **__: drawn.append(folder.name))
    looked_into = audit.architectures[1]
    for _ in range(2):
        draw_suspects(audit, config, stages(workspace))
    assert drawn == [looked_into.run_folder.name]
    another_run = looked_into.run_folder.with_name("tiny-another-run")
    another_run.symlink_to(looked_into.run_folder)
    moved = replace(audit, architectures=(replace(looked_into, run_folder=another_run),))
    draw_suspects(moved, config, stages(workspace))
    assert drawn[1:] == ["tiny-another-run"]


def test_looks_drawn_at_random_have_maps_as_the_suspects_among_them_have(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit, images = small_audit(workspace), set[str]()
    config = AuditConfig(("simple_cnn_norm_dropout",), cams_per_split=6)

    def note(folder: Path, name: str, jobs: list[CamJob], progress: Progress, cluster: object) -> None:
        images.update(str(job.path.relative_to(audit.rows.root)) for job in jobs)

    monkeypatch.setattr("curation.training.cam.draw_cams", note)
    draw_suspects(audit, config, stages(workspace))
    queue = Bench(audit, open_ledger(workspace, "tiny")).queue("test", "suspicion")
    assert queue.drawn[:6].sum() == 1
    assert {str(name) for name in audit.rows.image_ids[queue.rows[:6]]} <= images
    assert {str(name) for name in audit.rows.image_ids[audit.suspects("test")[:6]]} <= images
