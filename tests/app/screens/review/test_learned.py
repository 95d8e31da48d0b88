"""The review screen once verdicts teach: suggestions, reasons, and the images most like the one judged last."""

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.review.suggestion import Suggestion
from curation.workspace.folders import Workspace
from tests.app.screens.review.test_screen import image, labels, logged, press
from tests.helpers import app_driver
from tests.helpers.app_driver import ran, shown, texts
from tests.helpers.small_audit import frozen_audit, small_audit

show = partial(app_driver.show, screen="review", reviewer="anna", split="all")
STREETS = [f"train/street/{place}.png" for place in (0, 2, 3)]
NEXT = "train/street/4.png"


@pytest.fixture(autouse=True)
def fast_looks_that_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.screens.review.verdicts.SHORTEST_LOOK_S", 0.0)
    monkeypatch.setattr("curation.scoring.learned.order._BELIEF", 0.95)


def judge(workspace: Workspace, decision: str, *images: str, to: tuple[str, ...] = ()) -> None:
    open_ledger(workspace, "tiny").decide(*(Decision("anna", name, decision, to) for name in images))


def tiles(app: AppTest) -> dict[str, bool]:
    """Return the images on tiles, and whether each is taken in."""
    words = [button.label.split() for button in app.button if (button.key or "").startswith("review.tile-")]
    return {words_of[2]: words_of[1] == "out" for words_of in words}


def test_suggested_classes_learn(workspace: Workspace) -> None:
    frozen_audit(workspace)
    judge(workspace, "relabel", *STREETS, to=("sea",))
    app = show(image=NEXT)
    assert labels(app)["A"] == "Accept **sea**"
    assert labels(app)["1"] == "sea"
    assert "Like 3 images you relabelled to sea." in shown(app)
    assert all(name in shown(app) for name in STREETS)  # small pictures of them
    fixed = show(image=NEXT, order="most suspicious first")
    assert "you relabelled" not in shown(fixed)


def test_an_image_that_probably_shows_no_class(workspace: Workspace) -> None:
    frozen_audit(workspace)
    judge(workspace, "none-of-these", *STREETS)
    app = show(image=NEXT)
    assert "Like 3 images you called none of these." in shown(app)
    assert "none of these</span>" in shown(app)  # in place of a suggested class
    assert "A" not in labels(app)
    assert labels(app)["N"] == "None of these"
    blind = show(image=NEXT, blind="true")
    assert "Like 3" not in shown(blind)
    assert "none of these</span>" not in shown(blind)


def test_the_images_most_like_the_one_judged_are_judged_at_once(workspace: Workspace) -> None:
    frozen_audit(workspace)
    judge(workspace, "none-of-these", *STREETS[:2])
    app = press(show(image=STREETS[2]), "n")
    under_review = image(app)
    press(app, "l")
    assert f'alt="{STREETS[2]}"' in shown(app)
    assert len(tiles(app)) == 12
    taken_in = [name for name, is_in in tiles(app).items() if is_in]
    assert NEXT in taken_in
    assert "test/sea/1.png" not in taken_in  # looks like none of them
    app.button(key=f"review.tile-{NEXT}").click()
    assert not tiles(ran(app))[NEXT]
    press(app, "n")
    lines = [line for line in logged(workspace) if line["queue"].endswith("(alike)")]
    assert {line["image_id"] for line in lines} == set(taken_in) - {NEXT}
    assert {(line["decision"], line["rank"], line["drawn"], line["batch"]) for line in lines} == {
        ("none-of-these", None, False, lines[0]["batch"])
    }
    assert not tiles(app)
    assert image(app) == (under_review if under_review not in taken_in[1:] else image(app))
    assert "L" not in labels(app)  # the last step judged many images
    press(app, "z")
    undone = [line for line in logged(workspace) if line["kind"] == "undo"]
    assert {line["of"] for line in undone} == {line["id"] for line in lines}
    assert "L" in labels(app)


def test_going_back_and_undoing_close_it(workspace: Workspace) -> None:
    frozen_audit(workspace)
    app = press(press(show(image=NEXT), "f"), "l")
    assert tiles(app)
    assert not tiles(press(app, "Escape"))
    assert tiles(press(app, "l"))
    press(app, "z")  # takes the verdict back that they were to share
    assert not tiles(app)
    assert image(app) == NEXT


def test_fewer_images_than_fit_and_none(workspace: Workspace) -> None:
    audit = frozen_audit(workspace)
    names = audit.rows.image_ids.tolist()
    judge(workspace, "keep", *names[4:])
    (audit.rows.root / names[1]).unlink()
    app = press(press(show(image=names[0]), "f"), "l")
    assert sorted(tiles(app)) == names[2:4]
    judge(workspace, "exclude", names[2])  # in another tab
    press(app, "f")
    assert [line["decision"] for line in logged(workspace) if line["image_id"] == names[2]] == ["exclude"]
    assert [line["decision"] for line in logged(workspace) if line["image_id"] == names[3]] == ["keep"]
    press(press(app, "z"), "u")
    press(show(image=names[0]), "f")
    judge(workspace, "keep", names[3])
    judge(workspace, "keep", names[0])
    app = press(show(), "l")
    assert f"No image like {names[0]} is left to judge" in texts(app.warning)


def test_without_embeddings_the_same_confusion(workspace: Workspace) -> None:
    small_audit(workspace, cams=0)
    app = press(press(show(image=NEXT), "f"), "l")
    assert "with the same confusion of classes" in shown(app)
    assert all("/street/" in name for name in tiles(app))


def test_not_in_a_blind_sitting_nor_after_an_unsure_verdict(workspace: Workspace) -> None:
    frozen_audit(workspace)
    assert "L" not in labels(press(show(blind="true"), "f"))
    assert "L" not in labels(press(show(), "u"))


def test_the_grid_shows_what_is_still_suggested(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen_audit(workspace)
    judge(workspace, "keep", "test/sea/0.png")
    assert tiles(show(images="grid")) == {"train/street/1.png": True}
    learned = Suggestion(2, 0, np.array([0.4, 0.1, 0.5], np.float32), no_class=False)
    monkeypatch.setattr("app.screens.review.many.page.suggestion", lambda bench, row, learns: learned)
    app = show(images="grid")
    assert not tiles(app)
    assert "No image of any confusion in this split is left" in texts(app.success)
    assert tiles(show(images="grid", order="most suspicious first"))


def test_an_unknown_order_in_the_address(workspace: Workspace) -> None:
    frozen_audit(workspace)
    app = show(order="by the moon")
    assert app.selectbox(key="order").value == "learning from verdicts"
    assert image(app)


def test_all_verdicts_one_way_until_nothing_is_left(workspace: Workspace) -> None:
    names = frozen_audit(workspace).rows.image_ids.tolist()
    judge(workspace, "none-of-these", *names[:20])
    app = press(press(show(), "n"), "l")
    assert len(tiles(app)) == 9
    judge(workspace, "none-of-these", *names[20:])
    assert "Everything in this queue is judged" in texts(ran(app).success)
