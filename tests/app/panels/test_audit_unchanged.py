"""Another audit of the same images with the same settings finds the same, which is said at once."""

import os
from dataclasses import asdict

from app.panels.audit_options import command_options
from app.panels.audit_unchanged import nothing_changed
from curation.datasets.finding import find_dataset
from curation.datasets.read_rows import read_rows
from curation.images.keys import listed_key
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from curation.workspace.stages import StageRecord
from models.files.atomic import digest, write_json
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import small_config, write_status


def test_only_what_is_the_same_is_called_unchanged(workspace: Workspace, audit: Audit) -> None:
    root, options = audit.rows.root, command_options(small_config())
    write_json(audit.folder / "config.json", {**small_config(), "source": str(root)})
    key = digest("images", [listed_key(read_rows(find_dataset(str(root), workspace), 0))])
    records = read_json(audit.folder / "stages.json")
    record = asdict(StageRecord("images", key, 1.0, 1.0, reused=False))
    write_json(audit.folder / "stages.json", {**records, "images": record})

    def sentence(name: str = str(root), options: list[str] = options) -> str:
        return nothing_changed(workspace, name, audit.folder, options)

    assert sentence().startswith("Nothing has changed since the audit of 20")
    assert not sentence(options=["--folds", "7"])
    assert not sentence(name="fiftyone:elsewhere")
    assert not sentence(name="no such data set")
    write_status(audit.folder, "cancelled")
    assert not sentence()
    write_status(audit.folder, "finished")
    os.utime(audit.rows.paths[0], (1, 1))
    assert not sentence()
