"""The map screen in each state, driven without a browser; clicks and lassos are in test_screens_browser."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.map_choice import choice
from app.map_figure import GREY, map_figure
from app.review_bench import bench
from curation.map_groups import MapGroup
from curation.palette import PALETTE
from curation.results import Audit
from curation.review import log_of
from curation.selections import save_selection
from curation.split_make import make_split
from curation.split_request import SplitRequest
from curation.workspace import Workspace
from tests.small_audit import ARCHITECTURES, small_audit

MAIN = Path(__file__).parent.parent / "app" / "main.py"
WORST = "test/sea/0.png"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "nothing"))
    monkeypatch.setattr("app.review_verdicts.SHORTEST_LOOK_S", 0.0)
    return Workspace.from_environment()


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=0)


def show(name: str = "tiny", **query: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for key, value in {"dataset": name, "screen": "map", **query}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def shown(app: AppTest) -> str:
    return "\n".join(body for one in app.html if not (body := str(one.proto.body)).startswith(("<style", "<script")))


def texts(elements: object) -> str:
    return " ".join(str(one.value) for one in elements)  # type: ignore[attr-defined]


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


def numbers(packed: Any) -> list[float]:
    """Return what plotly packed as base64, or a list as it is."""
    if isinstance(packed, list):
        return [float(one) for one in packed]
    values = np.frombuffer(base64.b64decode(packed["bdata"]), np.dtype(packed["dtype"]))
    return [float(one) for one in values]


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Not audited yet"
    assert "how alike a trained model finds them" in texts(app.markdown)


def test_the_points_of_an_architecture_coloured_by_label(workspace: Workspace, audit: Audit) -> None:
    app = show(architecture=ARCHITECTURES[1])
    (figure,) = figures(app)
    points = audit.architectures[1].points
    assert points is not None
    for place, trace in enumerate(figure["data"]):
        own = audit.rows.labels == place
        assert trace["name"] == audit.rows.classes[place]
        assert trace["type"] == "scattergl"
        assert trace["marker"]["color"] == PALETTE[place]
        np.testing.assert_allclose(numbers(trace["x"]), points[own, 0], rtol=1e-6)
        np.testing.assert_allclose(numbers(trace["y"]), points[own, 1], rtol=1e-6)
    assert "30 images" in shown(app)
    assert ARCHITECTURES[1] in shown(app)


@pytest.mark.parametrize(("colour", "traces"), [("prediction", 3), ("label quality", 1), ("split", 2)])
def test_other_colours(workspace: Workspace, audit: Audit, colour: str, traces: int) -> None:
    (figure,) = figures(show(colour=colour))
    assert len(figure["data"]) == traces
    assert sum(len(numbers(one["x"])) for one in figure["data"]) == len(audit.rows)
    if colour == "label quality":
        values = numbers(figure["data"][0]["marker"]["color"])
        np.testing.assert_allclose(sorted(values), sorted(audit.consensus.label_quality), rtol=1e-6)


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
    assert len(figures(app)) == 2
    for figure, one in zip(figures(app), audit.architectures, strict=True):
        assert one.points is not None
        np.testing.assert_allclose(numbers(figure["data"][0]["x"]), one.points[audit.rows.labels == 0, 0], rtol=1e-6)


def test_original_and_curated_side_by_side(workspace: Workspace, audit: Audit) -> None:
    make_split(workspace, "tiny", SplitRequest("v1", reviewer="ana"))
    assert "v1" not in app_options(show())  # made, not audited
    small_audit(workspace, "tiny-v1", cams=0)
    app = show(beside="v1")
    assert app_options(app) == ["one map", "v1", ARCHITECTURES[1]]
    assert len(figures(app)) == 2
    assert "labels as given" in shown(app)
    assert "labels v1" in shown(app)


def app_options(app: AppTest) -> list[str]:
    return list(app.selectbox(key="beside").options)


GROUPS = [MapGroup("sea", 0, np.array([4, 2, 9])), MapGroup("forest", -1, np.array([7]))]


def test_clicks_and_lassos_mean_rows() -> None:
    def at(*points: tuple[int, int], lasso: bool = False) -> dict[str, Any]:
        named = [{"curve_number": curve, "point_index": index} for curve, index in points]
        return {"points": named, "lasso": [{"x": [0], "y": [0]}] if lasso else []}

    assert choice(at((0, 2)), GROUPS).single == 9
    assert choice(at((1, 0)), GROUPS).single == 7
    both = choice(at((0, 0), (0, 1), (1, 0), (0, 0), lasso=True), GROUPS)
    assert both.rows.tolist() == [2, 4, 7]
    assert both.single is None
    alone = choice(at((0, 0), lasso=True), GROUPS)
    assert (alone.rows.tolist(), alone.single) == ([4], None)
    assert choice(at((2, 0), (0, 3), (0, -1)), GROUPS).rows.tolist() == []  # the ring, and points of another figure
    assert choice({}, GROUPS).single is None


def test_the_figure() -> None:
    points = np.arange(20, dtype=np.float32).reshape(10, 2)
    figure = map_figure(points, GROUPS, ring=3)
    sea, forest, ring = figure["data"]
    assert sea["x"].tolist() == [8, 4, 18]
    assert forest["marker"]["color"] == GREY
    assert (ring["x"], ring["y"], ring["showlegend"]) == ([6.0], [7.0], False)
    assert figure["layout"]["showlegend"]
    small, large = (map_figure(np.zeros((n, 2)), GROUPS)["data"][0]["marker"]["size"] for n in (50_000, 100))
    assert small < large


def test_a_selection_is_a_queue_of_the_review(workspace: Workspace, audit: Audit) -> None:
    chosen = ["test/sea/1.png", "train/street/1.png", "test/street/0.png"]
    save_selection(workspace, "tiny", "hazy", chosen, "map of a net")
    own = bench(workspace, "tiny")
    assert own is not None
    queue = own.queue("all", "selection hazy")
    quality = audit.consensus.label_quality[queue.rows]
    assert sorted(audit.rows.image_ids[queue.rows]) == sorted(chosen)
    assert (np.diff(quality) >= 0).all()
    assert not queue.drawn.any()
    assert len(own.queue("test", "selection hazy").rows) == 2
    app = show(screen="review", reviewer="ana", split="all", order="selection hazy")
    for _ in chosen:
        (keep,) = [one for one in app.button if one.proto.shortcut.lower() == "k"]
        keep.click()
        app.run()
    lines = [json.loads(line) for line in log_of(workspace, "tiny").path.read_text().splitlines()]
    assert [line["image_id"] for line in lines] == audit.rows.image_ids[queue.rows].tolist()
    assert {line["queue"] for line in lines} == {"all: selection hazy"}
    assert not any(line["drawn"] for line in lines)
    assert "Everything in this queue is judged" in texts(app.success)
