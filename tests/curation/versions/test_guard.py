"""What keeps the test split honest: checked before anything is written, and put into words."""

from dataclasses import replace

import numpy as np
import pytest

from curation.versions.curate import curate, find_leaks
from curation.versions.guard import check_guard, guard_statements
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from models.errors import ErrataError
from tests.helpers.split_pictures import alone, checked, copies, judged, verdict

FOUR = checked([0, 0, 1, 1], ["train", "test", "val", "test"])
GIVEN = CuratedRows.as_given(FOUR, alone(4))


def changed(row: int, decision: str) -> CuratedRows:
    """Return the images with one label changed by this decision."""
    labels, decisions = FOUR.rows.labels.copy(), np.full(4, "", "<U13")
    labels[row], decisions[row] = 2, decision
    return replace(GIVEN, checked=replace(FOUR, rows=replace(FOUR.rows, labels=labels)), decisions=decisions)


@pytest.mark.parametrize("decision", ["auto", ""])
def test_a_test_label_that_no_person_changed(decision: str) -> None:
    message = r"1 labels of the test split would change without a person's decision \(03\.png\); judge them first"
    with pytest.raises(ErrataError, match=message):
        check_guard(changed(3, decision))
    check_guard(changed(0, decision))
    check_guard(changed(3, "relabel"))
    soft = replace(GIVEN, soft_rows=np.array([1]), soft=np.array([[0.5, 0.5, 0]], np.float32))
    with pytest.raises(ErrataError, match=r"\(01\.png\)"):
        check_guard(soft)


def statements_of(curated: CuratedRows, threshold: float | None = None, **more: bool) -> list[str]:
    leaks = find_leaks(curated.duplicates.groups, curated.checked.rows.splits, curated.members)
    return guard_statements(curated, leaks, more.get("dropped", False), threshold, more.get("in_sample", False), 0)


def test_statements() -> None:
    assert statements_of(GIVEN) == [
        "test: 0 of 2 labels changed and 0 images left out, each by a person's decision; 0 images judged",
        "no decision counts: the labels are as given",
    ]
    state = judged(FOUR, [verdict(FOUR, 3, "exclude"), verdict(FOUR, 1, "unsure"), verdict(FOUR, 0, "keep")])
    curated = curate(FOUR, alone(4), state, VersionRequest("v1")).images
    assert statements_of(curated) == [
        "test: 0 of 1 labels changed and 1 image left out, each by a person's decision; 2 images judged",
        "1 judged unsure image: label as given",
    ]
    assert statements_of(changed(0, "auto"), 0.25, in_sample=True)[1:] == [
        "1 label of train and val taken from the models without a look (label_quality below 0.25); none of test",
        "the models that proposed them may have trained on the labels that they judged",
    ]


def test_leaks_are_said() -> None:
    curated = CuratedRows.as_given(FOUR, copies([0, 0, 1, 1]))
    sentence = "2 images with a twin in a split further on: "
    assert sentence + "still in it: figures on val and test may flatter" in statements_of(curated)
    assert sentence + "left out" in statements_of(curated, dropped=True)


def test_splits_made_anew_are_said() -> None:
    moved = replace(FOUR, rows=replace(FOUR.rows, splits=np.array(["test", "train", "val", "test"])))
    sentence = statements_of(replace(GIVEN, checked=moved))[1]
    assert sentence.startswith(
        "in another split than given: 2 images; 1 left test and 1 came into it, so accuracies are not"
    )
