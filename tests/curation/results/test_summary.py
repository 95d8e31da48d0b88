"""results.json: written whole, read back, and nothing of other images or labels beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from curation.results.summary import Summary, read_results, write_results
from curation.workspace.run_files import AUDIT_SCHEMA
from models.errors import ErrataError
from models.files.atomic import write_json

SUMMARY = Summary(
    config={"seed": 0},
    version="original",
    title="Tiny",
    licence="CC0",
    runs={"a": "tiny-a-0", "average": "tiny-average-0"},
    members={"average": ("a", "b")},
    dataset_key="labels 1",
    images_key="images 1",
    stages=("images", "judge"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_results(tmp_path, SUMMARY)
    for name in ("findings.npz", "map-a.npy"):
        (tmp_path / name).touch()
    return tmp_path


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "results.json")


def test_what_was_written_is_read(folder: Path) -> None:
    assert read_results(folder) == SUMMARY


def test_one_of_an_earlier_errata_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "results.json", {"config": {}, "version": "original", "runs": {"a": "tiny-a-0"}})
    summary = read_results(tmp_path)
    assert (summary.members, summary.images_key, summary.stages) == ({}, "", ())


def test_findings_and_maps_of_other_images_do_not_outlive_a_kill(folder: Path) -> None:
    write_results(folder, replace(SUMMARY, dataset_key="labels 2", images_key="images 2"))
    assert kept(folder) == []


def test_findings_of_other_labels_do_not_outlive_a_kill_and_maps_stay(folder: Path) -> None:
    write_results(folder, replace(SUMMARY, dataset_key="labels 2"))
    assert kept(folder) == ["map-a.npy"]


def test_findings_of_the_same_labels_stay_until_there_are_better_ones(folder: Path) -> None:
    write_results(folder, replace(SUMMARY, title="Renamed", stages=()))
    assert kept(folder) == ["findings.npz", "map-a.npy"]


def test_a_damaged_one_is_one_sentence_and_the_next_audit_trusts_nothing_of_it(folder: Path) -> None:
    (folder / "results.json").write_text("{")
    with pytest.raises(ErrataError, match=r"results\.json is damaged .* run `errata audit` again"):
        read_results(folder)
    write_results(folder, SUMMARY)
    assert read_results(folder) == SUMMARY
    assert kept(folder) == []


def test_one_of_a_newer_errata_is_refused_and_stays(folder: Path) -> None:
    write_json(folder / "results.json", {"schema_version": AUDIT_SCHEMA + 1, "runs": "elsewhere"})
    for use in (lambda: read_results(folder), lambda: write_results(folder, SUMMARY)):
        with pytest.raises(ErrataError, match=r"results\.json has schema 2, of a newer Errata; this one reads up to 1"):
            use()
    assert kept(folder) == ["findings.npz", "map-a.npy"]
