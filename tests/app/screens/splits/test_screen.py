"""The Splits screen in each state, driven without a browser."""

import json
import os
import time
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from app.jobs.process import job_folder, watch
from app.screens.splits.decisions import budget_chart, verdict_table
from app.screens.splits.loaded import summaries
from app.screens.splits.make import next_version, preview_html, split_arguments
from app.screens.splits.versions import versions_table
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.results.audit import Audit
from curation.review.budget import Budget, Interval
from curation.versions.make import VersionPreview
from curation.versions.request import VersionRequest
from curation.versions.store import list_versions
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder, version_names
from models.files.atomic import write_json
from tests.helpers import app_driver
from tests.helpers.app_driver import shown, texts
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ARCHITECTURES, small_audit, write_status


def show(part: str = "Decisions", dataset: str = "tiny", **query: str) -> AppTest:
    return app_driver.show(dataset, **{"screen": "splits", "part": part, "reviewer": "ana", **query})


def wait(folder: Path) -> None:
    deadline = time.monotonic() + 120
    while watch(folder).active and time.monotonic() < deadline:
        time.sleep(0.1)


def test_nothing_audited_says_what_to_do(workspace: Workspace) -> None:
    app = show(dataset="scenes")
    assert texts(app.subheader) == "Not audited yet"
    app.button(key="bar.audit").click().run()
    assert app.query_params["screen"] == ["audit"] or app.query_params["screen"] == "audit"


def test_a_running_audit_is_watched(workspace: Workspace) -> None:
    folder = audit_folder(workspace, "digits")
    write_json(folder / "config.json", {"architectures": list(ARCHITECTURES)})
    write_json(folder / "stages.json", {})
    write_status(folder, "running", f"train {ARCHITECTURES[0]}", 2, 5)
    assert "Audit running" in texts(show(dataset="digits").markdown)


def test_the_audit_of_a_version_leads_to_its_data_set(workspace: Workspace) -> None:
    audit = small_audit(workspace, "tiny-v1", cams=0)
    results = read_json(audit.folder / "results.json")
    write_json(audit.folder / "results.json", {**results, "version": "v1"})
    assert "**tiny**" in texts(show(dataset="tiny-v1").info)


def test_without_decisions_the_way_leads_to_the_review(workspace: Workspace, audit: Audit) -> None:
    app = show()
    assert "Nobody has judged a label yet" in shown(app)
    app.button(key="splits.review").click().run()
    assert "review" in app.query_params["screen"]


def test_decisions_with_the_curve_and_the_stop_rule(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    app = show()
    page = shown(app)
    assert "relabel</td>" in page
    assert "1 image disputed" in page
    assert "by the models, the " in page
    assert "wrong labels found over images looked at" in page
    assert '<span class="er-given">sea</span> → <span class="er-other">forest</span>' in page
    app.segmented_control(key="splits.of").set_value("train").run()
    assert not app.exception


def test_undo_and_redo_of_the_own_last_decision(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    app = show()
    assert app.button(key="splits.undo").label == "Undo 2\\.png"
    app.button(key="splits.undo").click().run()
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.counts("ana") == {"relabel": 2}
    assert app.button(key="splits.redo").label == "Redo 2\\.png"
    app.button(key="splits.redo").click().run()
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.counts("ana") == {"relabel": 2, "keep": 1}
    assert show(reviewer="nobody").button(key="splits.undo").disabled


def test_any_decision_is_taken_back_and_put_back(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    with open_ledger(workspace, "tiny").reading() as state:
        first = state.verdicts("test/sea/0.png")["ana"].id
        bens = state.verdicts("test/street/2.png")["ben"].id
    app = show()
    assert app.button(key=f"splits.reverse-{first}").label == "Take back"
    assert app.button(key=f"splits.reverse-{bens}").disabled  # nobody undoes another's
    app.button(key=f"splits.reverse-{first}").click().run()
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.verdict("test/sea/0.png") is None
        assert state.counts("ana") == {"relabel": 1, "keep": 1}
    assert [line["kind"] for line in log_lines(workspace)] == ["decision"] * 4 + ["undo"]  # nothing is deleted
    assert '<span class="er-state">undone</span>' in shown(app)
    app.button(key=f"splits.reverse-{first}").click().run()
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.counts("ana") == {"relabel": 2, "keep": 1}
    assert '<span class="er-state">undone</span>' not in shown(app)


def log_lines(workspace: Workspace) -> list[dict[str, object]]:
    return [json.loads(line) for line in log_of(workspace, "tiny").path.read_text().splitlines()]


def test_decisions_are_found_newest_first(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    app = show()

    def listed() -> list[str]:
        page = shown(app)
        return [part.split(" ", 1)[0] for part in page.split(", line ")[1:]]

    def numbers() -> list[int]:
        return [int(part.split("<", 1)[0]) for part in listed()]

    assert numbers() == [4, 3, 2, 1]
    app.selectbox(key="splits.log-reviewer").set_value("ben").run()
    assert numbers() == [4]
    app.selectbox(key="splits.log-reviewer").set_value("any").run()
    app.selectbox(key="splits.log-kind").set_value("relabel").run()
    assert numbers() == [2, 1]
    app.selectbox(key="splits.log-split").set_value("train").run()
    assert numbers() == [2]
    app.text_input(key="splits.log-search").set_value("nothing like it").run()
    assert numbers() == []
    assert "No decision passes these filters" in texts(app.info)
    app.selectbox(key="splits.log-kind").set_value("any").run()
    app.selectbox(key="splits.log-split").set_value("any").run()
    app.text_input(key="splits.log-search").set_value("Forest").run()  # a class
    assert numbers() == [1]


def test_many_decisions_have_pages(workspace: Workspace, audit: Audit) -> None:
    ledger = open_ledger(workspace, "tiny")
    for image in ledger.rows.image_ids.tolist()[:11]:
        ledger.decide(Decision("ana", image, "keep"))
    app = show()
    assert shown(app).count(", line ") == 10
    app.number_input(key="splits.log-page-2").set_value(2).run()
    assert shown(app).count(", line ") == 1


def test_where_all_was_taken_back_it_can_be_put_back(workspace: Workspace, audit: Audit) -> None:
    ledger = open_ledger(workspace, "tiny")
    decision = ledger.decide(Decision("ana", "test/sea/0.png", "exclude"))[0]
    ledger.take_back(decision.id, "ana")
    app = show()
    assert "all were taken back" in shown(app)
    app.button(key=f"splits.reverse-{decision.id}").click().run()
    with ledger.reading() as state:
        assert state.counts("ana") == {"exclude": 1}


def test_a_version_is_made_and_listed(workspace: Workspace, audit: Audit) -> None:
    """A real process."""
    add_verdicts(workspace)
    app = show("New version")
    page = shown(app)
    assert "<b>2</b><span>labels changed" in page
    assert "1 disputed image: label as given" in page
    assert "--version v1" in texts(app.caption)
    app.button(key="splits.make").click().run()
    folder = job_folder(workspace, "split-tiny")
    wait(folder)
    assert watch(folder).state == "finished", watch(folder)
    assert version_names(workspace, "tiny") == ("original", "v1")
    app = show("New version")
    assert "The last version is made" in texts(app.success)
    assert app.text_input(key="splits.version-2").value == "v2"
    app.text_input(key="splits.version-2").set_value("v1").run()
    assert "exists already" in texts(app.info)
    assert app.button(key="splits.make").disabled
    app.button(key="splits.train").click().run()
    assert "train" in app.query_params["screen"]


def test_a_version_that_cannot_be_made_says_why(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    (audit.rows.root / "train/sea/2.png").write_bytes(b"changed")
    show("New version").button(key="splits.make").click().run()
    wait(job_folder(workspace, "split-tiny"))
    app = show("New version")
    assert "Making the version failed" in texts(app.error)
    assert "no version was made" in texts(app.error)
    assert version_names(workspace, "tiny") == ("original",)


def test_a_request_that_makes_no_sense(workspace: Workspace, audit: Audit) -> None:
    app = show("New version")
    app.text_input(key="splits.version-1").set_value("../x").run()
    assert "is not a name" in texts(app.error)
    assert app.button(key="splits.make").disabled
    app.text_input(key="splits.version-1").set_value("v1").run()
    app.segmented_control(key="splits.how").set_value("made anew").run()
    app.number_input(key="splits.share-train").set_value(50).run()
    assert "must sum to 1" in texts(app.error)


def test_options_are_in_the_command_and_automatic_labels_are_warned_of(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    app = show("New version")
    app.toggle(key="splits.drop").set_value(True).run()
    app.toggle(key="splits.auto").set_value(True).run()
    app.slider(key="splits.below").set_value(0.9).run()
    command = texts(app.caption)
    assert "--drop-leaks --auto-accept 0.9 --accept-in train,val" in command
    assert "Never in test" in command
    assert "taken from the models" in shown(app)


def test_a_damaged_log_is_said(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    path = log_of(workspace, "tiny").path
    path.write_text(path.read_text() + "{no json}\n")
    assert "line 5" in texts(show().warning)


def test_versions_and_what_changed(workspace: Workspace, audit: Audit) -> None:
    assert "no version but the labels as given" in texts(show("Versions").info)
    add_verdicts(workspace)
    version(workspace)
    app = show("Versions")
    page = shown(app)
    assert "<b>v1</b>" in page
    assert "2 images differ" in page
    assert page.count("data:image/jpeg") == 2
    app.selectbox(key="old").set_value("v1").run()
    assert "same version" in texts(app.info)
    app = show("Versions", old="v1", new="original")
    assert "undone relabel" in shown(app)


def test_the_list_is_that_of_the_command(workspace: Workspace, audit: Audit) -> None:
    add_verdicts(workspace)
    version(workspace)
    assert summaries(audit) == list_versions(workspace, "tiny")


def test_downloads_of_diff_and_errata_sheet(workspace: Workspace, audit: Audit) -> None:
    from app.screens.splits.versions import sheet_content
    from curation.handover.sheet import write_sheet, write_sheet_csv

    add_verdicts(workspace)
    version(workspace)
    labels = {button.proto.label for button in show("Versions").get("download_button")}
    assert labels == {"CSV", "Errata sheet, HTML", "Errata sheet, CSV", "Errata sheet, JSON"}
    sheet = json.loads(sheet_content("tiny", "v1", write_sheet)())
    assert [erratum["new_label"] for erratum in sheet["errata"]] == ["forest", "sea"]
    assert sheet_content("tiny", "v1", write_sheet_csv)().decode().count("\n") == 3


def test_an_export_is_written_and_a_failed_one_says_why(workspace: Workspace, audit: Audit) -> None:
    """A real process."""
    app = show("Export")
    app.button(key="splits.export").click().run()
    folder = job_folder(workspace, "export-tiny")
    wait(folder)
    app = show("Export")
    assert "30 images written to" in texts(app.success)
    assert (workspace.exports / "tiny-original-imagefolder" / "manifest.json").exists()
    write_status(folder, "failed", error="the folder is not empty")
    assert "The export failed: the folder is not empty" in texts(show("Export").error)


def test_a_running_export_is_watched(workspace: Workspace, audit: Audit) -> None:
    folder = job_folder(workspace, "export-tiny")
    write_json(folder / "launch.json", {"pid": os.getpid(), "at": time.time() - 5, "arguments": []})
    write_status(folder, "running")
    (folder / "log.txt").write_text("export …\nexport: 10 of 30\n")
    app = show("Export")
    assert app.button(key="splits.export").disabled
    assert app.button(key="splits.export.cancel").label == "Cancel"


def test_names_of_versions_and_commands() -> None:
    assert next_version(("original",)) == "v1"
    assert next_version(("original", "v2", "v10", "clean")) == "v11"
    request = VersionRequest("v2", "v1", {"train": 0.5, "test": 0.5}, 3)
    assert split_arguments("tiny", request, "train=.5,test=.5") == (
        ["split", "tiny", "--version", "v2", "--parent", "v1", "--remake", "train=.5,test=.5", "--seed", "3"]
    )


def test_names_are_escaped(workspace: Workspace, audit: Audit) -> None:
    preview = VersionPreview({"train": {"<b>": 2}}, {"relabel": 1}, {}, ("<i>", "<u>"), 0, 3)
    page = preview_html(preview)
    assert "&lt;i&gt;" in page
    assert "&lt;u&gt;" in page
    assert "3 of the changed labels" in page
    assert "<td>original" not in versions_table(list_versions(workspace, "tiny"))
    with open_ledger(workspace, "tiny").reading() as state:
        assert "<td>" not in verdict_table(state)


def test_the_curve_ends_where_the_forecast_begins() -> None:
    interval = Interval(4.0, 1, 9)
    budget = Budget(2, 0, 0, 1, interval, interval, {50: interval, 100: interval, 200: interval}, 60, "", 5.0, {})
    chart = budget_chart(np.array([0, 0, 1]), budget)
    assert "expected next" in chart
    assert "expected next" not in budget_chart(
        np.array([0, 1]), Budget(1, 0, 0, 1, interval, interval, {}, 0, "", 5.0, {})
    )
    wide = Interval(40.0, 0, 60)
    nothing_said = Budget(2, 0, 0, 1, wide, wide, {50: wide}, 60, "", 5.0, {})
    assert "expected next" not in budget_chart(np.array([0, 0, 1]), nothing_said)
