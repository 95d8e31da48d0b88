"""The grey range of datasets.yaml: checked, found by the folder of a file, and used wherever pixels are read."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation.datasets import catalog
from curation.datasets.catalog import load_catalog
from curation.datasets.finding import find_dataset
from curation.datasets.read_rows import read_rows
from curation.images.checking import check_listed
from curation.images.grey_ranges import grey_range_of
from curation.images.overlay import shrunk, thumbnail
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.errors import ErrataError
from models.files.runs import Run
from models.images.grey_range import GreyRange

BLOCK = "{name}: {{title: X, layout: folder, licence: CC0, source: mine, root: {root}, grey_range: {range}}}\n"


def write_catalog(folder: Path, *lines: tuple[str, str, str]) -> Path:
    text = "".join(BLOCK.format(name=name, root=root, range=given) for name, root, given in lines)
    (folder / "datasets.yaml").write_text(text)
    return folder / "datasets.yaml"


@pytest.mark.parametrize("given", ["[0]", "[4095, 0]", "[0, 0]", "[0, .nan]", "[0, .inf]", "[0, x]", "[true, 2]", "[]"])
def test_what_is_no_range_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(ErrataError, match=r"'xray': grey_range must be two numbers.*as \[0, 4095\], not "):
        load_catalog(write_catalog(tmp_path, ("xray", "xray", given)))


def test_a_folder_has_a_single_range(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="'xray' and 'chest' have the same folder and another grey_range"):
        load_catalog(write_catalog(tmp_path, ("xray", "x", "[0, 4095]"), ("chest", "x", "[0, 255]")))


@pytest.fixture
def xray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A data set of dark 12-bit pictures in datasets.yaml, with the range 0 to 4095."""
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path))
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalog, "CATALOG", write_catalog(tmp_path, ("xray", "xray", "[0, 4095]")))
    for place in range(4):
        file = tmp_path / "xray" / "train" / "ab"[place % 2] / f"{place}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((np.arange(64).reshape(8, 8) * (6 + place)).astype(np.uint16)).save(file)
    return Workspace.from_environment()


def test_the_range_is_that_of_the_folder_however_the_data_set_is_opened(xray: Workspace, tmp_path: Path) -> None:
    root = find_dataset("xray", xray).root
    assert grey_range_of(root / "train/a/0.png") == GreyRange(0, 4095)
    assert grey_range_of(xray.unpacked / "0123abcd" / "xray" / "a.png") == GreyRange(0, 4095), "a zip in datasets.yaml"
    assert grey_range_of(tmp_path / "xray-2" / "a.png") is None
    file = root / "train/a/0.png"
    assert np.asarray(thumbnail(file, 8)).max() == np.asarray(shrunk(file, 8)).max() == round(63 * 6 * 255 / 4095)


def test_another_range_is_read_anew_under_another_key(xray: Workspace, tmp_path: Path) -> None:
    def check(given: str) -> tuple[set[str], tuple[str, ...]]:
        write_catalog(tmp_path, ("xray", "xray", given))
        checked = check_listed(read_rows(find_dataset("xray", xray)), xray, Stages(Run(xray.runs / "audit-xray")))
        return set(checked.contents.tolist()), checked.rows.notices

    first, said = check("[0, 4095]")
    assert "4 images of more than 8 bits: grey levels 0 to 4095 are shown, as datasets.yaml says." in said
    second, said = check("[0, 15]")
    assert any("4 images" in each and "most values lie outside the grey range 0 to 15" in each for each in said)
    assert not first & second
    assert check("[0, 4095]")[0] == first
