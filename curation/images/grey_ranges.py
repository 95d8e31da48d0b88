"""The grey range of an image file: that of the data set of datasets.yaml in whose folder it lies."""

from pathlib import Path

from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.workspace.folders import Workspace, data_root, workspace_place
from models.images.grey_range import GreyRange


class GreyRanges:
    """The grey ranges of datasets.yaml as it is now, by folder."""

    def __init__(self) -> None:
        """Read datasets.yaml.

        Raises:
            ErrataError: it is damaged.
        """
        self._specs = [spec for spec in load_catalog().values() if spec.grey_range]
        self._specs.sort(key=lambda spec: -len(spec.root.parts))  # the innermost folder counts

    def of(self, path: Path) -> GreyRange | None:
        """Return the grey range of an image file, however its data set is opened; None where none is given."""
        return next((spec.grey_range for spec in self._specs if _holds(spec, path)), None)


def grey_range_of(path: Path) -> GreyRange | None:
    """Return the grey range of an image file; None where datasets.yaml gives none.

    Raises:
        ErrataError: datasets.yaml is damaged.
    """
    return GreyRanges().of(path)


def _holds(spec: DatasetSpec, path: Path) -> bool:
    """Return whether a file belongs to a data set of datasets.yaml, by its folder."""
    workspace = Workspace(workspace_place())
    if path.is_relative_to(workspace.unpacked):  # unpacked/DIGEST/NAME/…: no other data set gets that name
        return path.relative_to(workspace.unpacked).parts[1:2] == (spec.name,)
    return path.is_relative_to((workspace.drawn if spec.embedded else data_root()) / spec.root)
