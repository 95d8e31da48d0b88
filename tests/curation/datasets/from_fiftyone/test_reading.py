"""A FiftyOne dataset as a source: labels, splits and predictions, and all that is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curation.audit.foreign_predictions import reader
from curation.database import store
from curation.datasets.from_fiftyone.reading import _order_of_logits, read_fiftyone, read_logits, slug_of
from curation.datasets.opening import audited_name, open_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError

pytestmark = pytest.mark.mongo
LABELS = ["cat", "dog"] * 5
LOGITS = np.random.default_rng(0).normal(size=(10, 2)).astype(np.float32)


@pytest.fixture
def dataset(mongo_workspace: Workspace, tmp_path: Path) -> Iterator[Any]:
    """Ten samples with labels and logits, no splits."""
    fo = store.connect(mongo_workspace)
    made = fo.Dataset("My Pets", overwrite=True, persistent=True)
    made.add_samples([fo.Sample(filepath=str(tmp_path / "é pets" / f"{i}.png")) for i in range(10)], progress=False)
    made.set_values("ground_truth", [fo.Classification(label=label) for label in LABELS], progress=False)
    top = [("cat", "dog")[place] for place in LOGITS.argmax(1)]
    predicted = [fo.Classification(label=label, logits=row) for label, row in zip(top, LOGITS, strict=True)]
    made.set_values("model", predicted, progress=False)
    made.set_values("weight", list(range(10)), progress=False)
    yield made
    made.delete()


def test_images_labels_and_a_split_by_seed(mongo_workspace: Workspace, dataset: Any, tmp_path: Path) -> None:
    spec, rows = open_dataset("fiftyone:My Pets", mongo_workspace, seed=0)
    assert spec.name == "fiftyone-my-pets" == audited_name("fiftyone:My Pets", mongo_workspace)
    assert rows.root == tmp_path / "é pets"
    assert rows.classes == ("cat", "dog")
    assert rows.image_ids.tolist() == [f"{i}.png" for i in range(10)]
    assert [rows.classes[label] for label in rows.labels] == LABELS
    assert sorted(rows.splits.tolist()) == ["test"] * 2 + ["train"] * 8


@pytest.mark.parametrize("how", ["field", "tags"])
def test_its_own_splits(mongo_workspace: Workspace, dataset: Any, how: str) -> None:
    splits = ["train"] * 6 + ["val"] * 2 + ["test"] * 2
    if how == "field":
        dataset.set_values("split", splits, progress=False)
    else:
        dataset.set_values("tags", [["checked", split] for split in splits], progress=False)
    assert read_fiftyone("My Pets", mongo_workspace, 0)[1].splits.tolist() == splits


def test_logits_become_the_probabilities_of_the_right_images(mongo_workspace: Workspace, dataset: Any) -> None:
    rows = read_fiftyone("My Pets", mongo_workspace, 0)[1]
    name, read = reader("fiftyone:My Pets/model", mongo_workspace)
    predictions = read(rows).predictions
    odds = np.exp(LOGITS)
    np.testing.assert_allclose(predictions.probs, odds / odds.sum(1, keepdims=True), rtol=1e-5)
    assert predictions.fold is None, "FiftyOne does not record training images"
    swapped = ["dog" if odds[0] > odds[1] else "cat" for odds in LOGITS]  # columns: dog, cat
    fields = [
        store.connect(mongo_workspace).Classification(label=label, logits=values)
        for label, values in zip(swapped, LOGITS, strict=True)
    ]
    dataset.set_values("swapped", fields, progress=False)
    told = reader("fiftyone:My Pets/swapped", mongo_workspace)[1](rows).notices
    assert any("logits are in another order than the classes" in notice for notice in told)
    assert name == "model_my_pets_model"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Your Pets", r"FiftyOne has no dataset 'Your Pets' \(it has: .*My Pets"),
        (
            "My Pets/truth",
            r"no field 'truth' in FiftyOne dataset 'My Pets' \(fields with classes: ground_truth, model\)",
        ),
        ("My Pets/weight", "'weight'"),
        ("My Pets/filepath", "'filepath'"),
        ("", "names no dataset; write fiftyone:DATASET"),
        ("/model", "names no dataset"),
    ],
)
def test_no_such_dataset_or_field(mongo_workspace: Workspace, dataset: Any, source: str, message: str) -> None:
    with pytest.raises(ErrataError, match=message):
        read_fiftyone(source, mongo_workspace, 0)


def test_samples_without_a_label(mongo_workspace: Workspace, dataset: Any) -> None:
    dataset.set_values("ground_truth", [None, *[store.connect(mongo_workspace).Classification(label="a")] * 9])
    with pytest.raises(ErrataError, match="1 of 10 samples have no label in ground_truth"):
        read_fiftyone("My Pets", mongo_workspace, 0)


def test_an_empty_dataset(mongo_workspace: Workspace, dataset: Any) -> None:
    dataset.clear()
    with pytest.raises(ErrataError, match="'My Pets' cannot be audited: it is empty"):
        read_fiftyone("My Pets", mongo_workspace, 0)


def test_images_all_over_the_disk(mongo_workspace: Workspace, dataset: Any) -> None:
    """Their common folder would be the whole disk, and the App would show all of it."""
    dataset.set_values("filepath", ["/elsewhere/a.png", *dataset.values("filepath")[1:]], progress=False)
    with pytest.raises(ErrataError, match="have no folder in common"):
        read_fiftyone("My Pets", mongo_workspace, 0)


def test_predictions_that_do_not_fit(mongo_workspace: Workspace, dataset: Any) -> None:
    rows = read_fiftyone("My Pets", mongo_workspace, 0)[1]
    with pytest.raises(ErrataError, match=r"has no logits for any of the 10 images, such as 0\.png"):
        read_logits("My Pets/ground_truth", mongo_workspace, rows, [])
    with pytest.raises(ErrataError, match="names no field"):
        read_logits("My Pets", mongo_workspace, rows, [])
    fo = store.connect(mongo_workspace)
    dataset.set_values("wide", [fo.Classification(label="cat", logits=np.zeros(3))] * 10, progress=False)
    with pytest.raises(ErrataError, match="has 3 logits for the 2 classes"):
        read_logits("My Pets/wide", mongo_workspace, rows, [])


@pytest.mark.parametrize(
    ("source", "name"),
    [("My Pets", "fiftyone-my-pets"), ("a/b", "fiftyone-a"), ("A" * 80, "fiftyone-" + "a" * 31)],
)
def test_slug_is_a_file_name(source: str, name: str) -> None:
    assert slug_of(source) == name


def test_other_kinds_of_fields(mongo_workspace: Workspace, dataset: Any, tmp_path: Path) -> None:
    fo = store.connect(mongo_workspace)
    dataset.set_values("word", [f" {label} " for label in LABELS], progress=False)
    listed = [fo.Classifications(classifications=[fo.Classification(label=label)]) for label in LABELS]
    dataset.set_values("listed", listed, progress=False)
    dataset.set_values("tags", [["Training-set"]] * 7 + [["VALID"], ["holdout"], []], progress=False)
    for field in ("word", "listed"):
        _, rows = read_fiftyone(f"My Pets/{field}", mongo_workspace, 0)
        assert [rows.classes[label] for label in rows.labels] == LABELS
        assert rows.splits[:9].tolist() == ["train"] * 7 + ["val", "test"]
        assert rows.notices[0].startswith("splits are read from the tags; 1 of 10 samples have no such tag")
    listed[3].classifications.append(fo.Classification(label="bird"))
    dataset.set_values("listed", listed, progress=False)
    dataset.set_values("lines", [fo.Polylines()] * 10, progress=False)
    dataset.set_values("subset", ["train"] * 9 + ["sunday"], progress=False)
    for field, sentence in (
        ("listed", r"1 sample .* several classes in listed \(.*3\.png: dog, bird\)"),
        ("lines", "the field 'lines' .* holds Polylines, and labels are read from Classification, Class"),
        ("tags", "the field 'tags' .* holds List"),
        ("word", "the field 'subset' of .*9.png says 'sunday', which is no split"),
    ):
        dataset.set_values("subset", [None] * 9 + ["sunday" if field == "word" else None], progress=False)
        with pytest.raises(ErrataError, match=sentence):
            read_fiftyone(f"My Pets/{field}", mongo_workspace, 0)


def test_boxes_are_images(mongo_workspace: Workspace, dataset: Any, tmp_path: Path) -> None:
    """A photograph of 10 by 20 px: the red left half is a cat, a corner sticking out a dog, a box outside nothing."""
    fo = store.connect(mongo_workspace)
    photo = Image.new("RGB", (10, 20), (0, 0, 255))
    photo.paste((255, 0, 0), (0, 0, 5, 20))
    for number in range(10):
        path = tmp_path / "é pets" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        photo.save(path)
    boxes = [("cat", [0, 0, 0.5, 1]), ("dog", [0.75, 0.9, 0.5, 0.5]), ("dog", [1.2, 0, 0.1, 0.1])]
    found = [fo.Detections(detections=[fo.Detection(label=name, bounding_box=box) for name, box in boxes])] * 10
    dataset.set_values("boxes", found, progress=False)
    spec, rows = read_fiftyone("My Pets/boxes", mongo_workspace, 0)
    assert rows.image_ids[:2].tolist() == ["0-png-box000.png", "0-png-box001.png"]
    assert [rows.classes[label] for label in rows.labels] == ["cat", "dog"] * 10
    assert rows.notices == (
        "each of 20 boxes is an image, cut out of 10 photographs; 10 boxes of no area or outside are left out",
    )
    photos = [image_id.split("-")[0] for image_id in rows.image_ids.tolist()]
    assert all(len({split for name, split in zip(photos, rows.splits, strict=True) if name == p}) == 1 for p in photos)
    with Image.open(rows.path(0)) as cat, Image.open(rows.path(1)) as dog:
        assert (cat.size, cat.getcolors()) == ((5, 20), [(100, (255, 0, 0))])
        assert (dog.size, dog.getcolors()) == ((3, 2), [(6, (0, 0, 255))])
    assert read_fiftyone("My Pets/boxes", mongo_workspace, 0)[0].root == spec.root
    dataset.set_values("boxes.detections.label", [["cat", None, "dog"]] * 10, progress=False)
    with pytest.raises(ErrataError, match=r"box 1 of .*0\.png in boxes has no label"):
        read_fiftyone("My Pets/boxes", mongo_workspace, 0)


CLASSES = ("cat", "dog", "emu")


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (["cat", "dog", "emu"], [0, 1, 2]),
        (["dog", "cat", None], [1, 0, 2]),
        (["emu", "cat", "dog"], [1, 2, 0]),
        ([None, None, None], [0, 1, 2]),
    ],
)
def test_the_order_of_logits_is_that_of_their_labels(labels: list[str | None], order: list[int]) -> None:
    assert _order_of_logits("a/b", np.eye(3, dtype=np.float32), labels, CLASSES) == order


def test_labels_that_fit_no_order_of_the_logits() -> None:
    logits = np.eye(3, dtype=np.float32)[[0, 0, 1]]
    with pytest.raises(ErrataError, match=r"for 2 of 3 images the label is not the class of the largest logit"):
        _order_of_logits("a/b", logits, ["cat", "dog", "cat"], CLASSES)
    with pytest.raises(ErrataError, match="predicts gnu, which is no class of this data set"):
        _order_of_logits("a/b", logits, ["gnu", "dog", "cat"], CLASSES)
