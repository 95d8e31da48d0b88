"""Every kind of image file, good and bad."""

import hashlib
import io
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.errors import ErrataError
from models.images.check import check_images
from models.images.decode import decode, read_pixels
from tests.models.images.noise_pictures import noise_jpeg, picture, smooth


def corner(path: Path) -> tuple[int, ...]:
    return tuple(np.asarray(decode(path))[0, 0].tolist())


def test_rgb_is_returned_unchanged(tmp_path: Path) -> None:
    picture().save(tmp_path / "a b ü.png")
    assert np.array_equal(np.asarray(decode(tmp_path / "a b ü.png")), np.asarray(picture()))


@pytest.mark.parametrize(("mode", "expected"), [("RGBA", 255), ("LA", 255)])
def test_transparent_is_white(tmp_path: Path, mode: str, expected: int) -> None:
    Image.new(mode, (8, 8), 0).save(tmp_path / "x.png")
    assert corner(tmp_path / "x.png") == (expected,) * 3


def test_transparent_palette_is_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.save(tmp_path / "opaque.png")
    image.save(tmp_path / "clear.png", transparency=0)
    assert corner(tmp_path / "opaque.png") == (10, 20, 30)
    assert corner(tmp_path / "clear.png") == (255, 255, 255)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (32896, 128), (65535, 255)])
def test_16_bit_is_scaled_not_clipped(tmp_path: Path, value: int, expected: int) -> None:
    Image.fromarray(np.full((8, 8), value, np.uint16)).save(tmp_path / "x.png")
    assert corner(tmp_path / "x.png") == (expected,) * 3


def test_float_is_stretched_between_its_extremes(tmp_path: Path) -> None:
    values = np.full((8, 8), -3.0, np.float32)
    values[0, 0], values[0, 1] = 7.0, np.nan
    Image.fromarray(values).save(tmp_path / "x.tiff")
    pixels = np.asarray(decode(tmp_path / "x.tiff"))
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[7, 7].tolist() == [0] * 3


def test_cmyk(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "x.jpg", quality=100)
    red, green, blue = corner(tmp_path / "x.jpg")
    assert red > 250
    assert max(green, blue) < 5


def test_exif_rotation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn 90 degrees clockwise to show
    picture(20, 12).save(tmp_path / "x.png", exif=exif)
    assert decode(tmp_path / "x.png").size == (12, 20)
    check = check_images([tmp_path / "x.png"])[0]
    assert (check.width_px, check.height_px) == (12, 20)
    expected = np.rot90(np.asarray(picture(20, 12)), -1)
    assert np.array_equal(np.asarray(decode(tmp_path / "x.png")), expected)


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    assert corner(tmp_path / "x.gif") == (255, 0, 0)


def test_whole_image_is_stretched(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 8), "black")
    image.paste("white", (20, 0, 40, 8))
    image.save(tmp_path / "x.png")
    pixels = read_pixels(tmp_path / "x.png", 16)
    assert pixels.shape == (16, 16, 3)
    assert pixels.dtype == np.uint8
    assert pixels[:, 0].max() == 0
    assert pixels[:, -1].min() == 255


def test_jpeg_draft_is_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smooth(1100).save(tmp_path / "x.jpg", quality=90)
    fast = read_pixels(tmp_path / "x.jpg", 64).astype(int)
    monkeypatch.setattr("models.images.decode.DRAFT_FACTOR", 1000)
    difference = np.abs(fast - read_pixels(tmp_path / "x.jpg", 64).astype(int))
    assert difference.mean() < 0.5
    assert difference.max() <= 4


def _png_header(width: int, height: int) -> bytes:
    file = io.BytesIO()
    picture(8, 8).save(file, "png")
    data = bytearray(file.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


BAD = {
    "empty.jpg": (b"", "is empty"),
    "text.png": (b"hello world" * 10, "is not an image"),
    "cut.jpg": (noise_jpeg()[:900], "damaged or truncated"),
    "one.png": (_png_header(1, 1), "1 x 1 px"),
    "bomb.png": (_png_header(60_000, 60_000), "megapixels"),
    "big.png": (_png_header(9_500, 10_600), "megapixels"),  # over our limit, under the one where Pillow refuses
    "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not an image"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_get_one_sentence(tmp_path: Path, name: str) -> None:
    data, words = BAD[name]
    (tmp_path / name).write_bytes(data)
    for quiet in (False, True):
        with warnings.catch_warnings():
            if quiet:
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with pytest.raises(ErrataError, match=words) as error:
                decode(tmp_path / name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)
    check = check_images([tmp_path / name])[0]
    assert check.problem == str(error.value)
    assert check.sha256 == (hashlib.sha256(data).hexdigest() if data else "")


@pytest.mark.parametrize("name", ["missing.jpg", "folder"])
def test_what_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ErrataError, match="not there or no file"):
        decode(tmp_path / name)


def test_symlink_loop(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "a.jpg")
    problem = check_images([tmp_path / "a.jpg"])[0].problem
    assert problem is not None
    assert "a.jpg" in problem
