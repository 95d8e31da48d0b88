"""The number of wrong labels and its words: the models' before verdicts, the review's once these say something."""

from dataclasses import replace

import numpy as np
import pytest

from curation.review.budget import Budget, Interval, estimate
from curation.review.wrong_labels import stop_sentence, tells, wrong_labels
from models.errors import ErrataError

NOTHING = Interval(0, 0, 0)


def budget(total: Interval, found: int = 10, looked: int = 100, finds: Interval = NOTHING, ahead: int = 500) -> Budget:
    """Return the budget of a review of 600 images, 42 of them wrong by the models."""
    left = Interval(total.expected - found, total.low - found, total.high - found)
    steps = dict.fromkeys((50, 100, 200), finds)
    return Budget(
        looked, 600 - looked - ahead, 9, found, total, left, steps, ahead, "", 42.3, dict.fromkeys(steps, 33.2)
    )


def test_before_a_verdict_the_models_estimate_and_are_named() -> None:
    before = budget(Interval(113, 0, 511), found=0, looked=0, ahead=600)
    wrong = wrong_labels(before)
    assert (wrong.number, wrong.figure, wrong.name) == (42, "about 42", "wrong labels, by the models")
    assert wrong.sentence("test") == "the models estimate about 42 wrong labels among 600 test images (7.0 %)"
    assert stop_sentence(before) == (
        "the models estimate about 42 wrong labels among 600 images (7.0 %); by the models, the next 100 images hold "
        "about 33"
    )


def test_an_interval_that_says_nothing_is_no_number() -> None:
    """0 to 511 of 600 images: the models' number stays, beside what was found."""
    text = stop_sentence(budget(Interval(122, 10, 511)))
    assert "511" not in text
    assert "122" not in text
    assert "about 42 wrong labels" in text
    assert "10 of them were found in 100 verdicts, too few to estimate from" in text


def test_the_review_estimates_once_it_says_something() -> None:
    said = budget(Interval(61, 46, 94), found=46, finds=Interval(6, 0, 28))
    wrong = wrong_labels(said)
    assert (wrong.number, wrong.figure, wrong.name) == (61, "61 (46–94)", "wrong labels, by the review")  # noqa: RUF001
    assert stop_sentence(said, "test") == (
        "the review estimates 61 wrong labels (90 % interval 46 to 94) among 600 test images; 46 of them were found in "
        "100 verdicts; the next 100 images hold 6 (0–28)"  # noqa: RUF001
    )
    assert (wrong.left.number, wrong.left.interval) == (15, (0, 48))
    unknown = budget(Interval(61, 46, 94), found=46, finds=Interval(14, 0, 52))
    assert stop_sentence(unknown).endswith("how many the next 100 images hold is not known yet")


def test_models_that_contradict_most_labels_estimate_nothing() -> None:
    """200 classes of 3 images: 442 of 600 wrong by the models, which learned from 2 images of each class."""
    before = replace(budget(Interval(442, 0, 600), found=0, looked=0, ahead=600), models=442.0)
    wrong = wrong_labels(before)
    assert (wrong.figure, wrong.name) == ("not known", "wrong labels: no estimate")
    assert "442" not in f"{wrong.sentence()} {stop_sentence(before)} {wrong.source}"
    assert wrong.sentence("test").startswith("no estimate of the wrong labels among 600 test images")
    assert stop_sentence(before).endswith("; how many the next 100 images hold is not known yet")
    judged = replace(budget(Interval(300, 10, 511)), models=442.0)
    assert wrong_labels(judged).sentence().endswith("; 10 of them were found in 100 verdicts")
    told = replace(budget(Interval(400, 350, 450)), models=442.0)
    assert wrong_labels(told).figure == "400 (350–450)", "the review may say so"  # noqa: RUF001
    assert wrong_labels(replace(before, models=300.0)).figure == "about 300", "half of the labels"


def test_nothing_left_is_counted() -> None:
    done = budget(Interval(48, 48, 48), found=48, looked=600, ahead=0)
    assert wrong_labels(done).figure == "48"
    assert wrong_labels(done).sentence() == "48 wrong labels among 600 images, all of them judged"
    assert stop_sentence(done) == "nothing is left to look at: 48 wrong labels were found"
    unsure = budget(Interval(1, 1, 2), found=1, looked=599, ahead=0)
    assert stop_sentence(unsure) == "nothing is left to look at: 1 wrong label was found; 1 image stayed unsure"


def test_fewer_images_than_looks() -> None:
    last = budget(Interval(20, 10, 30), looked=580, finds=Interval(2, 0, 6), ahead=20)
    assert stop_sentence(last).endswith("the last 20 images hold 2 (0–6)")  # noqa: RUF001


def test_looks_without_a_forecast_are_refused() -> None:
    with pytest.raises(ErrataError, match="no forecast for the next 70 looks"):
        stop_sentence(budget(Interval(61, 46, 94)), looks=70)


@pytest.mark.parametrize(
    ("count", "images", "says"),
    [
        (Interval(458, 0, 1937), 2400, False),
        (Interval(149, 124, 358), 2400, True),
        (Interval(400, 300, 600), 600, True),  # half of the images, but its ends are within a factor of two
        (Interval(0, 0, 200), 600, True),  # at most a third
        (Interval(0, 0, 201), 600, False),
    ],
)
def test_what_an_interval_has_to_say(count: Interval, images: int, says: bool) -> None:
    assert tells(count, images) is says


def test_the_models_number_counts_what_was_found_as_itself() -> None:
    """Four images at 0.25 doubt: 1 wrong; with the first found right it is 0.75, found wrong 1.75."""
    quality, looked = np.full(4, 0.75, np.float32), np.array([True, False, False, False])
    nobody = np.zeros(4, bool)
    assert estimate(quality, nobody, nobody, np.zeros(4)).models == pytest.approx(1)
    assert estimate(quality, looked, nobody, looked.astype(float)).models == pytest.approx(0.75)
    assert estimate(quality, looked, looked, looked.astype(float)).models == pytest.approx(1.75)
    flat = np.full(4, 0.5, np.float32)
    assert estimate(quality, nobody, nobody, np.zeros(4), models=flat).models == pytest.approx(2)
