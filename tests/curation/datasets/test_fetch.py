"""Fetching: whole or not at all, and a sentence a person can act on."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.datasets.catalog import load_catalog
from curation.datasets.fetch import can_fetch, draw_or_unpack, fetch
from curation.datasets.finding import find_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def stand_in(monkeypatch: pytest.MonkeyPatch, module: str, name: str, function: Callable[..., None]) -> None:
    """Replace a lazily imported function, so that no test touches the network."""
    stub = types.ModuleType(module)
    setattr(stub, name, function)
    monkeypatch.setitem(sys.modules, module, stub)


def fill(folder: Path) -> None:
    for name in ("train/a/1.jpg", "test/a/1.jpg"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()


def test_kaggle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handles = []

    def download(handle: str, output_dir: str) -> None:
        handles.append(handle)
        fill(Path(output_dir))

    stand_in(monkeypatch, "kagglehub", "dataset_download", download)
    spec = load_catalog()["intel"]
    for _ in range(2):  # the second finds it there
        assert fetch(spec, tmp_path / "data") == tmp_path / "data/intel"
    assert handles == ["puneet6060/intel-image-classification"]
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["intel"]


@pytest.mark.parametrize(
    "error", [ConnectionError("no network"), ValueError("bad archive"), OSError(28, "No space left")]
)
def test_a_failed_download_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def download(handle: str, output_dir: str) -> None:
        fill(Path(output_dir))
        raise error

    stand_in(monkeypatch, "kagglehub", "dataset_download", download)
    reason = "No space left" if error.args[0] == 28 else type(error).__name__
    sentence = (
        rf"could not download data set 'intel' \({reason}\); try again, or get it from "
        rf"https://www\.kaggle\.com/datasets/puneet6060/intel-image-classification "
        rf"and put the images into {tmp_path}/intel/train/CLASS/"
    )
    with pytest.raises(ErrataError, match=sentence):
        fetch(load_catalog()["intel"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_download_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(handle: str, output_dir: str) -> None:
        fill(Path(output_dir))
        raise KeyboardInterrupt

    stand_in(monkeypatch, "kagglehub", "dataset_download", download)
    with pytest.raises(KeyboardInterrupt):
        fetch(load_catalog()["intel"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_faster_process_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(handle: str, output_dir: str) -> None:
        fill(Path(output_dir))
        fill(tmp_path / "intel")
        (tmp_path / "intel/first").touch()

    stand_in(monkeypatch, "kagglehub", "dataset_download", download)
    assert (fetch(load_catalog()["intel"], tmp_path) / "first").exists()


def test_what_cannot_be_downloaded(tmp_path: Path) -> None:
    sentence = (
        "cannot download data set 'landmarks': take your own .*, and put the images into .*/landmarks/train/CLASS/"
    )
    with pytest.raises(ErrataError, match=sentence):
        fetch(load_catalog()["landmarks"], tmp_path)


def test_cifar10_goes_through_torchvision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, "curation.datasets.cifar10", "write_cifar10", lambda folder, progress: fill(folder))
    assert (fetch(load_catalog()["cifar10"], tmp_path) / "train/a/1.jpg").exists()


def test_embedded_sets_are_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def draw(folder: Path, progress: object = None) -> None:
        drawn.append(folder.name)
        fill(folder)

    stand_in(monkeypatch, "curation.datasets.scenery.scenes", "draw_scenes", draw)
    stand_in(monkeypatch, "curation.datasets.digits", "write_digits", draw)
    workspace = Workspace(tmp_path / "workspace")
    for name in ("scenes", "digits", "scenes"):
        draw_or_unpack(find_dataset(name, workspace))
    assert drawn == ["scenes", "digits"]
    assert sorted(path.name for path in workspace.drawn.iterdir()) == ["digits", "scenes"]


def test_prepare_leaves_other_sets_alone(tmp_path: Path) -> None:
    draw_or_unpack(load_catalog()["landmarks"])


def test_a_bug_in_the_drawing_is_not_dressed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(folder: Path, progress: object = None) -> None:
        raise ZeroDivisionError

    stand_in(monkeypatch, "curation.datasets.scenery.scenes", "draw_scenes", draw)
    with pytest.raises(ZeroDivisionError):
        draw_or_unpack(find_dataset("scenes", Workspace(tmp_path)))


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(ErrataError, match=r"cannot write .*/data/intel: .*; free some space or choose another folder"):
        fetch(load_catalog()["intel"], tmp_path / "data")


def test_what_errata_gets_itself() -> None:
    fetched = {name for name, spec in load_catalog().items() if can_fetch(spec)}
    assert fetched == {"scenes", "digits", "intel", "intel-glacier-mountain", "cifar10"}
