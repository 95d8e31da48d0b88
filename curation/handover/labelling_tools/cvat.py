"""CVAT: "CVAT for images 1.1" (docs.cvat.ai, XML annotation format) as opinions, and tasks with suggestions."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from curation.decisions.verdicts import KEEP, VERDICTS
from curation.handover.labelling_tools.opinion import Opinion, Opinions, text_of
from curation.handover.labelling_tools.task import Task
from models.errors import ErrataError
from models.files.atomic import write_text

TOOL = "CVAT"
_SUGGESTION = "auto"  # the source of a tag that no person set


def parse(path: Path) -> Opinions:
    """Return what the tags of the images say; tags with the source `auto` are suggestions.

    Raises:
        ErrataError: it is no XML, or no export of images.
    """
    try:
        data = path.read_bytes()
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # which can make a small file grow without end
            raise ErrataError(f"{path} declares entities, which CVAT's exports do not; export it again")
        root = ElementTree.fromstring(data)  # noqa: S314 - without entities
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path") from error
    except ElementTree.ParseError as error:
        raise ErrataError(f"{path} is no XML ({error}); export it again") from error
    images = root.findall("image")
    if root.tag != "annotations" or not images:
        raise ErrataError(f"{path} has no images with tags; export the task as 'CVAT for images 1.1'")
    assignee = root.find("./meta/*/assignee/username")
    reviewer = text_of(assignee.text if assignee is not None else "")
    opinions = []
    for image in images:
        tags = [tag for tag in image.findall("tag") if tag.get("source") != _SUGGESTION]
        if classes := tuple(dict.fromkeys(tag.get("label", "") for tag in tags)):
            opinions.append(Opinion(image.get("name", ""), classes, reviewer))
    return Opinions(TOOL, tuple(opinions), len(images) - len(opinions))


def write(path: Path, tasks: Sequence[Task], classes: Sequence[str]) -> list[Path]:
    """Write the images with the suggested labels as tags of the source `auto`."""
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    task_of = SubElement(SubElement(root, "meta"), "task")
    SubElement(task_of, "size").text = str(len(tasks))
    SubElement(task_of, "mode").text = "annotation"
    labels = SubElement(task_of, "labels")
    answers = [name for name, verdict in VERDICTS.items() if verdict.classes_named == "none" and name != KEEP]
    for name in (*classes, *answers):
        label = SubElement(labels, "label")
        SubElement(label, "name").text = name
        SubElement(label, "type").text = "tag"
    for number, task in enumerate(tasks):
        width, height = map(str, task.size_px)
        image = SubElement(root, "image", id=str(number), name=task.image_id, width=width, height=height)
        SubElement(image, "tag", label=task.suggested, source=_SUGGESTION)
    ElementTree.indent(root)
    write_text(path, '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n")
    return [path]
