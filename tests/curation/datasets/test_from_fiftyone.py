"""A FiftyOne dataset as a source: labels, splits and predictions, and all that is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.audit.foreign_predictions import reader
from curation.database import store
from curation.datasets.from_fiftyone import read_fiftyone, read_logits, slug_of
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
    made.set_values("model", [fo.Classification(label="cat", logits=row) for row in LOGITS], progress=False)
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
    assert name == "model_my_pets_model"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Your Pets", r"FiftyOne has no dataset 'Your Pets' \(it has: .*My Pets"),
        (
            "My Pets/truth",
            r"no classification field in FiftyOne dataset 'My Pets': 'truth' \(choices: ground_truth, model\)",
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
        read_logits("My Pets/ground_truth", mongo_workspace, rows)
    with pytest.raises(ErrataError, match="names no field"):
        read_logits("My Pets", mongo_workspace, rows)
    fo = store.connect(mongo_workspace)
    dataset.set_values("wide", [fo.Classification(label="cat", logits=np.zeros(3))] * 10, progress=False)
    with pytest.raises(ErrataError, match="has 3 logits for the 2 classes"):
        read_logits("My Pets/wide", mongo_workspace, rows)


@pytest.mark.parametrize(
    ("source", "name"),
    [("My Pets", "fiftyone-my-pets"), ("a/b", "fiftyone-a"), ("A" * 80, "fiftyone-" + "a" * 31)],
)
def test_slug_is_a_file_name(source: str, name: str) -> None:
    assert slug_of(source) == name
