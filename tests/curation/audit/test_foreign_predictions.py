"""Predictions made elsewhere: read in our order, refused in one sentence."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curation.audit.foreign.classes import exchanged
from curation.audit.foreign_predictions import reader
from curation.datasets.rows import Rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions
from models.maps import map_behind

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
    return reader(str(path), Workspace(path.parent))[1](ROWS).predictions


def write_npz(path: Path, leave: tuple[str, ...] = (), **arrays: object) -> Path:
    named = {name: values for name, values in {"image_ids": IDS, "probs": PROBS, **arrays}.items() if name not in leave}
    np.savez(path, allow_pickle=True, **named)  # type: ignore[arg-type]
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


@pytest.mark.parametrize("step", [1, -1])
def test_large_embeddings_stay_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """In that of the predictions, or in one without a name where their images come in another order."""
    monkeypatch.setattr("models.files.scratch._HELD", 1000)
    n, width = 700, 6000  # 17 MB
    names = np.array([f"train/{place:03}.png" for place in range(n)])
    rows = Rows(Path("/images"), ("cat", "dog"), names, np.arange(n) % 2, np.full(n, "train"))
    embeddings = np.arange(n * width, dtype=np.float32).reshape(n, width) / width
    probs = np.full((n, 2), 0.5, np.float32)
    np.savez(tmp_path / "p.npz", image_ids=names[::step], probs=probs, embeddings=embeddings[::step])
    predictions = reader(str(tmp_path / "p.npz"), Workspace(tmp_path))[1](rows).predictions
    assert predictions.embeddings is not None
    assert map_behind(predictions.embeddings) is not None
    np.testing.assert_array_equal(predictions.embeddings, embeddings)
    predictions.save(tmp_path / "kept.npz")
    np.testing.assert_array_equal(np.load(tmp_path / "kept.npz")["embeddings"], embeddings)


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


def npz(leave: tuple[str, ...] = (), **arrays: object) -> Callable[[Path], Path]:
    return lambda folder: write_npz(folder / "p.npz", leave, **arrays)


def content(name: str, data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return write


def zipped(**members: bytes) -> Callable[[Path], Path]:
    """Write an .npz whose members hold any bytes."""

    def write(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "p.npz", "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in members.items():
                file.writestr(f"{name}.npy", data)
        return folder / "p.npz"

    return write


def header(shape: tuple[int, ...]) -> bytes:
    """Return the beginning of an array of float64."""
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


NPY_IDS = npy(IDS)
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
    "logits": (
        npz(probs=PROBS * 10 - 3),
        r"row 0 hold a negative value \(-2\); if these are logits, name the array logits",
    ),
    "votes": (npz(probs=PROBS * 10), "sum to 10, not 1, and all rows have the same sum: divide the values by 10"),
    "positive logits": (
        npz(probs=PROBS * [[30], [10], [5]]),
        "apply a softmax if these are logits; divide each row by",
    ),
    "sigmoid": (
        npz(probs=np.array([[0.9, 0.9, 0.1]] * 2 + [[0.5, 0.1, 0]])),
        "independent scores .*divide each row by",
    ),
    "all zero": (npz(probs=PROBS * [[1], [0], [1]]), "row 1 are all 0"),
    "probabilities as logits": (npz(logits=PROBS, leave=("probs",)), "hold probabilities .*name the array probs"),
    "nan": (npz(probs=NAN), "row 1 hold NaN or infinity"),
    "object ids": (npz(image_ids=IDS.astype(object)), r"image_ids holds Python objects.*image_ids\.astype\(str\)"),
    "numbers as ids": (
        npz(image_ids=np.arange(3)),
        "image_ids of type int64, such as 0; an image is named by its path",
    ),
    "latin-1 ids": (npz(image_ids=np.array([n.encode("latin-1", "ignore") for n in IDS])), "not UTF-8"),
    "torch": (content("p.pt", b"PK"), r"p\.pt is a file of torch.save or pickle"),
    "torch by another name": (content("p.npz", b"PK\x03\x04\0\0 archive/data.pkl \x80"), "is a file of torch.save or"),
    "class numbers": (npz(classes=np.arange(3)), "its classes by numbers, 0 to 2, and the data set by names"),
    "line too long": (
        csv(lambda text: text.replace("0.1,0\n", "0.1,0,0.5\n")),
        "line 4 has 6 cells, but there are 5 columns",
    ),
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
    "too few classes": (npz(classes=np.array(["cat", "dog"])), "names 2 classes for the 3 columns of probs"),
    "rows": (npz(probs=PROBS[:2]), r"probs has shape \(2, 3\)"),
    "fold rows": (npz(fold=np.array([0, 1])), r"fold has shape \(2,\)"),
    "fold nan": (npz(fold=np.array([0, 1, np.nan])), "fold must hold whole numbers"),
    "fold half": (npz(fold=np.array([0, 1, 0.5])), "fold must hold whole numbers"),
    "fold negative": (npz(fold=np.array([0, 1, -2])), "fold must hold whole numbers"),
    "fold huge": (npz(fold=np.array([0, 1, 1e30])), "fold must hold whole numbers below 10,000"),
    "probs huge": (npz(probs=np.full((3, 3), 1e308)), r"probs of row 0 hold 1e\+308"),
    "embeddings huge": (npz(embeddings=np.full((3, 2), 1e300)), r"embeddings hold values up to 1e\+300"),
    "no array": (zipped(image_ids=NPY_IDS, probs=b"some text"), "probs is something other than an array"),
    "a wrong header": (
        zipped(image_ids=NPY_IDS, probs=header((10**12, 3))),
        r"probs is said to have shape \(10{12}, 3\)",
    ),
    "logits huge": (npz(logits=np.full((3, 3), -1e300), leave=("probs",)), r"logits of row 0 hold -1e\+300"),
    "a negative header": (zipped(image_ids=NPY_IDS, probs=header((-1, 3))), r"probs is said to have shape \(-1, 3\)"),
    "a bomb": (zipped(image_ids=NPY_IDS, probs=header((40_000_000, 1)) + bytes(320_000_000)), "unpacks to 0.3 GB"),
    "no dimension": (npz(image_ids=np.array("a.png")), r"image_ids has shape \(\); it needs one name"),
    "classes without dimension": (npz(classes=np.array("cat")), r"names classes in an array of shape \(\)"),
    "embeddings nan": (npz(embeddings=NAN), "embeddings must be finite"),
    "embeddings shape": (npz(embeddings=np.zeros(3)), r"embeddings has shape \(3,\)"),
    "embeddings empty": (npz(embeddings=np.zeros((3, 0))), "at least one for each image"),
    "absent": (
        npz(image_ids=np.array(["x.png", "y.png", "z.png"])),
        r"no image of the data set: it has x\.png, the data",
    ),
    "twice": (npz(image_ids=np.array(["test/c.png"] * 3)), "names an image twice"),
    "csv no image_id": (
        csv(lambda text: text.replace("image_id", "what")),
        "the columns what, dog, cat, été, fold; it needs image_id",
    ),
    "csv classes": (csv(lambda text: text.replace("dog", "cow")), "has the classes cow, cat, été"),
    "csv text": (csv(lambda text: text.replace("0.6", "high")), "a value that is not a number"),
    "csv nan": (csv(lambda text: text.replace("0.6", "nan")), "row 2 hold NaN"),
    "csv fold": (csv(lambda text: text.replace("0.1,0\n", "0.1,first\n")), "a value that is not a number"),
    "csv short line": (csv(lambda text: text.replace(",0.2,0.3,1\n", "\n")), "a value that is not a number"),
    "csv twice": (csv(lambda text: text + text.splitlines()[-1] + "\n"), "names an image twice"),
    "csv empty": (content("p.csv", b""), r"has the columns \(none\); it needs image_id"),
    "csv header only": (csv(lambda text: text.splitlines()[0] + "\n"), "no prediction for 3 of 3 images"),
    "csv in Cyrillic": (content("p.csv", CSV.replace("dog", "собака").encode("cp1251", "ignore")), "is not UTF-8"),
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


def bytes_of(texts: np.ndarray) -> np.ndarray:
    return np.array([text.encode() for text in texts.tolist()])


def beside(text: str, form: str) -> str:
    """Return the lines of a CSV with the number of the line or a label beside them."""
    lines = enumerate(text.splitlines())
    return "".join(form.format(i=i or "", line=line, label="cat" if i else "label") + "\n" for i, line in lines)


LN = np.log(np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3]]))
READ = {  # file -> what is said of it; "" = nothing but the order of unnamed columns
    "as they are": (npz(classes=np.array(["cat", "dog", "été"])), ""),
    "no names, one order": (npz(), "no names and are read in the order of the classes: cat, dog, été"),
    "percentages": (npz(probs=PROBS * 100), "percentages"),
    "logarithms": (npz(probs=LN), "logarithms"),
    "logits": (npz(logits=LN * 1.0 + 3, leave=("probs",)), "softmax"),
    "float16": (npz(probs=PROBS.astype(np.float16)), ""),
    "bytes": (npz(image_ids=bytes_of(IDS), classes=bytes_of(np.array(["cat", "dog", "été"]))), ""),
    "absolute ids": (npz(image_ids=np.array([f"/images/{name}" for name in IDS])), ""),
    "windows ids": (
        npz(image_ids=np.array([f".\\{name}".replace("/", "\\") for name in IDS])),
        "(backslashes)",
    ),
    "bare names": (npz(image_ids=np.array([name.split("/")[1] for name in IDS])), "3 names are spelt otherwise"),
    "escaped, decomposed": (
        npz(image_ids=np.array(["test/c.png", "train/a.png", "train/b%20u\u0308.png"])),
        "(% signs, accents)",
    ),
    "case of classes": (npz(classes=np.array(["Cat", "DOG ", "Été"])), "class 'Cat' is read as 'cat'"),
    "other objects": (npz(notes=np.array([{}])), ""),
    "index column": (csv(lambda text: beside(text, "{i},{line}")), ""),
    "semicolons": (
        csv(lambda text: text.replace(",", ";").replace(".", ",").replace(",png", ".png")),
        "It is separated by semicolons",
    ),
    "Windows-1252": (content("p.csv", CSV.encode("latin-1")), "It is encoded in Windows-1252, not UTF-8 (été, ü)"),
    "prefix": (csv(lambda text: text.replace("dog,cat,été", "p_dog,p_cat,p_été").replace("image_id", "filename")), ""),
    "label column": (csv(lambda text: beside(text, "{line},{label}")), "columns label are left out"),
}


@pytest.mark.parametrize(("write", "said"), READ.values(), ids=READ.keys())
def test_what_other_tools_write_is_read_and_said(tmp_path: Path, write: Callable[[Path], Path], said: str) -> None:
    path = write(tmp_path)
    foreign = reader(str(path), Workspace(tmp_path))[1](ROWS)
    np.testing.assert_allclose(foreign.predictions.probs, PROBS, atol=1e-3)
    assert foreign.predictions.image_ids.tolist() == IDS.tolist()
    assert said in " ".join(foreign.notices)
    if not said:
        assert all("no names" in notice for notice in foreign.notices)


def test_rounded_probabilities_are_divided_by_their_sum(tmp_path: Path) -> None:
    foreign = reader(str(write_npz(tmp_path / "p.npz", probs=np.array([[0.3, 0.3, 0.3]] * 3))), Workspace(tmp_path))[1](
        ROWS
    )
    np.testing.assert_allclose(foreign.predictions.probs, 1 / 3)
    assert "sum to 0.9 to 0.9, as rounded values do" in " ".join(foreign.notices)


def test_images_without_a_prediction_are_left_out(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "p.npz", image_ids=np.array(["train/a.png", "test/c.png", "x"]))
    foreign = reader(str(path), Workspace(tmp_path))[1](ROWS)
    np.testing.assert_allclose(foreign.predictions.probs, PROBS[[1, 0]])
    assert foreign.covered(ROWS).image_ids.tolist() == ["test/c.png", "train/a.png"]
    assert foreign.left_out(ROWS, str(path)) == (("train/b ü.png", "not judged: p.npz has no prediction for it"),)
    assert "Of 3 images, 1 have no prediction" in " ".join(foreign.covered(ROWS).notices)


NUMBERS = tuple(sorted(str(number) for number in range(12)))  # 0, 1, 10, 11, 2, …
TWELVE = Rows(
    Path("/images"),
    NUMBERS,
    np.array([f"{i:02}.png" for i in range(48)]),
    np.array([NUMBERS.index(str(i // 4)) for i in range(48)]),
    np.array(["train"] * 48),
)
BY_NUMBER = np.full((48, 12), 0.1 / 11)  # columns 0, 1, 2, …
BY_NUMBER[np.arange(48), np.arange(48) // 4] = 0.9


def test_integer_classes_are_put_in_order_and_demanded(tmp_path: Path) -> None:
    write_npz(tmp_path / "p.npz", image_ids=TWELVE.image_ids, probs=BY_NUMBER)
    read_them = reader(str(tmp_path / "p.npz"), Workspace(tmp_path))[1]
    with pytest.raises(ErrataError, match=r"meant as 0, 1, 10, 11, 2, .* or as 0, 1, 2, 3, .*add an array `classes`"):
        read_them(TWELVE)
    for classes in (np.arange(12), np.arange(12.0), np.array([f"{i:02}" for i in range(12)])):
        write_npz(tmp_path / "p.npz", image_ids=TWELVE.image_ids, probs=BY_NUMBER, classes=classes)
        assert (read_them(TWELVE).predictions.probs.argmax(1) == TWELVE.labels).all()


@pytest.mark.parametrize("classes", [("b", "a"), ("Zebra", "ant"), ("img9", "img10")])
def test_names_are_demanded_where_tools_order_classes_otherwise(tmp_path: Path, classes: tuple[str, ...]) -> None:
    rows = Rows(Path("/images"), classes, IDS, np.array([0, 1, 1]), ROWS.splits)
    write_npz(tmp_path / "p.npz", probs=PROBS[:, :2] / PROBS[:, :2].sum(1, keepdims=True))
    with pytest.raises(ErrataError, match="does not name the classes of its columns"):
        reader(str(tmp_path / "p.npz"), Workspace(tmp_path))[1](rows)


def test_exchanged_columns_are_told() -> None:
    labels, names = np.repeat([0, 1, 2], 10), ("cat", "dog", "été")
    assert exchanged(labels, labels, names) == ""
    warning = exchanged(labels, (labels + 1) % 3, names)
    assert "agree with 0% of the labels" in warning
    assert "'dog' fits 'cat', 'été' fits 'dog', 'cat' fits 'été'" in warning
    assert exchanged(labels, np.random.default_rng(0).integers(0, 3, 30), names) == "", "they fit in no order"
    assert exchanged(labels[::9], labels[::-9], names) == "", "too few images to tell"
