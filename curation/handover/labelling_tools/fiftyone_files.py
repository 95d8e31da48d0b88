"""FiftyOne: exports on the disk as opinions: labels.json of classifications, or samples.json with fields."""

from pathlib import Path
from typing import Any

from curation.handover.labelling_tools.opinion import Opinion, Opinions
from models.errors import ErrataError

TOOL = "FiftyOne"
_FIELDS = ("curated", "ground_truth")  # of samples, the first that they have


def is_export(content: Any) -> bool:
    """Return whether a JSON file is an export of FiftyOne."""
    return isinstance(content, dict) and bool({"labels", "samples"} & content.keys())


def parse(path: Path, content: dict[str, Any]) -> Opinions:
    """Return the classes in an export.

    Raises:
        ErrataError: a class number is not in its list, or no field holds classes.
    """
    if "samples" in content:
        named = [(sample.get("filepath", ""), _field(sample)) for sample in content["samples"]]
        if not any(label for _, label in named):
            raise ErrataError(f"{path} has no classes in {' or '.join(_FIELDS)}; export one of these fields")
    else:
        classes = content.get("classes") or []
        named = [(image, _class(path, image, label, classes)) for image, label in content["labels"].items()]
    opinions = tuple(Opinion(str(image), (label,)) for image, label in named if label)
    return Opinions(TOOL, opinions, len(named) - len(opinions))


def _field(sample: dict[str, Any]) -> str:
    for name in _FIELDS:
        if isinstance(value := sample.get(name), dict) and value.get("label"):
            return str(value["label"])
    return ""


def _class(path: Path, image: str, label: Any, classes: list[str]) -> str:
    if isinstance(label, dict):
        label = label.get("label")
    if isinstance(label, int) and not isinstance(label, bool):
        if not 0 <= label < len(classes):
            raise ErrataError(f"{path}: {image!r} has the class number {label}, and there are {len(classes)} classes")
        return str(classes[label])
    return "" if label is None else str(label)
