"""The folders of what Errata computes, and of the data sets."""

import os
from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrataError

_WRITTEN = ("features", "pixels", "copies", "reports", "database", "decisions")
_ENOUGH = 2  # of these beside `runs` make a folder a workspace


@dataclass(frozen=True)
class Workspace:
    """The folder with everything Errata writes; the FiftyOne database can be rebuilt from it."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Workspace":
        """Return the workspace of `ERRATA_HOME`, or of `./workspace` where it is not set; it is made if missing.

        Raises:
            ErrataError: the folder cannot be made or written.
        """
        root = workspace_place()
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror
            raise ErrataError(f"cannot make the workspace {root}: {why}; set ERRATA_HOME to one you own") from error
        if not os.access(root, os.W_OK):
            raise ErrataError(f"no permission to write the workspace {root}; set ERRATA_HOME to a folder you own")
        return cls(root)

    @property
    def features(self) -> Path:
        """Cached embeddings of frozen backbones and converted engines."""
        return self.root / "features"

    @property
    def pixels(self) -> Path:
        """Decoded and resized images as uint8 memory maps."""
        return self.root / "pixels"

    @property
    def copies(self) -> Path:
        """Pairs of images that were compared, by content."""
        return self.root / "copies"

    @property
    def runs(self) -> Path:
        """One folder per run: an audit or the training of one architecture."""
        return self.root / "runs"

    @property
    def reports(self) -> Path:
        """Reports, one folder per data set."""
        return self.root / "reports"

    @property
    def decisions(self) -> Path:
        """Decision logs of reviewers, one file per data set."""
        return self.root / "decisions"

    @property
    def splits(self) -> Path:
        """Curated versions of the labels, one folder per data set and version; never changed once they are there."""
        return self.root / "splits"

    @property
    def exports(self) -> Path:
        """Exported data sets, where no other place is named."""
        return self.root / "exports"

    @property
    def drawn(self) -> Path:
        """The embedded data sets, drawn or unpacked on first use."""
        return self.root / "data"

    @property
    def uploads(self) -> Path:
        """Data sets that were sent from the browser as a zip or CSV, a folder for each content."""
        return self.root / "uploads"

    @property
    def unpacked(self) -> Path:
        """Images that were read out of larger files, such as Parquet tables and tars, a folder for each source."""
        return self.root / "unpacked"

    @property
    def columns(self) -> Path:
        """Which columns people named for tables, by the table."""
        return self.root / "columns.json"

    @property
    def database(self) -> Path:
        """MongoDB's files."""
        return self.root / "database"


def workspace_place() -> Path:
    """Return where the workspace lies or will lie: `ERRATA_HOME`, or `./workspace` where it is not set."""
    return Path(os.environ.get("ERRATA_HOME") or "workspace").absolute()


def is_workspace(folder: Path) -> bool:
    """Return whether a folder is this workspace, or another one in which an audit has begun."""
    if folder.name == workspace_place().name and os.path.realpath(folder) == os.path.realpath(workspace_place()):
        return True
    if not (folder / "runs").is_dir():
        return False
    return sum((folder / name).is_dir() for name in _WRITTEN) >= _ENOUGH


def data_root() -> Path:
    """Return the folder of the data sets of datasets.yaml: `ERRATA_DATA`, or `./data` where it is not set."""
    return Path(os.environ.get("ERRATA_DATA") or "data").absolute()
