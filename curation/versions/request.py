"""What a new version of the labels is asked to be."""

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
    """What a new version of the labels is asked to be."""

    name: str  # as v1
    parent: str = ORIGINAL  # version from which splits, left-out leaks and automatic labels are taken over
    shares: dict[str, float] | None = None  # of splits made anew; None: the parent's are kept
    seed: int = 0  # of splits made anew
    drop_leaks: bool = False  # images with a twin in a split further on are left out; else they are reported
    auto_accept: float | None = None  # label_quality below it takes the suggested label, unseen; None: no label does
    auto_splits: tuple[str, ...] = ("train", "val")  # splits in which labels may be taken so
    reviewer: str = ""  # the person who makes it; the user where empty

    def checked(self) -> "VersionRequest":
        """Return the request with the name of the person who makes the version.

        Raises:
            ErrataError: the name of the version is not allowed or `original`, a threshold is outside (0, 1], a split is
                unknown, automatic labels are asked for in test, the seed is negative, or the reviewer has no name.
        """
        if checked_name("version", self.name) == ORIGINAL:
            raise ErrataError("version 'original' is the labels as given and always there; give another name, as v1")
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
            raise ErrataError(f"--auto-accept {self.auto_accept} is not a label_quality above 0, at most 1")
        return replace(self, reviewer=checked_reviewer(self.reviewer or _user_name()))


def _user_name() -> str:
    """Return the name of the user of this process; empty where the system does not tell."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return os.environ.get("USER", "")
