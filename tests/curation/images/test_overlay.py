"""Pictures with a map laid over them."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation.images.overlay import jpeg, overlay, thumbnail
from models.errors import ErrataError


def grey_map(path: Path, values: list[list[int]]) -> Path:
    Image.fromarray(np.array(values, np.uint8)).save(path)
    return path


@pytest.mark.parametrize(
    ("size", "shown"),
    [((40, 40), (256, 256)), ((1000, 500), (256, 128)), ((30, 60), (128, 256)), ((2000, 4), (256, 1))],
)
def test_thumbnails_keep_proportions_on_their_longer_side(
    tmp_path: Path, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    Image.new("RGB", size, (10, 20, 30)).save(tmp_path / "a.png")
    picture = thumbnail(tmp_path / "a.png")
    assert (picture.size, picture.mode) == (shown, "RGB")
    assert picture.getpixel((0, 0)) == (10, 20, 30)


def test_thumbnail_of_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(ErrataError, match=r"a\.png"):
        thumbnail(tmp_path / "a.png")


def test_where_nothing_speaks_the_picture_is_grey_and_where_much_does_bright(tmp_path: Path) -> None:
    cam = grey_map(tmp_path / "cam.png", [[1] * 50 + [255] * 50] * 100)
    picture = np.asarray(overlay(Image.new("RGB", (100, 100), (200, 40, 40)), cam), np.int64)
    assert np.ptp(picture[50, 5]) <= 6
    red, green, blue = picture[50, 95]
    assert min(red, green) > 150
    assert red > blue


def test_more_attention_is_never_darker(tmp_path: Path) -> None:
    cam = grey_map(tmp_path / "cam.png", [list(range(256))] * 8)
    picture = np.asarray(overlay(Image.new("RGB", (256, 8), (90, 90, 90)), cam).convert("L"), np.int64)
    assert (np.diff(picture[4]) >= -1).all()


def test_the_map_is_stretched_over_the_picture(tmp_path: Path) -> None:
    cam = grey_map(tmp_path / "cam.png", [[255, 1], [1, 1]])
    picture = np.asarray(overlay(Image.new("RGB", (60, 40), (90, 90, 90)), cam).convert("L"))
    assert picture.shape == (40, 60)
    assert picture[:10, :15].mean() > picture[-10:, -15:].mean() + 50


def test_jpeg_is_a_jpeg() -> None:
    with Image.open(io.BytesIO(jpeg(Image.new("RGB", (30, 20), (9, 99, 199))))) as image:
        assert (image.format, image.size) == ("JPEG", (30, 20))
