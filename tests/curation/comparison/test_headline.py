"""What a comparison claims: no more than its paired tests do."""

import pytest

from curation.comparison.board import read_board
from curation.comparison.figures import comparison_figures
from curation.comparison.headline import difference_text, headline, headline_sentence, not_told_apart, pair_of
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK


@pytest.fixture
def figures(workspace: Workspace) -> dict[str, object]:
    return comparison_figures(workspace, read_board(workspace, NAME))


def test_the_best_stands_beside_the_next_best(figures: dict[str, object]) -> None:
    """By v1: 10 of 10, and 10 and 9 of 10 of two seeds: 5 points, one image of one seed."""
    said = headline(figures)
    assert (said["version"], said["n"], said["accuracy"]["mean"]) == ("v1", 10, 1.0)
    assert said["difference"] == pytest.approx(0.05)
    assert said["low"] <= 0.05 <= said["high"]
    assert (said["p"], said["told_apart"]) == (1.0, False)
    text = headline_sentence(figures)
    assert text.startswith(
        "by the labels of v1, scenes-lite0-frozen, trained on v1 is right for 100.0 % of 10 test images"
    )
    assert "p = 1.000, not distinguishable) over scenes-lite0-frozen" in text


def test_a_pair_reads_the_other_way_round(figures: dict[str, object]) -> None:
    there, back = pair_of(figures, "v1", STRONG, WEAK), pair_of(figures, "v1", WEAK, STRONG)
    assert there["difference"] == pytest.approx(-back["difference"])
    assert (there["low"], there["high"]) == pytest.approx((-back["high"], -back["low"]))
    assert there["p"] == back["p"]


def test_bold_are_those_that_no_test_tells_from_the_best(figures: dict[str, object]) -> None:
    assert not_told_apart(figures, "v1") == {STRONG, STRONG_V1, WEAK}  # ten images tell nothing apart
    for pair in figures["pairs"]["v1"]:  # type: ignore[index]
        pair["p_holm"] = 0.01
    assert not_told_apart(figures, "v1") == {STRONG_V1}


def test_words_of_a_difference() -> None:
    said = {"difference": 0.009, "low": -0.003, "high": 0.022, "p": 0.21}
    assert difference_text(said) == "+0.9 points (-0.3 to +2.2, p = 0.210, not distinguishable)"
    assert difference_text({**said, "low": 0.001, "p": 0.0001}) == "+0.9 points (+0.1 to +2.2, p < 0.001)"


def test_one_network_is_compared_with_nobody(workspace: Workspace) -> None:
    alone = comparison_figures(workspace, read_board(workspace, NAME, [WEAK], ["original"]))
    assert headline(alone)["second"] is None
    assert headline_sentence(alone) == "by the labels as given, scenes-simple is right for 91.7 % of 12 test images"
