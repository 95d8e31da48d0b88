"""The main job, end to end on drawn pictures: both architectures, a real MongoDB, kills in every kind of stage."""

import csv
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pymongo import MongoClient

from curation.audit.config import AuditConfig
from curation.audit.run import run_audit
from curation.database import store
from curation.database.mongod import running_server
from curation.database.start import ensure_database, stop_database
from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import open_dataset
from curation.datasets.rows import Rows
from curation.results.audit import Audit, load_audit
from curation.results.issue_table import COLUMNS, issue_rows
from curation.workspace.folders import Workspace
from models.figures.predictions import NO_FOLD
from models.files.tables import csv_text, write_csv
from models.training.config import TrainConfig
from models.training.recipes import OUT_OF_FOLD
from tests.helpers.drawn_folder import CLASSES, CMYK, FLIPPED, LEAK, SKIPPED, UNICODE, draw_folder
from tests.helpers.json_file import read_json
from tests.helpers.processes.errata_process import PATIENCE_S, Kill, errata, start

pytestmark = pytest.mark.mongo
CONFIG = AuditConfig(folds=2, cams_per_split=3)


@dataclass(frozen=True)
class Finished:
    """A finished audit and what it was made from."""

    workspace: Workspace
    spec: DatasetSpec
    rows: Rows
    audit: Audit

    def again(self, config: AuditConfig = CONFIG) -> Audit:
        return run_audit(self.workspace, self.spec, self.rows, config)


@pytest.fixture(scope="module")
def finished(mongo_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    folder = draw_folder(tmp_path_factory.mktemp("pictures") / "drawn")
    spec, rows = open_dataset(str(folder), mongo_workspace, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OUT_OF_FOLD, "scratch", TrainConfig(epochs=2))
        yield Finished(mongo_workspace, spec, rows, run_audit(mongo_workspace, spec, rows, CONFIG))


def row(audit: Audit, image_id: str) -> int:
    return [str(name) for name in audit.rows.image_ids].index(image_id)


def test_the_planted_flips_come_first(finished: Finished) -> None:
    audit = finished.audit
    for image_id in FLIPPED:
        split = image_id.partition("/")[0]
        worst = audit.rows.image_ids[audit.suspects(split)[:2]].tolist()
        assert image_id in worst
    suggested = [CLASSES[audit.consensus.suggested[row(audit, image_id)]] for image_id in FLIPPED]
    assert suggested == ["checks", "stripes"]


def test_what_cannot_be_read_is_skipped_and_what_is_odd_is_not(finished: Finished) -> None:
    audit = finished.audit
    assert [image_id for image_id, _ in audit.checked.skipped] == [SKIPPED]
    assert "damaged or truncated" in audit.checked.skipped[0][1]
    assert {UNICODE, CMYK} <= set(audit.rows.image_ids.tolist())
    assert len(audit.rows) == len(finished.rows) - 1


def test_the_copy_is_a_leak_and_nothing_else_is_a_duplicate(finished: Finished) -> None:
    audit = finished.audit
    assert set(audit.rows.image_ids[audit.duplicates.shared()].tolist()) == set(LEAK)
    assert audit.rows.image_ids[audit.duplicates.leaks(audit.rows.splits)].tolist() == [LEAK[1]]


def test_every_training_image_is_judged_by_a_model_that_did_not_see_it(finished: Finished) -> None:
    audit = finished.audit
    train = audit.rows.splits == "train"
    for architecture in audit.architectures:
        fold = architecture.predictions.fold
        assert fold is not None
        assert set(fold[train].tolist()) == {0, 1}
        assert (fold[~train] == NO_FOLD).all()
        np.testing.assert_allclose(architecture.predictions.probs.sum(1), 1, atol=1e-5)
        assert architecture.points is not None
        assert architecture.points.shape == (len(audit.rows), 2)
        assert np.isfinite(architecture.points).all()


def test_maps_are_grey_pictures_in_the_proportions_of_the_image_without_zeros(finished: Finished) -> None:
    for architecture in finished.audit.architectures:
        paths = sorted((architecture.run_folder / "cams").iterdir())
        assert len(paths) == 2 * 2 * 3  # two maps of three images of two splits
        brightest = 0
        for path in paths:
            with Image.open(path) as image:
                assert (image.format, image.mode, image.size) == ("PNG", "L", (224, 224))
                cam = np.asarray(image)
            assert cam.min() >= 1, "FiftyOne cuts out what is 0"
            brightest = max(brightest, int(cam.max()))
        assert brightest > 200


def test_everything_is_in_fiftyone(finished: Finished) -> None:
    dataset = store.load_dataset(finished.workspace, f"errata-{finished.spec.name}")
    assert len(dataset) == len(finished.audit.rows)
    slugs = [architecture.slug for architecture in finished.audit.architectures]
    assert slugs == ["efficientnet_lite0", "simple_cnn_norm_dropout"]
    schema = set(dataset.get_field_schema())
    ends = ("", "_label_quality", "_suggested_label", "_emb", "_cam_given", "_cam_suggested")
    assert {f"{slug}{end}" for slug in slugs for end in ends} <= schema
    assert {f"eval_{slug}" for slug in slugs} <= schema
    assert {"all", "suspicious test", "suspicious train", "disagreement"} <= set(dataset.list_saved_views())
    assert sorted(dataset.list_brain_runs()) == [f"{slug}_map" for slug in slugs]
    assert {"efficientnet_lite0", "duplicates"} <= {group.name for group in dataset.app_config.sidebar_groups}
    worst: list[str] = dataset.load_saved_view("suspicious test").values("image_id")
    audit = finished.audit
    ranked = [row for row in audit.suspects("test") if audit.consensus.suggested[row] != audit.rows.labels[row]]
    assert worst == audit.rows.image_ids[ranked].tolist()
    assert UNICODE in dataset.values("image_id")


def test_report_and_stages(finished: Finished) -> None:
    folder = finished.workspace.reports / finished.spec.name
    assert "<html" in (folder / "report.html").read_text(encoding="utf-8").lower()
    assert isinstance(read_json(folder / "report.json"), dict)
    names = [record.name for record in finished.audit.stages]
    assert names[:4] == ["images", "problems", "features efficientnet_lite0", "duplicates"]
    assert names[-2:] == ["fiftyone", "report"]
    assert all(record.seconds >= 0 and record.peak_mb > 1 for record in finished.audit.stages)
    assert read_json(finished.audit.folder / "status.json")["state"] == "finished"


def test_issues_csv(finished: Finished, tmp_path: Path) -> None:
    write_csv(tmp_path / "issues.csv", COLUMNS, issue_rows(finished.audit, "test"))
    with (tmp_path / "issues.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS == ("image_id", "split", "label", "suggested_label", "label_quality", "rank")
    assert [int(line["rank"]) for line in lines] == list(range(1, len(lines) + 1))
    assert lines[0]["image_id"] == FLIPPED[1]
    assert (lines[0]["label"], lines[0]["suggested_label"]) == ("waves", "stripes")
    qualities = [float(line["label_quality"]) for line in lines]
    assert qualities == sorted(qualities)


def forbidden(*_: Any, **__: Any) -> Any:
    raise AssertionError("this must not be computed again")


def test_a_second_run_computes_nothing(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (
        "models.images.check.check_images",
        "models.features.checked_engine.build_engine",
        "models.images.pixel_cache.fill_rows",
        "models.jobs.cross_validate.fit_heads",
        "models.jobs.fold.train",
        "curation.audit.projection.project",
        "curation.training.cam.grad_cam",
        "curation.in_fiftyone.write_audit.write_audit",
        "curation.reports.audit.write.write_report",
    ):
        monkeypatch.setattr(place, forbidden)
    again = finished.again()
    assert [record.name for record in again.stages] == [record.name for record in finished.audit.stages]
    assert all(record.reused for record in again.stages)
    np.testing.assert_array_equal(again.consensus.label_quality, finished.audit.consensus.label_quality)


def test_another_fold_computes_no_features_and_no_pixels(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.features.checked_engine.build_engine", forbidden)
    monkeypatch.setattr("models.images.pixel_cache.fill_rows", forbidden)
    again = finished.again(AuditConfig(folds=3, cams_per_split=0))
    reused = {record.name: record.reused for record in again.stages}
    assert reused["features efficientnet_lite0"]
    assert reused["pixels simple_cnn_norm_dropout"]
    assert not reused["train efficientnet_lite0"]
    assert not reused["train simple_cnn_norm_dropout"]
    fold = again.architectures[0].predictions.fold
    assert fold is not None
    assert set(fold.tolist()) == {NO_FOLD, 0, 1, 2}


# --- killed in every kind of stage ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Killing:
    """A small folder of pictures and a workspace whose audits get killed."""

    pictures: Path
    home: Path

    @property
    def arguments(self) -> list[str]:
        return [
            "audit",
            str(self.pictures),
            "--architectures",
            "simple_cnn_norm_dropout",
            "--folds",
            "2",
            "--cams",
            "2",
        ]

    @property
    def folder(self) -> Path:
        return Workspace(self.home).runs / "audit-few"

    def stage(self) -> str:
        try:
            return str(read_json(self.folder / "status.json")["stage"])
        except Exception:  # not yet written
            return ""

    def found(self, pattern: str) -> list[Path]:
        return sorted(Workspace(self.home).runs.glob(pattern))

    def kill_in(self, stage: str, done: int = 0) -> None:
        """Start the audit; it dies by SIGKILL as soon as the stage begins, or has done this much."""
        running = start(self.home, *self.arguments, killed=Kill(0, stage, done))
        running.process.join(PATIENCE_S)
        assert running.process.exitcode == -signal.SIGKILL, running.ended()
        assert self.stage() == stage

    def issues(self) -> str:
        return csv_text(COLUMNS, issue_rows(load_audit(Workspace(self.home), "few")))


@pytest.fixture(scope="module")
def killing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    folder = tmp_path_factory.mktemp("kill")
    case = Killing(draw_folder(folder / "few", train=6, test=2), folder / "home")
    yield case
    stop_database(Workspace(case.home))


def test_killed_in_every_stage_it_goes_on_and_finds_the_same(killing: Killing) -> None:
    """Five kills in a row, each in a later stage; then what an uninterrupted run finds."""
    killing.kill_in("images")
    killing.kill_in("train simple_cnn_norm_dropout", done=2)  # epochs: those of both folds
    assert len(killing.found("few-*/fold-0.npz")) == 1
    assert not killing.found("few-*/predictions.npz")
    kept = {path: path.stat().st_mtime_ns for path in [killing.folder / "rows.npz", *killing.found("few-*/fold-0.npz")]}
    killing.kill_in("map simple_cnn_norm_dropout")
    kept |= {path: path.stat().st_mtime_ns for path in killing.found("few-*/predictions.npz")}
    assert len(kept) == 3
    killing.kill_in("cams simple_cnn_norm_dropout")
    killing.kill_in("fiftyone")
    kept |= {path: path.stat().st_mtime_ns for path in killing.found("few-*/cams/*.png")}
    code, _, errors = errata(killing.home, *killing.arguments)
    assert code == 0, errors
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "a finished stage was repeated"
    reused = {record.name: record.reused for record in load_audit(Workspace(killing.home), "few").stages}
    assert [name for name, again in reused.items() if not again] == ["fiftyone", "report"]
    killed = killing.issues()

    whole = Killing(killing.pictures, killing.home.with_name("whole"))
    try:
        code, _, errors = errata(whole.home, *whole.arguments)
        assert code == 0, errors
        assert whole.issues() == killed
    finally:
        stop_database(Workspace(whole.home))


def test_a_database_that_dies_is_one_sentence_and_the_next_run_finishes(killing: Killing) -> None:
    (killing.folder / "fiftyone.json").unlink(missing_ok=True)  # only this stage is left to do
    running = start(killing.home, *killing.arguments)
    while killing.stage() != "fiftyone" or read_json(killing.folder / "status.json")["pid"] != running.process.pid:
        assert running.process.is_alive(), running.ended()
        time.sleep(0.01)
    server = half_written(killing.home, deadline=time.monotonic() + 60)
    server.kill()
    code, _, errors = running.ended()
    assert code == 2, errors
    said = [line for line in errors.splitlines() if line.startswith("errata: ")]
    assert len(said) == 1
    assert "MongoDB" in said[0]
    assert "Traceback" not in errors
    code, _, errors = errata(killing.home, *killing.arguments)
    assert code == 0, errors


def half_written(home: Path, deadline: float) -> Any:
    """Return the database server once the new FiftyOne dataset is there under its temporary name."""
    workspace = Workspace(home)
    client: MongoClient[dict[str, Any]] = MongoClient(ensure_database(workspace))
    with client:
        while not client["fiftyone"]["datasets"].find_one({"name": {"$regex": "-building$"}}):
            assert time.monotonic() < deadline, "no dataset is being written"
            time.sleep(0.01)
    server = running_server(workspace.database)
    assert server is not None
    return server
