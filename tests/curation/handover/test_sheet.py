"""The errata sheet: the labels that people found wrong, as JSON that is read back, and as CSV."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curation.handover.sheet import ErrataSheet, errata_sheet, read_sheet, write_sheet, write_sheet_csv
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.json_file import read_json
from tests.helpers.small_audit import ORIGINAL as TWIN


def test_only_what_people_found_wrong_is_on_the_sheet(sheet: ErrataSheet) -> None:
    assert [(erratum.image_id, erratum.label, erratum.new_label, erratum.labels) for erratum in sheet.errata] == [
        ("test/sea/0.png", "sea", "forest", ("forest",)),
        ("test/sea/1.png", "sea", "", ()),
        ("test/sea/2.png", "sea", "sea", ("sea", "forest")),
        (TWIN, "forest", "street", ("street",)),
    ]
    assert (sheet.images, sheet.judged, sheet.unseen) == (30, 5, 1)
    assert (sheet.licence, sheet.title) == ("Apache-2.0", "Thirty drawn pictures")
    assert sheet.errata[0].reviewers == ("ana <b>",)


def test_a_sheet_is_read_back_as_it_was_written(sheet: ErrataSheet, tmp_path: Path) -> None:
    write_sheet(sheet, tmp_path / "sheet.json")
    assert read_sheet(tmp_path / "sheet.json") == sheet
    write_sheet_csv(sheet, tmp_path / "sheet.csv")
    with (tmp_path / "sheet.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["image_id"] for line in lines] == [erratum.image_id for erratum in sheet.errata]
    assert lines[2]["labels"] == "sea|forest"
    assert lines[1]["new_label"] == ""


def test_the_original_has_no_errata(judged_workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="version 'original' holds the labels as given, without errata"):
        errata_sheet(judged_workspace, load_version(judged_workspace, "tiny", "original"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "something"}, "is not an errata sheet; give the JSON that"),
        ({"schema_version": 2}, "has schema 2, this version of Errata reads 1; update Errata"),
        ({"errata": 5}, "is not a whole errata sheet"),
        ({"errata": [{"image_id": "x"}]}, "is not a whole errata sheet"),
        ({"sha256": "../x"}, "is not a whole errata sheet"),
        ({"image_id": "../../etc/passwd"}, r"sheet \('../../etc/passwd' leads out of the folder of the images\)"),
        ({"image_id": "/etc/passwd"}, r"sheet \('/etc/passwd' leads out"),
        ({"labels": ["street"]}, "is not a whole errata sheet"),
        ({"label": 5}, "is not a whole errata sheet"),
        ({"images": "many"}, "is not a whole errata sheet"),
    ],
)
def test_a_damaged_sheet_is_refused(sheet: ErrataSheet, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "sheet.json"
    write_sheet(sheet, path)
    values = read_json(path)
    of_erratum = change.keys() <= {"sha256", "labels", "label", "image_id"}
    (values["errata"][0] if of_erratum else values).update(change)
    path.write_text(json.dumps(values))
    with pytest.raises(ErrataError, match=message):
        read_sheet(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "is not an errata sheet"),
        (b"{", "is not an errata sheet"),
        (b"\xff\xfe", "is not an errata sheet"),
        (b"[" * 20_000, "is not"),
    ],
)
def test_another_file_is_no_sheet(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ErrataError, match=message):
        read_sheet(tmp_path / "x.json")
    with pytest.raises(ErrataError, match="cannot read"):
        read_sheet(tmp_path / "none.json")


def test_a_sheet_with_two_answers_for_an_image_is_refused(sheet: ErrataSheet, tmp_path: Path) -> None:
    first = sheet.errata[0]
    twice = (*sheet.errata, replace(first, new_label="street", labels=("street",)))
    for same in (first, replace(first, reviewers=("bo",), time="2026-01-01T00:00:00+00:00")):  # the same answer twice
        write_sheet(replace(sheet, errata=(*sheet.errata, same)), tmp_path / "s.json")
        assert len(read_sheet(tmp_path / "s.json").errata) == len(sheet.errata) + 1
    several = replace(first, labels=(first.new_label, "street"))
    write_sheet(replace(sheet, errata=(*sheet.errata, several)), tmp_path / "s.json")
    with pytest.raises(ErrataError, match=rf"right label {first.new_label} and {first.new_label} \| street; ask which"):
        read_sheet(tmp_path / "s.json")
    write_sheet(replace(sheet, errata=(*sheet.errata, replace(first, sha256="0" * 64))), tmp_path / "s.json")
    with pytest.raises(ErrataError, match=rf"with the content {first.sha256} and 0{{64}};"):
        read_sheet(tmp_path / "s.json")
    write_sheet(replace(sheet, errata=twice), tmp_path / "s.json")
    with pytest.raises(
        ErrataError, match=rf"two entries for '{first.image_id}', with the right label {first.new_label} and street"
    ):
        read_sheet(tmp_path / "s.json")
