"""Samples read and written without FiftyOne's objects, compared with what FiftyOne reads and writes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from curation.database.samples import classification, read_samples, write_samples
from curation.database.store import connect, declare, load_dataset, replacing
from curation.workspace.folders import Workspace

pytestmark = pytest.mark.mongo


@pytest.fixture(scope="module")
def dataset(mongo_workspace: Workspace) -> Any:
    fo = connect(mongo_workspace)
    made = fo.Dataset("samples", persistent=True)
    made.add_samples([fo.Sample(f"/{name}.png", curated=fo.Classification(label=name)) for name in "abc"])
    made.add_sample_field("decision", fo.StringField)
    return made


def test_a_label_is_what_fiftyone_would_store(mongo_workspace: Workspace) -> None:
    ours, theirs = classification("sea"), connect(mongo_workspace).Classification(label="sea").to_dict()
    assert list(ours) == list(theirs)
    assert {name: ours[name] for name in ("_cls", "tags", "label")} == {
        name: theirs[name] for name in ("_cls", "tags", "label")
    }


def test_written_as_fiftyone_reads_it(mongo_workspace: Workspace, dataset: Any) -> None:
    first, second, third = dataset.values("id")
    before = dataset.values("last_modified_at")
    write_samples(dataset, {first: {"curated": classification("sea"), "decision": "relabel"}, third: {"curated": None}})
    seen = load_dataset(mongo_workspace, "samples")
    assert seen.values("curated.label") == ["sea", "b", None]
    assert seen.values("decision") == ["relabel", None, None]
    after = seen.values("last_modified_at")
    assert [new > old for new, old in zip(after, before, strict=True)] == [True, False, True]
    assert list(read_samples(dataset, ("curated.label", "decision"), [second, first]).items()) == [
        (first, {"curated.label": "sea", "decision": "relabel"}),
        (second, {"curated.label": "b", "decision": None}),
    ]
    assert list(read_samples(dataset, ("filepath",))) == [first, second, third]


def test_ids_that_are_none_are_left_out(dataset: Any) -> None:
    assert read_samples(dataset, ("decision",), ["", "nonsense", "0" * 24]) == {}
    write_samples(dataset, {})


def test_declared_fields_are_empty_and_there(mongo_workspace: Workspace) -> None:
    with replacing(mongo_workspace, "declared", [Path("/a.png")], [], ["a"]) as made:
        fields = {"who": ("texts", "who did"), "when": ("time", "when"), "yes": ("truth", "whether")}
        declare(made, "review", fields, shown=("who",))
        declare(made, "review", fields)  # changes nothing
    dataset = load_dataset(mongo_workspace, "declared")
    (sample_id,) = dataset.values("id")
    write_samples(dataset, {sample_id: {"who": ["ana", "ben"], "when": datetime(2026, 1, 31, 12), "yes": True}})
    assert dataset.values(["who", "when", "yes"]) == ([["ana", "ben"]], [datetime(2026, 1, 31, 12)], [True])
    assert dataset.get_field("who").description == "who did"
    assert dataset.app_config.sidebar_groups[1].paths == ["who", "when", "yes"]
    assert "who" in dataset.app_config.active_fields.paths
