"""From seeing to judging and back, driven without a browser."""

from functools import partial
from urllib.parse import urlencode

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.review.selections import load_selection, selection_names
from curation.workspace.folders import Workspace
from tests.helpers import app_driver
from tests.helpers.app_driver import pictures, ran, shown, texts
from tests.helpers.small_audit import ARCHITECTURES, CONFUSED

show = partial(app_driver.show, reviewer="anna")
WORST = "test/sea/0.png"
BADGE = "<b>anna</b> none-of-these"


@pytest.fixture(autouse=True)
def fast_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.screens.review.verdicts.SHORTEST_LOOK_S", 0.0)  # a test looks faster than people do


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return ran(app)


@pytest.mark.parametrize(
    "query",
    [
        {"screen": "audit"},
        {"screen": "errors", "errors": "suspicious labels"},
        {"screen": "errors", "errors": "disagreements", "split": "all"},
        {"screen": "errors", "errors": "worst errors"},
        {"screen": "errors", "of": ARCHITECTURES[0], "cell": "0.1"},
        {"screen": "dataset", "part": "copies and leaks"},
        {"screen": "map", "image": WORST},
        {"screen": "review", "image": WORST},
    ],
)
def test_a_judged_image_shows_who_said_what(workspace: Workspace, audit: Audit, query: dict[str, str]) -> None:
    assert BADGE not in shown(show(**query))
    image_ids = audit.rows.image_ids.tolist()
    open_ledger(workspace, "tiny").decide(*(Decision("anna", image_id, "none-of-these") for image_id in image_ids))
    assert BADGE in shown(show(**query)), query


def test_filters_in_the_address_are_those_of_the_list(workspace: Workspace, audit: Audit) -> None:
    errors = partial(show, screen="errors", errors="suspicious labels", split="all")
    assert pictures(errors()) == [WORST, "train/street/1.png"]
    assert pictures(errors(file="street")) != [WORST]
    assert pictures(errors(verdict="judged")) == []
    open_ledger(workspace, "tiny").decide(Decision("anna", WORST, "keep"))
    assert pictures(errors(verdict="not judged yet")) == ["train/street/1.png"]
    assert pictures(errors(verdict="keep")) == [WORST]
    app = errors(verdict="kept", quality="1-0")
    assert pictures(app) == [WORST, "train/street/1.png"]
    assert "no verdict to filter by 'kept'; did you mean 'keep'?" in texts(app.warning)
    assert "quality=1-0 is not a range" in texts(app.warning)
    app.selectbox(key="filter.verdict").set_value("keep").run()
    assert app.query_params["verdict"] in ("keep", ["keep"])
    click(app, "No filter")
    assert "verdict" not in app.query_params
    assert pictures(app) == [WORST, "train/street/1.png"]


def test_the_images_of_a_cell_become_a_queue_with_its_own_progress(workspace: Workspace, audit: Audit) -> None:
    app = show(screen="errors", split="test", of=ARCHITECTURES[1], cell="1.1")
    n = len(pictures(app))
    app = click(app, f"Review these {n}")
    (name,) = selection_names(workspace, "tiny")
    kept = load_selection(workspace, "tiny", name)
    assert (len(kept.image_ids), kept.made_from) == (n, f"forest as forest by {ARCHITECTURES[1]}")
    assert f"<b>0</b> of {n} images of this selection judged" in shown(app)
    for place in range(1, n + 1):
        assert "← Back to Errors" in shown(app)
        next(button for button in app.button if button.proto.shortcut.lower() == "f").click()
        app = ran(app)
        assert f"<b>{place}</b> of {n} images of this selection judged" in shown(app)
    assert "Everything in this selection is judged" in texts(app.success)
    assert "cell=1.1" in shown(app)  # where the way back leads
    assert "Make a version" in labels(app)
    app = click(app, "Make a version")
    assert app.query_params["screen"] in ("splits", ["splits"])


def test_one_image_is_reviewed_alone(workspace: Workspace, audit: Audit) -> None:
    app = show(screen="errors", split="test", of=ARCHITECTURES[1], cell="2.1")
    assert pictures(app) == [CONFUSED]
    click(app, "Review this")
    (name,) = selection_names(workspace, "tiny")
    assert load_selection(workspace, "tiny", name).image_ids == (CONFUSED,)


@pytest.mark.parametrize("back", ["", "%%%", "screen=nowhere", "a" * 9000, "screen=<script>&x=1"])
def test_a_way_back_that_is_none_is_not_offered(workspace: Workspace, audit: Audit, back: str) -> None:
    assert "Back to" not in shown(show(screen="review", back=back))


def test_the_way_back_has_the_filters(workspace: Workspace, audit: Audit) -> None:
    before = {"screen": "audit", "dataset": "tiny", "verdict": "not judged yet", "quality": "0.00-0.40"}
    page = shown(show(screen="review", back=urlencode(before)))
    assert "← Back to Audit" in page
    assert "quality=0.00-0.40" in page.split("← Back to Audit")[0].rsplit("<a ", 1)[1]


def test_a_filtered_review_is_a_queue_of_its_own_and_leads_back(workspace: Workspace, audit: Audit) -> None:
    app = show(screen="review", split="all", file="sea")
    n = int((np.char.find(audit.rows.image_ids, "sea") >= 0).sum())
    assert f"{n} images of all pass" in texts(app.caption)
    app = click(app, f"Review these {n}")
    (name,) = selection_names(workspace, "tiny")
    assert {"sea" in image_id for image_id in load_selection(workspace, "tiny", name).image_ids} == {True}
    assert f"<b>0</b> of {n} images of this selection judged" in shown(app)
    assert "← Back to Review" in shown(app)
    assert "Filter" not in labels(app)
    blind = show(screen="review", split="all", file="sea", blind="true")
    assert f"Review these {n}" not in labels(blind)
