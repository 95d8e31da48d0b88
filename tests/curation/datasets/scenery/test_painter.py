"""Every painter yields a finite picture of the size asked for, the same for the same generator."""

import numpy as np
import pytest

from curation.datasets.scenery.light import draw_light
from curation.datasets.scenery.noise import TILE, bilinear, mix, nearest, rough, smoothstep
from curation.datasets.scenery.painter import PAINTERS, blur, darken, draw_blend, draw_oddment, draw_scene, retake
from curation.datasets.scenery.scenes import SCENE_CLASSES


def test_every_class_has_a_painter() -> None:
    assert tuple(PAINTERS) == SCENE_CLASSES


@pytest.mark.parametrize("name", SCENE_CLASSES)
def test_a_painter_yields_finite_light_and_repeats_itself(name: str) -> None:
    for seed in range(15):
        light = draw_light(np.random.default_rng(seed))
        picture = PAINTERS[name](np.random.default_rng(seed), light, 40)
        assert picture.shape == (40, 40, 3)
        assert np.isfinite(picture).all()
    again = PAINTERS[name](np.random.default_rng(14), draw_light(np.random.default_rng(14)), 40)
    assert np.array_equal(picture, again)


def test_blends_and_oddments_have_the_size_asked_for() -> None:
    for seed in range(8):
        assert draw_blend("sea", "street", 48, np.random.default_rng(seed)).size == (48, 48)
        assert draw_oddment(48, np.random.default_rng(seed)).size == (48, 48)


def test_spoiled_pictures_are_what_they_are_called() -> None:
    rng = np.random.default_rng(0)
    image = draw_scene("street", 64, rng)
    before = np.asarray(image, dtype=float)
    assert np.asarray(darken(image, rng)).mean() < before.mean() / 8
    assert np.diff(np.asarray(blur(image, rng), dtype=float), axis=1).std() < 0.5 * np.diff(before, axis=1).std()
    assert not np.array_equal(np.asarray(retake(image, rng)), np.asarray(image))


def test_textures_wrap_and_interpolation_meets_the_texels() -> None:
    x = np.arange(5) / TILE
    assert np.array_equal(bilinear(rough(), x, x), np.diag(rough())[:5])
    assert np.array_equal(nearest(rough(), x + 3, x - 2), np.diag(rough())[:5])


def test_mix_and_smoothstep_by_hand() -> None:
    assert mix(2.0, 4.0, 0.25) == 2.5
    assert smoothstep(0, 2, [-1, 0, 1, 2, 3]).tolist() == [0, 0, 0.5, 1, 1]
