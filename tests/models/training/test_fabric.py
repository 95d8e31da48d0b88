"""Devices and precision; processes that train one network together."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.errors import ErrataError
from models.figures.curves import read_curve
from models.figures.predictions import Predictions
from models.training import fabric
from models.training.fabric import answered, first_alone, is_first, make_fabric, precision_of, together
from tests.helpers import REPOSITORY
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.json_file import read_json
from tests.helpers.typed_command import exit_code

SCRIPT = str(REPOSITORY / "tests" / "helpers" / "processes" / "train_process.py")
PATIENCE_S = 240


def test_the_precision_is_no_message_in_the_terminal(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("lightning_fabric"), "handlers", [caplog.handler])
    assert precision_of(make_fabric("bfloat16")) == "bfloat16"
    assert caplog.records == []


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("pictures") / "few", train=8, test=4)


@pytest.mark.parametrize(("asked", "expected"), [("float32", "float32"), ("bfloat16", "bfloat16")])
def test_precision_is_what_was_asked_for(asked: str, expected: str) -> None:
    fabric = make_fabric(asked)
    assert precision_of(fabric) == expected
    with fabric.autocast():
        product = torch.ones(2, 2, device=fabric.device) @ torch.ones(2, 2, device=fabric.device)
    assert product.dtype == getattr(torch, expected)


@pytest.mark.parametrize("has", [True, False])
def test_auto_is_bfloat16_only_where_the_device_computes_in_it(monkeypatch: pytest.MonkeyPatch, has: bool) -> None:
    monkeypatch.setattr(fabric, "has_bfloat16", lambda device: has)
    assert precision_of(make_fabric()) == ("bfloat16" if has else "float32")


def test_alone() -> None:
    assert not together()
    assert is_first()
    with first_alone() as first:
        assert first
    with pytest.raises(RuntimeError, match="gloo"), answered():  # no other process to be blamed
        raise RuntimeError("gloo")


def test_an_error_of_another_process_is_told_from_an_own_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fabric, "together", lambda: True)
    monkeypatch.setenv("WORLD_SIZE", "2")
    sentence = r"^another of the 2 processes .* has ended or does not answer; run the same"
    with pytest.raises(ErrataError, match=sentence), answered():
        raise RuntimeError("[../gloo/transport/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:1")
    with pytest.raises(RuntimeError, match="mat1 and mat2"), answered():
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def command(monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(home))
    assert not exit_code("train", *arguments)


def test_two_processes_train_the_network_that_one_trains(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Batches of 15 are shared as 8 and 7, and the pictures are not a multiple of them.
    arguments = [str(pictures), "--architecture", "cnn3", "--size", "16", "--epochs", "3", "--batch-size", "15"]
    arguments += ["--augmentation", "none", "--precision", "float32"]
    command(monkeypatch, tmp_path / "one", *arguments)
    (tmp_path / "two").mkdir()
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", SCRIPT, "train", *arguments]
    done = subprocess.run(
        torchrun, env=environment(tmp_path / "two"), capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("report: ") == 1, "only the first speaks"
    assert done.stderr.count("train …") == 1
    (first,), (second,) = (list((tmp_path / home / "runs").glob("few-*")) for home in ("one", "two"))
    assert first.name == second.name
    assert [read_json(run / "config.json")["devices"] for run in (first, second)] == [1, 2]
    for before, after in zip(read_curve(first), read_curve(second), strict=True):
        for figure in ("train_loss", "train_accuracy", "val_loss", "val_accuracy", "learning_rate"):
            assert after[figure] == pytest.approx(before[figure], abs=1e-4), figure
    ours, theirs = (load_file(run / "checkpoint.safetensors") for run in (first, second))
    for name, weights in ours.items():
        assert torch.allclose(weights, theirs[name], atol=1e-4), name
    alone, shared = (Predictions.load(run / "predictions.npz") for run in (first, second))
    assert np.allclose(alone.probs, shared.probs, atol=1e-4)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "ERRATA_HOME": str(home), "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", **more}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Take in what is started as torchrun would start it, and end it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def test_where_one_hangs_the_other_says_so_and_one_alone_goes_on(
    pictures: Path, tmp_path: Path, pair: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    arguments = (str(pictures), "--architecture", "cnn3", "--size", "16", "--epochs", "40")
    shared = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    shared |= {"TORCHELASTIC_RUN_ID": "test", "ANSWER_S": "4", "PAUSE_S": "0.2"}
    for rank in ("0", "1"):
        env = environment(tmp_path, **shared, RANK=rank, LOCAL_RANK=rank)
        program = [sys.executable, SCRIPT, "train", *arguments]
        pair.append(subprocess.Popen(program, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    deadline = time.monotonic() + PATIENCE_S
    while not list(tmp_path.glob("runs/few-*/state.pt")):
        assert time.monotonic() < deadline
        assert pair[0].poll() is None, pair[0].communicate()
        time.sleep(0.02)
    pair[1].send_signal(signal.SIGSTOP)
    _, errors = pair[0].communicate(timeout=60)
    assert pair[0].returncode == 2, errors
    sentence = "another of the 2 processes that train together has ended or does not answer"
    assert sentence in errors.splitlines()[-1]
    (run,) = tmp_path.glob("runs/few-*")
    status = read_json(run / "status.json")
    assert status["state"] == "failed"
    assert sentence in status["error"]
    pair[1].kill()
    so_far = len(read_curve(run))
    assert so_far < 40
    command(monkeypatch, tmp_path, *arguments)
    assert len(read_curve(run)) == 40
    assert read_json(run / "metrics.json")["epochs"] == 40
