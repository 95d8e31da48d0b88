"""The studies of examples/, each run as a person runs it, at a small size."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

from curation.datasets.scenery.scenes import draw_scenes
from curation.workspace.folders import Workspace
from models.files.atomic import write_text

STUDIES = sorted(path.stem for path in Path("examples").glob("*.py") if path.stem != "study")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "landscapes"
    draw_scenes(folder, 5, 5, size_px=32)
    return folder


@pytest.mark.mongo
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_prints_its_table_and_saves_its_pictures(
    study: str,
    images: Path,
    mongo_workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(mongo_workspace.root))
    asked = ["--data", str(images), "--epochs", "1", "--images", "30", "--output", str(tmp_path / "pictures")]
    monkeypatch.setattr(sys, "argv", [study, *asked])
    import_module(f"examples.{study}").main()
    told = capsys.readouterr().out
    assert "| recipe | network | data |" in told
    saved = {path.name.rsplit("-", 1)[1] for path in (tmp_path / "pictures").glob("*.svg")}
    assert saved == {"curves.svg", "confusion.svg"}


def test_studies_are_short() -> None:
    for study in STUDIES:
        assert len(Path(f"examples/{study}.py").read_text().splitlines()) < 60


def test_what_a_person_can_fix_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from examples.cifar import main
    from examples.study import run

    write_text(tmp_path / "data" / "notes.txt", "no images")
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "argv", ["cifar", "--data", str(tmp_path / "data")])
    with pytest.raises(SystemExit, match=r"^errata: no image in "):
        run(main)
