"""The formats that are read: those of Pillow that are safe, each by its content and counted by its suffix."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.images import formats
from models.images.decode import read_pixels
from models.images.formats import FORMATS, HEIF, SUFFIXES, TGA, image_suffixes, pillow_formats, suffix_of
from models.images.signature import problem_of_file

LOSSY = ("JPEG", "WEBP", "AVIF", "GIF")  # and JPEG 2000 is written without loss
WRITTEN = ("JPEG", "PNG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF", "ICO", "PCX", "SGI")


@pytest.fixture
def fresh() -> Iterator[None]:
    """Ask anew which formats there are, before and after."""
    for asked in (image_suffixes, formats._formats):
        asked.cache_clear()
    yield
    for asked in (image_suffixes, formats._formats):
        asked.cache_clear()


@pytest.mark.parametrize("kind", [*WRITTEN, "QOI", "DDS", "TGA"])
def test_every_format_is_read(tmp_path: Path, kind: str) -> None:
    picture = Image.new("RGB", (16, 16), (200, 40, 90))
    path = tmp_path / f"a.{(FORMATS.get(kind) or TGA)[0]}"
    picture.save(path, kind)
    assert problem_of_file(str(path)) == ""
    tolerance = 12 if kind in LOSSY else 0
    assert np.abs(read_pixels(path, 16).astype(int) - np.asarray(picture, int)).max() <= tolerance


def test_suffixes_are_those_of_pillow() -> None:
    known = {suffix.removeprefix("."): kind for suffix, kind in Image.registered_extensions().items()}
    for kind, suffixes in FORMATS.items():
        assert {known[suffix] for suffix in suffixes} == {kind}
        assert {suffix for suffix, other in known.items() if other == kind} == set(suffixes)
    assert {suffix for suffix, kind in known.items() if kind == "TGA"} == set(TGA)


def test_no_format_that_starts_programs_or_guesses() -> None:
    assert not {"EPS", "PDF", "WMF", "MPEG", "GRIB", "HDF5"} & set(pillow_formats("a.eps"))
    assert "TGA" not in pillow_formats("a.jpg")
    assert suffix_of("x/A.JPG") == "jpg"
    assert "eps" not in SUFFIXES


def test_photographs_of_phones(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    picture = Image.new("RGB", (64, 48), (200, 40, 90))
    pillow_heif.from_pillow(picture).save(tmp_path / "a.HEIC")
    assert "heic" in image_suffixes()
    assert problem_of_file(str(tmp_path / "a.HEIC")) == ""
    assert np.abs(read_pixels(tmp_path / "a.HEIC", 16).astype(int) - [200, 40, 90]).max() <= 12


@pytest.mark.usefixtures("fresh")
def test_without_the_extra_they_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    assert not image_suffixes() & set(HEIF)


def test_a_broken_picture_is_no_tga(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "TGA")
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue())
    assert problem_of_file(str(tmp_path / "a.jpg"))
