"""Verdicts in the FiftyOne App: into the log first, then into the dataset."""

import json
import subprocess
import sys
from typing import Any

import pytest

from curation.database.names import CURATED, GIVEN, dataset_name
from curation.database.samples import classification, read_samples, write_samples
from curation.database.store import load_dataset
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone.desk import FiftyOneDesk, Viewing
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import Audit
from curation.review.bench import Bench, Place
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers import REPOSITORY

pytestmark = pytest.mark.mongo
NAME = "desk"
WRONG, TRAIN, RIGHT = "test/sea/0.png", "train/street/1.png", "test/sea/1.png"


@pytest.fixture
def desk(mongo_workspace: Workspace, audit: Audit, ledger: Ledger) -> FiftyOneDesk:
    return at_work(mongo_workspace, audit, "ana")


def at_work(workspace: Workspace, audit: Audit, reviewer: str) -> FiftyOneDesk:
    bench = Bench(audit, Ledger(log_of(workspace, NAME), audit.checked))
    return FiftyOneDesk(bench, lambda: load_dataset(workspace, dataset_name(NAME)), lambda: reviewer)


def ids(desk: FiftyOneDesk, *image_ids: str) -> list[str]:
    samples = read_samples(desk.dataset, ("image_id",))
    sample_of = {sample["image_id"]: sample_id for sample_id, sample in samples.items()}
    return [sample_of[image_id] for image_id in image_ids]


def fields(desk: FiftyOneDesk, image_id: str, *names: str) -> list[Any]:
    (sample,) = read_samples(desk.dataset, names, ids(desk, image_id)).values()
    return list(sample.values())


def test_one_image(desk: FiftyOneDesk) -> None:
    (sample_id,) = ids(desk, WRONG)
    done = desk.decide([sample_id], "accept", viewing=Viewing(sample_id, 1.25, "FiftyOne: suspicious test"))
    assert done.sentence == "test/sea/0.png: relabel forest"
    assert done.sample_ids == (sample_id,)
    (decision,) = done.decisions
    assert (decision.reviewer, decision.source, decision.looked_s) == ("ana", "fiftyone", 1.25)
    assert (decision.queue, decision.blind, decision.drawn) == ("FiftyOne: suspicious test", False, False)
    assert decision.proposed_by == ("efficientnet_lite0", "simple_cnn_norm_dropout")
    assert json.loads(desk.bench.ledger.log.path.read_text())["id"] == decision.id
    names = (f"{GIVEN}.label", f"{CURATED}.label", "decision", "reviewer")
    assert fields(desk, WRONG, *names) == ["sea", "forest", "relabel", ["ana"]]


def test_the_place_in_the_queue_is_logged(desk: FiftyOneDesk) -> None:
    first, second = ids(desk, WRONG, RIGHT)
    (drawn,) = desk.decide([first], "keep", viewing=Viewing(first, 1, "q", Place(5, True, 0.25))).decisions
    assert (drawn.rank, drawn.drawn, drawn.inclusion) == (5, True, 0.25)
    (other,) = desk.decide([second], "keep", viewing=Viewing(second, 1, "q")).decisions
    assert (other.rank, other.drawn, other.inclusion) == (None, False, None)


def test_many_at_once_are_undone_together(desk: FiftyOneDesk) -> None:
    several = ids(desk, *(f"train/sea/{n}.png" for n in range(6)), *(f"test/sea/{n}.png" for n in range(1, 4)))
    done = desk.decide(several, "label", ["street"], Viewing(looked_s=18))
    assert (done.sentence, len(done.decisions)) == ("9 images: relabel street", 9)
    assert {decision.looked_s for decision in done.decisions} == {2.0}
    assert len({decision.batch for decision in done.decisions}) == 1
    assert fields(desk, RIGHT, f"{CURATED}.label") == ["street"]
    undone = desk.reverse("undo")
    assert undone.sentence == "took back 9 images: relabel street"
    assert set(undone.sample_ids) == set(several)
    assert fields(desk, RIGHT, f"{CURATED}.label", "decision") == ["sea", None]
    assert desk.reverse("redo").sentence == "brought back 9 images: relabel street"
    assert fields(desk, RIGHT, f"{CURATED}.label") == ["street"]
    assert desk.reverse("redo").decisions == ()
    desk.reverse("undo")
    assert desk.reverse("undo").sentence == "nothing of yours is left to take back"


def test_the_same_key_twice_counts_once(desk: FiftyOneDesk) -> None:
    (sample_id,) = ids(desk, WRONG)
    desk.decide([sample_id], "accept")
    again = desk.decide([sample_id], "accept")
    assert (again.decisions, again.sentence) == ((), "test/sea/0.png: you have said that already")
    assert desk.bench.ledger.lines() == 1
    with pytest.raises(ErrataError, match=r"you already said “relabel .*”; .* replaces it with “keep sea”"):
        desk.decide([sample_id], "keep")  # another verdict is a change of mind, or the wrong image
    assert desk.bench.ledger.lines() == 1
    desk.decide([sample_id], "keep")
    assert desk.bench.ledger.lines() == 2
    some = desk.decide([*ids(desk, WRONG, RIGHT)], "keep")
    assert [decision.image_id for decision in some.decisions] == [RIGHT]
    with pytest.raises(ErrataError, match=r"^you already judged 2 of these images; the same again replaces those"):
        desk.decide(ids(desk, WRONG, RIGHT), "exclude")
    assert len(desk.decide(ids(desk, WRONG, RIGHT), "exclude").decisions) == 2


def test_an_image_that_is_not_shown_is_refused(desk: FiftyOneDesk) -> None:
    sample_id, other_id = ids(desk, WRONG, RIGHT)
    for asked in ([sample_id], [sample_id, other_id]):
        with pytest.raises(ErrataError, match="no longer shown; nothing was decided"):
            desk.decide(asked, "keep", viewing=Viewing(shown=other_id))
    with pytest.raises(ErrataError, match="no image is open or selected"):
        desk.decide([], "keep")
    assert desk.bench.ledger.lines() == 0


def test_two_classes_or_more(desk: FiftyOneDesk) -> None:
    """Without a choice they are the given class and the one held against it."""
    (sample_id,) = ids(desk, WRONG)
    for action in ("ambiguous", "multi-label"):
        (decision,) = desk.decide([sample_id], action).decisions
        assert (decision.decision, decision.new_labels) == (action, ("sea", "forest"))
        desk.reverse("undo")
        chosen = ["street", "forest", "sea"]
        assert desk.decide([sample_id], action, chosen).sentence == f"test/sea/0.png: {action} street / forest / sea"
        desk.reverse("undo")
    with pytest.raises(ErrataError, match="takes two or more different classes; found: sea"):
        desk.decide([sample_id], "multi-label", ["sea"])
    assert desk.bench.ledger.lines() == 8


def test_all_or_none(desk: FiftyOneDesk) -> None:
    with pytest.raises(ErrataError, match=r"nothing is suggested for test/sea/1\.png"):
        desk.decide(ids(desk, WRONG, RIGHT), "accept")
    with pytest.raises(ErrataError, match="no class 'forrest'"):
        desk.decide(ids(desk, WRONG), "label", ["forrest"])
    assert desk.bench.ledger.lines() == 0


def test_an_image_changed_or_gone_is_refused_by_name(desk: FiftyOneDesk) -> None:
    path = desk.bench.audit.rows.root / RIGHT
    original = path.read_bytes()
    try:
        path.write_bytes(original + b"\0")
        with pytest.raises(ErrataError, match=r"image 'test/sea/1\.png' was changed since it was scored"):
            desk.decide(ids(desk, WRONG, RIGHT), "keep")
        path.unlink()
        with pytest.raises(ErrataError, match=r"cannot read image 'test/sea/1\.png'"):
            desk.decide(ids(desk, RIGHT), "keep")
    finally:
        path.write_bytes(original)
    assert desk.bench.ledger.lines() == 0
    assert fields(desk, WRONG, "decision") == [None]


def test_two_reviewers_on_one_image(desk: FiftyOneDesk, mongo_workspace: Workspace) -> None:
    ben = at_work(mongo_workspace, desk.bench.audit, "ben")
    (sample_id,) = ids(desk, WRONG)
    desk.decide([sample_id], "accept")
    ben.decide([sample_id], "keep")
    names = ("decision", "reviewer", "reviewers_disagree", f"{CURATED}.label")
    assert fields(desk, WRONG, *names) == [None, ["ana", "ben"], True, "sea"]
    desk.reverse("undo")  # takes back her own, not the last one
    assert fields(desk, WRONG, *names) == ["keep", ["ben"], None, "sea"]


def test_a_replaced_given_label_is_put_back_and_said(desk: FiftyOneDesk) -> None:
    (sample_id,) = ids(desk, WRONG)
    write_samples(desk.dataset, {sample_id: {GIVEN: classification("street")}})
    done = desk.decide([sample_id], "keep")
    assert done.sentence == (
        "test/sea/0.png: keep sea; ground_truth of test/sea/0.png had been replaced: it is as given again"
    )
    assert fields(desk, WRONG, f"{GIVEN}.label") == ["sea"]


def test_who_judges_has_to_be_known(desk: FiftyOneDesk, mongo_workspace: Workspace) -> None:
    nobody = at_work(mongo_workspace, desk.bench.audit, "")
    with pytest.raises(ErrataError, match="nobody said who judges: run `errata review desk --reviewer YOUR-NAME`"):
        nobody.decide(ids(desk, WRONG), "keep")
    with pytest.raises(ErrataError, match="nobody said who judges"):
        nobody.reverse("undo")


def test_a_dataset_that_was_written_again(desk: FiftyOneDesk, mongo_workspace: Workspace, audit: Audit) -> None:
    old = ids(desk, WRONG)
    write_audit(mongo_workspace, audit)
    new = ids(at_work(mongo_workspace, audit, "ana"), WRONG)
    assert desk.decide(old, "keep").sample_ids == tuple(new)  # a page that was loaded before
    assert fields(desk, WRONG, "decision") == ["keep"]
    desk.reverse("undo")
    assert desk.decide(new, "exclude").sample_ids == tuple(new)
    with pytest.raises(ErrataError, match="this page shows a dataset that was written again since: reload it"):
        desk.decide(old, "keep")
    assert (desk.bench.ledger.lines(), desk.image(old[0])) == (3, None)


def test_digits(desk: FiftyOneDesk) -> None:
    assert [desk.digit(number) for number in (0, 1, 3)] == ["", "sea", "street"]
    with pytest.raises(ErrataError, match="there is no class 4; there are 3: sea, forest, street"):
        desk.digit(4)


# In a process of its own: FiftyOne keeps to the first database it meets.
KILLED = """
import sys
from pathlib import Path
from curation.in_fiftyone.write_audit import write_audit
from curation.database.mongod import running_server
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.review.bench import Bench
from curation.database.store import load_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit
workspace = Workspace(Path(sys.argv[1]))
audit = small_audit(workspace, cams=0)
write_audit(workspace, audit)
def load():
    return load_dataset(workspace, "errata-tiny")
desk = FiftyOneDesk(Bench(audit, Ledger(log_of(workspace, "tiny"), audit.checked)), load, lambda: "ana")
(one,) = [one for one, name in zip(*load().values(["id", "image_id"])) if name == "test/sea/0.png"]
running_server(workspace.database).kill()
try:
    desk.decide([one], "accept")
except ErrataError as error:
    print(error)
print(desk.bench.ledger.lines())
write_audit(workspace, audit)  # what `errata rebuild` does
again = load_dataset(workspace, "errata-tiny").match({"decision": "relabel"})
print(again.values("image_id"), again.values("curated.label"))
"""


def test_mongod_killed_during_the_review(own_workspace: Workspace) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(own_workspace.root)],
        cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip
    sentence, lines, restored = run.stdout.splitlines() or [run.stderr, "", ""]
    assert sentence.startswith("it is in the decision log, but the database does not answer: run `errata rebuild tiny`")
    assert (lines, restored) == ("1", "['test/sea/0.png'] ['forest']")
