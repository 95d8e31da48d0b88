"""Damaged and hostile picture files: each is read or refused in one sentence, and none ends the process.

The files are decoded in processes that may die; they are the same in each run.
"""

import io
import json
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from models.images.check import check_images
from models.images.decoding_cost import MAX_MEMORY
from tests.helpers import REPOSITORY
from tests.helpers.reliability import record, size

MOST_SECONDS = 1  # of a processor


@pytest.mark.faults
def test_no_damaged_file_ends_the_process_that_checks_it(tmp_path: Path) -> None:
    tries, workers = size(300, 10_000), size(1, 2)
    with ThreadPoolExecutor(workers) as pool:
        looks = [
            look
            for part in pool.map(lambda first: _looked_at(tmp_path, first, workers, tries), range(workers))
            for look in part
        ]
    assert len(looks) == tries
    outcomes: Counter[tuple[str, str]] = Counter()
    for look in looks:
        assert not look["problem"] or "\n" not in look["problem"], look
        assert look["bytes"] < MAX_MEMORY, look
        if size(0, 1):  # beside other tests a time says nothing
            assert look["seconds"] < MOST_SECONDS, look
        outcomes[look["way"], "refused in one sentence" if look["problem"] else "read"] += 1
    for (way, outcome), count in sorted(outcomes.items()):
        record("Hostile pictures", way, count, outcome)
    slowest = max(look["seconds"] for look in looks)
    most = max(look["bytes"] for look in looks) / 1e6
    record(
        "Hostile pictures",
        "all of these, in processes that may die",
        tries,
        f"no process died; at most {slowest:.1f} s and {most:.0f} MB, nothing written to the terminal",
    )


def _looked_at(folder: Path, first: int, step: int, last: int) -> list[dict[str, Any]]:
    folder = folder / str(first)
    folder.mkdir()
    command = [sys.executable, "-m", "tests.models.images.checking_process", str(folder)]
    run = subprocess.run(
        [*command, str(first), str(step), str(last)], capture_output=True, text=True, cwd=REPOSITORY, timeout=3000
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"the process that checks ended by {run.returncode} at {lines[-1:]}: {run.stderr}"
    assert run.stderr == "", "decoders write nothing by themselves"
    return [begun | ended for begun, ended in zip(lines[::2], lines[1::2], strict=True)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _png(width: int, height: int, depth: int, kind: int, *chunks: bytes) -> bytes:
    """Return a PNG without pixels."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([depth, kind, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + b"".join(chunks) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _scans(side: int, n: int) -> bytes:
    """Return a JPEG whose last scan is repeated."""
    data = _saved(Image.new("L", (side, side)), "JPEG", progressive=True)
    last, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[last:end] * n + data[end:]


def _canvas(side: int) -> bytes:
    """Return a WebP animation of a few bytes with a large canvas."""
    frame = Image.new("RGB", (16, 16))
    data = bytearray(_saved(frame, "WEBP", save_all=True, append_images=[Image.new("RGB", (16, 16), "red")]))
    data[24:30] = (side - 1).to_bytes(3, "little") * 2
    return bytes(data)


ZEROS = zlib.compress(bytes(50_000_000), 9)
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "canvas.webp": (lambda: _canvas(9_999), "would take 2.1 GB of memory"),
    "lossless.webp": (lambda: _saved(Image.new("RGB", (8, 8)), "WEBP", lossless=True), ""),
    "scans.jpg": (lambda: _scans(1_000, 500), "over 40 times"),
    "deep.png": (lambda: _png(9_999, 9_999, 16, 0), "would take 1.1 GB of memory"),
    "profile.png": (lambda: _png(9, 9, 8, 2, _chunk(b"iCCP", b"x\0\0" + ZEROS)), "damaged or truncated"),
    "text.png": (lambda: _png(9, 9, 8, 2, _chunk(b"zTXt", b"x\0\0" + ZEROS)), "damaged or truncated"),
    "run.qoi": (lambda: b"qoif" + (5_000).to_bytes(4, "big") * 2 + b"\4\0", "decoded slowly"),
    "odd.ppm": (lambda: b"P6 5000 5000 99 ", "decoded slowly"),
}


@pytest.mark.faults
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as `models.images.quiet_decoders` does
def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    for name, (data, words) in BOMBS.items():
        (tmp_path / name).write_bytes(data())
        problem = check_images([tmp_path / name], 1)[0].problem
        assert words in str(problem), name
        assert (problem is None) == (not words), name
    count = sum(bool(words) for _, words in BOMBS.values())
    record("Hostile pictures", "bombs: sizes, scans, canvases, profiles, texts", count, "refused before decoding")


def _saying(data: bytes, side: int) -> bytes:
    """Return a JPEG whose header says a square of another side."""
    size = data.index(b"\xff\xc0") + 5
    return data[:size] + side.to_bytes(2, "big") * 2 + data[size + 4 :]


def test_a_size_that_the_bytes_cannot_hold_is_refused(tmp_path: Path) -> None:
    noise = Image.effect_noise((64, 64), 90)
    (tmp_path / "false.jpg").write_bytes(_saying(_saved(noise, "JPEG"), 6_000))
    (tmp_path / "false.j2k").write_bytes(_saved(Image.new("L", (6_000, 6_000)), "JPEG2000"))
    Image.new("RGB", (5_000, 5_000)).save(tmp_path / "empty.webp", lossless=True)
    for name in ("false.jpg", "false.j2k", "empty.webp"):
        said = (
            f"megapixels, and has {(tmp_path / name).stat().st_size:,} bytes: it is damaged, or shows next to nothing"
        )
        problem = check_images([tmp_path / name])[0].problem
        assert said in str(problem), problem


@pytest.mark.parametrize(
    ("mode", "kind", "options"),
    [
        ("L", "JPEG", {"progressive": True, "optimize": True}),
        ("1", "PNG", {"compress_level": 9}),
        ("P", "PNG", {"compress_level": 9}),
        ("1", "TIFF", {"compression": "group4"}),
        ("RGB", "WEBP", {"quality": 1}),
    ],
)
def test_an_empty_page_of_a_size_that_its_format_can_hold_is_read(
    tmp_path: Path, mode: str, kind: str, options: dict[str, Any]
) -> None:
    file = tmp_path / f"page.{kind.lower()}"
    file.write_bytes(_saved(Image.new(mode, (5_000, 4_000)), kind, **options))
    assert check_images([file])[0].problem is None


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("TIFF", {"compression": "lzma"})])
def test_a_large_mask_is_read(tmp_path: Path, kind: str, options: dict[str, Any]) -> None:
    mask = Image.new("L", (5_000, 4_000))
    ImageDraw.Draw(mask).ellipse((900, 700, 4_100, 3_300), "white")
    file = tmp_path / f"mask.{kind.lower()}"
    file.write_bytes(_saved(mask, kind, **options))
    assert check_images([file])[0].problem is None


def test_scans_in_metadata_and_behind_the_end_do_not_count(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "\u00ff\u00da" * 3_000
    many = b"\xff\xda" * 3_000
    plain = _saved(Image.new("RGB", (900, 900)), "JPEG", exif=exif, comment=many)
    (tmp_path / "motion.jpg").write_bytes(plain + many)
    (tmp_path / "small.jpg").write_bytes(_scans(16, 500))
    assert [check.problem for check in check_images(sorted(tmp_path.iterdir()))] == [None, None]
