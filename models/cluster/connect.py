"""The way to a Ray cluster, and what is asked of its machines before any work."""

import importlib.util
import os
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models.cluster import probe
from models.cluster.workers import differing
from models.errors import ErrataError
from models.processors.cluster import Cluster

AUTO = "auto"  # the cluster that this machine belongs to
THREADS = 4  # of a worker, where the machines have as many processors: it holds one backbone for all of them
ANSWER_S = 5.0  # in which a machine that can be reached answers
PROBE_S = 120.0  # in which every machine has started a process


def is_installed() -> bool:
    """Return whether Ray is installed here: the extra `ray`."""
    return importlib.util.find_spec("ray") is not None


@contextmanager
def connected(address: str, workspace: Path, images: Path) -> Iterator[Cluster]:
    """Yield the cluster at an address; the connection ends with the block.

    Args:
        address: "auto", or HOST:PORT of the cluster's head.
        workspace: the folder; whether the machines share it decides how results travel.
        images: the folder that every machine must have.

    Raises:
        ErrataError: Ray is not installed, no cluster is there, a machine has another Errata or torch, or has no folder
            of images.
    """
    if not is_installed():
        raise ErrataError("--cluster needs Ray; install the extra: pip install 'errata-vision[ray]'")
    _check_address(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    try:
        ray.init(address=address, log_to_driver=False, configure_logging=False, ignore_reinit_error=True)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise _none_there(address) from error
    try:
        yield asked(workspace, images)
    finally:
        ray.shutdown()


def _check_address(address: str) -> None:
    """Raise if nothing listens at HOST:PORT: Ray itself would try for a minute."""
    if address == AUTO:
        return
    if not (match := re.fullmatch(r"([\w.-]+):(\d{1,5})", address)):
        raise ErrataError(f"--cluster {address}: give auto, or HOST:PORT of the cluster's head as in 10.0.0.1:6379")
    try:
        socket.create_connection((match[1], int(match[2])), ANSWER_S).close()
    except (OSError, OverflowError) as error:
        raise _none_there(address) from error


def _none_there(address: str) -> ErrataError:
    where = "on this machine" if address == AUTO else f"at {address}"
    return ErrataError(f"there is no Ray cluster {where}; start it with `ray start --head`, or leave --cluster out")


def asked(workspace: Path, images: Path) -> Cluster:
    """Return the connected cluster, after every machine that works was asked what it has.

    Raises:
        ErrataError: as for `connected`.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    from models.cluster.ray_tasks import RayCluster

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    if not nodes:
        raise ErrataError("the Ray cluster has no machine with a processor; add one with `ray start --address=…`")
    ray.cloudpickle.register_pickle_by_value(probe)
    with _token(workspace) as (token, content):
        look = ray.remote(num_cpus=0, max_retries=1)(probe.look)
        answering = [
            look.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(
                str(images), str(token), content
            )
            for node in nodes
        ]
        answers = _answers(answering, nodes)
    ray.cloudpickle.unregister_pickle_by_value(probe)
    here = probe.versions()
    for host, there, has_images, _ in answers:
        if different := differing(here, there, host):
            raise ErrataError(different)
        if not has_images and images.is_dir():  # a data set that is still to be drawn has no folder yet
            raise ErrataError(f"{host} has no folder {images}; mount the images there under the same path")
    smallest = min(int(node["Resources"]["CPU"]) for node in nodes)
    gpus = sum(int(node["Resources"].get("GPU", 0)) for node in nodes)
    return RayCluster(all(shared for *_, shared in answers), min(THREADS, smallest), gpus)


def _answers(asked: list[Any], nodes: list[dict[str, Any]]) -> list[tuple[str, dict[str, str], bool, bool]]:
    import ray

    try:
        answers: list[tuple[str, dict[str, str], bool, bool]] = ray.get(asked, timeout=PROBE_S)
    except ray.exceptions.RayError as error:
        hosts = ", ".join(sorted({str(node["NodeManagerHostname"]) for node in nodes}))
        raise ErrataError(f"a machine of the cluster does not answer ({hosts}); see `ray status` there") from error
    return answers


@contextmanager
def _token(workspace: Path) -> Iterator[tuple[Path, str]]:
    """Yield a file of the workspace and what it holds: who reads the same there shares the workspace."""
    content = secrets.token_hex(8)
    path = workspace / f".cluster-{content}"
    workspace.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    try:
        yield path, content
    finally:
        path.unlink(missing_ok=True)
