"""Features by shards: only what is missing is computed, and two commands at once disturb nothing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from models.errors import ErrataError
from models.features.decode_and_run import features_of
from models.features.engines import build_engine
from models.features.extract import extract_features
from models.features.kept import Kept
from models.features.shards import SHARDS, TRIES, BackboneSetup, features_by_shards
from models.files.shards import shard_file, write_shard
from models.processors.threads import torch_threads
from tests.models.cluster.stand_ins import Forgetful, Here, Nobody
from tests.models.features.small_backbones import SPEC, Files, net

BLOCKS = [np.arange(start, start + 10) for start in (0, 10, 20)]


def setup(folder: Path, kept: Kept = "float16") -> BackboneSetup:
    return BackboneSetup(net(), SPEC, "torch", "float32", kept, folder, 1)


def test_a_command_killed_in_the_middle_computes_only_the_other_shards(files: Files, tmp_path: Path) -> None:
    cluster, folder = Here(), tmp_path / "net-abc"
    whole = dict(features_by_shards(cluster, setup(tmp_path), *files, tmp_path / "net-whole", BLOCKS))
    kept = [files[1][i] for i in BLOCKS[1]]  # a worker wrote this shard, and the command was killed before it was read
    write_shard(shard_file(folder / SHARDS, kept), kept, whole[1])
    cluster.done = 0
    again = dict(features_by_shards(cluster, setup(tmp_path), *files, folder, BLOCKS))
    assert cluster.done == 2
    assert all(np.array_equal(again[place], whole[place]) for place in range(3))
    assert not list(folder.rglob("*.npz"))


def test_a_worker_prepares_and_runs_the_backbone_in_one_thread_as_one_machine_does(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[int] = []

    def built(*arguments: Any) -> Any:
        threads.append(torch.get_num_threads())
        return build_engine(*arguments)

    def computed(*arguments: Any) -> Any:
        threads.append(torch.get_num_threads())
        return features_of(*arguments)

    monkeypatch.setattr("models.features.shards.build_engine", built)
    monkeypatch.setattr("models.features.shards.features_of", computed)
    with torch_threads(2):
        assert len(list(features_by_shards(Here(), setup(tmp_path), *files, tmp_path / "net-abc", BLOCKS))) == 3
    assert set(threads) == {1}


def test_finished_features_ask_no_worker(files: Files, tmp_path: Path) -> None:
    alone = extract_features("net", net(), SPEC, *files, tmp_path, "torch")
    assert np.array_equal(extract_features("net", net(), SPEC, *files, tmp_path, "torch", None, Nobody()), alone)


def test_two_commands_at_once_in_one_workspace_get_the_same(files: Files, tmp_path: Path) -> None:
    alone = extract_features("net", net(), SPEC, *files, tmp_path / "alone", "torch")

    def command(module: nn.Module) -> np.ndarray:
        return extract_features("net", module, SPEC, *files, tmp_path / "both", "torch", None, Here())

    with ThreadPoolExecutor(2) as pool:
        assert all(np.array_equal(features, alone) for features in pool.map(command, [net(), net()]))


def test_a_file_that_never_arrives_is_a_sentence(files: Files, tmp_path: Path) -> None:
    cluster = Forgetful()
    with pytest.raises(ErrataError, match=r"\.npz cannot be read here after a worker wrote it; see to the folder"):
        list(features_by_shards(cluster, setup(tmp_path), *files, tmp_path / "net-abc", BLOCKS))
    assert cluster.done == 3 * TRIES
