"""Image files against the hashes of the audit."""

import hashlib
from pathlib import Path

import pytest

from curation.images.unchanged import check_image_unchanged, check_unchanged, file_sha256, is_unchanged
from models.errors import ErrataError


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 3_000_000)
    assert file_sha256(tmp_path / "a") == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    with pytest.raises(ErrataError, match=r"cannot read .*none: No such file or directory"):
        file_sha256(tmp_path / "none")


def test_gone_and_changed_files_are_named(tmp_path: Path) -> None:
    names = [f"{number}.png" for number in range(6)]
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_text(path.name)
    hashes = [file_sha256(path) for path in paths]
    check_unchanged(paths, hashes, names, "nothing was done")
    check_unchanged([], [], [], "nothing was done")
    paths[5].write_text("other")
    for path in paths[:4]:
        path.unlink()
    with pytest.raises(ErrataError) as error:
        check_unchanged(paths, hashes, names, "nothing was done")
    assert str(error.value) == (
        "images are not as the audit read them: 4 gone (0.png, 1.png, 2.png, …), 1 changed (5.png); nothing was done: "
        "put them back or audit again"
    )


def test_one_image_that_is_decided_on(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("a")
    sha256 = file_sha256(path)
    check_image_unchanged(path, sha256, "a.png")
    assert is_unchanged(path, sha256)
    path.write_text("b")
    with pytest.raises(ErrataError, match=r"image 'a\.png' was changed since it was scored; nothing was decided"):
        check_image_unchanged(path, sha256, "a.png")
    assert not is_unchanged(path, sha256)
    path.unlink()
    with pytest.raises(
        ErrataError, match=r"cannot read image 'a\.png': No such file or directory; nothing was decided"
    ):
        check_image_unchanged(path, sha256, "a.png")
    assert not is_unchanged(path, sha256)
