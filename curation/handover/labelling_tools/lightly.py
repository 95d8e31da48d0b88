"""LightlyStudio: its classification CSV, a line for each class of each image (docs.lightly.ai/studio, Export)."""

import csv
from collections.abc import Sequence
from pathlib import Path

from curation.handover.labelling_tools.opinion import SUGGESTED_BY, Opinion, Opinions
from curation.handover.labelling_tools.task import Task
from models.errors import ErrataError
from models.files.tables import write_csv

TOOL = "LightlyStudio"
COLUMNS = ("file_path_abs", "class_name", "confidence", "annotation_source")


def parse(path: Path) -> Opinions:
    """Return what the CSV says; lines with a confidence are a model's, and those of `errata` are suggestions.

    Raises:
        ErrataError: it cannot be read, or has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            header = list(lines.fieldnames or [])
            rows = list(lines)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ErrataError(f"cannot read {path}: {error}; write it as a UTF-8 CSV") from error
    if not {"file_path_abs", "class_name"} <= set(header):
        raise ErrataError(f"{path} has the columns {', '.join(header)}; LightlyStudio writes {', '.join(COLUMNS)}")
    classes: dict[str, list[str]] = {}
    for row in rows:
        chosen = classes.setdefault(row["file_path_abs"], [])
        if not (row.get("confidence") or "").strip() and row.get("annotation_source") != SUGGESTED_BY:
            chosen.append(row["class_name"])
    opinions = tuple(Opinion(image, tuple(dict.fromkeys(names))) for image, names in classes.items() if names)
    return Opinions(TOOL, opinions, len(classes) - len(opinions))


def write(path: Path, tasks: Sequence[Task], classes: Sequence[str]) -> list[Path]:
    """Write the suggested labels as the annotations of the source `errata`; `classes` are those of the lines."""
    del classes
    write_csv(
        path, COLUMNS, ((str(task.path), task.suggested, f"{task.confidence:.4f}", SUGGESTED_BY) for task in tasks)
    )
    return [path]
