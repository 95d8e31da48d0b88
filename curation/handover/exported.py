"""The content of an export: its images with their places, names, labels and decisions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One image of an export."""

    image_id: str
    target: str  # POSIX path in the export
    sha256: str
    split: str
    given: str  # class name, as given
    label: str  # class name, as curated
    labels: tuple[str, ...]  # more than one for an ambiguous or multi-label image
    decision: str
    reviewers: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """The content of an export."""

    name: str  # of the data set
    version: str
    sha256: str  # of the version
    classes: tuple[str, ...]
    items: list[Item]
    about: dict[str, str]  # title, licence

    def missing(self) -> dict[str, list[str]]:
        """Return split -> classes without an image in it: programs that number its class folders miss them."""
        present = {(item.split, item.label) for item in self.items}
        splits = sorted({item.split for item in self.items})
        return {
            split: missing
            for split in splits
            if (missing := [name for name in self.classes if (split, name) not in present])
        }
