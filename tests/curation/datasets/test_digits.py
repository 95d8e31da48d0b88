"""scikit-learn's digits as files: all of them, once, in the right folders."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from curation.datasets.digits import write_digits
from models.errors import ErrataError


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits") / "digits"
    write_digits(folder)
    return folder


def test_every_digit_is_filed_once_under_its_own_class(written: Path) -> None:
    target = load_digits().target
    files = sorted(written.rglob("*.png"))
    assert sorted(int(p.stem) for p in files) == list(range(1797))
    assert all(target[int(p.stem)] == int(p.parent.name) for p in files)


def test_seventy_per_cent_of_each_class_are_for_training(written: Path) -> None:
    for name in "0123456789":
        train, test = (len(list((written / split / name).iterdir())) for split in ("train", "test"))
        assert abs(train - 0.7 * (train + test)) <= 0.5


def test_pixels_are_the_published_ones_enlarged(written: Path) -> None:
    images = load_digits().images
    for path in sorted(written.rglob("*.png"))[::97]:
        with Image.open(path) as image:
            assert (image.mode, image.size) == ("L", (32, 32))
            back = np.asarray(image.resize((8, 8), Image.Resampling.BOX), dtype=float)
        assert np.corrcoef(back.ravel(), images[int(path.stem)].ravel())[0, 1] > 0.97


def test_same_seed_same_split_other_seed_another(written: Path, tmp_path: Path) -> None:
    def names(folder: Path) -> set[str]:
        return {p.relative_to(folder).as_posix() for p in folder.rglob("*.png")}

    write_digits(tmp_path / "again")
    write_digits(tmp_path / "other", seed=1)
    assert names(tmp_path / "again") == names(written)
    assert names(tmp_path / "other") != names(written)


def test_a_folder_that_holds_something_is_not_touched(written: Path) -> None:
    with pytest.raises(ErrataError, match="is there already and not empty"):
        write_digits(written)
