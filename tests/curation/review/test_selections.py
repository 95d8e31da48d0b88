"""Named selections of images."""

from pathlib import Path

import pytest

from curation.review.selections import (
    load_selection,
    remove_selection,
    save_selection,
    selection_names,
    selection_stamp,
)
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.split_pictures import checked


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def refused(workspace: Workspace, name: str, image_ids: list[str]) -> str:
    with pytest.raises(ErrataError) as error:
        save_selection(workspace, "tiny", name, image_ids, "by hand")
    return str(error.value)


def test_what_is_saved_is_read_back(workspace: Workspace) -> None:
    made = save_selection(workspace, "tiny", "hazy", ["b.png", "a.png", "b.png"], "map of a net")
    assert made.image_ids == ("a.png", "b.png")
    assert load_selection(workspace, "tiny", "hazy") == made
    assert made.made_from == "map of a net"
    assert made.created.endswith("Z")
    assert selection_names(workspace, "tiny") == ("hazy",)
    assert selection_names(workspace, "other") == ()
    assert selection_stamp(workspace, "tiny", "hazy") > 0 == selection_stamp(workspace, "tiny", "foggy")


def test_rows_of_images_that_are_still_there(workspace: Workspace) -> None:
    images = checked([0, 1, 2], ["train"] * 3, ["a.png", "b.png", "c.png"])
    made = save_selection(workspace, "tiny", "hazy", ["c.png", "a.png", "gone.png"], "by hand")
    assert made.rows(images.rows).tolist() == [0, 2]


def test_a_name_stands_for_the_same_images(workspace: Workspace) -> None:
    save_selection(workspace, "tiny", "hazy", ["a.png"], "by hand")
    save_selection(workspace, "tiny", "hazy", ["a.png"], "by hand")
    assert "'hazy' of tiny holds other images already; give it another name" in refused(workspace, "hazy", ["b.png"])
    assert load_selection(workspace, "tiny", "hazy").image_ids == ("a.png",)


@pytest.mark.parametrize("name", ["", "../up", "A B", "x" * 65, "/etc"])
def test_names_that_are_none(workspace: Workspace, name: str) -> None:
    assert "selection" in refused(workspace, name, ["a.png"])
    assert not (workspace.root / "selections").exists()


def test_nothing_selected(workspace: Workspace) -> None:
    assert refused(workspace, "hazy", []) == "nothing is selected; mark at least one image"


def test_unknown_and_removed(workspace: Workspace) -> None:
    save_selection(workspace, "tiny", "hazy", ["a.png"], "by hand")
    with pytest.raises(ErrataError, match="no selection 'hazi'; did you mean 'hazy'"):
        load_selection(workspace, "tiny", "hazi")
    remove_selection(workspace, "tiny", "hazy")
    assert selection_names(workspace, "tiny") == ()
    with pytest.raises(ErrataError, match="no selection 'hazy'"):
        remove_selection(workspace, "tiny", "hazy")


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", '{"schema_version": 2}', '{"schema_version": 1, "dataset": "other", "image_ids": []}', "nonsense"],
)
def test_a_damaged_file(workspace: Workspace, text: str) -> None:
    save_selection(workspace, "tiny", "hazy", ["a.png"], "by hand")
    (workspace.root / "selections" / "tiny" / "hazy.json").write_text(text)
    with pytest.raises(ErrataError, match=r"hazy\.json"):
        load_selection(workspace, "tiny", "hazy")
