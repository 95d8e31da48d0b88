"""JSON that lists images otherwise than as objects with path and label: COCO, FiftyOne, path or class first."""

from collections.abc import Mapping, Sequence
from typing import Any

Objects = list[dict[str, Any]]


def as_objects(content: Any) -> Any:
    """Return the objects `{"filepath": …, "label": …}` that a JSON file means; content of any other form as it stands.

    Read are the lists of COCO (`images`, `annotations`, `categories`; iNaturalist and iWildCam write them too),
    FiftyOne's export of classifications (`classes`, `labels`), a mapping of path to label, and one of label to paths.
    An image with several labels has them all, with bars between; an image without has an empty label.
    """
    if not isinstance(content, dict) or not content:
        return content
    if _are_objects(content.get("images")) and _are_objects(content.get("annotations")):
        return _of_coco(content)
    if isinstance(content.get("labels"), dict) and isinstance(content.get("classes", []), list):
        return _of_fiftyone(content["labels"], content.get("classes", []))
    if all(isinstance(value, str | int) and not isinstance(value, bool) for value in content.values()):
        return [{"filepath": name, "label": label} for name, label in content.items()]
    if all(isinstance(value, list) and value and all(map(_is_text, value)) for value in content.values()):
        return [{"filepath": name, "label": label} for label, names in content.items() for name in names]
    return content


def _of_coco(content: Mapping[str, Any]) -> Objects:
    names = {each.get("id"): each.get("name") for each in content.get("categories") or []}
    labels: dict[Any, dict[str, None]] = {}
    for annotation in content["annotations"]:
        number = annotation.get("category_id")
        labels.setdefault(annotation.get("image_id"), {})[str(names.get(number, number))] = None
    return [
        {"filepath": image.get("file_name", ""), "label": _single(list(labels.get(image.get("id"), ())))}
        for image in content["images"]
    ]


def _of_fiftyone(labels: Mapping[str, Any], classes: Sequence[Any]) -> Objects:
    def name(label: Any) -> Any:
        in_classes = isinstance(label, int) and 0 <= label < len(classes)
        return str(classes[label]) if in_classes else label

    return [
        {
            "filepath": path,
            "label": _single([str(name(each)) for each in label]) if isinstance(label, list) else name(label),
        }
        for path, label in labels.items()
    ]


def _single(labels: list[str]) -> str:
    return "|".join(labels)  # of several, which are refused later


def _are_objects(values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, dict) for value in values)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
