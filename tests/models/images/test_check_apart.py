"""Checks in a child process: the same as here, and an image that ends the process is named."""

from pathlib import Path

import pytest

from models.errors import ErrataError
from models.images import check_apart as module
from models.images.check import check_images
from models.images.check_apart import check_apart, check_here
from tests.helpers.reliability import record
from tests.models.cluster.crashing import Faulting, fault, no_range
from tests.models.images.noise_pictures import picture

N = 6


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{i}.png" for i in range(N)]
    for seed, path in enumerate(paths):
        picture(10 + seed, 10, seed).save(path)
    paths[2].write_text("no image")
    return paths


@pytest.mark.faults
def test_an_image_that_ends_the_process_is_named_and_the_others_are_checked(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SIZE", 4)
    alone, seen = check_images(paths), list[tuple[int, int]]()
    deadly = Faulting(alone[1].sha256)
    checks = check_apart(paths, deadly, no_range, lambda done, total: seen.append((done, total)))
    assert checks[:1] + checks[2:] == alone[:1] + alone[2:]
    assert checks[1].problem == (
        f"{paths[1]} is an image that ends the process that decodes it; replace it or take it out"
    )
    assert seen[-1] == (N, N)
    record("Faults", "a segmentation fault while an image is decoded", 1, "the image is named and left out")


def test_a_process_that_ends_before_it_reads_an_image_blames_none(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_remember", fault)
    with pytest.raises(ErrataError, match=r"^the process that reads the images was ended from outside, .* again$"):
        check_apart(paths, Faulting(""), no_range)


def test_a_few_images_are_decoded_here_unless_an_attempt_was_ended(
    paths: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart: list[int] = []
    monkeypatch.setattr(module, "check_apart", lambda paths, *_: apart.append(len(paths)))
    alone, folder = check_images(paths), tmp_path / "run" / ".checks"
    assert check_here(paths, Faulting(""), no_range, folder) == alone
    assert not folder.exists()
    folder.mkdir()  # as an attempt leaves it that an image ended
    check_here(paths, Faulting(""), no_range, folder)
    assert apart == [N]
    n_bytes = sum(path.stat().st_size for path in paths)
    for name, pays_from in (("PAYS_FROM_IMAGES", N), ("PAYS_FROM_BYTES", n_bytes)):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, pays_from + 1)
            check_here([*paths[:-1], tmp_path / "gone"], Faulting(""), no_range, tmp_path / f"below {name}")
            check_here(paths, Faulting(""), no_range, tmp_path / f"few {name}")
            patch.setattr(module, name, pays_from)
            check_here(paths, Faulting(""), no_range, tmp_path / f"many {name}")
    assert apart == [N] * 3
