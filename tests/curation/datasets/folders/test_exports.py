"""What Errata exports is read back by Errata as it was, in every format."""

from pathlib import Path

import pytest

from curation.datasets.folders.image_folder import read_folder
from curation.handover.export import export_version
from curation.handover.formats import FORMATS
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import note_rows, small_audit

NAMES = ["CON", "50 %", "test"]  # written as %43ON and 50 %25; and a class that is a word for a split


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(home, cams=0)
    rows_file = home.runs / "audit-tiny" / "rows.json"
    write_json(rows_file, {**read_json(rows_file), "classes": NAMES})
    note_rows(rows_file.parent)
    return home


@pytest.mark.parametrize("kind", [kind for kind, layout in FORMATS.items() if not layout.check])
def test_every_format_is_read_back(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    folder, exported = export_version(workspace, "tiny", "original", kind, tmp_path / "out")
    notices: list[str] = []
    entries = {(entry.image_id, entry.label, entry.split) for entry in read_folder(folder, notices)}
    assert entries == {(item.target, item.label, item.split) for item in exported.items}
    assert {label for _, label, _ in entries} == set(NAMES)
    assert not notices


def test_an_export_in_a_data_set_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").touch()
    export_version(workspace, "tiny", "original", "imagefolder", tmp_path / "curated")
    notices: list[str] = []
    assert [entry.label for entry in read_folder(tmp_path, notices)] == ["cat", "dog"]
    assert notices == ["left out: curated, which Errata writes"]


def test_images_that_were_put_into_an_export(workspace: Workspace, tmp_path: Path) -> None:
    folder, exported = export_version(workspace, "tiny", "original", "imagefolder", tmp_path / "out")
    (folder / "train" / "newt").mkdir()
    (folder / "train" / "newt" / "1.jpg").touch()
    assert len(read_folder(folder)) == len(exported.items) + 1
    (folder / "1.jpg").touch()
    with pytest.raises(ErrataError, match=r"1\.jpg is no part of what Errata exported"):
        read_folder(folder)
