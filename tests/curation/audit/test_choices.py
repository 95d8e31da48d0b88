"""The rules of an audit that chooses its architectures, on figures that can be checked in the head."""

import pytest

from curation.audit.choices import (
    CANDIDATES,
    FINETUNED,
    FROZEN,
    SMALL,
    Choice,
    Figures,
    after_probe,
    are_weak,
    first_choice,
    minutes_for,
    offer,
    too_long,
)


def test_a_network_that_takes_a_fifth_off_the_loss_votes_and_says_why() -> None:
    choice = after_probe(FINETUNED, Figures(0.77, 0.70), Figures(0.85, 0.56), 800)
    assert choice.votes
    assert choice.line == (
        "efficientnet_lite0@finetuned votes: on 800 images that it has not seen it agrees with 85% of the labels, "
        "the others with 77%; with it their log loss is 0.56 instead of 0.70"
    )


@pytest.mark.parametrize(
    ("before", "after", "votes"),
    [(1.0, 0.94, True), (1.0, 0.96, False), (1.0, 1.0, False), (1.0, 1.2, False), (0.0, 0.0, False)],
)
def test_it_votes_from_five_per_cent_on(before: float, after: float, votes: bool) -> None:
    choice = after_probe(FINETUNED, Figures(0.9, before), Figures(0.9, after), 10)
    assert choice.votes == votes
    assert choice.reason.startswith("it hardly helps") != votes


def test_better_alone_but_of_no_use_to_the_others_does_not_vote() -> None:
    assert not after_probe(FINETUNED, Figures(0.5, 0.40), Figures(0.9, 0.39), 10).votes


def test_what_fits_the_budget_is_not_left_out() -> None:
    assert too_long(SMALL, 60, 60, 15) is None
    assert too_long(SMALL, 0, 0, 15) is None  # finished before
    late = too_long(SMALL, 1200, 600, 15)
    assert late == Choice(SMALL, False, "it would take about 20 min, and 10 min of --minutes 15 is left")
    over = too_long(SMALL, 1200, -5, 0.5)
    assert over is not None
    assert over.reason == "it would take about 20 min, and nothing of --minutes 0.5 is left"


def test_a_finished_one_fits_even_when_time_is_over() -> None:
    assert too_long(SMALL, 0.0, -100.0, 15) is None


def test_every_candidate_has_a_reason_to_vote() -> None:
    lines = [first_choice(name, 30).line for name in CANDIDATES]
    assert lines[0].startswith("efficientnet_lite0 votes: its features")
    assert lines[1].startswith("simple_cnn_norm_dropout votes: a network that learned from these images alone")
    assert lines[-1] == "efficientnet_lite2 votes: another view of the images for about 30 s"
    assert not any("\n" in line for line in lines)


def test_a_choice_is_kept_as_json() -> None:
    choice = Choice(FROZEN, True, "why")
    assert Choice(**choice.to_dict()) == choice


def test_frozen_features_are_weak_where_a_small_network_adds_much() -> None:
    assert are_weak(0.766, 0.686)  # Roman numerals
    assert not are_weak(0.501, 0.482)  # `scenes`
    assert not are_weak(0.0, 0.0)


def test_the_offer_names_the_command_and_the_time() -> None:
    assert offer("errata audit roman", 0.766, 0.686, 300) == (
        "frozen features are weak here (a small network takes 10% off their log loss): "
        "`errata audit roman --architectures auto` adds a fine-tuned network, about 5 min"
    )
    assert "--architectures auto --minutes 80`" in offer("errata audit roman", 1.0, 0.5, 2400)
    assert minutes_for(10) == 15
