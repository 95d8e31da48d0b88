"""What a new curated split is asked to be."""

import getpass
import math
import os
from contextlib import suppress
from dataclasses import dataclass, replace

from curation.datasets.rows import SPLITS
from curation.decisions.decision import checked_reviewer
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name


@dataclass(frozen=True)
class VersionRequest:
    """What a new curated split is asked to be."""

    name: str  # as v1
    parent: str = ORIGINAL  # whose splits, left-out leaks and automatic labels are taken over
    shares: dict[str, float] | None = None  # of splits made anew; None: the parent's are kept
    seed: int = 0  # of splits made anew
    drop_leaks: bool = False  # images with a twin in a split further on are left out; else they are reported
    auto_accept: float | None = None  # label_quality below it takes the suggested label, unseen; None: no label does
    auto_splits: tuple[str, ...] = ("train", "val")  # where it may
    reviewer: str = ""  # who makes it; the user where empty

    def checked(self) -> "VersionRequest":
        """Return it, with who makes it.

        Raises:
            ErrataError: the version is no name or `original`, a threshold outside (0, 1], an unknown split, automatic
                labels for test, a negative seed, or no name of a reviewer.
        """
        if checked_name("version", self.name) == ORIGINAL:
            raise ErrataError("version 'original' are the labels as given, which are always there; name another, as v1")
        if self.seed < 0:
            raise ErrataError(f"--seed {self.seed} is negative; give 0 or more")
        for split in self.auto_splits:
            if split not in SPLITS:
                raise unknown("split", split, SPLITS)
        if "test" in self.auto_splits:
            raise ErrataError(
                "labels of the test split are changed by people only, so --auto-accept is refused for test; "
                "review its suspicious labels with `errata review`"
            )
        if self.auto_accept is not None and not (math.isfinite(self.auto_accept) and 0 < self.auto_accept <= 1):
            raise ErrataError(f"--auto-accept {self.auto_accept} is no label_quality above 0, at most 1")
        return replace(self, reviewer=checked_reviewer(self.reviewer or _user_name()))


def _user_name() -> str:
    """Return who runs this process; empty where nobody knows."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return os.environ.get("USER", "")
