"""Documents written directly against those FiftyOne itself writes, value by value."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curation.database import store
from curation.database.documents import BATCH, Column, Labels, field_values, insert
from curation.workspace.folders import Workspace

pytestmark = pytest.mark.mongo
RNG = np.random.default_rng(0)
PATHS = [Path(f"/images/é {i}.png") for i in range(3)]
COLUMNS = [
    Column("given", "a", Labels(["cat", "dog", "cat"])),
    Column("predicted", "a", Labels(["dog", None, "cat"], RNG.random(3, np.float32), RNG.random((3, 4), np.float32))),
    Column("score", "a", RNG.random(3).astype(np.float32)),
    Column("vector", "a", RNG.random((3, 5)).astype(np.float32)),
    Column("map", "a", [None, Path("/maps/1.png"), None]),
    Column("text", "a", ["x", "y", "z"]),
    Column("count", "a", [3, 0, -1]),
    Column("flag", "a", [True, False, True]),
    Column("nothing", "a", [None, None, None]),
    Column("no_label", "a", Labels([None, None, None])),
]


def schema(dataset: Any) -> dict[str, Any]:
    """Return the fields with their types, and the types of their embedded fields."""
    return {name: str(field) for name, field in dataset.get_field_schema(flat=True).items()}


def plain(value: Any) -> Any:
    """Return a stored value with vectors as lists, without ids, times and random numbers."""
    if isinstance(value, bytes):
        from fiftyone.core.utils import deserialize_numpy_array

        vector = deserialize_numpy_array(value)
        return [str(vector.dtype), vector.tolist()]
    if isinstance(value, dict):
        chance = ("_id", "_rand", "_dataset_id", "created_at", "last_modified_at")
        return {name: (type(part) if name in chance else plain(part)) for name, part in value.items()}
    return value


def test_the_same_as_fiftyone_writes(mongo_workspace: Workspace) -> None:
    fo = store.connect(mongo_workspace)
    ours, theirs = (fo.Dataset(f"documents-{side}", overwrite=True, persistent=True) for side in ("ours", "theirs"))
    insert(fo, ours, PATHS, COLUMNS)
    samples = [fo.Sample(filepath=str(path)) for path in PATHS]
    for column in COLUMNS:
        values = field_values(fo, column)
        raw = column.values.labels if isinstance(column.values, Labels) else list(column.values)
        for sample, value in zip(samples, raw, strict=True):
            if value is not None:
                sample[column.name] = next(values)
    theirs.add_samples(samples, progress=False)
    assert schema(ours) == schema(theirs)
    assert ours.media_type == theirs.media_type == "image"
    written = [list(dataset._sample_collection.find().sort("filepath")) for dataset in (ours, theirs)]
    assert [plain(document) for document in written[0]] == [plain(document) for document in written[1]]
    ids = [document["_id"] for document in written[0]] + [document["given"]["_id"] for document in written[0]]
    assert len(set(ids)) == 6, "no two alike"
    assert len({document["_rand"] for document in written[0]}) == 3
    assert "nothing" not in schema(ours)
    for dataset in (ours, theirs):
        sample = dataset.match(fo.ViewField("text") == "y").first()
        assert sample.map.map_path == "/maps/1.png"
        np.testing.assert_array_equal(sample.vector, COLUMNS[3].values[1])  # type: ignore[index]
        dataset.delete()


@pytest.mark.parametrize("count", [0, 1, BATCH + 1])
def test_any_number_of_samples(mongo_workspace: Workspace, count: int) -> None:
    fo = store.connect(mongo_workspace)
    dataset = fo.Dataset("documents-count", overwrite=True)
    paths = [Path(f"/images/{i}.png") for i in range(count)]
    insert(fo, dataset, paths, [Column("number", "a", list(range(count)))])
    assert len(dataset) == count
    if count:
        assert sorted(dataset.values("number")) == list(range(count))
        assert dataset.values("filepath") == [str(path) for path in paths]
    dataset.delete()


def test_without_any_field(mongo_workspace: Workspace) -> None:
    fo = store.connect(mongo_workspace)
    dataset = fo.Dataset("documents-bare", overwrite=True)
    insert(fo, dataset, PATHS, [])
    assert dataset.values("filepath") == [str(path) for path in PATHS]
    dataset.delete()


def test_a_column_of_another_length_is_refused(mongo_workspace: Workspace) -> None:
    fo = store.connect(mongo_workspace)
    dataset = fo.Dataset("documents-short", overwrite=True)
    with pytest.raises(ValueError, match="zip"):
        insert(fo, dataset, PATHS, [Column("number", "a", [1, 2]), Column("other", "a", [1, 2, 3])])
    dataset.delete()
