"""Named selections of images, and the polygons that they are marked with."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path as Drawn

from curation.review.selections import (
    KEPT_LISTS,
    inside,
    keep_list,
    load_selection,
    named_selections,
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


COORDINATE = st.integers(-20, 20)


def test_a_list_is_kept_under_one_name_and_old_ones_are_forgotten(workspace: Workspace) -> None:
    first = keep_list(workspace, "tiny", ["b.png", "a.png"], "sea as glacier by net_0!")
    assert re.fullmatch(r"list-sea-as-glacier-by-net-0-[0-9a-f]{8}", first.name)
    assert keep_list(workspace, "tiny", ["a.png", "b.png"], "sea as glacier by net_0!").name == first.name
    assert first.image_ids == ("a.png", "b.png")
    save_selection(workspace, "tiny", "hazy", ["a.png"], "map of a net")
    for place in range(KEPT_LISTS):
        keep_list(workspace, "tiny", [f"{place}.png"], "…" * 200)  # a name is never too long, nor empty
    names = selection_names(workspace, "tiny")
    assert len(names) == KEPT_LISTS + 1
    assert first.name not in names
    assert named_selections(workspace, "tiny") == ("hazy",)
    with pytest.raises(ErrataError, match="nothing is selected"):
        keep_list(workspace, "tiny", [], "nowhere")


def test_a_square_and_a_hole() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]])
    points = np.array([[5, 5], [-1, 5], [11, 5], [5, -1], [5, 11], [9.9, 0.1]])
    assert inside(points, square).tolist() == [True, False, False, False, False, True]
    bow = np.array([[0, 0], [10, 10], [10, 0], [0, 10]])  # crosses itself: two triangles
    assert inside(np.array([[1, 5], [9, 5], [5, 1], [5, 9]]), bow).tolist() == [True, True, False, False]


def test_no_polygon_holds_nothing() -> None:
    points = np.array([[0.0, 0.0]])
    assert not inside(points, np.empty((0, 2))).any()
    assert not inside(points, np.array([[0, 0], [1, 1]])).any()
    assert inside(np.empty((0, 2)), np.array([[0, 0], [1, 0], [0, 1]])).shape == (0,)


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=3, unique=True))
def test_triangles_as_matplotlib_has_them(corners: list[tuple[int, int]]) -> None:
    polygon = np.array(corners, np.float64)
    points = np.random.default_rng(0).uniform(-22, 22, (200, 2))  # none on an edge
    assert inside(points, polygon).tolist() == Drawn(polygon).contains_points(points).tolist()


@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=12))
def test_where_it_begins_and_which_way_it_goes_do_not_matter(corners: list[tuple[int, int]]) -> None:
    polygon, points = np.array(corners, np.float64), np.random.default_rng(1).uniform(-22, 22, (100, 2))
    first = inside(points, polygon).tolist()
    assert first == inside(points, np.roll(polygon, 2, axis=0)).tolist() == inside(points, polygon[::-1]).tolist()
