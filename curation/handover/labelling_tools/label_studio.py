"""Label Studio: JSON exports (full and JSON-MIN) as opinions, and tasks with suggestions (labelstud.io/guide)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from curation.decisions.verdicts import KEEP, VERDICTS
from curation.handover.labelling_tools.opinion import SUGGESTED_BY, Opinion, Opinions, text_of
from curation.handover.labelling_tools.task import Task
from models.errors import ErrataError
from models.files.atomic import write_json, write_text

TOOL = "Label Studio"
_FIELD, _IMAGE = "class", "image"  # of the labelling configuration
_IMAGE_KEYS = ("image_id", "image", "img", "image_url", "url")  # of a task; its own image_id comes from here


def parse(path: Path, content: Any) -> Opinions:
    """Return what a JSON export says; the predictions in it are no verdicts.

    Raises:
        ErrataError: a task names no image.
    """
    opinions: list[Opinion] = []
    unjudged = 0
    for number, task in enumerate(content):
        if not isinstance(task, dict):
            raise ErrataError(f"{path}: task {number} is {task!r}; expected an export of Label Studio, as JSON")
        data = task.get("data")
        image = _image_of(path, number, data if isinstance(data, dict) else task)
        found = list(_full(image, task) if "annotations" in task else _short(image, task))
        opinions += found
        unjudged += not found
    return Opinions(TOOL, tuple(opinions), unjudged)


def _full(image: str, task: dict[str, Any]) -> Iterator[Opinion]:
    for annotation in task["annotations"] or ():
        chosen = [
            str(choice)
            for result in annotation.get("result") or ()
            if result.get("type") == "choices"
            for choice in result.get("value", {}).get("choices", ())
        ]
        if chosen and not annotation.get("was_cancelled"):
            looked = annotation.get("lead_time")
            seconds = float(looked) if isinstance(looked, int | float) and looked >= 0 else None
            yield Opinion(image, tuple(dict.fromkeys(chosen)), text_of(annotation.get("completed_by")), seconds)


def _short(image: str, task: dict[str, Any]) -> Iterator[Opinion]:
    choice = task.get(_FIELD, task.get("choice"))
    chosen = choice.get("choices", []) if isinstance(choice, dict) else [choice] if isinstance(choice, str) else []
    if chosen:
        yield Opinion(image, tuple(map(str, chosen)), text_of(task.get("annotator")))


def _image_of(path: Path, number: int, data: dict[str, Any]) -> str:
    for key in _IMAGE_KEYS:
        if isinstance(data.get(key), str) and data[key]:
            return str(data[key])
    raise ErrataError(
        f"{path}: task {number} names no image (it has {', '.join(map(str, data))}); expected {', '.join(_IMAGE_KEYS)}"
    )


def write(path: Path, tasks: Sequence[Task], classes: Sequence[str]) -> list[Path]:
    """Write tasks with the suggested labels as pre-annotations, and beside them the labelling configuration."""
    write_json(path, [_task(task) for task in tasks])
    answers = [name for name, verdict in VERDICTS.items() if verdict.classes_named == "none" and name != KEEP]
    view = Element("View")
    SubElement(view, "Image", name=_IMAGE, value=f"${_IMAGE}")
    choices = SubElement(view, "Choices", name=_FIELD, toName=_IMAGE, choice="multiple")
    for name in (*classes, *answers):
        SubElement(choices, "Choice", value=name)
    indent(view)
    config = path.with_suffix(".config.xml")
    write_text(config, tostring(view, "unicode") + "\n")
    return [path, config]


def _task(task: Task) -> dict[str, Any]:
    result = {
        "from_name": _FIELD,
        "to_name": _IMAGE,
        "type": "choices",
        "value": {"choices": [task.suggested]},
    }
    prediction = {"model_version": SUGGESTED_BY, "score": task.confidence, "result": [result]}
    address = f"/data/local-files/?d={quote(task.image_id)}"
    return {"data": {"image": address, "image_id": task.image_id, "label": task.label}, "predictions": [prediction]}
