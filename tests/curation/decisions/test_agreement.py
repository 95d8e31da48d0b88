"""How far reviewers agree; oracles: scikit-learn and statsmodels."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from curation.decisions.agreement import (
    ClassAgreement,
    class_agreement,
    cohen_kappa,
    disagreements,
    fleiss_kappa,
    reviewer_agreement,
)
from curation.decisions.decision import Decision
from tests.helpers.log_writer import some_decision
from tests.helpers.split_pictures import state_of

CLASSES = ["sea", "forest", "street"]


def says(reviewer: str, image: int, *labels: str) -> Decision:
    """Return the decision of who says that the image, given as glacier, shows these classes; none: excluded."""
    verdict = ("exclude", "relabel", "ambiguous")[min(2, len(labels))]
    return some_decision(image, verdict, *labels, reviewer=reviewer, label="glacier")


def test_cohen_by_hand() -> None:
    """Both say sea 20 times, both forest 15 times; 5 and 10 times they differ (the example of many textbooks)."""
    pairs = [("sea", "sea")] * 20 + [("sea", "forest")] * 5 + [("forest", "sea")] * 10 + [("forest", "forest")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)  # observed 0.7, by chance 0.5
    assert cohen_kappa([]) is None
    assert cohen_kappa([("sea", "sea")] * 3) is None
    assert cohen_kappa([("sea", "forest")] * 3) == 0
    assert cohen_kappa([("sea", "forest"), ("forest", "sea")]) == -1


def test_fleiss_by_hand() -> None:
    """The example of Fleiss 1971 as Wikipedia gives it: ten subjects, fourteen raters, kappa 0.210."""
    table = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    kappa = fleiss_kappa([{str(name): number for name, number in enumerate(row) if number} for row in table])
    assert kappa == pytest.approx(0.2099, abs=5e-5)
    assert fleiss_kappa([]) is None
    assert fleiss_kappa([{"sea": 3}, {"sea": 2}]) is None


labels = st.sampled_from(CLASSES)


@given(st.lists(st.tuples(labels, labels), min_size=1, max_size=30))
def test_cohen_is_scikit_learns(pairs: list[tuple[str, ...]]) -> None:
    kappa = cohen_kappa(pairs)
    if len({label for pair in pairs for label in pair}) == 1:
        assert kappa is None  # scikit-learn warns and gives NaN
        return
    assert kappa == pytest.approx(cohen_kappa_score([first for first, _ in pairs], [second for _, second in pairs]))
    assert kappa == pytest.approx(cohen_kappa([(second, first) for first, second in pairs]))


@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(labels, min_size=n, max_size=n), min_size=1, max_size=20)))
def test_fleiss_is_statsmodels(rows: list[list[str]]) -> None:
    kappa = fleiss_kappa([Counter(row) for row in rows])
    table = np.array([[row.count(name) for name in CLASSES] for row in rows])
    if (table.sum(0) > 0).sum() == 1:
        assert kappa is None
    else:
        assert kappa == pytest.approx(statsmodels_fleiss(table, method="fleiss"))


def test_images_of_different_numbers_of_judgements_count_alike() -> None:
    """Agreement 1/3 and 1, so 2/3 observed; 4 of 5 say sea, so 0.68 by chance."""
    assert fleiss_kappa([{"sea": 2, "forest": 1}, {"sea": 2}]) == pytest.approx((2 / 3 - 0.68) / 0.32)


def test_each_class_by_hand() -> None:
    classes = class_agreement([{"sea": 2}, {"sea": 1, "forest": 1}, {"forest": 3}])
    assert classes == (ClassAgreement("sea", 3, 2 / 3), ClassAgreement("forest", 4, 3 / 4))
    assert class_agreement([]) == ()


def test_two_reviewers() -> None:
    state = state_of(
        says("ana", 0, "sea"), says("ben", 0, "sea"),
        says("ana", 1, "sea"), says("ben", 1, "forest"),
        says("ana", 2, "forest"), says("ben", 2, "forest"),
        says("ana", 3), says("ben", 3),
        says("ana", 4, "sea"),
        some_decision(5, "unsure", reviewer="ana"), says("ben", 5, "sea"),
        some_decision(1, "exclude", reviewer="cleo", adjudicates=True),
    )  # fmt: skip
    agreement = reviewer_agreement(state)
    assert (agreement.reviewers, agreement.images, agreement.judged, agreement.method) == (
        ("ana", "ben"),
        4,
        6,
        "Cohen",
    )
    assert agreement.share == 0.75
    # by chance: ana says sea 2, forest 1, exclude 1 of 4 times, ben 1, 2, 1
    assert agreement.kappa == pytest.approx((0.75 - 5 / 16) / (1 - 5 / 16))
    assert [(category.category, category.judgements) for category in agreement.classes] == [
        ("forest", 3),
        ("sea", 3),
        ("(exclude)", 2),
    ]
    assert agreement.classes[0].agreement == pytest.approx(2 / 3)


def test_to_keep_and_to_relabel_to_the_same_agree() -> None:
    state = state_of(some_decision(0, "keep"), some_decision(0, "relabel", "sea", reviewer="ben", label="forest"))
    assert reviewer_agreement(state).share == 1


def test_three_reviewers_are_fleiss_and_sets_are_a_category() -> None:
    state = state_of(*(says(who, 0, "sea", "forest") for who in ("ana", "ben")), says("cleo", 0, "sea"))
    agreement = reviewer_agreement(state)
    assert (agreement.method, agreement.images) == ("Fleiss", 1)
    assert [category.category for category in agreement.classes] == ["sea", "ambiguous: forest, sea"]
    assert agreement.share == pytest.approx(1 / 3)


def test_one_reviewer_or_none() -> None:
    for state in (state_of(), state_of(says("ana", 0, "sea"))):
        agreement = reviewer_agreement(state)
        assert (agreement.reviewers, agreement.images, agreement.share, agreement.kappa, agreement.classes) == (
            (),
            0,
            None,
            None,
            (),
        )


def test_the_most_serious_disagreement_comes_first() -> None:
    state = state_of(
        says("ana", 0, "sea"), says("ben", 0, "sea", "forest"),
        says("ana", 1, "sea"), says("ben", 1, "forest"),
        says("ana", 2, "sea"), says("ben", 2, "forest"), says("cleo", 2, "street"),
        says("ana", 3, "sea"), says("ben", 3, "sea"),
        says("ana", 4, "sea"), says("ben", 4), some_decision(4, "keep", reviewer="dan", adjudicates=True),
        says("ana", 5, "sea"), says("ben", 5, "sea"), says("cleo", 5),
        some_decision(6, "unsure", reviewer="cleo"), says("ben", 6, "sea"),
        says("ana", 7, "sea", "forest"), some_decision(7, "multi-label", "sea", "forest", reviewer="ben"),
    )  # fmt: skip
    disputes = disagreements(state)
    assert [(dispute.image_id, dispute.seriousness) for dispute in disputes] == [
        ("2.png", 1), ("1.png", 1), ("5.png", pytest.approx(2 / 3)), ("0.png", 0.5), ("7.png", 0),
    ]  # fmt: skip
    assert [verdict.reviewer for verdict in disputes[0].verdicts] == ["ana", "ben", "cleo"]
    assert disagreements(state_of()) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4), labels), max_size=20))
def test_what_reviewers_are_called_and_ranges(looks: list[tuple[str, int, str]]) -> None:
    agreement = reviewer_agreement(state_of(*(says(*look) for look in looks)))
    renamed = reviewer_agreement(
        state_of(*(says({"a": "z"}.get(reviewer, reviewer), image, label) for reviewer, image, label in looks))
    )
    assert (agreement.share, agreement.kappa, agreement.classes) == (renamed.share, renamed.kappa, renamed.classes)
    assert agreement.share is None or 0 <= agreement.share <= 1
    assert agreement.kappa is None or -1 <= agreement.kappa <= 1
    assert all(0 <= item.agreement <= 1 for item in agreement.classes)
    disputed = disagreements(state_of(*(says(*look) for look in looks)))
    assert all(0 < item.seriousness <= 1 for item in disputed)
    assert (agreement.share == 1) == (agreement.images > 0 and not disputed)
