"""The images most like a judged one, with the probability that the same verdict fits."""

from dataclasses import replace

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.review.alike import Alike, alike_to
from curation.review.bench import Bench
from curation.workspace.folders import Workspace
from models.figures.predictions import Predictions
from tests.helpers.small_audit import COPY, ORIGINAL, frozen_audit

WORST = "test/sea/0.png"  # labelled sea, shows a forest


@pytest.fixture
def bench(workspace: Workspace) -> Bench:
    return Bench(frozen_audit(workspace), open_ledger(workspace, "tiny"))


def judged(bench: Bench, image: str, decision: str, *labels: str, reviewer: str = "ana") -> int:
    bench.ledger.decide(Decision(reviewer, image, decision, labels))
    return bench.row_of[image]


def names(bench: Bench, images: list[Alike]) -> list[str]:
    return [str(bench.audit.rows.image_ids[image.row]) for image in images]


def test_the_most_alike_that_nobody_judged(bench: Bench) -> None:
    row = judged(bench, "test/forest/0.png", "none-of-these")
    judged(bench, "test/forest/1.png", "unsure", reviewer="ben")
    assert len(alike_to(bench, row, 5)) == 5
    images = alike_to(bench, row, 9)
    assert not {"test/forest/0.png", "test/forest/1.png"} & set(names(bench, images))
    shows_forest = [name.split("/")[1] == "forest" or name == WORST for name in names(bench, images)]
    assert all(shows_forest)  # by look, whatever the label
    assert all(0 <= image.probability <= 1 for image in images)
    assert images[names(bench, images).index(WORST)].kind in ("wrong", "out_of_scope")


@pytest.mark.parametrize("decision", ["keep", "none-of-these", "exclude"])
def test_copies_come_first(bench: Bench, decision: str) -> None:
    images = alike_to(bench, judged(bench, ORIGINAL, decision))
    assert names(bench, images)[0] == COPY
    assert images[0].probability >= 0.9


def test_the_same_correction(bench: Bench) -> None:
    row = judged(bench, "train/street/1.png", "relabel", "sea")
    images = alike_to(bench, row, 30)
    labels = bench.audit.rows.labels[[image.row for image in images]]
    assert len(images)
    assert (labels != bench.ledger.classes.index("sea")).all()  # these have the label already
    assert all(image.probability < 0.5 for image in images)  # the models find nothing wrong with these labels


def test_a_keep_says_that_labels_are_right(bench: Bench) -> None:
    images = alike_to(bench, judged(bench, "test/street/0.png", "keep"), 3)
    assert all(image.kind == "" and image.probability > 0.5 for image in images)


def test_several_classes_need_one_of_their_labels(bench: Bench) -> None:
    images = alike_to(bench, judged(bench, WORST, "ambiguous", "sea", "forest"), 30)
    assert {name.split("/")[1] for name in names(bench, images)} == {"sea", "forest"}


def test_no_settled_verdict_no_images(bench: Bench) -> None:
    assert alike_to(bench, bench.row_of[WORST]) == []
    assert alike_to(bench, judged(bench, WORST, "unsure")) == []
    judged(bench, WORST, "keep", reviewer="ben")
    judged(bench, WORST, "exclude", reviewer="eva")
    assert alike_to(bench, bench.row_of[WORST]) == []  # they disagree
    assert alike_to(bench, bench.row_of[WORST], reviewer="eva")


def test_chosen_from_some_images_until_none_is_left(bench: Bench) -> None:
    row, splits = judged(bench, "test/street/0.png", "keep"), bench.audit.rows.splits
    images = alike_to(bench, row, 30, among=splits == "test")
    assert set(splits[[image.row for image in images]]) == {"test"}
    assert len(images) <= 11
    bench.ledger.decide(*(Decision("ana", name, "keep") for name in bench.audit.rows.image_ids.tolist()))
    assert alike_to(bench, row) == []


def test_without_embeddings_the_same_confusion(workspace: Workspace, audit: Audit) -> None:
    for voter in audit.voters:
        file = voter.run_folder / "predictions.npz"
        replace(Predictions.load(file), embeddings=None).save(file)
    bench = Bench(audit, open_ledger(workspace, "tiny"))
    row = judged(bench, "test/street/2.png", "keep")
    images = alike_to(bench, row)
    suggested = bench.learning.now().traits.suggested
    assert len(images)
    assert all(audit.rows.labels[image.row] == audit.rows.labels[row] for image in images)
    assert all(suggested[image.row] == suggested[row] for image in images)
    with_copy = alike_to(bench, judged(bench, ORIGINAL, "keep"))
    assert np.isin(bench.row_of[COPY], [image.row for image in with_copy])
