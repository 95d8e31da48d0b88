"""What storage, clouds and programs put among images, and names that only look like it."""

import pytest

from curation.datasets.folders.left_out import cloud_only, conflict_of, is_left_out_file, is_left_out_folder


@pytest.mark.parametrize(
    "name", ["@eaDir", "@EADIR", "lost+found", "$Recycle.Bin", "#recycle", ".git", "__MACOSX", "@__thumb", "found.000"]
)
def test_folders_of_storage(name: str) -> None:
    assert is_left_out_folder(name)


@pytest.mark.parametrize("name", ["eaDir", "lost and found", "recycle", "cat", "macosx", "train", "_masks"])
def test_folders_of_data(name: str) -> None:
    assert not is_left_out_folder(name)


@pytest.mark.parametrize("name", ["Thumbs.db", "desktop.ini", "._1.jpg", ".hidden.png", "SYNOPHOTO_THUMB_XL.jpg"])
def test_files_of_storage(name: str) -> None:
    assert is_left_out_file(name)


@pytest.mark.parametrize("name", ["1.jpg", "_1.jpg", "thumbs.jpg", "Cat.png"])
def test_files_of_data(name: str) -> None:
    assert not is_left_out_file(name)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("1 (Anna's conflicted copy 2024-01-31).jpg", "1.jpg"),
        ("a (conflicted copy 2024-01-31 101010).png", "a.png"),
        ("a.sync-conflict-20240131-101010-ABC1234.jpg", "a.jpg"),
        ("a_conf(1).jpg", "a.jpg"),
        ("a (1).jpg", None),
        ("conflict.jpg", None),
    ],
)
def test_second_versions_of_clouds(name: str, first: str | None) -> None:
    assert conflict_of(name) == first


def test_images_that_are_only_in_a_cloud() -> None:
    assert cloud_only(".1.jpg.icloud")
    assert not cloud_only(".1.jpg")
