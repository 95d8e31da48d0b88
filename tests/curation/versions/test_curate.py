"""What decisions make of labels, splits and membership; the test split is only changed by people."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.decision import Decision, Entry, Reversal
from curation.versions.curate import curate, find_leaks
from curation.versions.request import VersionRequest
from curation.versions.rows import CuratedRows
from models.errors import ErrataError
from tests.helpers.split_pictures import CLASSES, alone, checked, copies, judged, ranking, verdict

KEEP = VersionRequest("v1")
SIX = checked([0, 0, 1, 1, 2, 2], ["train", "test"] * 3)
VERDICTS = st.sampled_from(
    [
        ("keep",),
        ("relabel", "forest"),
        ("relabel", "street"),
        ("ambiguous", "sea", "forest"),
        ("multi-label", "sea", "street"),
        ("exclude",),
        ("none-of-these",),
        ("unsure",),
    ]
)


def labels(curated: CuratedRows) -> list[str]:
    return [CLASSES[label] for label in curated.checked.rows.labels]


def test_every_kind_of_verdict() -> None:
    images = checked([0, 0, 0, 0, 0, 0, 1, 0], ["test"] * 7 + ["train"])
    made = curate(
        images,
        alone(8),
        judged(
            images,
            [
                verdict(images, 0, "keep"),
                verdict(images, 1, "relabel", "street"),
                verdict(images, 2, "ambiguous", "sea", "forest"),
                verdict(images, 3, "exclude"),
                verdict(images, 4, "none-of-these"),
                verdict(images, 5, "unsure"),
                verdict(images, 6, "multi-label", "street", "sea"),
            ],
        ),
        KEEP,
    )
    curated = made.images
    assert labels(curated) == ["sea", "street", "sea", "sea", "sea", "sea", "sea", "sea"]
    assert curated.out.tolist() == ["", "", "", "exclude", "none-of-these", "", "", ""]
    assert curated.soft_names() == {2: ("sea", "forest"), 6: ("sea", "street")}
    assert curated.soft.tolist() == [[0.5, 0.5, 0], [0.5, 0, 0.5]]
    assert curated.changed().tolist() == [False, True, True, False, False, False, True, False]
    assert curated.changed_counts() == {"ambiguous": 1, "multi-label": 1, "relabel": 1}
    assert curated.out_counts() == {"exclude": 1, "none-of-these": 1}
    assert curated.counts() == {
        "train": {"sea": 1, "forest": 0, "street": 0},
        "test": {"sea": 4, "forest": 0, "street": 1},
    }
    assert curated.reviewers.tolist() == ["ana"] * 7 + [""]


def test_reviewers_who_disagree_leave_the_label_as_given_until_somebody_settles_it() -> None:
    entries: list[Entry] = [
        verdict(SIX, 1, "relabel", "forest"),
        verdict(SIX, 1, "relabel", "street", reviewer="ben", number=1),
    ]
    curated = curate(SIX, alone(6), judged(SIX, entries), KEEP).images
    assert labels(curated)[1] == "sea"
    assert np.flatnonzero(curated.disputed).tolist() == [1]
    settled = replace(verdict(SIX, 1, "relabel", "street", reviewer="cleo", number=2), adjudicates=True)
    curated = curate(SIX, alone(6), judged(SIX, [*entries, settled]), KEEP).images
    assert (labels(curated)[1], str(curated.reviewers[1]), bool(curated.disputed.any())) == ("street", "cleo", False)
    agreed = verdict(SIX, 1, "relabel", "street", reviewer="ana", number=3)
    curated = curate(SIX, alone(6), judged(SIX, [*entries, agreed]), KEEP).images
    assert curated.reviewers[1].split("\n") == ["ana", "ben"]


def test_a_verdict_that_names_a_class_which_is_gone_asks() -> None:
    entries = [verdict(SIX, 0, "relabel", "ice"), verdict(SIX, 1, "ambiguous", "sea", "air")]
    with pytest.raises(ErrataError, match=r"1 verdict \(01\.png\) names the class 'air', which .* \(as do .* ice\)"):
        curate(SIX, alone(6), judged(SIX, entries), KEEP)
    again = [verdict(SIX, 0, "keep", reviewer="ben", number=1), verdict(SIX, 1, "exclude", number=1)]
    made = curate(SIX, alone(6), judged(SIX, [*entries, *again]), KEEP)
    assert made.images.decisions[:2].tolist() == ["keep", "exclude"]


RENAMED = ("ocean", "forest", "street")


def test_what_was_kept_stays_as_it_is_where_its_class_was_renamed_and_asks_where_the_image_was_moved() -> None:
    """Two images are kept as sea; then the folder is called ocean, and a kept forest lies in street."""
    before = [verdict(SIX, 0, "keep"), verdict(SIX, 1, "keep"), verdict(SIX, 2, "keep")]
    now = checked([0, 0, 2, 1, 2, 2], ["train", "test"] * 3, classes=RENAMED)
    made = curate(now, alone(6), judged(now, before), KEEP)
    assert [RENAMED[label] for label in made.images.checked.rows.labels[:3]] == ["ocean", "ocean", "street"]
    assert made.images.decisions.tolist() == ["keep", "keep", "", "", "", ""]
    assert not made.images.changed().any()
    assert made.changed_classes == (
        "2 images kept as 'sea', which is called 'ocean' now: kept as 'ocean'",
        "1 image kept in another class than today's (02.png): label as given, to be judged again",
    )


def test_the_answer_to_a_class_that_is_gone() -> None:
    """A forest relabelled to sea, and one that is sea or forest; then the folder of the sea is called ocean."""
    before = [verdict(SIX, 2, "relabel", "sea"), verdict(SIX, 3, "ambiguous", "sea", "forest"), verdict(SIX, 0, "keep")]
    now = checked([0, 0, 1, 1, 2, 2], ["train", "test"] * 3, classes=RENAMED)
    with pytest.raises(ErrataError, match=r"2 verdicts .*--merge-classes 'sea=ocean' if that is its name now"):
        curate(now, alone(6), judged(now, before), KEEP)
    told = replace(now, rows=replace(now.rows, merged=(("sea", "ocean"),)))
    made = curate(told, alone(6), judged(told, before), KEEP).images
    assert [RENAMED[label] for label in made.checked.rows.labels] == [
        "ocean",
        "ocean",
        "ocean",
        "forest",
        "street",
        "street",
    ]
    assert made.soft_names() == {3: ("ocean", "forest")}


def test_verdicts_between_two_classes_that_were_merged() -> None:
    """Sea and forest are one class now: a relabel from one to the other keeps it, and so does `sea or forest`."""
    before = [
        verdict(SIX, 0, "relabel", "forest"),
        verdict(SIX, 1, "ambiguous", "sea", "forest"),
        verdict(SIX, 4, "keep"),
    ]
    now = checked([0, 0, 0, 0, 1, 1], ["train", "test"] * 3, classes=("sea", "street"))
    now = replace(now, rows=replace(now.rows, merged=(("forest", "sea"),)))
    state = judged(now, before)
    made = curate(now, alone(6), state, KEEP).images
    assert made.checked.rows.labels.tolist() == [0, 0, 0, 0, 1, 1]
    assert not made.changed().any()
    verdicts = [state.verdict(f"0{row}.png") for row in (0, 1, 4)]
    assert [verdict is not None and verdict.says_wrong for verdict in verdicts] == [False, False, False]


# --- the test split ---------------------------------------------------------------------------------------------------

AUTO = VersionRequest("v1", auto_accept=0.5)
ALL_WRONG = ranking([0.1] * 6, [1, 1, 2, 2, 0, 0])


def test_models_change_labels_of_train_only_and_only_unjudged_ones() -> None:
    state = judged(SIX, [verdict(SIX, 0, "keep"), verdict(SIX, 3, "relabel", "sea")])
    curated = curate(SIX, alone(6), state, AUTO, ALL_WRONG).images
    assert labels(curated) == ["sea", "sea", "street", "sea", "sea", "street"]
    assert curated.decisions.tolist() == ["keep", "", "auto", "relabel", "auto", ""]
    unsure = judged(SIX, [verdict(SIX, 2, "unsure")])
    assert labels(curate(SIX, alone(6), unsure, AUTO, ALL_WRONG).images)[2] == "forest"
    two = [verdict(SIX, 2, "keep"), verdict(SIX, 2, "relabel", "sea", reviewer="ben")]
    assert labels(curate(SIX, alone(6), judged(SIX, two), AUTO, ALL_WRONG).images)[2] == "forest"
    high = ranking([0.5] * 6, [1, 1, 2, 2, 0, 0])
    assert labels(curate(SIX, alone(6), judged(SIX), AUTO, high).images) == labels(CuratedRows.as_given(SIX, alone(6)))


@given(st.integers(0, 50), st.lists(st.booleans(), min_size=30, max_size=30), st.floats(0.01, 1))
def test_no_label_of_a_test_image_comes_from_models_whatever_is_remade(
    seed: int, test: list[bool], threshold: float
) -> None:
    images = checked([i % 3 for i in range(30)], ["test" if is_test else "train" for is_test in test])
    models = ranking(np.linspace(0, 1, 30).tolist(), [(i + 1) % 3 for i in range(30)])
    first = curate(images, alone(30), judged(images), VersionRequest("v1", auto_accept=threshold), models).images
    shares = {"train": 0.5, "test": 0.5}
    again = VersionRequest("v2", shares=shares, seed=seed, auto_accept=threshold)
    for curated in (first, curate(images, alone(30), judged(images), again, models, first).images):
        now_test = curated.checked.rows.splits == "test"
        assert (curated.checked.rows.labels == curated.given)[now_test | np.array(test)].all()


def test_automatic_labels_of_the_parent_stay_until_they_are_judged_or_in_test() -> None:
    parent = curate(SIX, alone(6), judged(SIX), AUTO, ALL_WRONG).images
    assert parent.changed_counts() == {"auto": 3}
    state = judged(SIX, [verdict(SIX, 0, "keep")])
    made = curate(SIX, alone(6), state, VersionRequest("v2", "v1"), None, parent)
    assert made.images.decisions.tolist() == ["keep", "", "auto", "", "auto", ""]
    assert made.taken_back == 1
    shares = {"train": 0.01, "test": 0.99}
    made = curate(SIX, alone(6), state, VersionRequest("v2", "v1", shares), None, parent)
    in_test = made.images.checked.rows.splits == "test"
    assert in_test.sum() >= 3
    assert not (made.images.decisions[in_test] == "auto").any()
    assert made.taken_back == 3 - int((made.images.decisions == "auto").sum())


def test_a_decision_of_no_person_is_refused() -> None:
    with pytest.raises(ErrataError, match="1 decisions have the source 'auto'"):
        curate(SIX, alone(6), judged(SIX, [verdict(SIX, 1, "relabel", "forest", source="auto")]), KEEP)


def test_nothing_left() -> None:
    with pytest.raises(ErrataError, match="every image would be left out"):
        curate(SIX, alone(6), judged(SIX, [verdict(SIX, row, "exclude") for row in range(6)]), KEEP)


# --- copies -----------------------------------------------------------------------------------------------------------


def test_leaks_go_from_the_split_before() -> None:
    images = checked([0] * 7, ["train", "train", "val", "test", "val", "test", "train"])
    twins = copies([0, 1, 0, 1, 2, 2, 3])
    members = np.ones(7, bool)
    assert (
        find_leaks(twins.groups, images.rows.splits, members).tolist() == [True, True, False, False, True] + [False] * 2
    )
    members[5] = False  # the test image is excluded: its twin in val is no leak any more
    assert np.flatnonzero(find_leaks(twins.groups, images.rows.splits, members)).tolist() == [0, 1]
    told = curate(images, twins, judged(images), KEEP)
    assert told.images.members.all()
    assert np.flatnonzero(told.leaks).tolist() == [0, 1, 4]
    dropped = curate(images, twins, judged(images), VersionRequest("v1", drop_leaks=True))
    assert dropped.images.out.tolist() == ["leak", "leak", "", "", "leak", "", ""]
    kept = curate(images, twins, judged(images), VersionRequest("v2", "v1"), None, dropped.images)
    assert kept.images.sha256() == dropped.images.sha256()
    excluded = judged(images, [verdict(images, 0, "exclude")])
    both = curate(images, twins, excluded, VersionRequest("v1", drop_leaks=True))
    assert both.images.out.tolist() == ["exclude", "leak", "", "", "leak", "", ""]
    assert np.flatnonzero(both.leaks).tolist() == [1, 4]
    anew = curate(images, twins, judged(images), VersionRequest("v2", "v1", {"train": 1.0}), None, dropped.images)
    assert anew.images.members.all()
    assert not anew.leaks.any()


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8)), min_size=4, max_size=30),
    st.integers(0, 20),
    st.booleans(),
)
def test_remade_splits_are_disjoint_complete_and_without_leaks(
    rows: list[tuple[int, int]], seed: int, drop: bool
) -> None:
    labels_of_rows, groups = zip(*rows, strict=True)
    images = checked(labels_of_rows, ["train", "test"] * (len(rows) // 2) + ["val"] * (len(rows) % 2))
    request = VersionRequest("v1", shares={"train": 0.6, "val": 0.2, "test": 0.2}, seed=seed, drop_leaks=drop)
    made = curate(images, copies(groups), judged(images), request)
    assert made.images.members.all()
    assert sum(sum(classes.values()) for classes in made.images.counts().values()) == len(rows)
    assert not made.leaks.any()
    assert curate(images, copies(groups), judged(images), request).images.sha256() == made.images.sha256()


# --- undo -------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 5), VERDICTS), max_size=12))
def test_what_is_undone_gives_the_hash_of_the_labels_as_given(judgements: list[tuple[int, tuple[str, ...]]]) -> None:
    entries: list[Entry] = [
        verdict(SIX, row, *decision_and_labels, number=number)
        for number, (row, decision_and_labels) in enumerate(judgements)
        if decision_and_labels != ("relabel", CLASSES[SIX.rows.labels[row]])
    ]
    undone = [
        Reversal("undo", entry.id, "ana", id=f"u{number}", sequence=99 + number, time="2026-01-02T00:00:00.000000Z")
        for number, entry in enumerate(reversed(entries))
        if isinstance(entry, Decision)
    ]
    given_hash = CuratedRows.as_given(SIX, alone(6)).sha256()
    assert curate(SIX, alone(6), judged(SIX, [*entries, *undone]), KEEP).images.sha256() == given_hash
    try:
        changed = curate(SIX, alone(6), judged(SIX, entries), KEEP).images
    except ErrataError:
        return  # all six are excluded
    same = not changed.changed().any() and changed.members.all()
    assert (changed.sha256() == given_hash) == same
    back = curate(SIX, alone(6), judged(SIX, [*entries, *undone]), VersionRequest("v2", "v1"), None, changed).images
    assert back.sha256() == given_hash


def test_new_and_moved_images_are_as_given_and_the_others_keep_the_splits_of_the_parent() -> None:
    parent = curate(SIX, alone(6), judged(SIX), VersionRequest("v1", shares={"train": 0.5, "test": 0.5}, seed=1)).images
    seven = checked([0, 0, 1, 1, 2, 2, 0], ["train", "test"] * 3 + ["val"])
    curated = curate(seven, alone(7), judged(seven), VersionRequest("v2", "v1"), None, parent).images
    assert curated.checked.rows.splits.tolist() == [*parent.checked.rows.splits.tolist(), "val"]
