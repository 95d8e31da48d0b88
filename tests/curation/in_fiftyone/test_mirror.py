"""The decision log as fields of the dataset."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.database.names import CURATED, CURATED_IN_LOG, dataset_name
from curation.database.samples import classification, write_samples
from curation.database.store import load_dataset
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.labels import decided_labels
from curation.decisions.ledger import Ledger
from curation.decisions.state import replay
from curation.decisions.verdicts import VERDICTS
from curation.in_fiftyone.mirror import FIELDS, given_labels, mirrored, prepare_review, write_decisions
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import CLASSES

NAME = "mirror"
IMAGE = "test/sea/0.png"


def judged(
    number: int, reviewer: str, decision: str, *labels: str, image: str = IMAGE, adjudicates: bool = False
) -> Decision:
    return Decision(
        reviewer, image, decision, labels, "sea", "0" * 64, adjudicates=adjudicates, id=str(number),
        sequence=number, time=f"2026-01-31T12:00:{number:02}.123456Z",
    )  # fmt: skip


def fields(*decisions: Decision, given: str = "sea") -> dict[str, Any]:
    return mirrored(replay(decisions), IMAGE, given, CLASSES)


def test_nothing_decided() -> None:
    assert fields() == {
        "curated": "sea", "curated_in_log": "sea",
        "decision": None, "reviewer": None, "reviewed_at": None, "reviewers_disagree": None,
    }  # fmt: skip


def test_one_verdict() -> None:
    assert fields(judged(1, "ana", "relabel", "forest")) == {
        "curated": "forest",
        "curated_in_log": "forest",
        "decision": "relabel",
        "reviewer": ["ana"],
        "reviewed_at": datetime(2026, 1, 31, 12, 0, 1, 123000),
        "reviewers_disagree": None,
    }


@pytest.mark.parametrize(
    ("decision", "labels", "curated"),
    [
        ("keep", (), "sea"),
        ("ambiguous", ("street", "sea"), "sea"),
        ("ambiguous", ("street", "forest"), "forest"),
        ("none-of-these", (), "sea"),
        ("exclude", (), "sea"),
        ("unsure", (), "sea"),
        ("relabel", ("desert",), "desert"),
    ],
)
def test_the_working_label(decision: str, labels: tuple[str, ...], curated: str) -> None:
    got = fields(judged(1, "ana", decision, *labels))
    assert (got["decision"], got["curated"]) == (decision, curated)


def test_reviewers_who_differ_until_it_is_settled() -> None:
    two = judged(1, "ben", "keep"), judged(2, "ana", "relabel", "forest")
    got = fields(*two)
    assert (got["curated"], got["decision"], got["reviewers_disagree"]) == ("sea", None, True)
    assert (got["reviewer"], got["reviewed_at"].second) == (["ana", "ben"], 2)
    settled = fields(*two, judged(3, "cleo", "relabel", "street", adjudicates=True))
    assert (settled["curated"], settled["decision"], settled["reviewers_disagree"]) == ("street", "relabel", None)
    assert settled["reviewer"] == ["ana", "ben", "cleo"]


verdicts = st.sampled_from(sorted(VERDICTS)).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        {
            "none": st.just(()),
            "one": st.sampled_from([("forest",), ("street",)]),
            "several": st.sampled_from([("sea", "street"), ("forest", "street")]),
        }[VERDICTS[kind].classes_named],
    )
)


@given(st.lists(st.tuples(st.sampled_from(["ana", "ben"]), verdicts), max_size=4))
def test_the_working_label_is_that_of_the_curated_splits(given: list[tuple[str, tuple[str, tuple[str, ...]]]]) -> None:
    decisions = [judged(n, who, kind, *labels) for n, (who, (kind, labels)) in enumerate(given)]
    state = replay(decisions)
    got = decided_labels(state, one_row())
    assert mirrored(state, IMAGE, "sea", CLASSES)[CURATED] == CLASSES[got.labels[0]]
    assert bool(mirrored(state, IMAGE, "sea", CLASSES)["reviewers_disagree"]) == bool(got.disputed[0])


def one_row() -> Rows:
    return Rows(Path(), CLASSES, np.array([IMAGE]), np.array([0]), np.array(["test"]))


@pytest.fixture
def shown(mongo_workspace: Workspace, ledger: Ledger) -> tuple[Ledger, Any]:
    return ledger, load_dataset(mongo_workspace, dataset_name(NAME))


def values(dataset: Any, image_id: str, *names: str) -> tuple[Any, ...]:
    from fiftyone import ViewField

    (row,) = zip(*dataset.match(ViewField("image_id") == image_id).values(list(names)), strict=True)
    return tuple(row)


@pytest.mark.mongo
def test_the_dataset_follows_the_log(shown: tuple[Ledger, Any]) -> None:
    ledger, dataset = shown
    assert write_decisions(dataset, ledger) == 0
    ledger.decide(Decision("ana", IMAGE, "relabel", ("forest",)), Decision("ana", "test/sea/1.png", "exclude"))
    assert write_decisions(dataset, ledger) == 2
    assert write_decisions(dataset, ledger) == 0
    assert values(dataset, IMAGE, "ground_truth.label", "curated.label", "decision", "reviewer") == (
        "sea", "forest", "relabel", ["ana"],
    )  # fmt: skip
    assert [len(dataset.load_saved_view(name)) for name in ("reviewed", "changed labels")] == [2, 1]
    ledger.undo("ana")
    assert write_decisions(dataset, ledger) == 2
    assert values(dataset, IMAGE, "curated.label", "decision", "reviewer", "reviewed_at") == ("sea", None, None, None)
    assert len(dataset.load_saved_view("reviewed")) == 0


@pytest.mark.mongo
def test_the_views_of_a_review(shown: tuple[Ledger, Any]) -> None:
    ledger, dataset = shown
    ledger.decide(Decision("ana", IMAGE, "relabel", ("forest",)))
    ledger.decide(Decision("ben", IMAGE, "keep"))
    write_decisions(dataset, ledger)
    seen = {
        name: dataset.load_saved_view(name).values("image_id")
        for name in ("reviewed", "reviewers disagree", "changed labels")
    }
    assert seen == {
        "reviewed": [IMAGE],
        "reviewers disagree": [IMAGE],
        "changed labels": [],
    }


@pytest.mark.mongo
def test_the_given_label_stays_as_given(shown: tuple[Ledger, Any]) -> None:
    ledger, dataset = shown
    (sample_id,) = (
        sample_id for sample_id, name in zip(*dataset.values(["id", "image_id"]), strict=True) if name == IMAGE
    )
    write_samples(dataset, {sample_id: {"ground_truth": classification("street")}})
    assert write_decisions(dataset, ledger) == 1
    assert values(dataset, IMAGE, "ground_truth.label") == ("sea",)


@pytest.mark.mongo
def test_a_dataset_of_before_gets_the_fields(audit: Audit, shown: tuple[Ledger, Any]) -> None:
    ledger, dataset = shown
    dataset.delete_sample_fields(list(FIELDS))
    for name in ("to review", "reviewed"):
        dataset.delete_saved_view(name)
    prepare_review(dataset, audit.rows)
    ledger.decide(Decision("ana", IMAGE, "keep"))
    assert write_decisions(dataset, ledger) == 30  # of all, what the log says of their label
    assert set(dataset.get_field_schema()) >= {*FIELDS, CURATED}
    assert len(dataset.load_saved_view("reviewed")) == 1
    assert dataset.active_label_schemas == [CURATED]


@pytest.mark.mongo
def test_images_of_another_audit_are_left_alone(audit: Audit, shown: tuple[Ledger, Any]) -> None:
    ledger, dataset = shown
    rows = audit.rows.where(audit.rows.image_ids != IMAGE)
    fewer = Ledger(ledger.log, replace(audit.checked, rows=rows, sha256s=audit.checked.sha256s[1:]))
    assert IMAGE not in given_labels(fewer)
    (sample_id,) = (
        sample_id for sample_id, name in zip(*dataset.values(["id", "image_id"]), strict=True) if name == IMAGE
    )
    write_samples(dataset, {sample_id: {CURATED_IN_LOG: "street"}})
    assert write_decisions(dataset, fewer) == 0
