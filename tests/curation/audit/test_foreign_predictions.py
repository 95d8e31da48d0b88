"""Predictions made elsewhere: read in our order, refused in one sentence."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curation.audit.foreign_predictions import reader
from curation.datasets.rows import Rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions

ROWS = Rows(
    Path("/images"),
    ("cat", "dog", "été"),
    np.array(["test/c.png", "train/a.png", "train/b ü.png"]),
    np.array([0, 1, 2]),
    np.array(["test", "train", "train"]),
)
PROBS = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]], np.float32)
IDS = ROWS.image_ids


def read(path: Path) -> Predictions:
    return reader(str(path), Workspace(path.parent))[1](ROWS)


def write_npz(path: Path, **arrays: object) -> Path:
    np.savez(path, allow_pickle=True, **{"image_ids": IDS, "probs": PROBS, **arrays})  # type: ignore[arg-type]
    return path


def test_npz_in_another_order_with_more_images_and_other_class_order(tmp_path: Path) -> None:
    order = [2, 0, 1]
    path = write_npz(
        tmp_path / "p.npz",
        image_ids=np.append(IDS[order], "another.png"),
        probs=np.append(PROBS[order][:, [1, 2, 0]], [[1.0, 0, 0]], axis=0).astype(np.float64),
        classes=np.array(["dog", "été", "cat"]),
        embeddings=np.append(np.arange(3)[order], 9)[:, None],
        fold=np.array([1, NO_FOLD, 0, 5]),
    )
    predictions = read(path)
    np.testing.assert_allclose(predictions.probs, PROBS)
    assert predictions.image_ids.tolist() == IDS.tolist()
    assert predictions.embeddings is not None
    assert predictions.embeddings[:, 0].tolist() == [0, 1, 2]
    assert predictions.fold is not None
    assert predictions.fold.tolist() == [NO_FOLD, 0, 1]


def test_npz_without_fold_is_in_sample_and_image_id_is_a_name_too(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", image_id=IDS, probs=PROBS)
    predictions = read(tmp_path / "p.npz")
    assert predictions.fold is None
    assert predictions.embeddings is None


CSV = """image_id,dog,cat,été,fold
train/b ü.png,0.5,0.2,0.3,1
test/c.png,0.2,0.1,0.7,
train/a.png,0.3,0.6,0.1,0
"""


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(mark + CSV, encoding="utf-8")
    predictions = read(path)
    np.testing.assert_allclose(predictions.probs, PROBS)
    assert predictions.fold is not None
    assert predictions.fold.tolist() == [NO_FOLD, 0, 1]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("My Model v2.npz", "model_my_model_v2"),
        ("efficientnet_lite0.npz", "model_efficientnet_lite0"),  # not taken for the architecture
        ("ground_truth.csv", "model_ground_truth"),  # nor for the field of the given labels
        ("été.npz", "model_t"),
        ("日本.npz", "model_predictions"),
        ("a" * 60 + ".npz", "model_" + "a" * 20),
    ],
)
def test_name_is_a_field_name_of_its_own(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).touch()
    assert reader(str(tmp_path / file), Workspace(tmp_path))[0] == name


def csv(change: Callable[[str], str]) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "p.csv").write_text(change(CSV), encoding="utf-8")
        return folder / "p.csv"

    return write


def npz(**arrays: object) -> Callable[[Path], Path]:
    return lambda folder: write_npz(folder / "p.npz", **arrays)


def content(name: str, data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


NAN = PROBS.copy()
NAN[1, 1] = np.nan
BAD = {
    "missing": (lambda folder: folder / "none.npz", "no predictions file at"),
    "suffix": (content("p.txt", b"x"), "neither .npz nor .csv"),
    "folder": (lambda folder: folder, "no predictions file at"),
    "no zip": (content("p.npz", b"not a zip"), r"p\.npz is damaged or no \.npz"),
    "empty npz": (content("p.npz", b""), r"p\.npz is damaged or no \.npz"),
    "truncated": (content("p.npz", b"PK\x03\x04 and no more"), r"p\.npz is damaged or no \.npz"),
    "objects": (npz(probs=np.array([{}, {}, {}])), "damaged or no .npz of plain arrays"),
    "names": (
        lambda folder: write_named(folder, other=PROBS),
        "holds image_ids, other; it needs the arrays image_ids and",
    ),
    "nothing": (lambda folder: write_named(folder, ids=False), "it needs the arrays image_ids and probs"),
    "logits": (npz(probs=PROBS * 10 - 3), "negative value, NaN or infinity; give probabilities, not logits"),
    "positive logits": (npz(probs=PROBS * 10), "sum to 10, not 1; apply a softmax first"),
    "nan": (npz(probs=NAN), "row 1 hold a negative value, NaN"),
    "shape": (npz(probs=PROBS[:, :2]), r"shape \(3, 2\); expected \(number of images, 3 classes\)"),
    "one dimension": (npz(probs=PROBS[:, 0]), r"probs has shape \(3,\)"),
    "one dimension, classes": (
        npz(probs=PROBS[:, 0], classes=np.array(["cat", "dog", "été"])),
        r"probs has shape \(3,\)",
    ),
    "text probs": (npz(probs=np.full((3, 3), "high")), "could not convert"),
    "classes": (
        npz(classes=np.array(["cat", "dog", "cow"])),
        "the classes cat, dog, cow; the data set has cat, dog, été",
    ),
    "too few classes": (npz(classes=np.array(["cat", "dog"])), "has the classes cat, dog"),
    "rows": (npz(probs=PROBS[:2]), r"probs has shape \(2, 3\)"),
    "fold rows": (npz(fold=np.array([0, 1])), r"fold has shape \(2,\)"),
    "fold nan": (npz(fold=np.array([0, 1, np.nan])), "fold must hold whole numbers"),
    "fold half": (npz(fold=np.array([0, 1, 0.5])), "fold must hold whole numbers"),
    "fold negative": (npz(fold=np.array([0, 1, -2])), "fold must hold whole numbers"),
    "embeddings nan": (npz(embeddings=NAN), "embeddings must be finite"),
    "embeddings shape": (npz(embeddings=np.zeros(3)), r"embeddings has shape \(3,\)"),
    "embeddings empty": (npz(embeddings=np.zeros((3, 0))), "at least one for each image"),
    "absent": (
        npz(image_ids=np.array(["test/c.png", "train/a.png", "x"])),
        r"no prediction for 1 of 3 images, such as train/b ü\.png",
    ),
    "twice": (npz(image_ids=np.array(["test/c.png"] * 3)), "names an image twice"),
    "csv no image_id": (
        csv(lambda text: text.replace("image_id", "file")),
        "the columns file, dog, cat, été, fold; it needs image_id",
    ),
    "csv classes": (csv(lambda text: text.replace("dog", "cow")), "has the classes cow, cat, été"),
    "csv text": (csv(lambda text: text.replace("0.6", "high")), "a value that is not a number"),
    "csv nan": (csv(lambda text: text.replace("0.6", "nan")), "negative value, NaN"),
    "csv fold": (csv(lambda text: text.replace("0.1,0\n", "0.1,first\n")), "a value that is not a number"),
    "csv short line": (csv(lambda text: text.replace(",0.2,0.3,1\n", "\n")), "a value that is not a number"),
    "csv twice": (csv(lambda text: text + text.splitlines()[-1] + "\n"), "names an image twice"),
    "csv empty": (content("p.csv", b""), r"has the columns \(none\); it needs image_id"),
    "csv header only": (csv(lambda text: text.splitlines()[0] + "\n"), "no prediction for 3 of 3 images"),
    "csv latin-1": (content("p.csv", CSV.encode("latin-1")), "write it as a UTF-8 CSV"),
}


def write_named(folder: Path, ids: bool = True, **arrays: object) -> Path:
    np.savez(folder / "p.npz", allow_pickle=True, **({"image_ids": IDS} if ids else {}), **arrays)  # type: ignore[arg-type]
    return folder / "p.npz"


@pytest.mark.parametrize(("write", "message"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_one_sentence(tmp_path: Path, write: Callable[[Path], Path], message: str) -> None:
    path = write(tmp_path)
    with pytest.raises(ErrataError, match=message) as raised:
        read(path)
    assert re.search(re.escape(path.name), str(raised.value)), "says which file"
    assert "\n" not in str(raised.value)
