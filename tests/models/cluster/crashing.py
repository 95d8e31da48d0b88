"""Stand-ins for trouble on a worker; in a file that imports little, because each new process imports it."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from models.images.check import ImageCheck
from models.images.grey_range import GreyRange


@dataclass(frozen=True)
class Crashing:
    """Stands for a decoder that ends the process at one image."""

    sha256: str

    def __call__(self, sha256: str, grey_range: GreyRange | None) -> ImageCheck | None:
        return os._exit(1) if sha256 == self.sha256 else None


def fault(*_: object) -> None:
    """End the process as a segmentation fault does."""
    os.kill(os.getpid(), signal.SIGSEGV)


@dataclass(frozen=True)
class Faulting:
    """Stands for a decoder with a segmentation fault at one image; where that is "", for one without."""

    sha256: str

    def __call__(self, sha256: str, grey_range: GreyRange | None = None) -> ImageCheck | None:
        if sha256 == self.sha256:
            fault()
        return None


def no_range(path: Path) -> None:
    """Stand for data sets without a grey range."""
