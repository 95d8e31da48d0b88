"""CONTRIBUTING on adding things: an architecture and an export format are each one entry in a table."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from app.jobs import variants
from app.jobs.queue import jobs
from curation.handover.exported import Exported
from curation.handover.formats import FORMATS, ExportFormat
from curation.results.audit import Audit
from curation.training.cam import grad_cam
from curation.workspace.folders import Workspace
from models.files.atomic import write_text
from models.images.input_spec import InputSpec
from models.networks.architectures import ARCHITECTURES
from models.networks.checkpoint import load_checkpoint
from models.networks.classifier import Architecture, Classifier
from models.networks.variants import build_classifier, parse_variant
from tests.helpers import app_driver
from tests.helpers.app_driver import texts
from tests.helpers.drawn_folder import CLASSES, draw_folder
from tests.helpers.json_file import read_json
from tests.helpers.typed_command import exit_code

SPEC = InputSpec(size_px=16, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25), interpolation="bilinear")


def one_layer(n_classes: int, _size_px: int) -> Classifier:
    """Return a network of one convolution."""
    convolution = nn.Conv2d(3, 6, 3, padding=1)
    return Classifier(
        nn.Sequential(convolution, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()), nn.Linear(6, n_classes)
    )


def last_map(classifier: Classifier) -> nn.Module:
    return classifier.backbone.get_submodule("1")


@pytest.fixture
def one_layer_network(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an architecture that is in both tables for this test: the registry and the light one."""
    monkeypatch.setitem(ARCHITECTURES, "one_layer", Architecture(one_layer, last_map, SPEC, "own; one layer"))
    monkeypatch.setitem(variants.ARCHITECTURES, "one_layer", "")
    monkeypatch.setitem(variants.SIZES, "one_layer", (6 * 27 + 6 + 6 * 6 + 6, 16))
    return "one_layer"


def test_an_architecture_computes_and_is_looked_into(one_layer_network: str) -> None:
    classifier = build_classifier(parse_variant(one_layer_network), n_classes=4, size_px=32).eval()
    images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert classifier(images).shape == (2, 4)
    entry = ARCHITECTURES[one_layer_network]
    maps = grad_cam(classifier, entry.cam_layer(classifier), images, np.array([0, 3]), entry.cam_reshape)
    assert maps.shape == (2, 32, 32)
    assert 0 <= maps.min() < maps.max() <= 1


def test_an_architecture_is_listed_and_trained_by_the_command(
    one_layer_network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    assert exit_code("architectures") == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("one_layer")]
    assert line.split()[1:3] == [str(6 * 27 + 6 + 6 * 6 + 6), "16"]  # with six classes; px
    assert line.endswith("scratch")
    pictures = draw_folder(tmp_path / "few", train=4, test=2)
    assert exit_code("train", pictures, "--architecture", one_layer_network, "--size", "32", "--epochs", "1") == 0
    (folder,) = (tmp_path / "home" / "runs").glob("few-one*")
    assert read_json(folder / "metrics.json")["parameters"] == 6 * 27 + 6 + 6 * 4 + 4
    classifier, info = load_checkpoint(folder / "checkpoint.safetensors")
    assert (info.architecture, info.classes, info.mode) == (one_layer_network, CLASSES, "scratch")
    assert isinstance(classifier.backbone.get_submodule("0"), nn.Conv2d)


def test_an_architecture_is_offered_and_queued(
    one_layer_network: str, workspace: Workspace, audit: Audit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert one_layer_network in variants.variants()
    assert variants.about_variant(one_layer_network) == "one_layer · from random weights"
    assert exit_code("queue", "train", audit.name, "--architecture", one_layer_network, "--epochs", "1") == 0
    assert capsys.readouterr().out.endswith(f"errata train {audit.name} --architecture one_layer --epochs 1\n")
    (job,) = jobs(workspace)
    assert (job.state, job.title) == ("waiting", "one_layer on original")


def write_names(folder: Path, exported: Exported) -> None:
    """Write classes.txt, a line for each class."""
    write_text(folder / "classes.txt", "".join(f"{name}\n" for name in exported.classes))


@pytest.fixture
def names_format(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of an export format that is in the registry for this test."""
    folders = {split: f"pictures/{split}" for split in ("train", "val", "test")}
    monkeypatch.setitem(
        FORMATS, "names", ExportFormat("Pictures, and the classes in classes.txt", folders, write_names)
    )
    return "names"


def test_an_export_format_is_written_verified_and_offered(names_format: str, audit: Audit, tmp_path: Path) -> None:
    output = tmp_path / "out"
    assert exit_code("export", audit.name, "--version", "original", "--format", names_format, "--output", output) == 0
    manifest = read_json(output / "manifest.json")
    assert manifest["format"] == names_format
    assert (output / "classes.txt").read_text().split() == list(audit.rows.classes)
    pictures = [path.relative_to(output).as_posix() for path in output.glob("pictures/*/*/*.png")]
    assert len(pictures) == len(audit.rows)
    assert set(manifest["files"]) == {*pictures, "classes.txt"}
    app = app_driver.show(audit.name, screen="splits", part="Export")
    assert names_format in app.segmented_control(key="splits.format").options
    app.segmented_control(key="splits.format").set_value(names_format).run()
    assert "Pictures, and the classes in classes.txt." in texts(app.caption)
