"""CIFAR-10 as files, against torchvision's own reading of a small archive in its format."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import CIFAR10

from curation.datasets.cifar10 import write_cifar10

CLASSES = ["cat", "dog"]


@pytest.fixture
def small_archive(monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Let torchvision unpack three training and two test images instead of downloading."""
    generator = np.random.default_rng(0)
    images = {name: generator.integers(0, 256, (n, 3072), dtype=np.uint8) for name, n in (("train", 3), ("test", 2))}

    def unpack(self: CIFAR10) -> None:
        folder = Path(self.root) / self.base_folder
        folder.mkdir(exist_ok=True)
        for name, data in images.items():
            batch = {"data": data, "labels": [index % 2 for index in range(len(data))]}
            (folder / name).write_bytes(pickle.dumps(batch))
        (folder / "meta").write_bytes(pickle.dumps({"label_names": CLASSES}))

    monkeypatch.setattr(CIFAR10, "download", unpack)
    monkeypatch.setattr(CIFAR10, "train_list", [["train", None]])
    monkeypatch.setattr(CIFAR10, "test_list", [["test", None]])
    monkeypatch.setattr(CIFAR10, "meta", {"filename": "meta", "key": "label_names", "md5": None})
    return images


def test_every_image_is_written_losslessly_under_its_class(
    tmp_path: Path, small_archive: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]
) -> None:
    steps: list[tuple[int, int]] = []
    write_cifar10(tmp_path / "cifar10", lambda done, total: steps.append((done, total)))
    files = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    assert files == [
        "cifar10/test/cat/00000.png",
        "cifar10/test/dog/00001.png",
        "cifar10/train/cat/00000.png",
        "cifar10/train/cat/00002.png",
        "cifar10/train/dog/00001.png",
    ]
    with Image.open(tmp_path / "cifar10/train/cat/00002.png") as image:
        pixels = np.asarray(image)
    assert (pixels == small_archive["train"][2].reshape(3, 32, 32).transpose(1, 2, 0)).all()
    assert steps[-1] == (5, 60_000)
    assert [path.name for path in tmp_path.iterdir()] == ["cifar10"]  # the archive is gone
