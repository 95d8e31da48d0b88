"""What verdicts make of labels."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.labels import DecidedLabels, decided_labels
from curation.decisions.verdicts import VERDICTS
from models.errors import ErrataError
from tests.helpers.log_writer import some_decision
from tests.helpers.split_pictures import state_of

CLASSES = ("sea", "forest", "street")


def rows_of(*labels: str) -> Rows:
    image_ids = np.array([f"{number}.png" for number in range(len(labels))], np.str_)
    numbers = np.array([CLASSES.index(label) for label in labels], np.int64)
    return Rows(Path("/nowhere"), CLASSES, image_ids, numbers, np.array(["test"] * len(labels), np.str_))


def decided(*decisions: Decision, labels: tuple[str, ...] = ("sea",)) -> DecidedLabels:
    return decided_labels(state_of(*decisions), rows_of(*labels))


def test_each_verdict() -> None:
    got = decided(
        some_decision(0, "keep"),
        some_decision(1, "relabel", "street"),
        some_decision(2, "ambiguous", "street", "sea"),
        some_decision(3, "multi-label", "street", "forest"),
        some_decision(4, "none-of-these"),
        some_decision(5, "exclude"),
        some_decision(6, "unsure"),
        labels=("sea",) * 8,
    )
    assert got.decisions.tolist() == [
        "keep", "relabel", "ambiguous", "multi-label", "none-of-these", "exclude", "unsure", "",
    ]  # fmt: skip
    assert got.labels.tolist() == [0, 2, 0, 1, 0, 0, 0, 0]
    assert got.soft.tolist() == [
        [1, 0, 0], [0, 0, 1], [0.5, 0, 0.5], [0, 0.5, 0.5], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0],
    ]  # fmt: skip
    assert got.excluded.tolist() == [False] * 4 + [True] * 2 + [False] * 2
    assert not got.disputed.any()
    assert got.soft.shape == (8, 3)
    assert (str(got.labels.dtype), str(got.soft.dtype)) == ("int64", "float32")


def test_a_dispute_leaves_the_label_until_it_is_settled() -> None:
    two = some_decision(0, "keep"), some_decision(0, "relabel", "street", reviewer="ben")
    got = decided(*two)
    assert (got.verdicts, got.labels.tolist(), got.disputed.tolist()) == ((None,), [0], [True])
    got = decided(*two, some_decision(0, "exclude", adjudicates=True))
    assert (got.excluded.tolist(), got.disputed.tolist()) == ([True], [False])


def test_a_class_that_is_gone_is_named() -> None:
    with pytest.raises(
        ErrataError, match=r"relabel of '0\.png' by 'ana' names the class 'desert'.*sea, forest, street"
    ):
        decided(some_decision(0, "relabel", "desert"))


def test_nothing_judged_and_no_rows() -> None:
    assert decided(labels=("sea", "street")).labels.tolist() == [0, 2]
    empty = decided(some_decision(0), labels=())
    assert (empty.soft.shape, empty.excluded.shape, empty.decisions.shape) == ((0, 3), (0,), (0,))


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(sorted(VERDICTS)), st.sampled_from("ab")), max_size=8))
def test_soft_labels_are_shares_and_the_hard_one_is_among_them(looks: list[tuple[int, str, str]]) -> None:
    named = {"none": (), "one": ("street",), "several": ("street", "forest")}
    got = decided(
        *(some_decision(image, kind, *named[VERDICTS[kind].classes_named], reviewer=who) for image, kind, who in looks),
        labels=("sea",) * 4,
    )
    assert np.allclose(got.soft.sum(1), 1)
    assert (got.soft[np.arange(4), got.labels] > 0).all()
    assert not (got.disputed & got.excluded).any()
    changed = got.labels != 0
    assert set(got.decisions[changed].tolist()) <= {"relabel", "ambiguous", "multi-label"}
