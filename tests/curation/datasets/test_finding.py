"""A source always has the same name, and no other source has that name."""

from pathlib import Path

import pytest

from curation.datasets.finding import find_dataset, source_of, unique_name
from curation.datasets.from_fiftyone.reading import name_of
from curation.datasets.opening import audited_name, open_dataset, source_to_audit
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.typed_command import exit_code


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


def hold(workspace: Workspace, name: str, held_by: str) -> None:
    """Write what an audit leaves that decides on names."""
    write_json(audit_folder(workspace, name) / "config.json", {"source": held_by})
    write_json(audit_folder(workspace, name) / "results.json", {})


def test_the_first_keeps_the_plain_name(workspace: Workspace) -> None:
    assert unique_name("pets", "/a/pets", workspace) == "pets"
    assert unique_name("pets", "/b/pets", workspace) == "pets"  # nothing is audited yet
    hold(workspace, "pets", "/a/pets")
    assert unique_name("pets", "/a/pets", workspace) == "pets"
    longer = unique_name("pets", "/b/pets", workspace)
    assert longer == "pets-623e275c"  # printf /b/pets | sha256sum
    assert unique_name("pets", "/c/pets", workspace) not in ("pets", longer)


def test_a_name_is_kept_when_the_plain_one_becomes_free(workspace: Workspace) -> None:
    hold(workspace, "pets", "/a/pets")
    longer = unique_name("pets", "/b/pets", workspace)
    hold(workspace, longer, "/b/pets")
    (audit_folder(workspace, "pets") / "config.json").unlink()
    assert unique_name("pets", "/b/pets", workspace) == longer
    assert unique_name("pets", "/a/pets", workspace) == "pets"


def test_names_of_the_catalogue_and_empty_ones_are_never_given(workspace: Workspace) -> None:
    assert unique_name("scenes", "/a/scenes", workspace, ["scenes"]).startswith("scenes-")
    assert unique_name("", "/a/ж", workspace).startswith("dataset-")


def test_who_holds_a_name(workspace: Workspace) -> None:
    assert source_of(workspace, "pets") is None
    write_json(audit_folder(workspace, "pets") / "config.json", {"architectures": []})
    assert source_of(workspace, "pets") is None  # written before sources were
    with pytest.raises(ErrataError, match=r"data set .* is not a name"):
        source_of(workspace, "../x")
    (audit_folder(workspace, "pets") / "config.json").write_text("{")
    with pytest.raises(ErrataError, match=r"config\.json is damaged"):
        unique_name("pets", "/a/pets", workspace)


def test_two_folders_of_one_name(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_folder, second_folder = draw_folder(tmp_path / "a" / "pets", 4, 1), draw_folder(tmp_path / "b" / "pets", 4, 1)
    hold(workspace, "pets", str(first_folder))
    first, second = find_dataset(str(first_folder), workspace), find_dataset(str(second_folder), workspace)
    assert (first.name, first.title) == ("pets", "pets")
    assert (
        second.name == audited_name(str(second_folder), workspace) == unique_name("pets", str(second_folder), workspace)
    )
    assert second.title == f"pets ({second_folder})"
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "pets").symlink_to(first_folder)
    assert find_dataset(str(tmp_path / "c" / "pets"), workspace).name == "pets"  # a link to the first
    assert audited_name("pets", workspace) == "pets"
    assert open_dataset("pets", workspace, 0)[0].root == first_folder  # by the name it got, from anywhere
    monkeypatch.chdir(tmp_path / "b")  # a path that is there comes before an audit's name
    assert audited_name("pets", workspace) == open_dataset("pets", workspace, 0)[0].name == second.name
    assert source_to_audit("scenes", workspace) == "scenes"


def test_commands_tell_them_apart(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    second_folder = draw_folder(tmp_path / "b" / "pets", 4, 1)
    hold(workspace, "pets", str(tmp_path / "a" / "pets"))
    monkeypatch.setenv("ERRATA_HOME", str(workspace.root))
    for command in ("issues", "rebuild", "review"):
        assert exit_code(command, second_folder) == 2
        name = unique_name("pets", str(second_folder), workspace)
        assert f"no audited data set '{name}'" in capsys.readouterr().err


def test_two_label_fields_of_one_fiftyone_dataset(workspace: Workspace) -> None:
    hold(workspace, "fiftyone-pets", "fiftyone:Pets/ground_truth")
    assert name_of("Pets", workspace) == name_of("Pets/ground_truth", workspace) == "fiftyone-pets"
    assert name_of("Pets/second_reader", workspace).startswith("fiftyone-pets-")
    assert source_to_audit("fiftyone-pets", workspace) == "fiftyone:Pets/ground_truth"
