"""Axes of embeddings: what is kept of them, and that known axes are used again."""

import numpy as np
import pytest

from curation.scoring.principal_axes import Axes, joint_axes, principal_axes
from tests.curation.scoring.test_judge import clusters


def test_features_of_each_backbone_stand_side_by_side() -> None:
    x, _, _ = clusters(50, 2, 3)
    features = joint_axes([x, x * 100 + 7], axes=5)[0]
    assert features.shape == (50, 10)
    np.testing.assert_allclose(np.abs(features[:, :5]), np.abs(features[:, 5:]), atol=1e-3)  # scale and place are gone


def test_many_axes_are_found_nearly_as_well_as_by_all_eigenvectors() -> None:
    draws = np.random.default_rng(0)
    rows = draws.normal(size=(400, 120)) * np.geomspace(1, 0.02, 120)  # variances fall slowly, as of features
    scatter = (rows.T @ rows).astype(np.float32)
    directions = principal_axes(scatter, 20, seed=0)
    assert np.allclose(directions.T @ directions, np.eye(20), atol=1e-4)
    best = np.linalg.eigvalsh(scatter)[-20:].sum()
    assert np.trace(directions.T @ scatter @ directions) > 0.999 * best
    assert np.array_equal(directions, principal_axes(scatter, 20, seed=0))


@pytest.mark.parametrize(("rows", "axes"), [(30, 512), (90, 20)])
def test_fewer_images_than_columns_lie_as_on_the_axes_of_all_columns(rows: int, axes: int) -> None:
    draws = np.random.default_rng(1)
    x = (draws.normal(size=(rows, 8)) @ draws.normal(size=(8, 200))).astype(np.float32)
    x += draws.normal(size=x.shape).astype(np.float32) * 0.01
    found = Axes.of(x, axes, seed=0, pressed=False)
    centred = (x - found.mean) / found.scale
    wanted = centred @ principal_axes(centred.T @ centred, axes, seed=0)
    projected = np.empty((len(x), found.turn.shape[1]), np.float32)
    found.project(x, False, projected)
    assert projected.shape[1] <= min(rows, axes)
    np.testing.assert_allclose(projected @ projected.T, wanted @ wanted.T, atol=0.02 * np.abs(wanted @ wanted.T).max())


def test_features_kept_in_float16_are_computed_with_in_float32() -> None:
    x, _, _ = clusters(60, 3, 0)
    halves = (x * 300).astype(np.float16)
    np.testing.assert_array_equal(joint_axes([halves], 5)[0], joint_axes([halves.astype(np.float32)], 5)[0])


def test_images_that_are_all_alike_have_no_axes() -> None:
    alike = np.ones((5, 40), np.float32)
    assert joint_axes([alike])[0].shape == (5, 0)


def test_axes_that_are_known_are_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    x, _, _ = clusters(60, 3, 0)
    known: dict[str, Axes] = {}
    first = [joint_axes([x, x[:, ::-1]], 5, 0, pressed, known)[1] for pressed in (True, False)]
    assert len(known) == 4
    monkeypatch.setattr(Axes, "of", None)
    for pressed, before in zip((True, False), first, strict=True):
        for again, values in zip(joint_axes([x, x[:, ::-1]], 5, 0, pressed, known)[1], before, strict=True):
            np.testing.assert_array_equal(again, values)


def test_without_embeddings_or_images() -> None:
    assert joint_axes([])[1] == []
    assert joint_axes([np.zeros((3, 0), np.float32)])[1][0].shape == (3, 0)
