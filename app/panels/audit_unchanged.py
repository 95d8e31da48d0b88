"""Whether another audit would find anything else: not where images, labels and settings are those of the last one."""

import time
from collections.abc import Sequence
from pathlib import Path

from app.html_parts.markdown import command
from app.panels.audit_options import command_options
from curation.datasets.finding import find_dataset
from curation.datasets.opening import FIFTYONE
from curation.datasets.read_rows import read_rows
from curation.images import checked_rows
from curation.images.checked_rows import CheckedRows
from curation.images.keys import listed_key
from curation.results.audit import FINDINGS
from curation.scoring import findings
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from curation.workspace.run_files import read_config
from curation.workspace.stages import read_records
from models.errors import ErrataError
from models.files.atomic import digest
from models.files.runs import read_status


def nothing_changed(workspace: Workspace, name: str, folder: Path, options: Sequence[str]) -> str:
    """Return in a sentence that an audit would find the same again; empty where it may not, or where that is not known.

    Files count as unchanged where their names, sizes and modification times are.

    Args:
        workspace: of the audit.
        name: what `errata audit` is given.
        folder: the run folder of the audit.
        options: of the audit that is asked for.
    """
    status = read_status(folder)
    if status is None or status.state != "finished" or name.startswith(FIFTYONE):
        return ""
    try:
        config = read_config(folder)
        asked_before = list(options) == command_options(config) and not config.get("with_decisions")
        if not asked_before or config.get("version", ORIGINAL) != ORIGINAL or config.get("predictions"):
            return ""
        if not (_same_files(workspace, name, folder, int(config["seed"])) and _same_methods(folder)):
            return ""
    except (ErrataError, KeyError, OSError):  # the audit itself says what is wrong
        return ""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(status.updated))
    return (
        f"Nothing has changed since the audit of {when}: the images, labels and settings are the same, and so is the "
        f"result. To go through all stages all the same: {command('errata', 'audit', name)}"
    )


def _same_files(workspace: Workspace, name: str, folder: Path, seed: int) -> bool:
    listed = read_rows(find_dataset(name, workspace), seed)
    record = read_records(folder).get("images")
    return record is not None and record.key == digest("images", [listed_key(listed)])


def _same_methods(folder: Path) -> bool:
    """Return whether this release of Errata reads and judges as the one did that made the audit."""
    judged = findings.Findings.load(folder / FINDINGS).method
    return judged == findings.METHOD and CheckedRows.load(folder).method == checked_rows.METHOD
