"""CIFAR-10 as image files, read through torchvision."""

from pathlib import Path

from torchvision.datasets import CIFAR10

from models.arrays import Progress
from models.files.unfinished import unfinished_folder

IMAGES = 60_000  # 50,000 train and 10,000 test


def write_cifar10(folder: Path, progress: Progress | None = None) -> None:
    """Download CIFAR-10 and write it as train|test/CLASS/00000.png, numbered by position in its split.

    Args:
        folder: where to write; made. The archive (170 MB) is unpacked beside it and removed at the end.
        progress: called with (images written, images).

    Raises:
        OSError, RuntimeError: the download failed, or the archive is not the published one (torchvision
            checks).

    Source: Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html
    """
    with unfinished_folder(folder.parent / "cifar10-archive") as archive:
        done = 0
        for split in ("train", "test"):
            images = CIFAR10(archive, train=split == "train", download=True)
            for name in images.classes:
                (folder / split / name).mkdir(parents=True, exist_ok=True)
            for number, (image, label) in enumerate(images):
                image.save(folder / split / images.classes[label] / f"{number:05d}.png")
                done += 1
                if progress:
                    progress(done, IMAGES)
