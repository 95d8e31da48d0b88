"""Verdicts from Label Studio, CVAT, LightlyStudio and FiftyOne, and the review queue as their tasks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger
from curation.decisions.log import DecisionLog
from curation.handover.labelling_tools.exporting import write_tasks
from curation.handover.labelling_tools.importing import import_opinions
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

WRONG, OTHER = "test/sea/0.png", "test/street/2.png"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.fixture
def ledger(audit: Audit, tmp_path: Path) -> Ledger:
    return Ledger(DecisionLog(tmp_path / "log.jsonl"), audit.checked)


def in_force(ledger: Ledger) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    with ledger.reading() as state:
        return {
            image: (verdict.reviewer, verdict.decision, verdict.new_labels)
            for image in state.images()
            if (verdict := state.verdict(image))
        }


def choices(*classes: str, by: Any = 3, **more: Any) -> dict[str, Any]:
    result = {"from_name": "c", "to_name": "image", "type": "choices", "value": {"choices": list(classes)}}
    return {"completed_by": by, "result": [result], "was_cancelled": False, "lead_time": 2.5, **more}


def label_studio() -> str:
    predictions = [{"model_version": "errata", "result": choices("forest")["result"]}]
    tasks = [
        {"id": 1, "data": {"image": f"/data/local-files/?d=home/{WRONG}"}, "predictions": predictions,
         "annotations": [choices("forest", by={"id": 1, "email": "ana@x.org"})]},
        {"id": 2, "data": {"image": "https://host/b/test/street/2.png"}, "annotations": [choices("street")]},
        {"id": 3, "data": {"image": "x/test/sea/1.png"}, "annotations": [choices("sea", "street")]},
        {"id": 4, "data": {"image": "s3://bucket/test/sea/2.png"}, "annotations": [choices("none-of-these")]},
        {"id": 5, "data": {"image": "test/sea/3.png"}, "predictions": predictions, "annotations": []},
        {"id": 6, "data": {"image": "test/sea/3.png"}, "annotations": [choices("sea", was_cancelled=True)]},
        {"id": 7, "data": {"image": "elsewhere.png"}, "annotations": [choices("sea")]},
    ]  # fmt: skip
    return json.dumps(tasks)


def test_label_studio(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(label_studio())
    imported = import_opinions(ledger, path, "")
    assert in_force(ledger) == {
        WRONG: ("ana@x.org", "relabel", ("forest",)),
        OTHER: ("3", "keep", ()),
        "test/sea/1.png": ("3", "multi-label", ("sea", "street")),
        "test/sea/2.png": ("3", "none-of-these", ()),
    }
    assert imported.sentence() == (
        "4 verdicts read from Label Studio; 2 images without a class that a person chose; "
        "1 image not in this data set (elsewhere.png); 4 names are spelt otherwise than in the data set (folders) and "
        "taken for the only images that fit: /data/local-files/?d=home/test/sea/0.png for test/sea/0.png"
    )
    assert {(decision.source, decision.looked_s) for decision in imported.written} == {("import", 2.5)}
    again = import_opinions(ledger, path, "")
    assert (len(again.written), again.known, ledger.lines()) == (0, 4, 4)
    short = [{"id": 1, "image": OTHER, "choice": "sea", "annotator": 2}, {"id": 2, "image": WRONG, "annotator": 2}]
    path.write_text(json.dumps(short))
    assert import_opinions(ledger, path, "").written[0].new_labels == ("sea",)


CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version><meta><task><name>t</name><assignee><username>ben</username></assignee></task></meta>
<image id="0" name="sea/0.png" width="60" height="40"></image>
<image id="1" name="test/sea/0.png" width="60" height="40"><tag label="forest" source="manual"></tag></image>
<image id="2" name="test/sea/1.png" width="60" height="40"><tag label="forest" source="auto"></tag></image>
<image id="3" name="test/street/2.png" width="60" height="40"><tag label="street"/><box label="sea" xtl="1"/></image>
</annotations>"""


def test_cvat(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(CVAT)
    assert import_opinions(ledger, path, "").unjudged == 2
    assert in_force(ledger) == {WRONG: ("ben", "relabel", ("forest",)), OTHER: ("ben", "keep", ())}


def test_lightly_studio(ledger: Ledger, audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "classifications.csv"
    root = audit.rows.root
    path.write_text(
        "file_path_abs,class_name,confidence,annotation_source\n"
        f"{root}/{WRONG},forest,,ground_truth\n{root}/{OTHER},sea,0.9,model\n{root}/{OTHER},sea,,errata\n"
    )
    assert import_opinions(ledger, path, "cleo").unjudged == 1
    assert in_force(ledger) == {WRONG: ("cleo", "relabel", ("forest",))}


@pytest.mark.parametrize(
    "content",
    [
        {"classes": ["sea", "forest"], "labels": {"test/sea/0.png": 1, "test/sea/1": 0}},
        {"classes": None, "labels": {"test/sea/0": "forest", "test/sea/1": {"label": "sea", "confidence": 0.5}}},
        {"samples": [{"filepath": f"data/{WRONG}", "ground_truth": {"label": "forest"}},
                     {"filepath": "data/test/sea/1.png", "curated": {"label": "sea"}, "ground_truth": {"label": "x"}}]},
    ],
)  # fmt: skip
def test_fiftyone(ledger: Ledger, tmp_path: Path, content: dict[str, Any]) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(content))
    import_opinions(ledger, path, "dan")
    assert in_force(ledger) == {WRONG: ("dan", "relabel", ("forest",)), "test/sea/1.png": ("dan", "keep", ())}


def answer_label_studio(path: Path) -> None:
    """Let a person take every suggestion but the first, where they say that no class fits."""
    tasks = json.loads(path.read_text())
    for number, task in enumerate(tasks):
        (prediction,) = task["predictions"]
        chosen = ["exclude"] if number == 0 else prediction["result"][0]["value"]["choices"]
        task["annotations"] = [choices(*chosen, by={"email": "eva"})]
    path.write_text(json.dumps(tasks))


def answer_cvat(path: Path) -> None:
    tree = ElementTree.parse(path)
    for number, image in enumerate(tree.getroot().findall("image")):
        (tag,) = image.findall("tag")
        tag.set("source", "manual")
        if number == 0:
            tag.set("label", "exclude")
    tree.write(path)


def answer_lightly(path: Path) -> None:
    head, *lines = path.read_text().splitlines()
    cells = [line.rsplit(",", 2)[0] for line in lines]
    cells[0] = cells[0].rsplit(",", 1)[0] + ",exclude"
    path.write_text("\n".join([head, *(f"{cell},,ground_truth" for cell in cells)]) + "\n")


@pytest.mark.parametrize(
    ("suffix", "answer"), [(".json", answer_label_studio), (".xml", answer_cvat), (".csv", answer_lightly)]
)
def test_there_and_back(
    ledger: Ledger, audit: Audit, tmp_path: Path, suffix: str, answer: Callable[[Path], None]
) -> None:
    ledger.decide(Decision("ana", OTHER, "keep"))
    rows = audit.suspects("test").tolist()[:5]
    path = tmp_path / f"tasks{suffix}"
    _, count, written = write_tasks(audit, ledger, rows, path)
    assert written[0] == path
    untouched = import_opinions(ledger, path, "eva")
    assert (len(untouched.written), untouched.unjudged) == (0, count)
    answer(path)
    import_opinions(ledger, path, "eva")
    got = in_force(ledger)
    judged = [str(audit.rows.image_ids[row]) for row in rows if str(audit.rows.image_ids[row]) != OTHER]
    assert len(judged) == count
    assert got[judged[0]] == ("eva", "exclude", ())
    for row in rows:
        image = str(audit.rows.image_ids[row])
        if image not in (judged[0], OTHER):
            given, suggested = audit.rows.labels[row], audit.consensus.suggested[row]
            names = () if given == suggested else (audit.rows.classes[suggested],)
            assert got[image] == ("eva", "relabel" if names else "keep", names)
    if suffix == ".json":
        config = ElementTree.parse(written[1])
        assert [choice.get("value") for choice in config.iter("Choice")][:3] == list(audit.rows.classes)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "[", "is no JSON"),
        ("a.json", '{"x": 1}', "is of no tool that is known"),
        ("a.json", '[{"id": 1, "data": {"text": "x"}}]', "task 0 names no image"),
        ("a.json", '[{"image": "test/sea/0.png", "choice": "sae"}]', "did you mean 'sea'"),
        ("a.json", '[{"image": "0.png", "choice": "sea"}]', "may be test/forest/0.png or test/sea/0.png"),
        ("a.json", '[{"image": "x.png", "choice": "sea"}]', "has none of these images"),
        ("a.json", '{"classes": ["sea"], "labels": {"test/sea/0.png": 4}}', "class number 4, and there are 1 classes"),
        ("a.xml", "<annotations/>", "has no images with tags"),
        ("a.xml", "<annotations>", "is no XML"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><annotations/>', "declares entities"),
        ("a.csv", "a,b\n1,2\n", "LightlyStudio writes file_path_abs"),
    ],
)
def test_what_is_refused(ledger: Ledger, tmp_path: Path, name: str, content: str, sentence: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ErrataError, match=sentence):
        import_opinions(ledger, tmp_path / name, "ana")
    assert ledger.lines() == 0


def test_nobody_is_named(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"image": "test/sea/0.png", "choice": "sea"}]')
    with pytest.raises(ErrataError, match=r"does not say who judged 'test/sea/0\.png'; name the reviewer"):
        import_opinions(ledger, tmp_path / "a.json", "")
