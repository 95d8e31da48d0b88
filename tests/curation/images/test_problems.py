"""The checks of single images against cleanvision, by hand, and on drawn pictures."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from curation.images.problems import CHECKS, ImageProblems, find_problems
from curation.images.values import image_values, measure_images
from models.arrays import FloatArray
from models.errors import ErrataError
from tests.curation.images.test_registration import landscape

pd: Any = pytest.importorskip("pandas")  # has no types; comes with cleanvision
DARK, LIGHT, BLURRY, LOW, SHAPE, SIZE, GREY = range(len(CHECKS))


def coloured(seed: int) -> Image.Image:
    return Image.merge("RGB", [landscape(seed).getchannel(0), *(landscape(seed + 100).getchannel(i) for i in (0, 1))])


def found(images: list[Image.Image]) -> ImageProblems:
    values = np.stack([image_values(image) for image in images])
    return find_problems(values, np.array([image.size for image in images]))


def usual(n: int = 9) -> list[Image.Image]:
    return [coloured(seed) for seed in range(n)]


@pytest.mark.parametrize(
    ("check", "spoiled"),
    [
        ("dark", lambda image: ImageEnhance.Brightness(image).enhance(0.1)),
        ("light", lambda image: Image.blend(image, Image.new("RGB", image.size, "white"), 0.97)),
        ("blurry", lambda image: image.filter(ImageFilter.GaussianBlur(5))),
        ("low_information", lambda image: Image.new("RGB", image.size, (200, 90, 40))),
        ("odd_aspect_ratio", lambda image: image.resize((320, 80))),
        ("odd_size", lambda image: image.resize((1600, 1600))),
        ("grayscale", lambda image: image.convert("L").convert("RGB")),
    ],
)
def test_what_is_spoiled_is_flagged_and_the_others_are_not(check: str, spoiled: Any) -> None:
    images = usual()
    images[4] = spoiled(images[4])
    result = found(images)
    assert check in result.names(4)
    assert [result.names(row) for row in range(9) if row != 4] == [[]] * 8
    assert result.scores[4, CHECKS.index(check)] == result.scores[:, CHECKS.index(check)].min()


def test_grey_among_grey_images_is_how_the_set_is() -> None:
    result = found([landscape(seed) for seed in range(6)])
    assert not result.flags.any()
    assert (result.scores[:, GREY] == 0).all()
    assert result.common() == {"grayscale": 6}
    assert found(usual()).common() == {}


def test_dark_light_shape_and_information_are_those_of_cleanvision() -> None:
    from cleanvision.issue_managers import image_property
    from cleanvision.issue_managers.image_property_issue_manager import ImagePropertyIssueManager

    images = [*usual(4), usual(1)[0].resize((60, 31)), Image.new("RGB", (20, 20), (9, 200, 30))]
    images += [ImageEnhance.Brightness(images[0]).enhance(level) for level in (0.05, 0.5, 3)]
    ours, parameters = found(images), ImagePropertyIssueManager().get_default_params()
    for check, calculator in {
        "dark": image_property.BrightnessProperty("dark"),
        "light": image_property.BrightnessProperty("light"),
        "odd_aspect_ratio": image_property.AspectRatioProperty(),
        "low_information": image_property.EntropyProperty(),
    }.items():
        raw = pd.DataFrame([calculator.calculate(image) for image in images])
        theirs = calculator.get_scores(raw_scores=raw[calculator.score_columns], issue_type=check, **parameters[check])
        np.testing.assert_allclose(ours.scores[:, CHECKS.index(check)], theirs.to_numpy()[:, 0], atol=2e-4)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(4, 60), st.integers(4, 60)), min_size=4, max_size=30))
def test_odd_sizes_are_those_of_cleanvision(sizes: list[tuple[int, int]]) -> None:
    from cleanvision.issue_managers.image_property import SizeProperty

    sizes_px = np.array(sizes)
    theirs = SizeProperty()
    raw = pd.DataFrame({"size": np.sqrt(sizes_px.prod(1))})
    scores = theirs.get_scores(raw_scores=raw, issue_type="odd_size")
    flagged = theirs.mark_issue(scores, "odd_size").to_numpy()[:, 0]
    usual_values: FloatArray = np.tile(image_values(coloured(0)), (len(sizes), 1))
    ours = find_problems(usual_values, sizes_px).scores[:, SIZE]
    if raw["size"].quantile(0.75) - raw["size"].quantile(0.25) > 1e-9:
        np.testing.assert_allclose(ours, scores.to_numpy()[:, 0], atol=1e-6)
    away = np.abs(scores.to_numpy()[:, 0] - theirs.threshold) > 1e-6
    assert ((ours < 0.5) == flagged)[away].all()


def test_a_small_blur_scores_between_sharp_and_blurred() -> None:
    image = coloured(0)
    scores = [found([image.filter(ImageFilter.GaussianBlur(radius))]).scores[0, BLURRY] for radius in (0, 2, 5)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.6
    assert scores[2] < 0.5


@pytest.mark.parametrize("size", [(4, 4), (15, 15), (16, 16), (1000, 4), (33, 200)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_any_size_and_solid_colours_have_scores(size: tuple[int, int], level: int) -> None:
    result = found([Image.new("RGB", size, (level, level, level))])
    assert np.isfinite(result.scores).all()
    assert ((result.scores >= 0) & (result.scores <= 1)).all()
    assert result.scores[0, BLURRY] >= 0.5  # no edges, no blur


def test_no_images() -> None:
    result = find_problems(np.empty((0, 5), np.float32), np.empty((0, 2), np.int64))
    assert result.scores.shape == result.flags.shape == (0, len(CHECKS))
    assert result.common() == {}


def test_measured_once_by_content(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.png" for i in range(3)]
    for seed, path in enumerate(paths):
        coloured(seed).save(path)
    told: list[tuple[int, int]] = []
    first = np.array(measure_images(paths, ["a", "b", "c"], tmp_path / "kept", lambda *event: told.append(event)))
    assert told[-1] == (3, 3)
    np.testing.assert_array_equal(first, [image_values(coloured(seed)) for seed in range(3)])
    again = measure_images([tmp_path / "gone.png"] * 2, ["c", "a"], tmp_path / "kept")
    np.testing.assert_array_equal(again, first[[2, 0]])


def test_large_images_are_measured_on_a_small_copy(tmp_path: Path) -> None:
    image = coloured(0)
    image.resize((1600, 1600), Image.Resampling.BICUBIC).save(tmp_path / "large.png")
    measured = measure_images([tmp_path / "large.png"], ["a"], tmp_path / "kept")
    np.testing.assert_allclose(measured[0], image_values(image), atol=0.2, rtol=0.1)


def test_saved_and_read_again(tmp_path: Path) -> None:
    result = found(usual(3))
    result.save(tmp_path / "p.npz")
    again = ImageProblems.load(tmp_path / "p.npz")
    np.testing.assert_array_equal(again.scores, result.scores)
    np.testing.assert_array_equal(again.flags, result.flags)
    (tmp_path / "p.npz").write_bytes(b"PK")
    with pytest.raises(ErrataError, match=r"p\.npz"):
        ImageProblems.load(tmp_path / "p.npz")
