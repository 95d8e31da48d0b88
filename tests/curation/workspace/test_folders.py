"""Where things are kept, and rows."""

from pathlib import Path

import numpy as np
import pytest

from curation.datasets.rows import Rows
from curation.workspace.folders import Workspace, data_root
from models.errors import ErrataError


def test_the_workspace_of_the_environment_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "a b" / "é"))
    workspace = Workspace.from_environment()
    assert workspace.root == tmp_path / "a b" / "é"
    assert workspace.root.is_dir()
    folders = {
        workspace.features,
        workspace.pixels,
        workspace.runs,
        workspace.reports,
        workspace.drawn,
        workspace.database,
    }
    assert len(folders) == 6
    assert all(folder.parent == workspace.root for folder in folders)


@pytest.mark.parametrize("value", [None, ""])
def test_without_settings_both_lie_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ERRATA_HOME", "ERRATA_DATA"):
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
    assert Workspace.from_environment().root == tmp_path / "workspace"
    assert data_root() == tmp_path / "data"


def test_a_file_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        monkeypatch.setenv("ERRATA_HOME", str(path))
        with pytest.raises(ErrataError, match=r"cannot make the workspace .*set ERRATA_HOME"):
            Workspace.from_environment()


def test_rows_where() -> None:
    ids, splits = np.array(["a.png", "b ü.png", "c.png"]), np.array(["train", "test", "val"])
    rows = Rows(Path("/images"), ("cat", "dog"), ids, np.array([0, 1, 1]), splits)
    assert len(rows) == 3
    assert rows.paths[1] == Path("/images/b ü.png")
    kept = rows.where(rows.labels == 1)
    assert kept.image_ids.tolist() == ["b ü.png", "c.png"]
    assert kept.splits.tolist() == ["test", "val"]
    assert kept.classes == rows.classes
