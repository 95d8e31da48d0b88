"""Pictures that resemble no picture of a data set: numbers by hand, and what is usual apart from what is not."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from curation.scoring.strangers import COMPANY, strangers
from models.arrays import FloatArray

N = 400


@pytest.fixture
def known() -> FloatArray:
    """Embeddings of two classes: all near one of two directions in eight dimensions."""
    draws = np.random.default_rng(0)
    centres = np.eye(8)[draws.integers(0, 2, N)]
    return np.asarray(centres + draws.normal(size=(N, 8)) / 10, np.float32)


def score(known: FloatArray, new: npt.NDArray[np.floating[Any]], groups: list[int] | None = None) -> FloatArray:
    everything = np.ones(len(known), bool)
    places = np.arange(len(known)) if groups is None else np.array(groups)
    answer = strangers(known, np.asarray(new, np.float32), everything, everything, places)
    assert answer is not None
    return answer


def test_another_direction_is_strange_and_the_same_is_not(known: FloatArray) -> None:
    usual, other, between = score(known, np.eye(8)[[0, 7, 0]] + np.eye(8)[[0, 7, 3]])
    assert usual < 0.05
    assert between > 0.5
    assert other > 0.99


def test_one_ordinary_image_in_a_hundred_is_strange(known: FloatArray) -> None:
    draws = np.random.default_rng(1)
    fresh = np.eye(8)[draws.integers(0, 2, 4000)] + draws.normal(size=(4000, 8)) / 10
    assert 0.002 < float((score(known, fresh) >= 0.5).mean()) < 0.03


def test_the_other_new_pictures_do_not_matter(known: FloatArray) -> None:
    pictures = np.random.default_rng(2).normal(size=(30, 8))
    assert score(known, pictures)[:1] == pytest.approx(score(known, pictures[:1]), abs=1e-6)


def test_the_length_of_the_embedding_does_not_matter(known: FloatArray) -> None:
    assert score(known, 7 * known[:5]) == pytest.approx(score(known, known[:5]), abs=1e-5)


def test_copies_are_no_company_for_each_other_but_for_a_new_picture(known: FloatArray) -> None:
    lonely = np.tile(np.eye(8, dtype=np.float32)[5], (COMPANY + 1, 1))  # a picture and its ten copies
    everything, groups = np.concatenate([known, lonely]), [*range(N), *[N] * (COMPANY + 1)]
    copy, other = score(everything, np.eye(8)[[5, 6]], groups)
    assert copy < 0.05
    assert other < score(everything, np.eye(8)[[6]])[0] - 0.4  # were they company, no ordinary image would be so far


def test_among_few_images_it_is_not_told(known: FloatArray) -> None:
    few, every, groups = np.arange(N) < 49, np.ones(N, bool), np.arange(N)
    assert strangers(known, known[:1], few, every, groups) is None
    assert strangers(known, known[:1], every, few, groups) is None
    assert len(score(known, known[:0])) == 0
