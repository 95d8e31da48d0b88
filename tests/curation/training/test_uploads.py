"""Images from outside: accepted, refused, and named safely."""

import io
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation.datasets import uploaded
from curation.training import uploads
from curation.training.uploads import Upload, save_uploads
from models.errors import ErrataError
from tests.helpers import REPOSITORY


def image(width: int = 8, height: int = 6, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, kind)
    return buffer.getvalue()


def test_names_are_our_own_and_the_type_is_that_of_the_content(tmp_path: Path) -> None:
    wanted = [Upload("../../etc/pass wd.jpg", image()), Upload(".hidden", image(kind="JPEG")), Upload("ü", image())]
    paths = save_uploads(wanted, tmp_path).paths
    assert [path.name for path in paths] == ["01-pass-wd.png", "02-hidden.jpeg", "03-image.png"]
    assert all(path.parent == tmp_path for path in paths)
    assert paths[0].read_bytes() == wanted[0].content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not an image that can be read"),
        (b"<svg/>", "not an image that can be read"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image that can be read"),
        (image()[:20], "not an image that can be read"),
        (b"x" * (uploads.MOST_MB * 10**6 + 1), "at most 10 MB"),
        (image(5001, 5001), "25 megapixels; at most 25"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        save_uploads([Upload("bad.png", content)], tmp_path / "folder")
    assert not (tmp_path / "folder").exists()
    saved = save_uploads([Upload("bad.png", content), Upload("good.png", image())], tmp_path / "folder")
    assert [path.name for path in saved.paths] == ["02-good.png"]
    assert sentence in saved.refused["01-bad"]
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["02-good.png"]


def test_too_many(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="21 images are too many at a time; choose at most 20"):
        save_uploads([Upload("a.png", image())] * 21, tmp_path)


def test_a_picture_that_says_it_is_huge_is_not_decoded(tmp_path: Path) -> None:
    bomb = bytearray(image())
    bomb[16:24] = np.array([60_000, 60_000], ">u4").tobytes()  # width and height in the PNG header
    with pytest.raises(ErrataError, match=r"megapixels|not an image"):
        save_uploads([Upload("bomb.png", bytes(bomb))], tmp_path)


def test_the_server_takes_what_the_screen_promises() -> None:
    config = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["maxUploadSize"] == uploaded.MOST_MB >= uploads.MOST_MB


def test_the_first_file_of_a_fresh_process_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(image())
    program = (
        "import sys, pathlib; from curation.training.uploads import Upload, save_uploads; "
        "save_uploads([Upload('a.png', pathlib.Path('a.png').read_bytes())], pathlib.Path('folder'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True
    )  # Pillow knows no format yet
    assert (tmp_path / "folder" / "01-a.png").exists()
