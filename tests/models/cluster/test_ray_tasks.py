"""A cluster of two nodes with one processor each does the work of one process, and the same comes out."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curation.results.cam_files import CamJob
from curation.training.cam import draw_cams
from models.cluster.connect import asked, connected
from models.cluster.probe import host, versions
from models.errors import ErrataError
from models.features.extract import extract_features
from models.images.check import check_images
from models.images.check_shards import CheckSetup, check_on_cluster, check_worker
from models.jobs.cross_validate import cross_validate_network, train_folds
from models.jobs.fold import Problem
from models.processors.cluster import Cluster
from models.processors.threads import torch_threads
from models.training.config import TrainConfig
from tests.models.cluster.crashing import Crashing, no_range
from tests.models.cluster.stand_ins import Nobody
from tests.models.features.small_backbones import SPEC, Files, net

pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore")]  # warnings of Ray and what it brings


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """The head and one more node, one processor each."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster as Nodes

    cluster = Nodes(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    yield cluster
    cluster.shutdown()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def cluster(nodes: Any, home: Path) -> Iterator[Cluster]:
    with connected(nodes.address, home, home) as two:
        yield two


@pytest.fixture(scope="module")
def files(home: Path) -> Files:
    """300 noise images and their contents: three shards."""
    paths = [home / f"{i:03d}.png" for i in range(300)]
    random = np.random.default_rng(0)
    for path in paths:
        Image.fromarray(random.integers(0, 256, (SPEC.size_px, SPEC.size_px, 3), np.uint8)).save(path)
    return paths, [check.sha256 for check in check_images(paths)]


def test_a_node_lost_in_the_middle_of_features(nodes: Any, cluster: Cluster, files: Files, tmp_path: Path) -> None:
    alone = extract_features("net", net(), SPEC, *files, tmp_path / "alone", "torch")
    last = nodes.list_all_nodes()[-1]
    seen: list[int] = []

    def tell(done: int, total: int) -> None:
        if not seen:
            nodes.remove_node(last)
        seen.append(done)

    spread = extract_features("net", net(), SPEC, *files, tmp_path / "spread", "torch", tell, cluster)
    nodes.add_node(num_cpus=1)
    assert np.array_equal(spread, alone)
    assert seen == sorted(seen)
    assert seen[-1] == 300
    assert not list((tmp_path / "spread").rglob("*.npz"))  # shards whose rows are in the array are gone


def test_folds_are_trained_as_on_one_machine_and_a_lost_node_changes_nothing(
    nodes: Any, cluster: Cluster, files: Files, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    labels = np.arange(64) % 2
    pixels = (random.integers(0, 128, (64, 32, 32, 3)) + 100 * labels[:, None, None, None]).astype(np.uint8)
    names = np.array([f"{row}" for row in range(64)])
    problem = Problem(names, labels, ("dark", "bright"), np.arange(64) // 2 % 3, np.arange(64), 0)
    config = TrainConfig(epochs=2, batch_size=16)
    # Two processes would train folds 0 and 1 in one thread each, then fold 2 in two; here in the same threads.
    with torch_threads(1):
        train_folds("cnn3@scratch", problem, pixels, config, tmp_path / "alone", workers=1, first=2)
    with torch_threads(2):
        alone = cross_validate_network("cnn3@scratch", problem, pixels, config, tmp_path / "alone", workers=1)
    last = nodes.list_all_nodes()[-1]
    seen: list[int] = []

    def tell(done: int, total: int) -> None:
        if done and not seen:
            nodes.remove_node(last)
            seen.append(done)

    spread = cross_validate_network("cnn3@scratch", problem, pixels, config, tmp_path / "spread", tell, 2, cluster)
    assert seen
    assert np.array_equal(spread.probs, alone.probs)
    apart = replace(cluster, shares_workspace=False)  # type: ignore[type-var]
    (tmp_path / "spread" / "fold-1.npz").unlink()
    again = cross_validate_network("cnn3@scratch", problem, pixels, config, tmp_path / "spread", None, 2, apart)
    assert np.array_equal(again.probs, alone.probs)
    for folder, machines in (("alone", None), ("spread", cluster), ("apart", apart)):
        jobs = [CamJob(files[0][row], (32, 32), row % 2, row % 3, tmp_path / folder / f"{row}.png") for row in range(4)]
        draw_cams(tmp_path / "alone", "cnn3@scratch", jobs, cluster=machines)
    maps = [
        [(tmp_path / folder / f"{row}.png").read_bytes() for row in range(4)] for folder in ("alone", "spread", "apart")
    ]
    assert maps[0] == maps[1] == maps[2]


def test_what_a_machine_has_is_asked_first(cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cluster.shares_workspace
    assert cluster.threads == 1
    with pytest.raises(ErrataError, match=rf"^{host()}: there is no folder /nowhere/here; mount the images there"):
        check_on_cluster(cluster, [Path("/nowhere/here/0.png")], Crashing(""), no_range, home / "checks")
    monkeypatch.setattr("models.cluster.connect._answers", lambda *_: [("node7", versions(), False, True)])
    with pytest.raises(ErrataError, match=rf"^node7 has no folder {home}; mount the images there under the same path"):
        asked(home, home)
    monkeypatch.setattr("models.cluster.ray_tasks.versions", lambda: {"Errata": "0.0.9"})
    with pytest.raises(ErrataError, match=r" has Errata \d.* and this machine Errata 0\.0\.9"):
        list(cluster.results(check_worker, CheckSetup(1, Crashing("")), [()]))


class Deserted:
    """Ray of a cluster whose machines are all gone: what is handed out never comes back."""

    def __init__(self) -> None:
        self.cancelled = 0

    def remote(self, *_: Any, **__: Any) -> Any:
        return lambda function: SimpleNamespace(remote=lambda *_: object())

    def wait(self, references: list[object], timeout: float) -> tuple[list[object], list[object]]:
        return [], references

    def cancel(self, reference: object, force: bool) -> None:
        self.cancelled += 1

    def put(self, setup: object) -> object:
        return setup

    def nodes(self) -> list[dict[str, Any]]:
        return [
            {"Alive": False, "Resources": {"CPU": 4.0}},
            {"Alive": True, "Resources": {"memory": 1.0}},  # a head that does not work
            {"Alive": True, "Resources": {"CPU": 1.0}},  # smaller than a worker
        ]

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 1.0}


def test_where_no_machine_is_left_the_command_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from models.cluster.ray_tasks import RayCluster

    deserted = Deserted()
    monkeypatch.setattr("models.cluster.ray_tasks.ray", deserted)
    monkeypatch.setattr("models.cluster.ray_tasks.PATIENCE_S", 0.0)
    shards: list[tuple[()]] = [(), ()]
    with pytest.raises(ErrataError, match="no machine of the cluster is left that could do the work; start machines"):
        list(RayCluster(True, 4, 0).results(check_worker, CheckSetup(1, Crashing("")), shards))
    assert deserted.cancelled == 2


def test_without_ray_a_sentence_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.cluster.connect.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ErrataError, match=r"pip install 'errata-vision\[ray\]'"):
        connected("auto", tmp_path, tmp_path).__enter__()


def test_images_are_checked_and_hashed_and_one_that_ends_its_process_is_named(
    cluster: Cluster, files: Files, tmp_path: Path
) -> None:
    paths, sha256s = files
    few = [*paths[:5], tmp_path / "text.png"]
    few[5].write_text("no image")
    checks = check_on_cluster(cluster, few, Crashing(sha256s[3]), no_range, tmp_path / "checks")
    alone = check_images(few)
    assert checks[:3] + checks[4:] == alone[:3] + alone[4:]
    assert "003.png is an image that ends the process" in str(checks[3].problem)
    assert (
        check_on_cluster(Nobody(), few, Crashing(""), no_range, tmp_path / "checks") == checks
    )  # found again after a kill


def test_no_cluster_at_the_address(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    with pytest.raises(ErrataError, match=r"no Ray cluster at 127\.0\.0\.1:1;"):
        connected("127.0.0.1:1", tmp_path, tmp_path).__enter__()
