"""Pictures of more than 8 bits and pictures on transparent ground are seen, whatever their range and their colour."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from models.errors import ErrataError
from models.images.check import check_images
from models.images.decode import decode, read_pixels
from models.images.grey_range import GreyRange, range_of_reading
from models.images.tone import DARK_GROUND, STRETCHED, levels_of_numbers

RAMP = np.linspace(0, 1, 32 * 32).reshape(32, 32)  # from black to white


def read(path: Path) -> tuple[npt.NDArray[np.int64], str]:
    check = check_images([path])[0]
    assert check.problem is None
    return np.asarray(decode(path)).astype(np.int64), check.reading


@pytest.mark.parametrize(
    ("bits", "reading"), [(8, STRETCHED), (10, STRETCHED), (12, STRETCHED), (14, STRETCHED), (16, "")]
)
def test_the_depth_of_a_16_bit_file_is_known_by_its_highest_value(tmp_path: Path, bits: int, reading: str) -> None:
    Image.fromarray(np.rint(RAMP * (2**bits - 1)).astype(np.uint16)).save(tmp_path / "x.png")
    pixels, said = read(tmp_path / "x.png")
    assert said == reading
    assert np.abs(pixels[..., 0] - RAMP * 255).max() <= 1


def test_one_hot_pixel_and_a_filler_do_not_flatten_12_bits(tmp_path: Path) -> None:
    values = np.rint(RAMP * 4095).astype(np.uint16)
    values[0, 0], values[2:12] = 60_000, 65_535
    Image.fromarray(values).save(tmp_path / "x.png")
    pixels, said = read(tmp_path / "x.png")
    assert said == STRETCHED
    assert np.abs(pixels[12:, :, 0] - RAMP[12:] * 255).max() <= 1
    assert pixels[2:12].max() == 0, "what was not measured is black"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values.__setitem__((0, 0), np.nan),
        lambda values: values.__setitem__((0, slice(0, 2)), (np.inf, -np.inf)),
        lambda values: values.__setitem__((slice(0, 10)), -9999),
        lambda values: values.__setitem__((slice(0, 10)), np.finfo(np.float32).min),
        lambda values: values.__setitem__((slice(0, 10)), 1e7),
        lambda values: values.__setitem__((0, 0), 40),
    ],
    ids=["NaN", "infinities", "-9999", "lowest float", "any number far away", "hot pixel"],
)
def test_what_was_not_measured_flattens_no_picture(tmp_path: Path, spoil: Callable[[object], None]) -> None:
    values = (RAMP * 3 - 1).astype(np.float32)
    spoil(values)
    Image.fromarray(values).save(tmp_path / "x.tif")
    pixels, said = read(tmp_path / "x.tif")
    assert said == STRETCHED
    seen = pixels[12:, :, 0]
    assert seen[-1, -1] == 255
    assert seen[0, 0] < 100
    assert (np.diff(seen.ravel()) >= 0).all()


def test_the_filler_that_a_geotiff_names(tmp_path: Path) -> None:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    values, tags = (RAMP + 1).astype(np.float32), ImageFileDirectory_v2()
    values[:8], tags[42113], tags.tagtype[42113] = 0, "0", 2
    Image.fromarray(values).save(tmp_path / "x.tif", tiffinfo=tags)
    assert read(tmp_path / "x.tif")[0][8, 0, 0] < 5, "stretched from the lowest measured value"


def test_an_image_without_any_value_is_skipped_with_the_reason(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "x.tif")
    assert "x.tif holds no measured value" in str(check_images([tmp_path / "x.tif"])[0].problem)
    with pytest.raises(ErrataError, match="no measured value"):
        levels_of_numbers(np.full((2, 2), 7.0), no_data=7.0)


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        (np.array([0, 2048, 4095, 60_000, 65_535], np.uint16), "x.png", [0, 128, 255, 255, 0]),  # 65535: no measurement
        (np.array([np.nan, -9999, -np.inf, -5, 819], np.float32), "x.tif", [0, 0, 0, 0, 51]),
        (np.array([-9999, 0, 4095, 65_535, 99_999], np.int32), "x.tif", [0, 0, 255, 0, 0]),
    ],
    ids=["12 bits in 16", "floats with NaN and -9999", "integers with fillers"],
)
def test_a_grey_range_is_used_as_it_stands(
    tmp_path: Path, values: npt.NDArray[np.generic], name: str, expected: list[int]
) -> None:
    path, grey_range = tmp_path / name, GreyRange(0, 4095)
    Image.fromarray(np.repeat(values[None], 5, 0)).save(path)
    check = check_images([path], grey_ranges=lambda _: grey_range)[0]
    assert range_of_reading(check.reading) == ("0 to 4095", False)
    seen = read_pixels(path, 5, content=f"{check.sha256}-{check.reading.replace(' ', '-')}")
    assert seen[0, :, 0].tolist() == expected, "the key of the content says the range"
    assert np.array_equal(seen, read_pixels(path, 5, grey_range=grey_range))


def test_the_same_range_keeps_a_dark_picture_darker_than_a_bright_one(tmp_path: Path) -> None:
    for name, brightest in (("dark", 400), ("bright", 4000)):
        Image.fromarray((RAMP * brightest).astype(np.float32)).save(tmp_path / f"{name}.tif")
    dark, bright = (decode(tmp_path / f"{name}.tif", grey_range=GreyRange(0, 4000)) for name in ("dark", "bright"))
    assert np.asarray(dark).max() == 26  # 255 / 10, rounded
    assert np.asarray(bright).max() == 255


def test_a_range_that_is_not_that_of_the_picture_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray((1000 + RAMP * 3000).astype(np.uint16)).save(path)
    check = check_images([path], grey_ranges=lambda _: GreyRange(-0.5, 255))[0]
    assert range_of_reading(check.reading) == ("-0.5 to 255", True)
    assert GreyRange.of_content(f"abc-{check.reading.replace(' ', '-')}") == GreyRange(-0.5, 255)
    Image.fromarray(np.full((8, 8), np.nan, np.float32)).save(tmp_path / "y.tif")
    problem = check_images([tmp_path / "y.tif"], grey_ranges=lambda _: GreyRange(0, 1))[0].problem
    assert str(problem).startswith(f"{tmp_path / 'y.tif'} holds no measured value")
    Image.fromarray(np.full((8, 8), 65_535, np.uint16)).save(tmp_path / "z.png")
    problem = check_images([tmp_path / "z.png"], grey_ranges=lambda _: GreyRange(0, 4095))[0].problem
    assert str(problem).startswith(f"{tmp_path / 'z.png'} holds no measured value")


def test_8_bits_keep_their_levels(tmp_path: Path) -> None:
    Image.fromarray((RAMP * 255).astype(np.uint8)).save(tmp_path / "x.png")
    ranged = read_pixels(tmp_path / "x.png", 32, grey_range=GreyRange(0, 4095))
    assert np.array_equal(ranged, read_pixels(tmp_path / "x.png", 32))


@pytest.mark.parametrize("lone", [0.0, 1.0])
def test_black_and_white_has_no_filler(lone: float) -> None:
    values = np.full((16, 16), 1 - lone)
    values[:2] = lone
    assert sorted(np.unique(levels_of_numbers(values)[0]).tolist()) == [0, 255]


def drawing(mode: str, ink: object, path: Path) -> Path:
    """Draw a square on transparent ground."""
    image = Image.new(mode, (32, 32), 0)
    image.paste(ink, (8, 8, 24, 24))  # type: ignore[arg-type]
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("mode", "ink", "reading"),
    [
        ("RGBA", (255, 255, 255, 255), DARK_GROUND),
        ("RGBA", (245, 250, 235, 200), DARK_GROUND),
        ("LA", (255, 255), DARK_GROUND),
        ("RGBA", (255, 230, 0, 255), ""),  # yellow is seen on white
        ("RGBA", (0, 0, 0, 255), ""),
        ("LA", (20, 255), ""),
    ],
)
def test_a_drawing_is_seen_on_its_ground(tmp_path: Path, mode: str, ink: object, reading: str) -> None:
    pixels, said = read(drawing(mode, ink, tmp_path / "x.png"))
    assert said == reading
    assert np.abs(pixels[0, 0] - pixels[16, 16]).max() > 100
    assert pixels[0, 0].tolist() == ([0, 0, 0] if reading else [255, 255, 255])


def test_other_modes_are_seen(tmp_path: Path) -> None:
    palette = Image.new("P", (32, 32), 0)
    palette.putpalette([9, 9, 9, 255, 255, 255])
    palette.paste(1, (8, 8, 24, 24))
    palette.save(tmp_path / "palette.png", transparency=0)
    assert read(tmp_path / "palette.png")[1] == DARK_GROUND
    Image.fromarray(RAMP > 0.5).save(tmp_path / "bit.png")
    assert np.unique(read(tmp_path / "bit.png")[0]).tolist() == [0, 255]
    frames = [Image.new("RGBA", (8, 8), (255, 255, 255, 40 * i)) for i in (1, 2)]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    assert read(tmp_path / "moving.webp")[1] == DARK_GROUND, "the first frame"
