"""The data set screen in each state, driven without a browser."""

import io
import os
import shutil
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.jobs.process import job_folder
from app.screens.dataset.adding.uploads import usable
from app.screens.dataset.balance import balance_table, counts_of
from curation.datasets.finding import find_dataset
from curation.datasets.uploaded import add_zip
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.images.problems import CHECKS, ImageProblems
from curation.results.audit import Audit
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_json
from tests.helpers import app_driver
from tests.helpers.app_driver import pictures, ran, shown, texts
from tests.helpers.small_audit import SKIPPED, write_status

show = partial(app_driver.show, screen="dataset")


def test_images_that_are_not_there_are_fetched(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(
        "app.screens.dataset.adding.catalogue.start", lambda folder, arguments: started.append((folder, arguments))
    )
    app = show("intel")
    assert texts(app.subheader) == "The images are not here yet"
    assert "Kaggle, puneet6060/intel-image-classification" in shown(app)
    assert "errata fetch intel" in texts(app.caption)
    app.button(key="dataset.fetch").click()
    ran(app)
    assert started == [(job_folder(workspace, "fetch-intel"), ["fetch", "intel"])]


def test_a_fetch_that_failed_says_why(workspace: Workspace) -> None:
    folder = job_folder(workspace, "fetch-intel")
    write_json(folder / "launch.json", {"pid": os.getpid(), "at": 1.0, "arguments": ["fetch", "intel"]})
    write_status(workspace.root, "failed", error="could not download data set 'intel' (timeout)")
    (workspace.root / "status.json").rename(folder / "status.json")
    app = show("intel")
    assert "The images could not be fetched: could not download data set 'intel' (timeout)." in texts(app.error)
    assert app.button(key="dataset.fetch").label == "Try again"


def test_a_fetch_under_way_is_watched(workspace: Workspace) -> None:
    folder = job_folder(workspace, "fetch-intel")
    (folder).mkdir(parents=True)
    write_status(workspace.root, "running")
    (workspace.root / "status.json").rename(folder / "status.json")
    app = show("intel")
    assert "Fetching the images" in shown(app)
    assert "dataset.fetch" not in [button.key for button in app.button]


def test_images_that_a_person_has_to_get(workspace: Workspace) -> None:
    app = show("landmarks")
    assert "Errata cannot download this data set: take your own photographs" in texts(app.info)
    assert "dataset.fetch" not in [button.key for button in app.button]


def test_not_drawn_yet(workspace: Workspace) -> None:
    app = show("scenes")
    assert texts(app.subheader) == "Not drawn yet"
    app.button(key="dataset.audit").click()
    assert ran(app).query_params["screen"] == "audit"


def test_a_folder_without_an_audit(workspace: Workspace) -> None:
    classes = find_dataset("intel", workspace).classes
    for split, label, n in (*(("train", name, 1) for name in classes), ("test", "sea", 2)):
        folder = workspace.root.parent / "data" / "intel" / split / label
        folder.mkdir(parents=True)
        for place in range(n):
            Image.new("RGB", (9, 9)).save(folder / f"{place}.png")
    app = show("intel")
    assert "<b>8</b><span>images" in shown(app)
    assert "n = 2, 5 of 6 classes without an image" in shown(app)
    assert "An audit finds image problems" in texts(app.markdown)
    app = show("intel", part="samples", split="test")
    assert pictures(app) == ["test/sea/0.png", "test/sea/1.png"] or pictures(app) == [
        "test/sea/1.png",
        "test/sea/0.png",
    ]
    assert "image=test" not in shown(app)  # there is nothing to review yet
    assert "errata audit intel" in texts(show("intel", part="versions").caption)


def test_class_balance(workspace: Workspace, audit: Audit) -> None:
    page = shown(show())
    assert "Thirty drawn pictures" in page
    assert "Licence: Apache-2.0." in page
    assert "n = 18, balanced" in page
    assert "n = 12, balanced" in page
    assert page.count("33.3%") == 6


def test_numbers_of_the_balance() -> None:
    html = balance_table(
        {"train": {"sea": 30, "<b>": 10}, "test": {"sea": 0, "<b>": 5}}, {"train": {"sea": 28, "<b>": 12}}
    )
    assert "n = 40, largest class 3.0 times the smallest" in html
    assert "1 of 2 classes without an image" in html
    assert "75.0%" in html
    assert "+2" in html
    assert "-2" in html
    assert "&lt;b&gt;" in html
    assert "<th><b>" not in html


def test_counts(audit: Audit) -> None:
    counts = counts_of(audit.rows)
    assert counts == {split: dict.fromkeys(audit.rows.classes, n) for split, n in (("train", 6), ("test", 4))}
    assert list(counts) == ["train", "test"]


def test_samples_are_drawn_by_seed_and_lead_to_the_review(workspace: Workspace, audit: Audit) -> None:
    app = show(part="samples", split="test")
    first = pictures(app)
    assert sorted(first) == sorted(str(image_id) for image_id in audit.rows.image_ids[audit.rows.splits == "test"])
    assert "screen=review&amp;image=test%2Fsea%2F0.png" in shown(app)
    app.button(key="dataset.draw").click()
    again = ran(app)
    assert again.query_params["seed"] == "1"
    assert pictures(again) != first
    assert pictures(show(part="samples", split="test", seed="1")) == pictures(again)


def test_spoiled_pictures(workspace: Workspace, audit: Audit) -> None:
    assert "did not check the images themselves" in texts(show(part="image problems").info)
    n = len(audit.rows)
    scores, flags = np.ones((n, len(CHECKS)), np.float32), np.zeros((n, len(CHECKS)), bool)
    dark, size, grey = CHECKS.index("dark"), CHECKS.index("odd_size"), CHECKS.index("grayscale")
    scores[:11, dark], flags[:11, dark] = np.linspace(0.3, 0.1, 11), True
    flags[3, size] = True
    scores[:, grey] = 0  # all of them: how the set is
    ImageProblems(scores, flags).save(audit.folder / "problems.npz")
    os.utime(audit.folder / "results.json")
    app = show(part="image problems")
    page = shown(app)
    assert "<b>11</b> of 30 images have a problem" in page
    assert "Common in this set, and so not flagged: grey (30)" in page
    assert [str(audit.rows.image_ids[row]) for row in range(10, 1, -1)] == pictures(app)[:9]
    assert "brightness 0.10" in page
    assert "60 × 40 px" in page  # noqa: RUF001
    app.toggle(key="dataset.more-dark").set_value(True)
    assert len(pictures(ran(app))) == 12


def test_copies_and_leaks(workspace: Workspace, audit: Audit) -> None:
    app = show(part="copies and leaks")
    assert "<b>2</b> of 30 images are copies, in 1 group: " in shown(app)
    assert "training has seen 1 image outside train" in shown(app)
    assert sorted(pictures(app)) == ["test/forest/3.png", "train/forest/3.png"]
    assert "leak from train" in shown(app)


def test_skipped_files(workspace: Workspace, audit: Audit) -> None:
    page = shown(show(part="skipped files"))
    assert all(word in page for word in SKIPPED)


def test_versions(workspace: Workspace, audit: Audit) -> None:
    assert "errata split tiny" in texts(show(part="versions").caption)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "test/street/0.png", "exclude"))
    make_version(workspace, "tiny", VersionRequest("v1", reviewer="ana"))
    page = shown(show(part="versions"))
    assert "<td>18</td><td>11</td><td><b>1</b> <small>relabel 1</small></td>" in page
    assert "<b>1</b> <small>exclude 1</small>" in page
    assert "by ana, from original" in page
    balance = shown(show(version="v1"))
    assert '5 <b class="er-step">+1</b>' in balance
    assert '3 <b class="er-step">-1</b>' in balance
    assert "er-step" not in shown(show(version="original"))


def test_adding_a_folder_goes_on_to_the_audit(workspace: Workspace, audit: Audit) -> None:
    app = show()
    app.button(key="dataset.adding").click()
    ran(app).text_input(key="dataset.path").set_value(str(workspace.root / "nowhere"))
    assert "no image folder or CSV at" in texts(ran(app).error)
    app.text_input(key="dataset.path").set_value(str(audit.rows.root))
    assert ran(app).button(key="dataset.open").label == "Open tiny"  # it is audited already
    root = photographs(workspace.root.parent / "my*photos_`x`", {"*sea*": 8, "for_est": 7})
    (root / "notes.txt").write_text("-")
    app.text_input(key="dataset.path").set_value(str(root))
    page = shown(ran(app))
    assert "<b>15</b><span>images" in page
    assert "<b>1</b><span>files skipped" in page
    assert "There are no split folders: 20%" in page
    assert "<th>*sea*" in page
    assert len(pictures(app)) == 8
    app.button(key="dataset.add-audit").click()
    assert ran(app).query_params["screen"] == "audit"
    assert app.selectbox(key="dataset").value == str(root)
    assert "add" not in app.query_params
    assert texts(app.subheader) == "Not audited yet"


def test_what_an_audit_would_refuse_is_said_before(workspace: Workspace) -> None:
    root = photographs(workspace.root.parent / "cats", {"cat": 3})
    app = show(None, add="yes", look=str(root))
    assert "has only one class (cat)" in shown(app)
    assert app.button(key="dataset.add").disabled
    assert "has only one class (cat)" in shown(show(str(root)))
    assert "has only one class (cat)" in shown(show(str(root), screen="audit"))


def test_a_zip_is_looked_into_before_it_is_added(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    root = photographs(workspace.root.parent / "pets", {"cat": 5, "dog": 4})
    file = shutil.make_archive(str(workspace.root.parent / "pets"), "zip", root)
    monkeypatch.setattr("app.panels.dataset.look.UNASKED_BYTES", 10)
    app = show(None, add="yes", look=file)
    assert "Its images lie inside larger files" in shown(app)
    assert not pictures(app)
    app.button(key="dataset.unpack").click()
    page = shown(ran(app))
    assert "<b>9</b><span>images" in page
    assert len(pictures(app)) == 8
    (workspace.root.parent / "broken.zip").write_bytes(b"PK-")
    monkeypatch.undo()
    broken = show(None, add="yes", look=str(workspace.root.parent / "broken.zip"))
    assert "broken.zip" in shown(broken)
    assert broken.button(key="dataset.add").disabled


def test_columns_are_chosen_where_their_names_do_not_tell(workspace: Workspace) -> None:
    root = photographs(workspace.root.parent / "pets", {"images": 8})
    lines = "".join(f"images/{n}.png,{['cat', 'dog'][n % 2]},{n}\n" for n in range(8))
    (root / "list.csv").write_text(f"A,B,C\n{lines}")
    app = show(None, add="yes", look=str(root / "list.csv"))
    assert "list.csv has no column label" in shown(app)
    app.selectbox(key="dataset.column-label-pets-list").set_value("B")
    app.button(key="dataset.columns").click()
    page = shown(ran(app))
    assert "<b>8</b><span>images" in page
    assert "filepath is the column A; label is the column B" in page


def test_folders_are_looked_through_inside_the_roots(workspace: Workspace) -> None:
    photographs(workspace.root.parent / "data" / "<b>_cats", {"cat": 1})
    app = show(None, add="yes", folder=str(workspace.root.parent / "data"))
    assert ">&lt;b&gt;_cats</a>" in shown(app)
    app = show(None, add="yes", folder="/etc")
    assert "is not in a folder that may be looked through here" in texts(app.error)


def photographs(root: Path, counts: dict[str, int]) -> Path:
    for name, count in counts.items():
        (root / name).mkdir(parents=True)
        for place in range(count):
            Image.new("RGB", (9, 9), (place, 0, 0)).save(root / name / f"{place}.png")
    return root


def test_of_many_classes_the_largest_and_the_smallest_are_shown() -> None:
    images = {f"class {n}": n for n in range(1000)}
    page = balance_table({"train": images})
    assert page.count("<tr>") == 1 + 100 + 1
    assert "… 900 classes in between" in page
    assert all(f"<th>class {n}</th>" in page for n in (999, 950, 49, 0))
    assert "<th>class 500</th>" not in page
    assert "in between" not in balance_table({"train": {f"class {n}": n for n in range(100)}})


def test_a_zip_that_cannot_be_audited_is_not_kept(workspace: Workspace) -> None:
    picture, content = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("only_cats/1.png", picture.getvalue())
        archive.writestr("only_cats/2.png", picture.getvalue())
    with pytest.raises(ErrataError, match=r"^cats has only one class .*nothing was kept"):
        usable(add_zip("cats.zip", content, workspace))
    assert not [path for path in workspace.uploads.rglob("*") if path.is_file()]
