"""What verdicts teach the judge of labels."""

from dataclasses import replace

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.decisions.lessons import lessons_key, lessons_of, read_lessons
from curation.scoring.lessons import Lessons
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.curation.decisions.test_labels import rows_of
from tests.helpers.log_writer import some_decision
from tests.helpers.small_audit import small_audit
from tests.helpers.split_pictures import state_of


def taught(*decisions: Decision, labels: tuple[str, ...], split: str = "train") -> Lessons:
    rows = rows_of(*labels)
    return lessons_of(state_of(*decisions), replace(rows, splits=np.full(len(labels), split)))


def test_each_verdict() -> None:
    said = taught(
        some_decision(0, "keep"),
        some_decision(1, "relabel", "street"),
        some_decision(2, "ambiguous", "street", "sea"),
        some_decision(3, "multi-label", "street", "forest"),
        some_decision(4, "none-of-these"),
        some_decision(5, "exclude"),
        some_decision(6, "unsure"),
        labels=("sea",) * 8,
    )
    assert said.labels.tolist()[:2] == [0, 2]
    assert said.confirmed.tolist() == [True, True, *[False] * 6]
    assert said.left_out.tolist() == [False, False, True, True, True, True, False, False]
    assert said.strange.tolist() == [False] * 4 + [True] + [False] * 3
    assert said.taught.tolist() == [True] * 6 + [False] * 2


def test_a_dispute_teaches_nothing() -> None:
    said = taught(
        some_decision(0, "keep", reviewer="ana"), some_decision(0, "none-of-these", reviewer="ben"), labels=("sea",)
    )
    assert not said.taught.any()
    assert said.labels.tolist() == [0]


def test_verdicts_on_test_images_teach_nothing() -> None:
    said = taught(
        some_decision(0, "relabel", "street"), some_decision(1, "none-of-these"), labels=("sea", "sea"), split="test"
    )
    assert said.labels.tolist() == [0, 0]
    assert not said.taught.any()


def test_the_digest_is_of_what_is_learned() -> None:
    nothing, unsure = taught(labels=("sea", "sea")), taught(some_decision(0, "unsure"), labels=("sea", "sea"))
    kept, excluded = (taught(some_decision(0, verdict), labels=("sea", "sea")) for verdict in ("keep", "exclude"))
    assert lessons_key(nothing) == lessons_key(unsure)
    assert len({lessons_key(said) for said in (nothing, kept, excluded)}) == 3


def test_images_and_classes_that_are_gone() -> None:
    assert not taught(some_decision(7, "keep"), labels=("sea",)).taught.any()
    with pytest.raises(ErrataError, match="'beach', which the data set no longer has"):
        taught(some_decision(0, "relabel", "beach"), labels=("sea",))


def test_nothing_to_learn_from(tmp_path_factory: pytest.TempPathFactory) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    with pytest.raises(ErrataError, match="nothing to learn from: no verdict on a training image of 'tiny' is settled"):
        read_lessons(ledger, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "unsure"))
    with pytest.raises(ErrataError, match="nothing to learn from"):
        read_lessons(ledger, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "keep"), Decision("ana", "train/sea/0.png", "keep"))
    said, line = read_lessons(ledger, "tiny")
    assert (int(said.taught.sum()), line) == (1, 3)
