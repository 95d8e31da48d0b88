"""`errata train` from the command to the run folder, on pictures drawn by code."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
import torchvision
from markupsafe import Markup
from safetensors.torch import load_file
from torch import nn

from curation.workspace.run_names import group_of
from models.figures.curves import read_curve
from models.figures.predictions import Predictions
from models.files.runs import computing, read_status
from models.networks.checkpoint import load_checkpoint
from models.training import state as training_state
from models.training.config import TrainConfig, option
from tests.helpers import REPOSITORY
from tests.helpers.drawn_folder import draw, draw_folder
from tests.helpers.json_file import read_json
from tests.helpers.typed_command import exit_code

PATIENCE_S = 240
FAST = ("--architecture", "cnn3", "--size", "16", "--epochs", "2")
Train = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("pictures") / "few", train=8, test=4)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def errata(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Train:
    """Run the command in this process and return exit code, output and errors."""

    def command(*arguments: str | Path) -> tuple[int, str, str]:
        code = exit_code(*arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


@pytest.fixture
def train(errata: Train, pictures: Path) -> Train:
    """Train on the pictures."""
    return lambda *arguments: errata("train", pictures, *arguments)


def runs(home: Path, data: str = "few") -> list[Path]:
    """Return the folders of trained runs, the newest last."""
    folders = [folder for folder in (home / "runs").glob(f"{data}-*") if (folder / "config.json").exists()]
    return sorted(folders, key=lambda folder: (folder / "config.json").stat().st_mtime_ns)


def good(result: tuple[int, str, str]) -> str:
    code, output, errors = result
    assert code == 0, errors
    return output


def sentence(result: tuple[int, str, str]) -> str:
    """Return the sentence with which a command is refused."""
    code, output, errors = result
    assert code == 2, output + errors
    assert "Traceback" not in output + errors
    (line,) = [line for line in errors.splitlines() if line.startswith("errata: ")]
    return line


def figures(run: Path) -> dict[str, Any]:
    """Return the metrics without the time that the training took."""
    metrics: dict[str, Any] = read_json(run / "metrics.json")
    return {name: value for name, value in metrics.items() if name not in ("seconds", "images_per_s")}


def same_run(first: Path, second: Path) -> None:
    assert figures(first) == figures(second)
    for file in ("checkpoint.safetensors", "predictions.npz"):
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
    for before, after in zip(read_curve(first), read_curve(second), strict=True):
        assert {**before, "seconds": 0} == {**after, "seconds": 0}


# --- what a run leaves ----------------------------------------------------------------------------------------------


def test_from_scratch_two_seeds(train: Train, home: Path) -> None:
    output = good(train("--recipe", "scenes-norm-dropout", "--size", "16", "--epochs", "3", "--seeds", "2"))
    assert "| scenes-norm-dropout | simple_cnn_norm_dropout@scratch | few | 30 / 18 | " in output
    assert "(2 seeds)" in output
    first, second = sorted(runs(home))
    assert [first.name[-3:], second.name[-3:]] == ["-s0", "-s1"]
    report = Path(output.split("report: ")[1].strip())
    assert report == home / "reports" / "few" / "runs" / group_of(first.name) / "report.html"
    assert report.stat().st_size > 10_000
    config = read_json(first / "config.json")
    assert (config["recipe"], config["mode"], config["seed"]) == ("scenes-norm-dropout", "scratch", 0)
    assert config["images"] == {"train": 30, "val": 5, "test": 18}
    assert config["input"]["size_px"] == 16
    assert config["config"]["augmentation"] == "flip-crop"
    assert config["leaks"] == 1  # test/stripes/copy.png
    status = read_status(first)
    assert status is not None
    assert status.state == "finished"
    assert [epoch["epoch"] for epoch in read_curve(first)] == [1, 2, 3]
    predictions = Predictions.load(first / "predictions.npz")
    assert len(predictions.image_ids) == 23
    assert not any("broken" in image for image in predictions.image_ids)
    metrics = figures(first)
    assert metrics["test"]["n"] == 18
    assert metrics["test"]["correct"] == np.trace(metrics["test"]["confusion"])
    weights = [load_file(run / "checkpoint.safetensors") for run in (first, second)]
    assert any(not torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not list(home.rglob("state.pt"))


def test_a_finished_run_is_not_trained_again(train: Train, home: Path) -> None:
    before = good(train(*FAST))
    (run,) = runs(home)
    written = {path: path.stat().st_mtime_ns for path in run.iterdir()}
    assert good(train(*FAST)) == before
    assert {path: path.stat().st_mtime_ns for path in run.iterdir()} == written
    good(train(*FAST, "--seeds", "2"))
    assert {path: path.stat().st_mtime_ns for path in run.iterdir()} == written
    assert len(runs(home)) == 2
    assert len(list((home / "pixels").glob("*/*/sha256s.txt"))) == 1, "decoded once"


OTHER: dict[str, Any] = {
    "epochs": 1,
    "batch_size": 8,
    "optimiser": "sgd",
    "peak_lr": 0.01,
    "momentum": 0.5,
    "weight_decay": 0.001,
    "loss": "generalised-cross-entropy",
    "label_smoothing": 0.2,
    "gce_q": 0.5,
    "clip_norm": 1.5,
    "schedule": "cyclic",
    "step_epochs": 2,
    "step_factor": 0.5,
    "cycle_epochs": 3,
    "patience": 2,
    "augmentation": "landmarks",
    "views": 3,
    "freeze": "none",
    "precision": "bfloat16",
}


def test_every_field_is_an_option(train: Train, home: Path) -> None:
    assert OTHER.keys() == {field.name for field in fields(TrainConfig)}
    options = [part for name, value in OTHER.items() for part in (option(name), str(value))]
    good(train("--recipe", "scenes-simple", "--size", "16", *options))
    config = read_json(runs(home)[0] / "config.json")
    assert config["config"] == OTHER
    assert config["precision"] == "bfloat16"  # emulated where the processor has none
    assert figures(runs(home)[0])["epochs"] == 1


def test_classes_and_a_limit(train: Train, home: Path) -> None:
    good(train(*FAST, "--classes", "waves,dots", "--max-train-images", "9"))
    config = read_json(runs(home)[0] / "config.json")
    assert config["classes"] == ["waves", "dots"]  # in the order in which they are named
    assert config["images"]["train"] + config["images"]["val"] == config["max_train_images"] == 9
    metrics = figures(runs(home)[0])["test"]
    assert metrics["n"] == 9  # 4 of each and a flipped one
    assert metrics["auroc"]["kind"] == "binary"


def write_folder(root: Path, counts: dict[str, dict[str, int]]) -> Path:
    """Draw so many images of each class of each split."""
    for split, classes in counts.items():
        for label, count in classes.items():
            (root / split / label).mkdir(parents=True)
            for i in range(count):
                draw(label, i + 100 * len(split)).save(root / split / label / f"{i}.png")
    return root


def test_without_a_test_split(errata: Train, home: Path, tmp_path: Path) -> None:
    data = write_folder(tmp_path / "few", {"train": {"dots": 6, "waves": 6}, "val": {"dots": 2, "waves": 2}})
    output = good(errata("train", data, *FAST))
    metrics = figures(runs(home)[0])
    assert metrics["test"] is None
    assert metrics["val"]["n"] == 4
    assert "(val)" in output


def test_one_class_to_test_has_no_auroc(errata: Train, home: Path, tmp_path: Path) -> None:
    data = write_folder(tmp_path / "few", {"train": {"dots": 6, "waves": 6}, "test": {"dots": 3}})
    good(errata("train", data, *FAST))
    metrics = figures(runs(home)[0])["test"]
    assert (metrics["n"], metrics["auroc"]) == (3, None)


def test_nobody_to_choose_the_epoch_or_to_test(errata: Train, home: Path, tmp_path: Path) -> None:
    data = write_folder(tmp_path / "few", {"train": {"dots": 1, "waves": 1}})
    for label in ("dots", "waves"):  # copies stay together: there is nothing to hold back
        for i in (1, 2):
            shutil.copy(data / "train" / label / "0.png", data / "train" / label / f"{i}.png")
    output = good(errata("train", data, *FAST))
    metrics = figures(runs(home)[0])
    assert (metrics["val"], metrics["test"], metrics["epochs"]) == (None, None, 2)
    assert "cnn3@scratch" in output


# --- pretrained weights, transfer -----------------------------------------------------------------------------------


def test_a_frozen_backbone(train: Train, home: Path) -> None:
    arguments = ("--recipe", "scenes-lite0-frozen", "--size", "32", "--epochs", "10", "--views", "2")
    output = good(train(*arguments))
    (run,) = runs(home)
    assert "efficientnet_lite0@frozen" in output
    assert figures(run)["test"]["accuracy"] > 0.5
    assert (run / "checkpoint.safetensors").stat().st_size < 100_000, "the head alone"
    classifier, info = load_checkpoint(run / "checkpoint.safetensors")
    assert info.mode == "frozen"
    assert info.backbone, "a digest tells another backbone from this one"
    assert classifier.head.weight.shape == (4, 1280)
    assert read_json(run / "config.json")["precision"] == "float32"


@pytest.fixture(scope="module")
def resnet18(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as torchvision saves them; random ones."""
    torch.manual_seed(7)
    file = tmp_path_factory.mktemp("weights") / "resnet18.pth"
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), file)
    return file


def test_weights_of_a_local_file(train: Train, home: Path, resnet18: Path, tmp_path: Path) -> None:
    theirs = torch.load(resnet18, weights_only=True)
    arguments = ("--size", "32", "--epochs", "1", "--weights", resnet18)
    good(train("--architecture", "resnet18@frozen", *arguments))
    frozen = runs(home)[-1]
    classifier, _ = load_checkpoint(frozen / "checkpoint.safetensors")  # whole: the file may be gone by then
    assert torch.equal(classifier.backbone.get_parameter("layer4.1.conv2.weight"), theirs["layer4.1.conv2.weight"])
    good(train("--architecture", "resnet18@finetuned", *arguments, "--freeze", "layer3"))
    tuned, _ = load_checkpoint(runs(home)[-1] / "checkpoint.safetensors")
    for name, kept in (
        ("layer3.0.conv1.weight", True),
        ("layer3.0.bn1.running_mean", True),
        ("layer4.0.conv1.weight", False),
    ):
        assert torch.equal(tuned.backbone.state_dict()[name], theirs[name]) is kept, name
    copied = shutil.copy(resnet18, tmp_path / "same.pth")
    before = len(runs(home))
    good(train("--architecture", "resnet18@frozen", "--size", "32", "--epochs", "1", "--weights", copied))
    assert len(runs(home)) == before, "the same weights in another file are the same run"


def test_weights_that_are_of_no_use(train: Train, resnet18: Path, tmp_path: Path) -> None:
    asked = ("--architecture", "resnet18@frozen", "--size", "32", "--weights")
    cut = tmp_path / "cut.pth"
    cut.write_bytes(resnet18.read_bytes()[:5000])
    assert "cut.pth holds no readable weights" in sentence(train(*asked, cut))
    torch.save({"epoch": 3}, tmp_path / "none.pth")
    assert "none.pth holds no named tensors; save the network's state_dict()" in sentence(
        train(*asked, tmp_path / "none.pth")
    )
    torch.save(torchvision.models.mobilenet_v2(weights=None).state_dict(), tmp_path / "other.pth")
    assert "of another network" in sentence(train(*asked, tmp_path / "other.pth"))
    assert "there are no weights at" in sentence(train(*asked, tmp_path / "nowhere.pth"))
    message = sentence(train("--architecture", "resnet18@scratch", "--weights", resnet18))
    assert "starts from random weights; leave" in message


def test_from_one_task_to_another(train: Train, home: Path) -> None:
    assert "no finished run of recipe landmarks-source" in sentence(train("--recipe", "landmarks-target"))
    common = ("--size", "16", "--epochs", "2")
    good(train("--recipe", "landmarks-source", *common, "--classes", "checks,dots"))
    (source,) = runs(home)
    before = load_file(source / "checkpoint.safetensors")
    for recipe, moved in (("landmarks-target", True), ("landmarks-target-frozen", False)):
        good(train("--recipe", recipe, *common, "--classes", "stripes,waves"))
        run = runs(home)[-1]
        config = read_json(run / "config.json")
        assert config["init_from"] == source.name
        assert config["classes"] == ["stripes", "waves"]
        after, info = load_checkpoint(run / "checkpoint.safetensors")
        assert info.classes == ("stripes", "waves")
        state = {f"backbone.{name}": value for name, value in after.backbone.state_dict().items()}
        assert any(not torch.equal(value, before[name]) for name, value in state.items()) is moved
    good(train("--architecture", "cnn3", *common, "--init-from", source.name, "--freeze", "conv2"))
    partly = load_file(runs(home)[-1] / "checkpoint.safetensors")
    kept = {
        name: torch.equal(partly[name], before[name]) for name in ("backbone.conv2.weight", "backbone.conv3.weight")
    }
    assert list(kept.values()) == [True, False]


def test_what_no_training_can_start_from(train: Train, home: Path, resnet18: Path) -> None:
    good(train(*FAST))
    (run,) = runs(home)
    file, start = run / "checkpoint.safetensors", ("--init-from", run.name)
    whole = file.read_bytes()
    assert f"did you mean '{run.name}'" in sentence(train(*FAST, "--init-from", f"{run.name[:-1]}9"))
    assert "is not a name" in sentence(train(*FAST, "--init-from", "../elsewhere"))
    assert "is cnn3 at 16 px and cannot start deep_cnn at 16 px" in sentence(
        train("--architecture", "deep_cnn", "--size", "16", *start)
    )
    assert "is cnn3 at 16 px and cannot start cnn3 at 24 px" in sentence(
        train("--architecture", "cnn3", "--size", "24", *start)
    )
    message = sentence(train("--architecture", "cnn3@scratch", "--size", "16", *start))
    assert "no mode of a network that starts from a run 'scratch'" in message
    message = sentence(train(*FAST, *start, "--weights", resnet18))
    assert "not from both; leave --weights or --init-from out" in message
    file.write_bytes(whole[:1000])
    assert "is not a readable checkpoint" in sentence(train(*FAST, "--seed", "1", *start))
    file.write_bytes(whole.replace(b'schema_version\\": 1', b'schema_version\\": 9'))
    assert "has checkpoint schema 9, this version reads 1; train the run again" in sentence(train(*FAST, *start))
    file.write_bytes(whole.replace(b'\\"checks\\", ', b" " * 12))
    assert "does not fit cnn3 with 3 classes" in sentence(train(*FAST, *start))
    assert len(runs(home)) == 1


# --- refused before any work ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name what to train: --recipe R or --architecture ARCH"),
        (["--recipe", "scenes-simpel"], "no recipe 'scenes-simpel'; did you mean 'scenes-simple'?"),
        (["--architecture", "resnet81"], "no architecture 'resnet81'; did you mean 'resnet18'?"),
        (["--architecture", "cnn3@scrach"], "no mode 'scrach'; did you mean 'scratch'?"),
        (["--architecture", "cnn3@frozen"], "cnn3 has no pretrained weights to be frozen; write cnn3@scratch, or"),
        (["--architecture", "cnn3@finetuned"], "cnn3 has no pretrained weights to be finetuned"),
        ([*FAST, "--optimiser", "adm"], "no optimiser 'adm'; did you mean 'adam'?"),
        ([*FAST, "--schedule", "onecycle"], "no schedule 'onecycle'; did you mean 'one-cycle'?"),
        ([*FAST, "--precision", "float16"], "no precision 'float16'"),
        ([*FAST, "--epoch", "3"], "No such option"),
        ([*FAST, "--epochs", "0"], "--epochs 0 is out of range; give 1 to 10000"),
        ([*FAST, "--peak-lr", "nan"], "--peak-lr nan is out of range"),
        ([*FAST, "--max-train-images", "-1"], "'--max-train-images'"),
        ([*FAST, "--seeds", "0"], "'--seeds'"),
        ([*FAST, "--version", "v9"], "no version of the labels 'v9'"),
        ([*FAST, "--classes", "dots,wavs"], "no class 'wavs'; did you mean 'waves'?"),
        ([*FAST, "--classes", "dots"], "--classes dots leaves nothing to tell apart"),
        ([*FAST, "--classes", "dots,dots"], "named twice"),
        ([*FAST, "--classes", " ,"], "names no class"),
        ([*FAST, "--freeze", "conv9"], "no layer to freeze 'conv9'; did you mean 'conv"),
        ([*FAST, "--freeze", "conv2"], "starts from random weights, and frozen ones would never learn"),
        (["--architecture", "efficientnet_lite0", "--freeze", "blocks.2"], "a frozen backbone is frozen whole"),
        (["--architecture", "cnn3", "--size", "7"], "7 px is too small for cnn3: its strides need at least 8 px"),
        (["--architecture", "resnet18@scratch", "--size", "8"], "8 px is too small for resnet18"),
        (["--architecture", "simple_cnn_norm_dropout", "--batch-size", "1"], "batch norm, which needs more than"),
    ],
)
def test_bad_input_is_one_sentence_before_any_work(
    train: Train, home: Path, arguments: list[str], message: str
) -> None:
    assert message in sentence(train(*arguments))
    assert not (home / "runs").exists()


def test_without_pretrained_weights_it_is_refused(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr("torch.hub.download_url_to_file", offline)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for asked in (["--recipe", "scenes-mobilenet-frozen"], ["--architecture", "resnet18@finetuned"]):
        message = sentence(train(*asked))
        assert "cannot be downloaded (no route to host); put " in message
        assert f"into {tmp_path}/torch/hub/checkpoints, or do without: efficientnet_lite0" in message


def test_too_few_images(errata: Train, train: Train, tmp_path: Path) -> None:
    assert "has 1 images to learn from" in sentence(train(*FAST, "--max-train-images", "4"))
    data = write_folder(tmp_path / "one", {"train": {"dots": 6}})
    assert "has only one class (dots)" in sentence(errata("train", data, *FAST))


# --- going wrong on the way -----------------------------------------------------------------------------------------


def test_a_loss_that_explodes(train: Train, home: Path) -> None:
    message = sentence(
        train(*FAST, "--optimiser", "sgd", "--peak-lr", "1e25", "--schedule", "constant", "--epochs", "9")
    )
    assert "the loss became nan in epoch " in message
    assert "at learning rate 1e+25; try a smaller --peak-lr" in message
    (run,) = runs(home)
    status = read_status(run)
    assert status is not None
    assert status.state == "failed"
    assert status.error in message
    page = home / "reports" / "few" / "runs" / group_of(run.name) / "report.html"
    assert "The loss became nan" in page.read_text()


def test_memory_that_is_too_short(train: Train, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 8

    def short(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if module.training and len(inputs[0]) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")

    handle = nn.modules.module.register_module_forward_pre_hook(
        lambda module, inputs: short(module, inputs) if isinstance(module, nn.Conv2d) else None
    )
    try:
        good(train(*FAST, "--batch-size", "16"))
        assert [epoch["parts"] for epoch in read_curve(runs(home)[0])] == [2, 2]
        most = 3
        assert "memory is too short for 8 images at a time; use a smaller --batch-size or --size" in sentence(
            train(*FAST, "--batch-size", "16", "--seed", "1")
        )
    finally:
        handle.remove()


def test_another_process_is_at_it(train: Train, home: Path) -> None:
    good(train(*FAST))
    (run,) = runs(home)
    (run / "metrics.json").unlink()
    with computing(run, read_json(run / "config.json")):
        assert f"{run.name} is already being computed by process {os.getpid()}; wait for it" in sentence(train(*FAST))
    good(train(*FAST))


def test_a_damaged_state(train: Train, home: Path) -> None:
    good(train(*FAST))
    (run,) = runs(home)
    (run / "metrics.json").unlink()
    (run / "state.pt").write_bytes(b"PK\3\4")
    assert "state.pt is damaged or of another training" in sentence(train(*FAST))


def test_a_folder_that_cannot_be_written(train: Train, home: Path) -> None:
    good(train(*FAST))
    (run,) = runs(home)
    shutil.rmtree(run)
    run.write_text("in the way")
    assert f"cannot write {run}: " in sentence(train(*FAST))


@pytest.mark.parametrize(
    ("limit", "file"),
    [(30_000, "pixels"), (100_000, "state.pt"), (100_000, "checkpoint.safetensors")],  # bytes
)
def test_a_full_disk(train: Train, home: Path, monkeypatch: pytest.MonkeyPatch, limit: int, file: str) -> None:
    monkeypatch.setattr(training_state, "SAVE_EVERY_S", 0 if file == "state.pt" else 1000)
    monkeypatch.setattr("curation.reports.frame.font_face", Markup)  # else the page is the largest file
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing fails then, as on a full disk
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        message = sentence(train(*FAST))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "cannot write" in message
    assert file in message.replace(str(home), "")
    assert not list((home / "runs").rglob(".*")), "no half-written file is left"
    good(train(*FAST))


# --- killed, cancelled ----------------------------------------------------------------------------------------------


@pytest.fixture
def script(home: Path, pictures: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start the command as a script that saves its state after every epoch."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> "subprocess.Popen[str]":
        program = [
            sys.executable,
            str(REPOSITORY / "tests" / "helpers" / "processes" / "train_process.py"),
            "train",
            str(pictures),
            *arguments,
        ]
        environment = {**os.environ, "ERRATA_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
        environment |= {"PROCESSES_PAY_FROM": "1", "PAUSE_S": "0.5"}
        started.append(subprocess.Popen(program, env=environment, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


LONG = ("--recipe", "scenes-norm-dropout", "--size", "16", "--epochs", "60", "--patience", "0")


@pytest.mark.parametrize("seeds", [1, 2])
def test_killed_it_goes_on_to_the_same_numbers(
    train: Train,
    script: Callable[..., "subprocess.Popen[str]"],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seeds: int,
) -> None:
    arguments = (*LONG, "--seeds", str(seeds))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # sums in another order end in other digits; other tests set threads too
    process = script(*arguments)
    wait_for(
        lambda: sum(len(read_curve(state.parent)) > 0 for state in home.glob("runs/few-*/state.pt")) == seeds, process
    )
    process.kill()
    process.wait()
    killed = sorted(runs(home))
    wait_for_end(killed)
    for run in killed:
        assert 0 < len(read_curve(run)) < 60
        assert not (run / "metrics.json").exists()
        status = read_status(run)
        assert status is not None
        assert status.state == "interrupted"
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        good(train(*arguments))
        monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "never"))
        good(train(*arguments))
    finally:
        torch.set_num_threads(before)
    for resumed, uninterrupted in zip(killed, sorted(runs(tmp_path / "never")), strict=True):
        same_run(resumed, uninterrupted)


def wait_for_end(folders: Sequence[Path]) -> None:
    """Wait until the processes that computed the runs are gone."""
    for folder in folders:
        pid = read_json(folder / "status.json")["pid"]
        deadline = time.monotonic() + 20
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_cancelled_it_keeps_what_it_has(train: Train, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_state, "SAVE_EVERY_S", 0)

    def terminate() -> None:
        while not list(home.glob("runs/few-*/state.pt")):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=terminate, daemon=True).start()
    code, _, errors = train(*FAST, "--epochs", "2000")
    assert code == 130
    assert errors.endswith("errata: stopped; run the same command again; it continues where it stopped\n")
    (run,) = runs(home)
    status = read_status(run)
    assert status is not None
    assert status.state == "cancelled"
    assert (run / "state.pt").exists()
    assert not list(run.glob(".*"))
    assert "cancelled" in (home / "reports" / "few" / "runs" / group_of(run.name) / "report.html").read_text()


def test_cancel_names_a_run(errata: Train, home: Path) -> None:
    run = home / "runs" / "few-cnn3-01234567-s0"
    program = "import sys, time; from pathlib import Path; from models.files.runs import computing\n"
    program += "with computing(Path(sys.argv[1]), {}): time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", program, run], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
    try:
        wait_for((run / "status.json").exists, process)
        assert f"did you mean '{run.name}'" in sentence(errata("cancel", f"{run.name}0"))
        assert good(errata("cancel", run.name)) == f"cancelled the run {run.name}\n"
        assert good(errata("cancel", run.name)) == f"no run {run.name} is running\n"
        assert good(errata("cancel", "scenes")) == "no audit of scenes is running\n"
    finally:
        process.kill()
        process.communicate()
