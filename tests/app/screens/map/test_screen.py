"""The map screen in each state, driven without a browser; tests/app/screens/test_browser.py clicks and selects."""

import base64
import json
import re
from functools import partial
from html.parser import HTMLParser

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.panels.bench import bench
from app.screens.map.address import clicked, lassoed, place_of
from app.screens.map.canvas import SPAN, scaled
from curation.decisions.ledger import log_of
from curation.palette import PALETTE
from curation.results.audit import Audit
from curation.results.map_groups import MapGroup
from curation.review.selections import load_selection, save_selection, selection_names
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.workspace.folders import Workspace
from tests.helpers import app_driver
from tests.helpers.app_driver import shown, texts
from tests.helpers.small_audit import ARCHITECTURES, small_audit

show = partial(app_driver.show, screen="map")
WORST = "test/sea/0.png"


@pytest.fixture(autouse=True)
def fast_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.screens.review.verdicts.SHORTEST_LOOK_S", 0.0)  # a test looks faster than people do


class Maps(HTMLParser):
    """The maps on a page: attributes, and points as the page unpacks them."""

    def __init__(self) -> None:
        super().__init__()
        self.maps: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if attributes.get("class") == "er-map":
            self.maps.append(attributes)


def maps(app: AppTest) -> list[dict[str, str]]:
    parser = Maps()
    parser.feed(shown(app))
    return parser.maps


def unpacked(drawn: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Return points, shape (N, 2), and their groups, shape (N,), in the order in which they are drawn."""
    x, y, groups = np.frombuffer(base64.b64decode(drawn["data-points"]), "<u2").reshape(3, int(drawn["data-count"]))
    return np.stack([x, y], 1), groups


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Not audited yet"
    assert "that a trained model finds alike" in texts(app.markdown)


def test_the_points_of_an_architecture_coloured_by_label(workspace: Workspace, audit: Audit) -> None:
    app = show(architecture=ARCHITECTURES[1])
    (drawn,) = maps(app)
    points, groups = unpacked(drawn)
    order = np.concatenate([np.flatnonzero(audit.rows.labels == label) for label in range(3)])
    given = audit.architectures[1].points
    assert given is not None
    assert points.tolist() == scaled(given)[order].tolist()
    assert groups.tolist() == audit.rows.labels[order].tolist()
    assert json.loads(drawn["data-names"]) == list(audit.rows.classes)
    assert drawn["data-colours"].split() == list(PALETTE[:3])
    assert "30 images" in shown(app)
    assert f"{ARCHITECTURES[1]} <small>labels as given" in shown(app)


@pytest.mark.parametrize(("colour", "names"), [("prediction", 3), ("label quality", 32), ("split", 2)])
def test_other_colours(workspace: Workspace, audit: Audit, colour: str, names: int) -> None:
    (drawn,) = maps(show(colour=colour))
    _, groups = unpacked(drawn)
    assert len(groups) == len(audit.rows)
    assert len(json.loads(drawn["data-names"])) == len(drawn["data-colours"].split()) == names
    if colour == "label quality":
        assert groups[-1] == round(31 * float(audit.consensus.label_quality.min()))
        assert drawn["data-colours"].split()[0] == "#d55e00"


def test_a_click_in_the_address_becomes_an_image(workspace: Workspace, audit: Audit) -> None:
    app = show(at="0.12", colour="label")  # the third of the forests
    image_id = str(audit.rows.image_ids[audit.rows.labels == 1][2])
    assert app.query_params["image"] == image_id
    assert "at" not in app.query_params
    assert f'alt="{image_id}"' in shown(app)
    assert 'data-side="0" data-at="12"' in shown(app)


def test_a_lasso_in_the_address_is_kept_for_the_review(workspace: Workspace, audit: Audit) -> None:
    app = show(lasso=f"0..-1,-1.{SPAN + 1},-1.{SPAN + 1},{SPAN + 1}.-1,{SPAN + 1}")
    assert "30 images selected" in shown(app)
    assert "Another label fits better for 2." in shown(app)
    name = next(field for field in app.text_input if field.label == "Name of this selection")
    assert name.value == "map-1"
    name.set_value("A B")
    next(button for button in app.button if button.label == "Keep for the review").click()
    app.run()
    assert "selection" in texts(app.error)
    next(field for field in app.text_input if field.label == "Name of this selection").set_value("hazy")
    next(button for button in app.button if button.label == "Keep for the review").click()
    app.run()
    assert len(load_selection(workspace, "tiny", "hazy").image_ids) == 30
    assert "split=all&amp;order=selection+hazy" in shown(app)
    assert "There is no image inside" in texts(show(lasso="0..1,1.2,1.2,2").info)


def test_selections_that_were_kept_lead_to_their_review(workspace: Workspace, audit: Audit) -> None:
    assert "Selections kept" not in shown(show())
    save_selection(workspace, "tiny", "hazy", audit.rows.image_ids[:3].tolist(), "map of a net")
    save_selection(workspace, "tiny", "torn", audit.rows.image_ids[:1].tolist(), "map of a net")
    (workspace.root / "selections" / "tiny" / "torn.json").write_text("{}")
    app = show()
    assert "split=all&amp;order=selection+hazy" in shown(app)
    assert "3 images, map of a net, 20" in shown(app)
    assert "errata selections tiny --remove NAME" in texts(app.caption)
    assert re.search(r"torn\.json is damaged .*; remove it and select again", texts(app.warning))


def test_an_image_in_the_address_is_shown(workspace: Workspace, audit: Audit) -> None:
    page = shown(show(image=WORST))
    assert f'alt="{WORST}"' in page
    assert "nobody says sea" in page
    assert f"screen=review&amp;image={WORST.replace('/', '%2F')}" in page
    assert "30 images" in shown(show(image="test/sea/99.png"))


def test_no_map_says_so(workspace: Workspace, audit: Audit) -> None:
    for path in audit.folder.glob("map-*.npy"):
        path.unlink()
    assert "No architecture of this audit has a map" in texts(show().info)


def test_another_architecture_beside(workspace: Workspace, audit: Audit) -> None:
    assert app_options(show()) == ["one map", ARCHITECTURES[1]]
    app = show(beside=ARCHITECTURES[1])
    assert len(maps(app)) == 2
    for drawn, architecture in zip(maps(app), audit.architectures, strict=True):
        assert architecture.points is not None
        assert sorted(unpacked(drawn)[0].tolist()) == sorted(scaled(architecture.points).tolist())


def test_original_and_curated_side_by_side(workspace: Workspace, audit: Audit) -> None:
    make_version(workspace, "tiny", VersionRequest("v1", reviewer="ana"))
    assert "v1" not in app_options(show())  # made, not audited
    small_audit(workspace, "tiny-v1", cams=0)
    app = show(beside="v1")
    assert app_options(app) == ["one map", "v1", ARCHITECTURES[1]]
    assert len(maps(app)) == 2
    assert "labels as given" in shown(app)
    assert "labels v1" in shown(app)
    page = shown(show(beside="v1", image=WORST))
    assert "<p>v1: <b>sea</b>" in page
    assert page.count("er-pin") == 1
    whole = f"1..-1,-1.{SPAN + 1},-1.{SPAN + 1},{SPAN + 1}.-1,{SPAN + 1}"  # drawn on the version's map
    app = show(beside="v1", lasso=whole)
    next(button for button in app.button if button.label == "Keep for the review").click()
    app.run()
    assert selection_names(workspace, "tiny") == ("map-1",)
    assert selection_names(workspace, "tiny-v1") == ()


def app_options(app: AppTest) -> list[str]:
    return list(app.selectbox(key="beside").options)


GROUPS = [MapGroup("sea", 0, np.array([4, 2, 9])), MapGroup("forest", -1, np.array([7]))]


def test_a_click_is_a_row_in_the_order_of_drawing() -> None:
    assert [clicked(f"0.{place}", 0, GROUPS) for place in range(5)] == [4, 2, 9, 7, None]
    assert clicked("1.0", 0, GROUPS) is None  # of the map beside it
    assert [clicked(text, 0, GROUPS) for text in ("", "0", "0.", "0.-1", "0.x", "x.0")] == [None] * 6
    assert [place_of(row, GROUPS) for row in (4, 2, 9, 7)] == [0, 1, 2, 3]


def test_a_lasso_is_the_rows_inside() -> None:
    points = np.zeros((10, 2), np.uint16)
    points[[2, 4, 7, 9]] = [[10, 10], [20, 10], [15, 12], [40, 40]]
    points[[0, 1, 3, 5, 6, 8]] = 60_000
    square = "5,5.30,5.30,30.5,30"
    caught = lassoed(f"0..{square}", 0, points, GROUPS)
    assert caught is not None
    assert caught.tolist() == [2, 4, 7]
    hidden = lassoed(f"0.0.{square}", 0, points, GROUPS)
    assert hidden is not None
    assert hidden.tolist() == [7]
    nothing = lassoed("0..100,100.110,100.110,110", 0, points, GROUPS)
    assert nothing is not None
    assert not len(nothing)


@pytest.mark.parametrize(
    "text",
    ["", "1..5,5.30,5.30,30", "0..5,5.30,5", "0..5,5.30,5.x,3", "0..5.30.30", "0..5,5,5.1,1.2,2", "0." + ".1,1" * 500],
)
def test_a_lasso_that_is_none(text: str) -> None:
    assert lassoed(text, 0, np.zeros((10, 2), np.uint16), GROUPS) is None


def test_points_keep_their_distances() -> None:
    points = scaled(np.array([[0, 0], [10, 0], [10, 5]], np.float32)).astype(int)
    assert points.tolist() == [[0, SPAN // 4 + 1], [SPAN, SPAN // 4 + 1], [SPAN, 3 * SPAN // 4 + 1]] or (
        np.abs(points - [[0, 16384], [65535, 16384], [65535, 49151]]).max() <= 1
    )
    assert scaled(np.zeros((3, 2), np.float32)).tolist() == [[32768, 32768]] * 3
    far = np.array([[-3e38, 0], [3e38, 0]], np.float32)  # their distance is beyond float32
    assert scaled(far)[:, 0].tolist() == [0, SPAN]


def test_a_selection_is_a_queue_of_the_review(workspace: Workspace, audit: Audit) -> None:
    chosen = ["test/sea/1.png", "train/street/1.png", "test/street/0.png"]
    save_selection(workspace, "tiny", "hazy", chosen, "map of a net")
    opened = bench(workspace, "tiny")
    assert opened is not None
    queue = opened.queue("all", "selection hazy")
    quality = audit.consensus.label_quality[queue.rows]
    assert sorted(audit.rows.image_ids[queue.rows]) == sorted(chosen)
    assert (np.diff(quality) >= 0).all()
    assert not queue.drawn.any()
    assert len(opened.queue("test", "selection hazy").rows) == 2
    app = show(screen="review", reviewer="ana", split="all", order="selection hazy")
    for _ in chosen:
        (keep,) = [button for button in app.button if button.proto.shortcut.lower() == "f"]
        keep.click()
        app.run()
    lines = [json.loads(line) for line in log_of(workspace, "tiny").path.read_text().splitlines()]
    assert [line["image_id"] for line in lines] == audit.rows.image_ids[queue.rows].tolist()
    assert {line["queue"] for line in lines} == {"all: selection hazy"}
    assert not any(line["drawn"] for line in lines)
    assert "Everything in this selection is judged" in texts(app.success)
