"""The two-dimensional map: the same for the same seed, neighbours stay neighbours, any small number of images."""

import sys
from typing import Any

import numpy as np
import pytest
import torch

from curation.audit.projection import project


@pytest.fixture(scope="module")
def three_clouds() -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = np.eye(3, 40) * 10
    return (centres.repeat(20, 0) + rng.normal(size=(60, 40))).astype(np.float32)


def test_clouds_stay_apart_and_a_seed_gives_the_same_map(three_clouds: np.ndarray) -> None:
    points = project(three_clouds, seed=3)
    assert points.shape == (60, 2)
    assert points.dtype == np.float32
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + np.eye(60) * 1e9
    cloud = np.arange(60) // 20
    assert (cloud[distances.argmin(1)] == cloud).mean() > 0.95
    np.testing.assert_array_equal(project(three_clouds, seed=3), points)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 16])
@pytest.mark.parametrize("width", [1, 2, 64])
def test_any_number_of_images_and_any_width(n: int, width: int) -> None:
    embeddings = np.random.default_rng(n).normal(size=(n, width)).astype(np.float32)
    points = project(embeddings, seed=0)
    assert points.shape == (n, 2)
    assert np.isfinite(points).all()


def test_torch_computes_in_as_many_threads_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    embeddings = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    project(embeddings, seed=0)  # imports umap, whose warnings it keeps to itself
    umap, before = sys.modules["umap"], torch.get_num_threads()
    fit = umap.UMAP.fit_transform

    def with_more_threads(*arguments: Any) -> Any:
        torch.set_num_threads(before + 1)  # as numba does, when it first computes in a process
        return fit(*arguments)

    monkeypatch.setattr(umap.UMAP, "fit_transform", with_more_threads)
    project(embeddings, seed=0)
    assert torch.get_num_threads() == before


def test_equal_embeddings_are_no_error() -> None:
    points = project(np.ones((20, 8), np.float32), seed=0)
    assert points.shape == (20, 2)
    assert np.isfinite(points).all()


def test_images_beyond_those_that_make_the_map_lie_among_their_like(
    three_clouds: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.audit.projection.FITTED_UP_TO", 45)
    points = project(three_clouds, seed=3)
    assert np.isfinite(points).all()
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + np.eye(60) * 1e9
    cloud = np.arange(60) // 20
    assert (cloud[distances.argmin(1)] == cloud).mean() > 0.95
    np.testing.assert_array_equal(project(three_clouds, seed=3), points)
