"""The audit screen in each state, driven without a browser."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from app.jobs.actions import enqueue
from app.jobs.process import watch
from app.jobs.queue import jobs
from app.jobs.request import JobRequest
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.decisions.lessons import lessons_key, read_lessons
from curation.results.architectures import ArchitectureResult
from curation.results.audit import TAUGHT_FINDINGS, Audit
from curation.results.cam_files import cam_pair
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.files.atomic import write_json
from tests.helpers.app_driver import ran, show, shown, texts
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES, SKIPPED, small_audit, small_config, write_status


def listed(app: AppTest) -> list[str]:
    """Return the images of the table, in order."""
    return [
        button.label.removeprefix("Show ").replace("\\", "")
        for button in app.button
        if button.label.startswith("Show ")
    ]


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show(None)
    assert app.selectbox(key="dataset").value == "scenes"
    assert texts(app.subheader) == "Not audited yet"
    assert app.button(key="audit.start").label == "Start the audit"
    assert "errata audit scenes" in texts(app.caption)


def test_images_that_are_not_there(workspace: Workspace) -> None:
    app = show(dataset="intel")
    assert "Run `errata fetch intel`" in texts(app.info)
    assert "audit.start" not in [button.key for button in app.button]


def test_a_name_nobody_knows(workspace: Workspace) -> None:
    app = show(dataset="scnes")
    assert "There is no data set called **scnes**" in texts(app.markdown)
    app.button(key="unknown.scenes").click()
    assert ran(app).selectbox(key="dataset").value == "scenes"


def test_a_start_is_one_process(workspace: Workspace) -> None:
    app = show(dataset="digits")
    app.button(key="audit.start").click().run()
    assert [(job.folder, job.arguments, job.state) for job in jobs(workspace)] == [
        (audit_folder(workspace, "digits"), ("audit", "digits"), "waiting")
    ]


def test_another_audit_is_of_the_same_kind(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    assert "audit.start" not in [button.key for button in show(dataset="tiny").button]  # nobody knows its path
    source = str(workspace.drawn / "tiny")
    write_json(audit.folder / "config.json", {"source": source, **small_config(), "folds": 3, "seed": 7})
    show(dataset="tiny").button(key="audit.start").click().run()
    options = f"--architectures {','.join(ARCHITECTURES)} --folds 3 --seed 7 --cams 4 --engine auto"
    options += " --fiftyone-limit 100000 --version original"
    assert [list(job.arguments) for job in jobs(workspace)] == [["audit", source, *options.split()]]


def test_the_choices_are_in_the_command(workspace: Workspace) -> None:
    app = show(dataset="digits")
    app.multiselect(key="audit.architectures").set_value(["simple_cnn", "efficientnet_lite1", "average"]).run()
    app.number_input(key="audit.folds").set_value(3).run()
    app.button(key="audit.start").click().run()
    options = "--architectures simple_cnn,efficientnet_lite1,average --folds 3"
    assert [" ".join(job.arguments) for job in jobs(workspace)] == [f"audit digits {options}"]


def test_auto_asks_for_the_minutes_and_puts_them_into_the_command(workspace: Workspace) -> None:
    app = show(dataset="digits")
    assert "audit.minutes" not in [field.key for field in app.number_input]
    app.multiselect(key="audit.architectures").set_value(["auto"]).run()
    assert app.number_input(key="audit.minutes").value == 15
    app.number_input(key="audit.minutes").set_value(20.0).run()
    app.button(key="audit.start").click().run()
    assert [" ".join(job.arguments) for job in jobs(workspace)] == ["audit digits --architectures auto --minutes 20"]


def test_auto_beside_others_is_one_sentence(workspace: Workspace) -> None:
    app = show(dataset="digits")
    app.multiselect(key="audit.architectures").set_value(["auto", "cnn3"]).run()
    app.button(key="audit.start").click().run()
    assert "auto chooses the architectures itself; name it alone" in texts(app.error)
    assert not jobs(workspace)


def test_choices_and_the_offer_are_shown(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    results = read_json(audit.folder / "results.json")
    results["config"] |= {"choices": ["efficientnet_lite0 votes: why"], "offer": "frozen features are weak here"}
    write_json(audit.folder / "results.json", results)
    app = show(dataset="tiny")
    assert "efficientnet_lite0 votes: why" in texts(app.caption)
    assert "Frozen features are weak here." in texts(app.info)


def test_a_version_is_audited_beside_the_labels_as_given(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    add_verdicts(workspace)
    version(workspace)
    write_json(audit.folder / "config.json", {"source": str(workspace.drawn / "tiny"), **small_config()})
    app = show(dataset="tiny")
    app.segmented_control(key="audit.version").set_value("v1").run()
    app.button(key="audit.start").click().run()
    (job,) = jobs(workspace)
    assert job.folder == audit_folder(workspace, "tiny-v1")
    assert job.arguments[-2:] == ("--version", "v1")
    assert "tiny-v1" in shown(app)  # the queue beside the results


def test_judging_again_is_offered_where_people_have_settled_more(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    write_json(audit.folder / "config.json", {"source": str(workspace.drawn / "tiny"), **small_config()})
    ledger = open_ledger(workspace, "tiny")
    assert "audit.judge" not in [button.key for button in show(dataset="tiny").button]
    ledger.decide(Decision("ana", "train/sea/0.png", "unsure"))
    assert "audit.judge" not in [button.key for button in show(dataset="tiny").button]  # it settles nothing
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    app = show(dataset="tiny")
    assert app.button(key="audit.judge").label == "Judge again"
    assert "learn from 1 verdict." in app.button(key="audit.judge").help
    app.button(key="audit.judge").click().run()
    (job,) = jobs(workspace)
    assert (job.folder, job.arguments[:2], job.arguments[-1]) == (
        audit.folder, ("audit", str(workspace.drawn / "tiny")), "--with-decisions",
    )  # fmt: skip
    assert job.request.options["folds"] == 3
    assert "audit.judge" not in [button.key for button in app.button]  # it waits already


def test_a_judgement_says_which_verdicts_it_knows(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    write_json(audit.folder / "config.json", {"source": str(workspace.drawn / "tiny"), **small_config()})
    assert "Judged with" not in texts(show(dataset="tiny").caption)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    lessons, line = read_lessons(ledger, "tiny")
    taught = replace(audit.findings, lessons=lessons_key(lessons), verdicts=1, line=line)
    taught.save(audit.folder / TAUGHT_FINDINGS)
    results = read_json(audit.folder / "results.json")
    config = {**results["config"], "with_decisions": True}
    write_json(audit.folder / "results.json", {**results, "config": config})
    app = show(dataset="tiny")
    assert "Judged with 1 verdict: the models learned" in texts(app.caption)
    assert "audit.judge" not in [button.key for button in app.button]
    ledger.decide(Decision("ana", "train/street/1.png", "keep"))
    assert "learn from 1 verdict." in show(dataset="tiny").button(key="audit.judge").help  # another verdict than before
    write_json(audit.folder / "results.json", results)  # audited again without the verdicts
    assert "Judged with" not in texts(show(dataset="tiny").caption)


def test_an_audit_that_waits_says_for_whom(workspace: Workspace) -> None:
    enqueue(workspace, JobRequest(("train", "scenes", "--recipe", "a"), "scenes", "a training on v1"))
    enqueue(workspace, JobRequest(("audit", "digits"), "digits", "digits"))
    app = show(dataset="digits")
    assert "**Audit waiting** for a training on v1" in texts(app.markdown)
    assert "audit.start" not in [button.key for button in app.button]
    app.button(key="audit.cancel").click().run()
    assert [job.state for job in jobs(workspace)] == ["waiting", "cancelled"]
    assert app.button(key="audit.start").label == "Start the audit"


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_json(folder / "stages.json", {})
    write_status(folder, "running", f"train {ARCHITECTURES[0]}", 2, 5)
    app = show(dataset="digits")
    assert "Audit running" in texts(app.markdown)
    assert app.button(key="audit.cancel").label == "Cancel"
    steps = shown(app)
    assert "✓</span> Find duplicates" in steps
    assert f"●</span> Train {ARCHITECTURES[0]}" in steps
    assert "○</span> Write the report" in steps
    assert "audit.start" not in [button.key for button in app.button]


def test_a_failed_audit_says_why_and_goes_on(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "launch.json", {"pid": os.getpid(), "at": 1.0})
    (folder / "log.txt").write_text("images …\nerrata: the disk is full\n")
    write_status(folder, "failed", error="the disk is full")
    app = show(dataset="digits")
    assert texts(app.error) == "The last audit failed: the disk is full"
    assert "images …" in texts(app.code)
    assert app.button(key="audit.start").label == "Resume the audit"


def test_the_ranked_table_and_the_selected_image(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny")
    assert listed(app) == ["test/sea/0.png"]  # the only test label the models would change
    page = shown(app)
    assert page.count("data:image/jpeg;base64,") == 1 + 1 + 4  # thumbnail, image, two maps of two architectures
    for words in ("Thirty drawn pictures", "mean of 3 fold models", "out of fold", "91.7%", "why sea", "why forest"):
        assert words in page
    assert "<b>30</b><span>images" in page
    assert "<b>about 2</b><span>wrong labels, by the models" in page
    assert "<b>2</b><span>to look at" in page
    assert "<b>1</b><span>leaks" in page
    assert f"<td>{SKIPPED[0]}</td><td>" in page
    assert not app.warning


def test_filters_narrow_the_table(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny", split="train")
    assert listed(app) == ["train/street/1.png"]
    assert "which did not see it" in shown(app)
    app.toggle(key="every").set_value(True).run()
    assert len(listed(app)) == 8  # a page of the 18
    app.selectbox(key="label").set_value("forest").run()
    assert {image_id.split("/")[1] for image_id in listed(app)} == {"forest"}
    app.selectbox(key="label").set_value("any label").run()
    app.selectbox(key="pair").set_value("street → sea (1)").run()
    assert listed(app) == ["train/street/1.png"]
    app.segmented_control(key="split").set_value("test").run()
    assert app.selectbox(key="pair").value == "any label"  # the test split has no such pair


def test_filters_that_leave_nothing(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny", label="street")
    assert "No suspicious label passes" in texts(app.info)


def test_choosing_and_stepping_through(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny", split="all", every="true")
    assert app.button(key="image.previous").disabled
    app.button(key="image.next").click().run()
    assert app.query_params["image"] == "train/street/1.png"
    app.button(key="suspects.show-0").click().run()
    assert app.query_params["image"] == "test/sea/0.png"
    for _ in range(8):
        app.button(key="image.next").click().run()
    assert app.query_params["image"] == listed(app)[0]  # the ninth: the table has turned its page


def test_another_split_shows_its_own_first_image(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny", split="test", every="true")
    app.button(key="image.next").click().run()
    assert app.query_params["image"].startswith("test/")
    app.segmented_control(key="split").set_value("train").run()
    assert "image" not in app.query_params
    assert listed(app)[0] in shown(app)
    app.button(key="image.next").click().run()
    assert app.query_params["image"] == listed(app)[1]


def test_a_link_to_an_image_that_the_filters_leave_out_leads_on(workspace: Workspace) -> None:
    small_audit(workspace)
    app = show(dataset="tiny", split="train", every="true", image="test/forest/3.png")
    app.button(key="image.next").click().run()
    assert app.query_params["image"] == listed(app)[0]


def test_a_link_to_an_image(workspace: Workspace) -> None:
    small_audit(workspace)
    page = shown(show(dataset="tiny", split="test", image="test/forest/3.png"))
    assert "test/forest/3.png<br>60 by 40 px, test" in page
    assert "Same picture: train/forest/3.png (forest)" in page


def test_in_sample_predictions_warn(workspace: Workspace) -> None:
    small_audit(workspace, in_sample=True)
    app = show(dataset="tiny")
    assert "flatter the given labels" in texts(app.warning)
    assert "in-sample, flatters the labels" in shown(app)
    assert "mean of 3 fold models" not in shown(app)


@pytest.fixture
def drawable(workspace: Workspace) -> Audit:
    """An audit whose maps are not drawn, with models that could draw them as far as the app can tell."""
    audit = small_audit(workspace, cams=0)
    assert "image.draw" not in [button.key for button in show(dataset="tiny").button]  # no models to look into
    for architecture in audit.architectures:
        (architecture.run_folder / "fold-0.safetensors").touch()
    return audit


def test_maps_are_drawn_on_demand(workspace: Workspace, drawable: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, started = drawing_folder(workspace, "tiny"), list[list[str]]()

    def start(folder: Path, arguments: list[str], request: dict[str, object]) -> None:
        started.append(arguments)
        write_json(folder / "launch.json", {"pid": os.getpid(), "at": 1.0, "request": request})
        write_status(folder, "running", ARCHITECTURES[1], 1, 2)

    monkeypatch.setattr("app.jobs.drawing.start", start)
    app = show(dataset="tiny")
    app.button(key="image.draw").click().run()
    assert started == [["draw", "tiny", "test/sea/0.png"]]
    assert f"Drawing what {ARCHITECTURES[1]} looks at" in shown(app)
    assert "image.draw" not in [button.key for button in app.button]
    assert "maps of another image" in shown(show(dataset="tiny", image="test/forest/0.png"))
    write_status(folder, "finished", ARCHITECTURES[1])
    for architecture in drawable.architectures:
        draw(drawable, architecture)
    app.run()
    assert shown(app).count("data:image/jpeg;base64,") == 1 + 1 + 4
    assert "image.draw" not in [button.key for button in app.button]


def draw(audit: Audit, architecture: ArchitectureResult) -> None:
    for path in cam_pair(audit, architecture, int(audit.suspects("test")[0])):
        path.parent.mkdir(exist_ok=True)
        Image.new("L", (224, 149), 100).save(path)


def test_a_drawing_that_fails_says_why(workspace: Workspace, drawable: Audit) -> None:
    """A real process: the checkpoints are empty files."""
    app = show(dataset="tiny")
    app.button(key="image.draw").click().run()
    folder, deadline = drawing_folder(workspace, "tiny"), time.monotonic() + 120
    while watch(folder).active and time.monotonic() < deadline:
        time.sleep(0.2)
    app.run()
    assert "The maps could not be drawn: " in texts(app.error)
    assert "fold-0.safetensors" in texts(app.error)
    assert app.button(key="image.draw").label == "Draw Grad-CAM"
    assert not show(dataset="tiny", image="test/forest/0.png").error  # another image's failure


def test_an_image_that_went_away_leaves_the_rest(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    (audit.rows.root / "test/sea/0.png").unlink()
    assert listed(show(dataset="tiny")) == ["test/sea/0.png"]


def test_results_that_do_not_fit_together(workspace: Workspace) -> None:
    audit = small_audit(workspace)
    (audit.folder / "duplicates.npz").write_bytes(b"no archive")
    app = show(dataset="tiny")
    assert "duplicates.npz is damaged" in texts(app.error)
    assert len(app.error) == 1
