"""The errata sheet: what people found wrong, as JSON that is read back, CSV and a page."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.handover.sheet import ErrataSheet, errata_sheet, read_sheet, write_sheet, write_sheet_csv
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import read_json
from tests.helpers.small_audit import ORIGINAL as TWIN
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana <b>", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ben", "test/sea/1.png", "exclude"))
    ledger.decide(Decision("ben", "test/sea/2.png", "ambiguous", ("forest", "sea")))
    ledger.decide(Decision("ben", "test/sea/3.png", "keep"))
    ledger.decide(Decision("ben", TWIN, "relabel", ("street",)))  # left out as a leak, and wrong
    make_version(workspace, "tiny", VersionRequest("v1", auto_accept=0.5, drop_leaks=True))
    return workspace


@pytest.fixture
def sheet(workspace: Workspace) -> ErrataSheet:
    return errata_sheet(workspace, load_version(workspace, "tiny", "v1"))


def test_what_is_on_it(sheet: ErrataSheet) -> None:
    assert [(one.image_id, one.label, one.new_label, one.labels) for one in sheet.errata] == [
        ("test/sea/0.png", "sea", "forest", ("forest",)),
        ("test/sea/1.png", "sea", "", ()),
        ("test/sea/2.png", "sea", "sea", ("sea", "forest")),
        (TWIN, "forest", "street", ("street",)),
    ]
    assert (sheet.images, sheet.judged, sheet.unseen) == (30, 5, 1)
    assert (sheet.licence, sheet.title) == ("Apache-2.0", "Thirty drawn pictures")
    assert sheet.errata[0].reviewers == ("ana <b>",)


def test_there_and_back(sheet: ErrataSheet, tmp_path: Path) -> None:
    write_sheet(sheet, tmp_path / "sheet.json")
    assert read_sheet(tmp_path / "sheet.json") == sheet
    write_sheet_csv(sheet, tmp_path / "sheet.csv")
    with (tmp_path / "sheet.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["image_id"] for line in lines] == [one.image_id for one in sheet.errata]
    assert lines[2]["labels"] == "sea|forest"
    assert lines[1]["new_label"] == ""


def test_the_original_has_none(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="version 'original' holds the labels as given, without errata"):
        errata_sheet(workspace, load_version(workspace, "tiny", "original"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "something"}, "is no errata sheet; give the JSON that"),
        ({"schema_version": 2}, "has schema 2, this version of Errata reads 1; update Errata"),
        ({"errata": 5}, "is no whole errata sheet"),
        ({"errata": [{"image_id": "x"}]}, "is no whole errata sheet"),
        ({"sha256": "../x"}, "is no whole errata sheet"),
        ({"labels": ["street"]}, "is no whole errata sheet"),
        ({"label": 5}, "is no whole errata sheet"),
        ({"images": "many"}, "is no whole errata sheet"),
    ],
)
def test_a_sheet_that_makes_no_sense(sheet: ErrataSheet, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "sheet.json"
    write_sheet(sheet, path)
    values = read_json(path)
    of_erratum = change.keys() <= {"sha256", "labels", "label"}
    (values["errata"][0] if of_erratum else values).update(change)
    path.write_text(json.dumps(values))
    with pytest.raises(ErrataError, match=message):
        read_sheet(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[]", "is no errata sheet"), (b"{", "is no errata sheet"), (b"\xff\xfe", "is no errata sheet")],
)
def test_another_file(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ErrataError, match=message):
        read_sheet(tmp_path / "x.json")
    with pytest.raises(ErrataError, match="cannot read"):
        read_sheet(tmp_path / "none.json")
