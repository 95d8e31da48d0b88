"""The reviewer's name is asked once."""

from pathlib import Path

import pytest

from curation.decisions.reviewer import keep_reviewer, kept_reviewer
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def test_kept_until_another_one_comes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert kept_reviewer(workspace) == ""
    assert keep_reviewer(workspace, "ana") == "ana"
    assert kept_reviewer(Workspace(tmp_path)) == "ana"
    keep_reviewer(workspace, "Ben Müller")
    assert kept_reviewer(workspace) == "Ben Müller"


@pytest.mark.parametrize("name", ["", " ana", "a" * 65, "a\nb"])
def test_what_is_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ErrataError, match="is not a name"):
        keep_reviewer(Workspace(tmp_path), name)
    assert kept_reviewer(Workspace(tmp_path)) == ""


@pytest.mark.parametrize("text", ["{", "{}", '{"reviewer": " x "}'])
def test_a_damaged_file_is_no_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "reviewer.json").write_text(text)
    assert kept_reviewer(Workspace(tmp_path)) == ""
