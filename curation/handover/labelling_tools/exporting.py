"""The review queue as tasks of another tool, with the suggested labels as pre-annotations."""

from collections.abc import Callable, Sequence
from pathlib import Path

from curation.decisions.ledger import Ledger
from curation.handover.labelling_tools import cvat, label_studio, lightly
from curation.handover.labelling_tools.task import Task
from curation.results.audit import Audit
from models.errors import ErrataError, unknown

Writer = Callable[[Path, Sequence[Task], Sequence[str]], list[Path]]
WRITERS: dict[str, tuple[str, Writer]] = {  # suffix -> tool and writer
    ".json": (label_studio.TOOL, label_studio.write),
    ".xml": (cvat.TOOL, cvat.write),
    ".csv": (lightly.TOOL, lightly.write),
}


def write_tasks(audit: Audit, ledger: Ledger, rows: Sequence[int], path: Path) -> tuple[str, int, list[Path]]:
    """Write images that nobody has judged as tasks, and return the tool, how many they are and the files.

    Args:
        audit: of the labels as given.
        ledger: its decisions.
        rows: images, in the order of the queue.
        path: `.json` for Label Studio, `.xml` for CVAT, `.csv` for LightlyStudio.

    Raises:
        ErrataError: another suffix, no image is left to judge, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise unknown("suffix for tasks", suffix, WRITERS)
    tool, write = WRITERS[suffix]
    with ledger.reading() as state:
        judged = set(state.images())
    images, classes = audit.rows, audit.rows.classes
    tasks = []
    for row in rows:
        if str(images.image_ids[row]) in judged:
            continue
        suggested = int(audit.consensus.suggested[row])
        width, height = audit.checked.sizes_px[row].tolist()
        tasks.append(
            Task(
                str(images.image_ids[row]),
                images.path(row),
                (int(width), int(height)),
                classes[images.labels[row]],
                classes[suggested],
                round(float(audit.consensus.confidence[row]), 4),
            )
        )
    if not tasks:
        raise ErrataError("every image of this list is judged; there are no tasks to write")
    return tool, len(tasks), write(path, tasks, classes)
