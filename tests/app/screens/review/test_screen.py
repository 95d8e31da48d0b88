"""The review screen in each state, driven without a browser."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.panels.bench import bench
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.in_fiftyone.app_server import AppServer
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.review.drawn_looks import draw_order, inclusion, review_queue
from curation.review.population import population
from curation.review.wrong_labels import stop_sentence
from curation.training.cam_drawing import drawing_folder
from curation.words import sentence
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import write_json
from tests.helpers import app_driver
from tests.helpers.app_driver import ran, shown, texts
from tests.helpers.small_audit import ARCHITECTURES, small_audit, write_status

show = partial(app_driver.show, screen="review", reviewer="anna")
WORST = "test/sea/0.png"  # labelled sea, shows a forest
QUEUE = "test: suspicion (learned from 0 verdicts)"


@pytest.fixture(autouse=True)
def fast_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.screens.review.verdicts.SHORTEST_LOOK_S", 0.0)  # a test looks faster than people do


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=1)


def press(app: AppTest, shortcut: str) -> AppTest:
    """Press a key: click the button that has it."""
    buttons = [button for button in app.button if button.proto.shortcut.lower() == shortcut.lower()]
    assert len(buttons) == 1, f"{len(buttons)} buttons listen to {shortcut}"
    buttons[0].click()
    return ran(app)


def image(app: AppTest) -> str:
    """Return the image under review, empty where there is none."""
    large = [body for element in app.html if "er-look" in (body := str(element.proto.body)) and "<img" in body]
    return large[0].split('alt="')[1].split('"')[0] if large else ""


def labels(app: AppTest) -> dict[str, str]:
    """Return key -> what its button says."""
    return {button.proto.shortcut.upper(): button.label for button in app.button if button.proto.shortcut}


def logged(workspace: Workspace) -> list[dict[str, Any]]:
    path = log_of(workspace, "tiny").path
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def order_of(audit: Audit, split: str) -> list[str]:
    """Return the images of a split in the order of the review, computed anew."""
    quality, in_split = audit.consensus.label_quality, audit.rows.splits == split
    part = population(quality, draw_order(audit.rows.image_ids, quality, 0), in_split)
    drawn_queue = review_queue(quality[in_split], part.draws, np.zeros(int(in_split.sum()), bool))
    return [str(image_id) for image_id in audit.rows.image_ids[part.rows[drawn_queue.rows]]]


def tiny_bench(workspace: Workspace) -> Bench:
    opened = bench(workspace, "tiny")
    assert opened is not None
    return opened


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Nothing to review yet"
    assert "errata audit scenes" in texts(app.caption)
    app.button(key="bar.audit").click()
    assert texts(ran(app).subheader) == "Not audited yet"  # the audit's screen


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_json(folder / "stages.json", {})
    write_status(folder, "running", f"train {ARCHITECTURES[0]}", 2, 5)
    app = show("digits")
    assert "Audit running" in texts(app.markdown)
    assert "The review opens with the first list." in texts(app.caption)


def send(app: AppTest) -> None:
    """Send the name."""
    (button,) = [button for button in app.button if button.label == "Start reviewing"]
    button.click()


def test_the_name_is_asked_once(workspace: Workspace, audit: Audit) -> None:
    app = show(reviewer="")
    assert texts(app.subheader) == "Who is reviewing?"
    assert not image(app)
    app.text_input(key="review.name").input("  ")
    send(app)
    assert "is not a name" in texts(ran(app).error)
    app.text_input(key="review.name").input("Änne Ö.")
    send(app)
    assert image(ran(app)) == WORST
    assert show(reviewer="").text_input(key="review.name").value == "Änne Ö."  # offered to another browser
    press(app, "f")
    assert logged(workspace)[0]["reviewer"] == "Änne Ö."


def test_the_way_to_the_same_queue_in_fiftyone(workspace: Workspace, audit: Audit) -> None:
    app = show(images="FiftyOne", split="test")
    assert "Start FiftyOne" in [button.label for button in app.button]
    assert not image(app)
    assert app.selectbox(key="order").disabled


def test_fiftyone_inside_the_page(workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    (audit.folder / "fiftyone.json").touch()
    monkeypatch.setattr("app.panels.fiftyone_link.running_apps", lambda workspace: [AppServer(5152, 2, "anna", (), "")])
    app = show(images="FiftyOne", split="test")
    (frame,), (link,) = app.get("iframe"), app.get("link_button")
    assert frame.proto.src == link.proto.url == "http://127.0.0.1:5152/datasets/errata-tiny?view=to-review-test"
    (frame,) = show(images="FiftyOne", split="all").get("iframe")
    assert frame.proto.src.endswith("?view=to-review")
    (frame,) = show(images="FiftyOne", split="test", order="most suspicious first").get("iframe")
    assert frame.proto.src.endswith("?view=to-review-test-in-fixed-order")


def test_the_image_with_everything_that_speaks_for_either_label(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test")
    page = shown(app)
    assert image(app) == WORST
    for words in ("why sea", "why forest", *ARCHITECTURES, "most like it in", "0</b> of 12 images judged"):
        assert words in page
    assert sentence(stop_sentence(tiny_bench(workspace).budget("test"), "test")) in page
    assert labels(app) == {
        "F": "Keep **sea**",
        "A": "Accept **forest**",
        "B": "Ambiguous",
        "M": "Multi-label",
        "N": "None of these",
        "X": "Exclude",
        "U": "Unsure",
        "P": "Pick",
        "1": "sea",  # the order of the data set, whatever is suggested
        "2": "forest",
        "3": "street",
        "K": "Back",
        "S": "Skip",
        "Z": "Undo",
        "Y": "Redo",
    }
    nearest = page[page.index("er-nearest") :].split("</div>")[:2]
    assert all("train/sea" in strip or "test/sea" in strip for strip in nearest[:1])
    assert WORST not in "".join(nearest)  # not near itself


def test_each_key_is_a_verdict(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test")
    for key, decision, new_labels in (
        ("f", "keep", []),
        ("a", "relabel", ["forest"]),
        ("1", "keep", []),
        ("2", "relabel", ["forest"]),
        ("3", "relabel", ["street"]),
        ("b", "ambiguous", ["sea", "forest"]),
        ("m", "multi-label", ["sea", "forest"]),
        ("n", "none-of-these", []),
        ("x", "exclude", []),
        ("u", "unsure", []),
    ):
        press(app, key)
        line = logged(workspace)[-1]
        assert (line["image_id"], line["decision"], line["new_labels"]) == (WORST, decision, new_labels)
        assert (line["queue"], line["rank"], line["blind"], line["source"]) == (QUEUE, 1, False, "app")
        assert 0 <= line["looked_s"] < 60
        accepted = new_labels == ["forest"] and decision == "relabel"
        assert line["proposed_by"] == (list(ARCHITECTURES) if accepted else [])
        assert bool(line["run"]) == accepted
        assert image(app) == order_of(audit, "test")[1]
        assert image(press(app, "z")) == WORST


def test_the_whole_queue_with_its_drawn_looks_undone_and_redone(workspace: Workspace, audit: Audit) -> None:
    app, seen = show(split="test"), list[str]()
    while image(app):
        seen.append(image(app))
        press(app, "f")
    assert seen == order_of(audit, "test")
    drawn = [line for line in logged(workspace) if line["drawn"]]
    assert len(drawn) == 1  # one in ten of twelve
    quality, in_split = audit.consensus.label_quality, audit.rows.splits == "test"
    part = population(quality, draw_order(audit.rows.image_ids, quality, 0), in_split)
    looked = np.isin(audit.rows.image_ids[part.rows], seen[: drawn[0]["rank"]])
    which = audit.rows.image_ids[part.rows] == drawn[0]["image_id"]
    assert drawn[0]["inclusion"] == pytest.approx(float(inclusion(part.quality, part.draws, looked, which)[which][0]))
    assert all(line["inclusion"] is None for line in logged(workspace) if not line["drawn"])
    assert [line["rank"] for line in logged(workspace)] == list(range(1, 13))
    assert "Everything in this queue is judged" in texts(app.success)
    assert "12</b> of 12 images judged, 12 by you" in shown(app)
    press(app, "z")
    assert image(app) == seen[-1]
    press(press(app, "z"), "y")
    assert image(app) == seen[-1]
    assert [line["kind"] for line in logged(workspace)][12:] == ["undo", "undo", "redo"]
    assert f"Brought back: {seen[-2]}: keep" in shown(app)


def test_a_key_for_an_image_that_is_gone_from_the_screen_does_nothing(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = show(split="test")
    late = next(button for button in first.button if button.proto.shortcut == "x")
    press(first, "f")
    assert late.key not in [button.key for button in first.button]  # the next image has keys of its own
    seen = image(first)
    monkeypatch.setattr("app.screens.review.verdicts.SHORTEST_LOOK_S", 60.0)
    press(first, "x")  # too soon to have been meant for this image
    assert image(first) == seen
    assert [line["decision"] for line in logged(workspace)] == ["keep"]


def test_judged_meanwhile_in_another_tab(workspace: Workspace, audit: Audit) -> None:
    tab, other_tab = show(split="test"), show(split="test")
    press(tab, "a")
    press(other_tab, "f")
    assert [line["decision"] for line in logged(workspace)] == ["relabel"]
    assert f"{WORST} was judged meanwhile in another tab (relabel forest)" in texts(other_tab.warning)
    assert image(other_tab) == image(tab) == order_of(audit, "test")[1]


def test_what_others_judge_is_skipped_or_looked_at_again(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", again="none")
    second, third = order_of(audit, "test")[1:3]
    open_ledger(workspace, "tiny").decide(Decision("ben", second, "keep"))
    press(app, "f")
    assert image(app) == third
    assert "2</b> of 12 images judged, 1 by you" in shown(app)
    again = show(split="test", again="all")
    assert image(again) == second
    assert "ben" not in shown(again)


def test_a_dispute_is_settled(workspace: Workspace, audit: Audit) -> None:
    first, second, third = order_of(audit, "test")[:3]
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ben", second, "keep"), Decision("eva", second, "keep"), Decision("ben", third, "keep"))
    ledger.decide(Decision("ben", first, "keep"), Decision("eva", first, "relabel", ("forest",)))
    app = show(split="test", order="where reviewers disagree", blind="true")
    assert image(app) == first
    assert "Reviewers disagree" in shown(app)
    assert all(words in shown(app) for words in ("ben", "eva", "relabel forest"))
    press(app, "n")
    line = logged(workspace)[-1]
    assert (line["decision"], line["adjudicates"]) == ("none-of-these", True)
    assert not line["blind"]
    assert not line["drawn"]
    assert "Everything in this queue is judged" in texts(app.success)
    with open_ledger(workspace, "tiny").reading() as state:
        verdict = state.verdict(first)
    assert verdict is not None
    assert verdict.decision == "none-of-these"
    press(app, "z")
    assert image(app) == first  # disputed again


def test_blind(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", blind="true")
    page = shown(app)
    assert image(app) == WORST
    for words in ('class="er-other', 'class="er-quality', 'class="er-opinion', 'class="er-nearest', *ARCHITECTURES):
        assert words not in page
    assert "A" not in labels(app)
    assert [labels(app)[key] for key in "123"] == ["sea", "forest", "street"]  # the classes' own order
    press(app, "2")
    (line,) = logged(workspace)
    assert (line["blind"], line["decision"], line["new_labels"]) == (True, "relabel", ["forest"])
    assert (line["proposed_by"], line["run"]) == ([], "")
    assert "the models say forest" in shown(app)  # after the verdict


def test_a_verdict_is_not_blind_once_the_models_have_spoken(workspace: Workspace, audit: Audit) -> None:
    app = press(show(split="test", blind="true"), "1")  # the given class has a digit too
    press(press(app, "z"), "2")  # taken back after what the models say was shown
    decisions = [line for line in logged(workspace) if line["kind"] == "decision"]
    assert [(line["decision"], line["blind"]) for line in decisions] == [("keep", True), ("relabel", False)]
    app.toggle(key="blind").set_value(False)
    ran(app).toggle(key="blind").set_value(True)
    assert "will not call your verdict blind" in shown(ran(app))
    press(app, "f")
    press(app, "f")
    assert [line["blind"] for line in logged(workspace)[-2:]] == [False, True]
    press(show(split="train", blind="true", order="street → sea"), "f")  # who chose the pair knows the suggestion
    assert not logged(workspace)[-1]["blind"]


def test_classes_are_picked_for_a_verdict_that_names_several(workspace: Workspace, audit: Audit) -> None:
    app = press(show(split="test", blind="true"), "b")  # of what? it asks
    assert not logged(workspace)
    assert "Picked: sea." in shown(app)
    press(press(app, "3"), "b")
    (line,) = logged(workspace)
    assert (line["decision"], line["new_labels"]) == ("ambiguous", ["sea", "street"])
    app = press(show(split="test"), "p")
    assert "Picked: " in shown(app)
    assert "P" not in labels(app)
    assert "Picked: " not in shown(press(app, "Escape"))


def test_a_link_to_an_image(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", image="train/street/1.png")
    assert image(app) == "train/street/1.png"
    press(app, "a")
    (line,) = logged(workspace)
    assert (line["queue"], line["rank"], line["drawn"]) == ("link", None, False)
    assert line["new_labels"] == ["sea"]
    assert image(app) == WORST
    assert "image" not in app.query_params
    again = show(split="test", image="train/street/1.png")  # judged already: another verdict replaces it
    assert "<b>anna</b> relabel sea" in shown(again)
    press(again, "f")
    assert "already said “relabel sea”; the same again replaces it with “keep street”." in texts(again.warning)
    assert [line["decision"] for line in logged(workspace)] == ["relabel"]  # nothing is replaced before it is said
    press(again, "f")
    assert [line["decision"] for line in logged(workspace)] == ["relabel", "keep"]


def test_undoing_the_verdict_on_a_linked_image_leads_back_to_it(workspace: Workspace, audit: Audit) -> None:
    app = press(press(show(split="test", image="train/street/1.png"), "a"), "z")
    assert image(app) == app.query_params["image"] == "train/street/1.png"


def test_where_the_models_agree_the_next_likeliest_class_is_named(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", image="test/forest/0.png")
    assert labels(app)["F"] == "Keep **forest**"
    assert labels(app)["A"] == "Accept **sea**"
    press(app, "m")
    assert logged(workspace)[0]["new_labels"] == ["forest", "sea"]


def test_a_drawn_look_looks_like_all_others(workspace: Workspace, audit: Audit) -> None:
    app, pages = show(split="test"), list[list[str]]()
    parts = ('class="er-given">', " → ", "Label quality", "as given", "most like it in", "why ", "no map yet", "drawn")
    while image(app):
        panels = shown(app).split('class="er-progress"')[0]
        keys = [label.split()[0] for key, label in labels(app).items() if key not in "123"]
        pages.append([*keys, *(part for part in parts if part in panels)])
        press(app, "u")  # teaches nothing
    drawn = [bool(line["drawn"]) for line in logged(workspace)]
    assert any(drawn)
    ordinary = [page for page, is_drawn in zip(pages, drawn, strict=True) if not is_drawn]
    assert all(page in ordinary for page, is_drawn in zip(pages, drawn, strict=True) if is_drawn)


def test_back_on_and_skipped(workspace: Workspace, audit: Audit) -> None:
    order = order_of(audit, "test")
    app = press(show(split="test"), "s")
    assert image(app) == order[1]
    assert not logged(workspace)
    press(app, "f")
    assert image(app) == order[2]
    assert image(press(app, "k")) == order[1]
    assert image(press(app, "k")) == order[0]  # the one that was skipped
    backward = [button for button in app.button if button.proto.shortcut == "k"]
    assert backward[0].disabled
    press(app, "a")
    assert image(app) == order[1]  # on along the way
    assert image(press(app, "s")) == order[2]
    lines = logged(workspace)
    assert [(line["image_id"], line["rank"]) for line in lines] == [(order[1], 2), (order[0], 1)]


def test_a_verdict_replaced_on_the_way_back_stays_a_drawn_look(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test")
    while not (logged(workspace) and logged(workspace)[-1]["drawn"]):
        press(app, "f")
    first = logged(workspace)[-1]
    press(press(press(app, "k"), "n"), "n")  # the first press says what it would replace
    again = logged(workspace)[-1]
    assert again["decision"] == "none-of-these"
    assert all(again[name] == first[name] for name in ("image_id", "rank", "drawn", "queue"))
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.verdicts(first["image_id"])["anna"].decision == "none-of-these"


def test_skipped_images_come_again_at_the_end(workspace: Workspace, audit: Audit) -> None:
    app = press(show(split="test"), "s")
    while image(app):
        press(app, "f")
    assert "Everything in this queue is judged" in texts(app.success)
    app.button(key="review.skipped").click()
    assert image(ran(app)) == WORST
    press(app, "a")
    assert "review.skipped" not in [button.key for button in app.button]


def test_audited_again_meanwhile(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test")
    before = tiny_bench(workspace)
    os.utime(audit.folder / "results.json", (1e9, 1e9))
    press(app, "f")
    assert tiny_bench(workspace) is not before
    assert image(app) == order_of(audit, "test")[1]
    press(app, "f")
    assert len(logged(workspace)) == 2


def test_a_log_that_cannot_be_read_or_written(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test")
    path = log_of(workspace, "tiny").path
    path.parent.mkdir(parents=True)
    path.symlink_to(path)  # leads nowhere
    press(app, "f")
    assert f"cannot read {path}" in texts(app.error)
    path.unlink()
    assert image(ran(app)) == WORST  # what was not written is asked again
    assert "Not written: cannot read" in texts(app.warning)
    press(app, "f")
    assert [line["image_id"] for line in logged(workspace)] == [WORST]


def test_copies_are_shown(workspace: Workspace, audit: Audit) -> None:
    page = shown(show(split="test", image="test/forest/3.png"))
    assert "The same picture" in page
    assert "train/forest/3.png" in page


def test_images_that_went_away_or_changed(workspace: Workspace, audit: Audit) -> None:
    first, second, third = order_of(audit, "test")[:3]
    (audit.rows.root / first).unlink()
    app = show(split="test")
    assert f"The file of {first} is gone, and the image was passed over" in texts(app.warning)
    assert image(app) == second
    (audit.rows.root / second).write_bytes((audit.rows.root / third).read_bytes())
    press(app, "f")
    assert f"image '{second}' was changed since it was scored; nothing was decided" in texts(app.warning)
    assert image(app) == third
    assert not logged(workspace)


def test_orders_in_the_address(workspace: Workspace, audit: Audit) -> None:
    app = show(split="train", order="street → sea")
    while image(app):
        press(app, "u")
    suspects = [line for line in logged(workspace) if not line["drawn"]]
    assert [line["image_id"] for line in suspects] == ["train/street/1.png"]
    assert {line["queue"] for line in logged(workspace)} == {"train: street → sea"}
    press(show(split="all", order="at random"), "f")
    assert logged(workspace)[-1]["drawn"]
    assert logged(workspace)[-1]["queue"] == "all: random"
    assert image(show(split="test", order="pair by pair")) == WORST


def test_the_grid_accepts_all_but_those_taken_out(workspace: Workspace, audit: Audit) -> None:
    app = show(split="test", images="grid")
    assert "1 image labelled" in shown(app)
    assert "1 chosen" in shown(app)
    app.button(key=f"review.tile-{WORST}").click()
    assert labels(ran(app))["A"] == "Accept **forest** for 0 of 1"
    assert [button.disabled for button in app.button if button.proto.shortcut in {*"afn23"}] == [True] * 5
    app.button(key=f"review.tile-{WORST}").click()
    press(ran(app), "a")
    (line,) = logged(workspace)
    assert (line["image_id"], line["new_labels"], line["drawn"]) == (WORST, ["forest"], False)
    assert line["queue"].endswith("(grid)")
    assert "No image of any confusion in this split is left" in texts(app.success)
    press(app, "z")
    assert labels(app)["A"] == "Accept **forest** for 1 of 1"
    press(show(split="test"), "f")  # in another tab
    press(app, "a")
    assert [line["decision"] for line in logged(workspace) if line["kind"] == "decision"] == ["relabel", "keep"]


@pytest.mark.parametrize(
    ("key", "decision", "new_labels"),
    [
        ("f", "keep", []), ("n", "none-of-these", []), ("x", "exclude", []), ("1", "keep", []),
        ("3", "relabel", ["street"]),
    ],
)  # fmt: skip
def test_every_verdict_on_the_chosen_images(
    workspace: Workspace, audit: Audit, key: str, decision: str, new_labels: list[str]
) -> None:
    press(show(split="test", images="grid"), key)
    (line,) = logged(workspace)
    assert (line["image_id"], line["decision"], line["new_labels"]) == (WORST, decision, new_labels)


def test_the_rest_is_right_and_the_page_can_be_turned(workspace: Workspace, audit: Audit) -> None:
    app = show(split="all", images="grid")
    app.button(key=f"review.tile-{WORST}").click()
    press(ran(app), "j")  # nothing is judged, and the next confusion lies there
    assert not logged(workspace)
    assert "labelled" in shown(app)
    assert WORST not in shown(app)
    press(app, "k")
    assert labels(app)["A"] == "Accept **forest** for 0 of 1"  # what was taken out is remembered
    assert labels(app)["T"] == "The rest is right: **sea** for 1"
    press(app, "t")
    (line,) = logged(workspace)
    assert (line["image_id"], line["decision"], line["drawn"], line["rank"]) == (WORST, "keep", False, None)
    assert "train/street/1.png" in shown(app)  # on by itself
    press(press(app, "j"), "k")
    press(app, "j")
    assert "Pages that you turned are behind you." in texts(app.success)
    assert [button.disabled for button in app.button if button.proto.shortcut == "j"] == [True]


def test_a_chosen_confusion_that_is_done_leads_to_the_next(workspace: Workspace, audit: Audit) -> None:
    app = press(show(split="all", images="grid", order="sea → forest"), "a")
    assert labels(app)["J"] == "Next: street → sea"
    press(app, "j")
    assert app.selectbox(key="order").value == "street → sea"
    assert "train/street/1.png" in shown(app)


def test_escape_leaves_the_grid(workspace: Workspace, audit: Audit) -> None:
    app = press(show(split="test", images="grid"), "Escape")
    assert "0 chosen" in shown(app)
    press(app, "Escape")
    assert image(app) == WORST
    assert not logged(workspace)


def test_an_image_of_no_class_is_not_chosen_for_one(
    workspace: Workspace, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.findings.kinds.out_of_scope[audit.rows.image_ids == WORST] = 0.9
    audit.findings.save(audit.folder / "findings.npz")
    app = show(split="test", images="grid")
    assert "none of these?" in shown(app)
    assert labels(app)["A"] == "Accept **forest** for 0 of 1"
    app.button(key=f"review.tile-{WORST}").click()
    press(ran(app), "n")
    assert logged(workspace)[0]["decision"] == "none-of-these"
    one = show(split="test", image=WORST)
    assert "A" not in labels(one)  # None of these stands in its place
    main = [label for key, label in labels(one).items()][:2]
    assert main == ["Keep **sea**", "None of these"]


def test_missing_maps_are_drawn_beside_the_queue(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    audit, started = small_audit(workspace, cams=0), list[list[str]]()
    for architecture in audit.architectures:
        (architecture.run_folder / "fold-0.safetensors").touch()

    def start(folder: Path, arguments: list[str], request: dict[str, object]) -> None:
        started.append(arguments)
        write_json(folder / "launch.json", {"pid": 1, "at": 1.0, "request": request})
        write_status(folder, "running", ARCHITECTURES[0], 0, 2)

    monkeypatch.setattr("app.jobs.drawing.start", start)
    app = press(show(split="test"), "g")
    assert started == [["draw", "tiny", WORST]]
    assert "Drawing the maps of this image" in shown(app)
    press(app, "f")  # the queue goes on
    assert "Drawing the maps of another image" in shown(app)
    write_status(drawing_folder(workspace, "tiny"), "finished")
    assert "G" in labels(ran(app))
