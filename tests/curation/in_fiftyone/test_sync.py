"""Labels and tags edited in FiftyOne itself become decisions."""

from typing import Any

import pytest

from curation.database.samples import classification, read_samples, write_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of, open_ledger
from curation.in_fiftyone.sync import Synced, sync, sync_all
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

pytestmark = pytest.mark.mongo
NAME = "edited"
WRONG, TRAIN, RIGHT = "test/sea/0.png", "train/street/1.png", "test/sea/1.png"
SAID = ("decision", "reviewer", "curated.label", "tags")


@pytest.fixture
def dataset(mongo_workspace: Workspace, audit: Audit) -> Any:
    log_of(mongo_workspace, "edited").path.unlink(missing_ok=True)
    dataset = load_dataset(mongo_workspace, "errata-edited")
    samples = read_samples(dataset, ("curated_in_log",))
    write_samples(
        dataset,
        {sample_id: {"tags": [], "curated": classification(s["curated_in_log"])} for sample_id, s in samples.items()},
    )
    sync(mongo_workspace, "edited", "")
    return dataset


def edit(dataset: Any, image_id: str, **values: Any) -> None:
    (sample_id,) = (
        sample_id for sample_id, s in read_samples(dataset, ("image_id",)).items() if s["image_id"] == image_id
    )
    write_samples(dataset, {sample_id: values})


def fields(dataset: Any, image_id: str, *names: str) -> list[Any]:
    (sample,) = (s for s in read_samples(dataset, ("image_id", *names)).values() if s["image_id"] == image_id)
    return [sample[name] for name in names]


def decided(synced: Synced) -> list[tuple[Any, ...]]:
    return [
        (decision.image_id, decision.decision, decision.new_labels, decision.queue, decision.source)
        for decision in synced.decisions
    ]


def test_an_edited_label(dataset: Any, mongo_workspace: Workspace) -> None:
    edit(dataset, WRONG, curated=classification("forest"))
    synced = sync(mongo_workspace, "edited", "ana")
    assert decided(synced) == [(WRONG, "relabel", ("forest",), "label edited in FiftyOne", "fiftyone")]
    assert synced.decisions[0].reviewer == "ana"
    assert fields(dataset, WRONG, *SAID) == ["relabel", ["ana"], "forest", []]
    assert synced.sentences()[0] == "label edited in FiftyOne: 1, now in the decision log"
    again = sync(mongo_workspace, "edited", "ben")
    assert (again.decisions, again.updated) == ((), 0)
    edit(dataset, WRONG, curated=classification("sea"))  # edited back: the given label was right
    assert decided(sync(mongo_workspace, "edited", "ana")) == [
        (WRONG, "keep", (), "label edited in FiftyOne", "fiftyone")
    ]


@pytest.mark.parametrize(
    ("tag", "decision", "labels"),
    [
        ("keep", "keep", ()),
        ("accept", "relabel", ("forest",)),
        ("ambiguous", "ambiguous", ("sea", "forest")),
        ("multi-label", "multi-label", ("sea", "forest")),
        ("none-of-these", "none-of-these", ()),
        ("exclude", "exclude", ()),
        ("unsure", "unsure", ()),
    ],
)
def test_a_tag(dataset: Any, mongo_workspace: Workspace, tag: str, decision: str, labels: tuple[str, ...]) -> None:
    edit(dataset, WRONG, tags=["holiday", tag])
    synced = sync(mongo_workspace, "edited", "ana")
    assert decided(synced) == [(WRONG, decision, labels, f"tagged {tag} in FiftyOne", "fiftyone")]
    assert fields(dataset, WRONG, "decision", "tags") == [decision, ["holiday"]]


def test_decisions_made_elsewhere_are_no_edits(dataset: Any, mongo_workspace: Workspace) -> None:
    open_ledger(mongo_workspace, "edited").decide(*[_relabel(image) for image in (WRONG, TRAIN)])
    synced = sync(mongo_workspace, "edited", "ben")
    assert (synced.decisions, synced.updated) == ((), 2)
    assert fields(dataset, TRAIN, *SAID) == ["relabel", ["ana"], "forest", []]
    log_of(mongo_workspace, "edited").path.write_text("")  # as if undone in another place
    assert sync(mongo_workspace, "edited", "ben").updated == 2
    assert fields(dataset, TRAIN, *SAID) == [None, None, "street", []]


def _relabel(image_id: str) -> Decision:
    return Decision("ana", image_id, "relabel", ("forest",))


def test_an_edit_and_a_decision_made_elsewhere(dataset: Any, mongo_workspace: Workspace) -> None:
    """Nothing is lost: both are in the log, and the reviewers disagree."""
    open_ledger(mongo_workspace, "edited").decide(_relabel(WRONG))
    edit(dataset, WRONG, curated=classification("street"))
    synced = sync(mongo_workspace, "edited", "ben")
    assert [decision.new_labels for decision in synced.decisions] == [("street",)]
    assert fields(dataset, WRONG, "reviewer", "reviewers_disagree", "curated.label") == [["ana", "ben"], True, "sea"]


def test_what_is_no_decision_is_left_as_it_is(dataset: Any, mongo_workspace: Workspace, audit: Audit) -> None:
    edit(dataset, WRONG, curated=classification("forrest"))
    edit(dataset, TRAIN, tags=["keep", "exclude"])
    edit(dataset, RIGHT, tags=["accept"])
    edit(dataset, "test/sea/2.png", curated=None)
    edit(dataset, "test/sea/3.png", curated=classification("forest"), tags=["keep"])
    path = audit.rows.root / "test/forest/0.png"
    original = path.read_bytes()
    edit(dataset, "test/forest/0.png", tags=["exclude"])
    path.write_bytes(original + b"\0")
    try:
        synced = sync(mongo_workspace, "edited", "ana")
    finally:
        path.write_bytes(original)
    assert synced.decisions == ()
    told = sorted(synced.refused)
    for sentence, part in zip(
        told,
        (
            "image 'test/forest/0.png' was changed since it was scored",
            "no class 'forrest'; did you mean 'forest'",
            "nothing is suggested for test/sea/1.png",
            "test/sea/3.png has edits that contradict each other (tag 'keep', label 'forest')",
            "the curated label of test/sea/2.png was deleted, which says nothing",
            "train/street/1.png has edits that contradict each other (tag 'keep', tag 'exclude')",
        ),
        strict=True,
    ):
        assert sentence.startswith(part)
    assert fields(dataset, WRONG, "curated.label") == ["forrest"]
    assert fields(dataset, TRAIN, "tags") == [["keep", "exclude"]]


def test_nobody_named(dataset: Any, mongo_workspace: Workspace) -> None:
    edit(dataset, WRONG, tags=["keep"])
    assert sync(mongo_workspace, "edited", "").refused == (
        "test/sea/0.png was edited in FiftyOne, but nobody said by whom; add --reviewer NAME.",
    )
    assert fields(dataset, WRONG, "tags") == [["keep"]]


def test_a_replaced_given_label(dataset: Any, mongo_workspace: Workspace) -> None:
    edit(dataset, WRONG, ground_truth=classification("forest"))
    synced = sync(mongo_workspace, "edited", "ana")
    assert (synced.given_again, synced.decisions) == ((WRONG,), ())
    assert fields(dataset, WRONG, "ground_truth.label") == ["sea"]
    assert synced.sentences()[0] == f"ground_truth replaced: 1, as given again: {WRONG}"


def test_edits_of_one_go_are_undone_together(dataset: Any, mongo_workspace: Workspace, audit: Audit) -> None:
    for image_id in (WRONG, RIGHT):
        edit(dataset, image_id, tags=["exclude"])
    assert len(sync(mongo_workspace, "edited", "ana").decisions) == 2
    ledger = Ledger(log_of(mongo_workspace, "edited"), audit.checked)
    assert len(ledger.undo("ana")) == 2


def test_every_data_set_at_the_end_of_a_session(dataset: Any, mongo_workspace: Workspace) -> None:
    assert [line for line in sync_all(mongo_workspace, "ana") if line.startswith("edited:")] == []
    edit(dataset, WRONG, tags=["unsure"])
    told = [line for line in sync_all(mongo_workspace, "ana") if line.startswith("edited:")]
    assert told[0] == "edited: tagged unsure in FiftyOne: 1, now in the decision log"


def test_names(mongo_workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="'edite'; did you mean 'edited'"):
        sync(mongo_workspace, "edite", "ana")
    small_audit(mongo_workspace, "unwritten", cams=0)
    with pytest.raises(ErrataError, match="FiftyOne has no dataset 'errata-unwritten'"):
        sync(mongo_workspace, "unwritten", "ana")
